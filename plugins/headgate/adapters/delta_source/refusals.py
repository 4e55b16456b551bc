"""What a Delta Lake table's exception means, by its class."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pyarrow as pa
from deltalake.exceptions import DeltaError, DeltaProtocolError, TableNotFoundError

from headgate.errors import DataError, InputError, StoreError, TransientError


@contextmanager
def reading(name: str, version: int | None = None) -> Iterator[None]:
    """Raise Headgate's errors in place of those of the library.

    Args:
        name: What the source is called.
        version: Which version is read, once that is known.

    Raises:
        InputError: There is no table, or it has features that can't be read.
        DataError: Its log or a file can't be read, or the version's files are gone.
        StoreError: The filesystem refuses.
        TransientError: It can't be reached.
    """
    try:
        yield
    except TableNotFoundError as error:
        raise _not_found(error, name, version) from error
    except DeltaProtocolError as error:
        msg = f"source {name} must be a Delta table that can be read here. It says: {_line(error)}"
        raise InputError(msg) from error
    except FileNotFoundError as error:
        msg = f"source {name} must still have the files of its version {version}. Got none of this name instead: "
        msg += f"vacuumed, or removed by hand. {_line(error)}"
        raise DataError(msg) from error
    except OSError as error:
        refused = isinstance(error, PermissionError)
        msg = f"source {name} can't be read: {_line(error)}"
        raise (StoreError if refused else TransientError)(msg) from error
    except (DeltaError, pa.ArrowException) as error:
        msg = f"source {name} must be a whole Delta table. Got {_line(error)} instead."
        raise DataError(msg) from error


def _not_found(error: Exception, name: str, version: int | None) -> DataError | InputError:
    if version is None:
        return InputError(f"source {name} must be the folder of a Delta table. Got none instead: {_line(error)}")
    return DataError(f"source {name} must still have the log of its version {version}. Got none: {_line(error)}")


def _line(error: Exception) -> str:
    """Return an error's first line that says something, without the library's arrows."""
    lines = (line.strip().removeprefix("Error:").strip() for line in str(error).splitlines())
    return next(filter(None, lines), type(error).__name__)
