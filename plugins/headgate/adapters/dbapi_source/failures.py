"""What a driver's exception means: try again, or mend the query."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from headgate.errors import DataError, HeadgateError, InputError, TransientError

_OUTAGES = ("08", "40", "53", "55", "57", "58")
"""Classes of SQLSTATE: connection, rollback, resources, not in this state, intervention, system (PostgreSQL, A)."""

_SQLITE_OUTAGES = {5, 6, 7, 9, 10, 13, 15}
"""BUSY, LOCKED, NOMEM, INTERRUPT, IOERR, FULL, PROTOCOL (sqlite.org/rescode.html)."""


@contextmanager
def database_words(name: str) -> Iterator[None]:
    """Raise Headgate's errors in place of a driver's, with the database's own words.

    Args:
        name: What the source is called.

    Raises:
        TransientError: It can't be reached, or was interrupted.
        DataError: A value can't be computed or read, such as a division by zero.
        InputError: Everything else that the database says: a syntax error, no such table, no permission.
    """
    try:
        yield
    except Exception as error:
        kind = failure_of(error)
        if kind is None:
            raise
        words = " ".join(str(error).split()) or type(error).__name__
        if kind is TransientError:
            msg = f"source {name} can't be reached. The database says: {words}"
        else:
            msg = f"source {name} must be a query that its database can run. The database says: {words}"
        raise kind(msg) from error


def failure_of(error: Exception) -> type[HeadgateError] | None:
    """Return which of Headgate's errors a driver's exception is; `None` when it comes from no database.

    Codes decide where the driver has them, then the exception's class; never the message.
    """
    if isinstance(error, OSError):
        return TransientError
    names = {kind.__name__ for kind in type(error).__mro__}
    if isinstance(error, HeadgateError) or not names & {"Error", "DatabaseError", "InterfaceError"}:
        return None
    code = getattr(error, "sqlite_errorcode", None)
    state = _sqlstate(error)
    if code is not None:
        outage = code & 0xFF in _SQLITE_OUTAGES
    elif state is not None:
        outage = state.startswith(_OUTAGES)
    else:
        outage = bool(names & {"OperationalError", "InterfaceError"})
    if outage:
        return TransientError
    return DataError if "DataError" in names else InputError


def _sqlstate(error: Exception) -> str | None:
    """Return the SQLSTATE: psycopg 3 calls it so, psycopg2 pgcode, ODBC gives it as the first argument."""
    said = getattr(error, "sqlstate", None) or getattr(error, "pgcode", None)
    if said is None and type(error).__module__.partition(".")[0] == "pyodbc" and error.args:
        said = error.args[0]
    return said if isinstance(said, str) and len(said) == len("08006") else None
