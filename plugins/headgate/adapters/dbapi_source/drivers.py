"""What drivers do in ways of their own: streaming, reading only, and instants."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa

TIMES = pa.timestamp("us", "UTC")

_OIDS = {
    16: pa.bool_(),
    **dict.fromkeys((20, 21, 23), pa.int64()),
    **dict.fromkeys((700, 701, 1700), pa.float64()),
    **dict.fromkeys((18, 19, 25, 1042, 1043, 2950), pa.string()),
    17: pa.binary(),
    1082: pa.date32(),
    1083: pa.time64("us"),
    **dict.fromkeys((1114, 1184), TIMES),
    1186: pa.duration("us"),
}
"""PostgreSQL's types by their number, which its drivers give (src/include/catalog/pg_type.dat)."""
_NUMERIC = 1700
_DIGITS = 18
"""So many always fit into 64 bits."""


class Driver:
    """Any driver: fetches so many rows at a time; whether it streams is its own affair.

    Args:
        connection: An open connection, which nobody else uses.
        paramstyle: How it marks bound values, where its module doesn't say.
    """

    has_instants = True
    """Whether the database gives points in time as such, and takes them."""

    def __init__(self, connection: Any, paramstyle: str) -> None:  # noqa: ANN401 - any driver's
        self.connection = connection
        self.paramstyle = _paramstyle_of(connection) or paramstyle

    def begin(self, zone: str) -> None:
        """Start reading, and nothing but reading, in one state of the database where the driver can.

        Args:
            zone: In which the database reads its timestamps without a zone.
        """

    def cursor(self) -> Any:  # noqa: ANN401 - any driver's
        """Return a cursor."""
        return self.connection.cursor()

    def bounds(self, start: datetime, end: datetime, as_of: datetime) -> dict[str, Any]:
        """Return the values that the query's bounds stand for."""
        return {"start": start.astimezone(UTC), "end": end.astimezone(UTC), "as_of": as_of.astimezone(UTC)}

    def type_of(self, column: Any) -> pa.DataType | None:  # noqa: ANN401, ARG002 - an entry of a cursor's description
        """Return the Arrow type of a column where the driver tells it; `None` where only values can."""
        return None

    def quoted(self, column: str) -> str:
        """Return a column's name as SQL."""
        return '"{}"'.format(column.replace('"', '""'))

    def instant(self, column: str) -> str:
        """Return the SQL that compares a column with a bound."""
        return self.quoted(column)


class SqliteDriver(Driver):
    """SQLite, which has no points in time: they are text in UTC and whole seconds, as its `datetime()` gives them."""

    has_instants = False

    def begin(self, zone: str) -> None:  # noqa: ARG002 - it knows no zones
        """Read only, and all from one state."""
        self.connection.execute("PRAGMA query_only = ON")
        self.connection.execute("BEGIN")

    def bounds(self, start: datetime, end: datetime, as_of: datetime) -> dict[str, Any]:
        """Return text such as `2024-05-01 06:00:00`: the start and the as-of rounded down, the end rounded up."""
        up = end + timedelta(seconds=1) if end.microsecond else end
        instants = {"start": start, "end": up, "as_of": as_of}
        return {name: f"{instant.astimezone(UTC):%Y-%m-%d %H:%M:%S}" for name, instant in instants.items()}

    def instant(self, column: str) -> str:
        """Return the SQL that compares a column with a bound."""
        return f"datetime({self.quoted(column)})"


class MysqlDriver(Driver):
    """MySQL and MariaDB, which quote names in their own way."""

    def quoted(self, column: str) -> str:
        """Return a column's name as SQL."""
        return "`{}`".format(column.replace("`", "``"))


class Psycopg2Driver(Driver):
    """PostgreSQL by psycopg2, through a cursor that the server keeps."""

    def begin(self, zone: str) -> None:
        """Read only, and all from one state."""
        self.connection.set_session(isolation_level="REPEATABLE READ", readonly=True, autocommit=False)
        self._speak(zone)

    def cursor(self) -> Any:  # noqa: ANN401 - the driver's
        """Return a named cursor that gives plain tuples."""
        plain = sys.modules["psycopg2.extensions"].cursor
        return self.connection.cursor("headgate", cursor_factory=plain)

    def type_of(self, column: Any) -> pa.DataType | None:  # noqa: ANN401 - an entry of a cursor's description
        """Return the Arrow type of a column by PostgreSQL's number for its type."""
        code, precision, scale = column[1], column[4], column[5]
        whole = code == _NUMERIC and scale == 0 and precision is not None and precision <= _DIGITS
        return pa.int64() if whole else _OIDS.get(code)

    def _speak(self, zone: str) -> None:
        with self.connection.cursor() as cursor:
            cursor.execute("SELECT set_config('TimeZone', %s, true)", (zone,))


class Psycopg3Driver(Psycopg2Driver):
    """PostgreSQL by psycopg 3, through a cursor that the server keeps."""

    def begin(self, zone: str) -> None:
        """Read only, and all from one state."""
        self.connection.autocommit = False
        self.connection.isolation_level = sys.modules["psycopg"].IsolationLevel.REPEATABLE_READ
        self.connection.read_only = True
        self._speak(zone)

    def cursor(self) -> Any:  # noqa: ANN401 - the driver's
        """Return a named cursor that gives plain tuples."""
        return self.connection.cursor("headgate", row_factory=sys.modules["psycopg.rows"].tuple_row)


_DRIVERS: dict[str, type[Driver]] = {
    "MySQLdb": MysqlDriver,
    "mysql": MysqlDriver,
    "psycopg": Psycopg3Driver,
    "psycopg2": Psycopg2Driver,
    "pymysql": MysqlDriver,
    "sqlite3": SqliteDriver,
}


def driver_of(connection: Any, paramstyle: str) -> Driver:  # noqa: ANN401 - any driver's
    """Return what is known of a connection's driver."""
    libraries = (kind.__module__.partition(".")[0] for kind in type(connection).__mro__)
    kind = next((_DRIVERS[library] for library in libraries if library in _DRIVERS), Driver)
    return kind(connection, paramstyle)


def _paramstyle_of(connection: Any) -> str | None:  # noqa: ANN401 - any driver's
    """Return what the module that made a connection says, or the package around it."""
    for kind in type(connection).__mro__:
        parts = kind.__module__.split(".")
        for length in range(len(parts), 0, -1):
            style = getattr(sys.modules.get(".".join(parts[:length])), "paramstyle", None)
            if isinstance(style, str):
                return style
    return None
