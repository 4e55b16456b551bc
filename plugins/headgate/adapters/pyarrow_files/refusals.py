"""What filesystems and pyarrow raise, in our words: each names its file, and says whether another try may help."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import pyarrow as pa

from headgate.errors import DataError, HeadgateError, StoreError, TransientError

_REFUSALS = (PermissionError, IsADirectoryError, NotADirectoryError)
_NO_LOGIN = ("NoCredentialsError", "PartialCredentialsError", "ProfileNotFound")
"""What botocore raises before it asks anybody."""


@contextlib.contextmanager
def asked(source: str, path: str | None = None) -> Iterator[None]:
    """Translate what a filesystem raises.

    Args:
        source: The source's name.
        path: The file in question, which was there when it was listed.

    Raises:
        StoreError: The filesystem refuses.
        TransientError: It can't be reached, or the file vanished.
    """
    try:
        yield
    except (HeadgateError, pa.ArrowException):
        raise
    except FileNotFoundError as error:
        if path is None:
            raise
        raise vanished(source, path) from error
    except Exception as error:  # fsspec's filesystems raise what their libraries raise
        if not isinstance(error, OSError) and type(error).__module__ == "builtins":
            raise
        refused = isinstance(error, _REFUSALS) or type(error).__name__ in _NO_LOGIN
        at = f" at {path}" if path else ""
        msg = f"source {source} can't be read{at}: {type(error).__name__}: {one_line(error)}"
        raise (StoreError if refused else TransientError)(msg) from error


def vanished(source: str, path: str) -> TransientError:
    """Return the error of a file that was listed and is gone."""
    msg = f"file {path} of source {source} vanished while the source was read. Another try reads what is there then."
    return TransientError(msg)


def changed(source: str, path: str) -> TransientError:
    """Return the error of a file that isn't what was listed."""
    msg = f"file {path} of source {source} changed while it was read. Another try reads what is there then."
    return TransientError(msg)


def damaged(source: str, path: str, size: int, form: str, error: Exception) -> DataError:
    """Return the error of a file that its reader can't make sense of."""
    msg = f"file {path} of source {source} must be a whole {form} file. Got {size} bytes that can't be read as one "
    msg += f"instead ({one_line(error)}): it was cut short, is still being written, or is no {form}."
    return DataError(msg)


def is_damage(error: Exception) -> bool:
    """Tell whether a reader complains about bytes rather than about getting them: Arrow's own errors have no errno."""
    return isinstance(error, pa.ArrowException) or (type(error) is OSError and error.errno is None)


def one_line(error: Exception) -> str:
    """Return what an error says, in one line."""
    return " ".join(str(error).split()).rstrip(".")
