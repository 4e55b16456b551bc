"""Rows of a query, streamed from a database."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pyarrow as pa

from headgate.adapters.dbapi_source.batches import ArrowBatches
from headgate.adapters.dbapi_source.drivers import Driver, driver_of
from headgate.adapters.dbapi_source.failures import database_words
from headgate.core.placeholders import bound_query
from headgate.core.windows import Window, Windows
from headgate.errors import InputError
from headgate.ports import Sighting
from headgate.spec import SqlSource

_SHOWN = 60
_COUNT, _NEWEST = "headgate_count", "headgate_newest"


class DbapiRows:
    """Rows of a query over any PEP 249 driver.

    The query runs once for each span, all spans in one read-only transaction where the driver can, its bounds bound as
    values in UTC. PostgreSQL streams through a cursor that the server keeps; others as their drivers do.

    SQLite has no points in time: bounds are text such as `2024-05-01 06:00:00`, as its `datetime()` gives it, and texts
    of the event time's and the known-at column are read as ISO 8601.

    Args:
        source: What the specification says.
        connect: Opens a connection; each call a new one.
        paramstyle: How the driver marks bound values, where its module doesn't say: as in PEP 249.

    Raises:
        InputError: The query's bounds, or its zone, aren't what they must be.
    """

    def __init__(self, source: SqlSource, connect: Callable[[], Any], *, paramstyle: str = "qmark") -> None:
        self._source = source
        self._connect = connect
        self._paramstyle = paramstyle
        self._zone = _zone_of(source.zone)

    @property
    def name(self) -> str:
        """The connection's id and the query's beginning: no credentials."""
        query = " ".join(self._source.query.split())
        return f"{self._source.conn_id}: {query if len(query) <= _SHOWN else query[:_SHOWN] + '...'}"

    def token(self, span: Window, as_of: datetime) -> str | None:  # noqa: ARG002 - the port's signature
        """Return `None`: only reading can tell."""
        return None

    def read(self, windows: Windows, spans: Sequence[Window]) -> Iterator[pa.Table]:
        """Yield the query's rows for each span, so many at a time; the connection is closed however that ends.

        Raises:
            InputError: The query fails, returns no rows' columns at all, one twice, or no event time.
            DataError: A value has no type that a snapshot holds, or isn't of its column's; a timestamp has no zone.
            TransientError: The database can't be reached.
        """
        if not spans:
            return
        with self._opened() as driver:
            batches = self._batches(driver)
            for span in spans:
                yield from self._span(driver, batches, span, windows.as_of)

    def look(self, span: Window, as_of: datetime) -> Sighting:
        """Return what the query would give, counted by the database.

        Raises:
            InputError, DataError, TransientError: As in `read`.
        """
        with self._opened() as driver:
            rows, newest = self._counted(driver, span, as_of)
            return Sighting(rows=int(rows), newest=self._batches(driver).instant(self._source.event_time, newest))

    def _counted(self, driver: Driver, span: Window, as_of: datetime) -> tuple[Any, ...]:
        source = self._source
        known = f"\nWHERE {driver.instant(source.known_at)} <= :as_of" if source.known_at else ""
        newest = f"max({driver.quoted(source.event_time)}) AS {_NEWEST}"
        inner = source.query.strip().rstrip(";")
        query = f"SELECT count(*) AS {_COUNT}, {newest} FROM (\n{inner}\n) headgate_rows{known}"  # noqa: S608 - names and the user's own query
        with database_words(self.name), self._asked(driver, query, span, as_of) as cursor:
            row: tuple[Any, ...] = cursor.fetchone()
        return row

    def _span(self, driver: Driver, batches: ArrowBatches, span: Window, as_of: datetime) -> Iterator[pa.Table]:
        with self._asked(driver, self._source.query, span, as_of) as cursor:
            told: dict[str, pa.DataType | None] | None = None
            while rows := self._fetched(cursor):
                told = told or self._columns(driver, cursor)
                yield batches.table(told, rows)
            if told is None:
                self._columns(driver, cursor)

    @contextmanager
    def _asked(self, driver: Driver, query: str, span: Window, as_of: datetime) -> Iterator[Any]:
        values = driver.bounds(span.start, span.end, as_of)
        bound = bound_query(query, paramstyle=driver.paramstyle, values=values)
        with database_words(self.name):
            cursor = driver.cursor()
        try:
            with database_words(self.name):
                cursor.execute(bound.text, bound.values)
            yield cursor
        finally:
            with suppress(Exception):  # the connection is closed next, and what went wrong is already told
                cursor.close()

    def _fetched(self, cursor: Any) -> Sequence[Any]:  # noqa: ANN401 - any driver's
        with database_words(self.name):
            rows: Sequence[Any] = cursor.fetchmany(self._source.batch_rows)
        return rows

    @contextmanager
    def _opened(self) -> Iterator[Driver]:
        with database_words(self.name):
            connection = self._connect()
        try:
            with database_words(self.name):
                driver = driver_of(connection, self._paramstyle)
                driver.begin(self._source.zone or "UTC")
            yield driver
        finally:
            with suppress(Exception):  # a connection that was lost can't be closed
                connection.close()

    def _batches(self, driver: Driver) -> ArrowBatches:
        times = {self._source.event_time, self._source.known_at or self._source.event_time}
        return ArrowBatches(self.name, zone=self._zone, texts=frozenset() if driver.has_instants else frozenset(times))

    def _columns(self, driver: Driver, cursor: Any) -> dict[str, pa.DataType | None]:  # noqa: ANN401 - any driver's
        """Return the columns with the types that the driver tells.

        A cursor that the server keeps has a description only after the first rows were fetched.
        """
        if cursor.description is None:
            msg = f"source {self.name} must be a query that returns rows. Got a statement that returns none instead."
            raise InputError(msg)
        names = [column[0] for column in cursor.description]
        twins = [name for name, count in Counter(names).items() if count > 1]
        if twins:
            msg = f"source {self.name} must return each column once. Got {', '.join(twins)} more than once instead: "
            msg += "name them apart by AS."
            raise InputError(msg)
        for wanted in (self._source.event_time, self._source.known_at):
            if wanted is not None and wanted not in names:
                raise InputError(self._missing(wanted, names))
        return {column[0]: driver.type_of(column) for column in cursor.description}

    def _missing(self, wanted: str, names: Sequence[str]) -> str:
        close = difflib.get_close_matches(wanted.lower(), [name.lower() for name in names], n=1)
        hint = f" Did you mean {next(name for name in names if name.lower() == close[0])}?" if close else ""
        return f"column {wanted} must be in source {self.name}. Got {', '.join(names)} instead.{hint}"


def _zone_of(name: str | None) -> ZoneInfo | None:
    if name is None:
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        msg = f"source.zone must be a time zone such as UTC or Europe/Vienna. Got {name!r} instead."
        raise InputError(msg) from error
