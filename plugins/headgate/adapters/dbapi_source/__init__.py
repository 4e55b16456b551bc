"""Rows from any database whose driver follows PEP 249, streamed."""

from __future__ import annotations

from headgate.adapters.dbapi_source.rows import DbapiRows

__all__ = ["DbapiRows"]
