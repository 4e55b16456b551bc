"""A filesystem's errors, as Headgate's: who is at fault, and whether trying again may help."""

from __future__ import annotations

import contextlib
import errno
from collections.abc import Iterator
from typing import Any

from headgate.errors import StoreError, TransientError

_OUTAGES = frozenset(
    {
        errno.EAGAIN,
        errno.EBUSY,
        errno.ECONNABORTED,
        errno.ECONNREFUSED,
        errno.ECONNRESET,
        errno.EHOSTDOWN,
        errno.EHOSTUNREACH,
        errno.EIO,
        errno.ENETDOWN,
        errno.ENETUNREACH,
        errno.EPIPE,
        errno.EREMOTEIO,
        errno.ESTALE,
        errno.ETIMEDOUT,
    }
)
"""EBUSY and EREMOTEIO are what s3fs makes of 503 (slow down) and 500."""
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
_MEGABYTE = 2**20
_CLOUDS = frozenset({"aiobotocore", "aiohttp", "azure", "botocore", "gcsfs", "google"})
_CLOUD_OUTAGES = frozenset(
    {"ClientConnectionError", "ClientPayloadError", "ConnectionError", "HTTPClientError", "ServiceRequestError"}
)


@contextlib.contextmanager
def translated(verb: str, path: str, *, size: int = 0) -> Iterator[None]:
    """Raise Headgate's errors in place of the filesystem's.

    Args:
        verb: What was tried.
        path: With which file.
        size: How many bytes were to be written.

    Raises:
        StoreError: The store refuses (read-only, no space).
        TransientError: It can't be reached.
    """
    try:
        yield
    except OSError as error:
        raise _error_of(error, verb, path, size) from error
    except Exception as error:
        if type(error).__module__.partition(".")[0] not in _CLOUDS:
            raise
        raise _error_of(error, verb, path, size) from error


def _error_of(error: Exception, verb: str, path: str, size: int) -> StoreError | TransientError:
    why = f"{type(error).__name__}: {error}"
    if _is_outage(error):
        return TransientError(f"snapshot store can't be reached to {verb} {path}: {why}")
    if getattr(error, "errno", None) in _FULL:
        msg = f"snapshot store must have room for {path} ({size / _MEGABYTE:.1f} MB). Got {why} instead. "
        msg += "Free some space there, or give the snapshots another place: what was written before is whole."
        return StoreError(msg)
    msg = f"snapshot store must let this task {verb} {path}. Got {why} instead. "
    msg += "Check permissions and credentials, or give the snapshots another place."
    return StoreError(msg)


def _is_outage(error: Exception) -> bool:
    if isinstance(error, ConnectionError | TimeoutError) or getattr(error, "errno", None) in _OUTAGES:
        return True
    # botocore's timeouts are an OSError, too, without a number.
    return not _CLOUD_OUTAGES.isdisjoint(kind.__name__ for kind in type(error).__mro__)


class Watched:
    """A file that remembers why a read failed: readers make something else of it."""

    def __init__(self, file: Any) -> None:  # noqa: ANN401 - fsspec has no types
        self._file = file
        self._met: Exception | None = None

    def raise_what_it_met(self) -> None:
        """Raise what a read failed of, if one did."""
        if self._met is not None:
            raise self._met

    def read(self, size: int = -1) -> bytes:
        """Read as the file does."""
        try:
            data: bytes = self._file.read(size)
        except Exception as error:
            self._met = error
            raise
        return data

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the file has
        return getattr(self._file, name)
