"""Is a file there?"""

from __future__ import annotations

from typing import Any

from headgate.errors import StoreError, TransientError

_REFUSALS = (PermissionError, NotADirectoryError)
_NO_LOGIN = ("NoCredentialsError", "PartialCredentialsError", "ProfileNotFound")
"""What botocore raises before it asks anybody."""


def is_there(filesystem: Any, path: str, *, url: str) -> bool:  # noqa: ANN401 - fsspec has no types
    """Return whether a file or folder is there now, whatever the filesystem remembers.

    Args:
        filesystem: An fsspec filesystem, with its credentials.
        path: Path in it.
        url: What people call it.

    Raises:
        StoreError: The filesystem refuses.
        TransientError: It can't be reached.
    """
    try:
        filesystem.invalidate_cache()
        filesystem.info(path)
    except FileNotFoundError:
        return False
    except Exception as error:
        if type(error).__module__ == "builtins" and not isinstance(error, OSError):
            raise
        msg = f"marker {url} can't be looked for: {type(error).__name__}: {' '.join(str(error).split())}"
        refused = isinstance(error, _REFUSALS) or type(error).__name__ in _NO_LOGIN
        raise (StoreError if refused else TransientError)(msg) from error
    return True
