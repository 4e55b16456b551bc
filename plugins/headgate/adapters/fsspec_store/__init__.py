"""A snapshot store on any fsspec filesystem: content-addressed Parquet, and documents."""

from __future__ import annotations

from headgate.adapters.fsspec_store.digests import digest_of
from headgate.adapters.fsspec_store.store import FsspecStore

__all__ = ["FsspecStore", "digest_of"]
