"""Which failures of a store may pass, and which are final."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Any

import pytest
from fsspec.implementations.local import LocalFileSystem
from s3fs.errors import translate_boto_error  # type: ignore[import-untyped]

from headgate.adapters.fsspec_store import FsspecStore
from headgate.core.snapshots import PartRef
from headgate.errors import StoreError, TransientError

PART = PartRef(digest="ab" * 32, rows=1)


class Failing(LocalFileSystem):  # type: ignore[misc]  # fsspec has no types
    cachable = False

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self._error = error

    def exists(self, path: Any, **options: Any) -> bool:
        raise self._error


class Said(Exception):  # noqa: N818 - botocore's is called so, but for its module
    """What botocore raises when Amazon answers by a code."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.response = {"Error": {"Code": code, "Message": "please"}}


def fails(error: Exception, tmp_path: Path) -> None:
    FsspecStore(Failing(error), str(tmp_path)).has(PART)


@pytest.mark.parametrize("code", ["InternalError", "500", "503", "ServiceUnavailable", "SlowDown", "RequestTimeout"])
def test_a_store_that_is_overrun_may_be_asked_again(code: str, tmp_path: Path) -> None:
    with pytest.raises(TransientError, match="can't be reached"):
        fails(translate_boto_error(Said(code)), tmp_path)


@pytest.mark.parametrize("code", ["AccessDenied", "ExpiredToken", "NoSuchBucket", "InvalidArgument"])
def test_a_store_that_refuses_is_final(code: str, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="must let this task"):
        fails(translate_boto_error(Said(code)), tmp_path)


def test_a_download_that_breaks_off_may_be_tried_again(tmp_path: Path) -> None:
    from aiohttp import ClientPayloadError

    with pytest.raises(TransientError):
        fails(ClientPayloadError("not enough data"), tmp_path)


def test_a_store_that_takes_too_long_may_be_asked_again(tmp_path: Path) -> None:
    from botocore.exceptions import ConnectTimeoutError, ReadTimeoutError  # type: ignore[import-untyped]

    for error in (ConnectTimeoutError(endpoint_url="http://s3"), ReadTimeoutError(endpoint_url="http://s3")):
        with pytest.raises(TransientError, match="can't be reached"):
            fails(error, tmp_path)


def test_a_full_disk_is_final(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="must have room"):
        fails(OSError(errno.ENOSPC, "No space left on device"), tmp_path)
