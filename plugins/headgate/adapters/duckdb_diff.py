"""Rows of two snapshots, compared in DuckDB: streamed, with what memory doesn't hold spilled to disk."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import duckdb
import pyarrow as pa

from headgate.core.snapshot_diff import Bin, Restated, Row, RowsDiff
from headgate.errors import HeadgateError, InputError, StoreError
from headgate.ports import RowsScan
from headgate.ports.diffing import Comparison

SHOWN = 5
"""How many rows of a kind are shown."""

_BINS = 60
_MICROSECOND = timedelta(microseconds=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class DuckdbDiffer:
    """`RowsDiffer` of two passes: one over all compared columns; without a key, one more over the event times.

    Args:
        memory_limit: Such as `512MB`; what doesn't fit is spilled to a temporary folder, removed afterwards.
    """

    def __init__(self, memory_limit: str = "1GB") -> None:
        self._memory_limit = memory_limit

    def compare(self, before: RowsScan, after: RowsScan, comparison: Comparison) -> RowsDiff:
        """Return how the rows differ as multisets (see the port).

        Raises:
            InputError: The memory limit isn't one.
            SnapshotDamagedError: A part isn't what was written.
            StoreError: There is no room for what memory doesn't hold.
        """
        try:
            with _connected(self._memory_limit) as connection:
                query = _Query(connection, comparison)
                query.load(before, after)
                return query.result()
        except (duckdb.OutOfMemoryException, duckdb.IOException) as error:
            folder = tempfile.gettempdir()
            msg = f"comparing must have room for what it holds: {self._memory_limit} of memory, and {folder}. Got "
            msg += f"{str(error).splitlines()[0]} instead. Give it more memory, or more room by TMPDIR."
            raise StoreError(msg) from error


class _Query:
    """Columns go by c0, c1, ... in the tables, so that no name of the user's can clash with what is added."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, comparison: Comparison) -> None:
        self._connection = connection
        self._comparison = comparison
        self._names = [f"c{place}" for place in range(len(comparison.columns))]
        self._known_by = [self._name_of(column) for column in (comparison.event_time, *comparison.key)]
        self._time = self._known_by[0]

    def load(self, before: RowsScan, after: RowsScan) -> None:
        """Make the table `moved`: each row that isn't there as often on both sides, and how often more after."""
        columns = self._comparison.columns
        self._execute(
            f"""CREATE TEMP TABLE moved AS SELECT {self._all()}, sum(side)::BIGINT AS surplus
            FROM ({self._sides(columns, self._names)}) GROUP BY ALL HAVING sum(side) <> 0""",  # noqa: S608 - quoted
            before,
            after,
            columns,
        )
        if self._comparison.key or not self._value("SELECT count(DISTINCT surplus > 0) = 2 FROM moved"):
            self._split("TRUE")
            return
        event_time = [self._comparison.event_time]
        self._execute(
            f"""CREATE TEMP TABLE once AS SELECT {self._time} FROM ({self._sides(event_time, [self._time])})
            WHERE {self._time} IN (SELECT {self._time} FROM moved) GROUP BY ALL
            HAVING count(*) FILTER (side < 0) = 1 AND count(*) FILTER (side > 0) = 1""",  # noqa: S608 - quoted
            before,
            after,
            event_time,
        )
        self._split(f"{self._time} IN (SELECT {self._time} FROM once)")  # noqa: S608 - own names

    def result(self) -> RowsDiff:
        """Return what the tables hold."""
        pairs = self._pairs()
        changed = ", ".join(f"count(*) FILTER (gone.{name} IS DISTINCT FROM come.{name})" for name in self._names)
        restated, *changes = self._row(f"SELECT count(*), {changed} FROM {pairs}")  # noqa: S608 - own names
        counts = zip(self._comparison.columns, changes, strict=True)
        return RowsDiff(
            added=self._value("SELECT count(*) FROM come") - restated,
            removed=self._value("SELECT count(*) FROM gone") - restated,
            restated=restated,
            columns=tuple((column, count) for column, count in counts if count),
            timeline=self._timeline(),
            added_rows=self._shown("come", "gone"),
            removed_rows=self._shown("gone", "come"),
            restated_rows=self._restated(),
        )

    def _split(self, known_again: str) -> None:
        """Make `gone` and `come` of `moved`: a row for each time, numbered among those known by the same values."""
        by = ", ".join(self._known_by)
        for table, sign in (("gone", "-"), ("come", "")):
            self._connection.execute(
                f"""CREATE TEMP TABLE {table} AS SELECT {self._all()}, CASE WHEN {known_again} THEN
                row_number() OVER (PARTITION BY {by} ORDER BY {self._all()}) END AS number
                FROM (SELECT *, unnest(range({sign}surplus)) FROM moved WHERE {sign}surplus > 0)"""  # noqa: S608 - own names
            )

    def _sides(self, columns: Sequence[str], names: Sequence[str]) -> str:
        chosen = ", ".join(f"{_quoted(column)} AS {name}" for column, name in zip(columns, names, strict=True))
        return f"SELECT {chosen}, -1 AS side FROM before UNION ALL SELECT {chosen}, 1 AS side FROM after"  # noqa: S608

    def _pairs(self) -> str:
        return f"come JOIN gone ON {self._matched()}"

    def _matched(self) -> str:
        equal = (f"come.{name} IS NOT DISTINCT FROM gone.{name}" for name in self._known_by)
        return f"come.number = gone.number AND {' AND '.join(equal)}"

    def _shown(self, table: str, other: str) -> tuple[Row, ...]:
        texts = ", ".join(f"{name}::VARCHAR" for name in self._names)
        found = self._connection.execute(
            f"""SELECT {texts} FROM (SELECT * FROM {table} ANTI JOIN {other} ON {self._matched()}
            ORDER BY {self._time}, {self._all()} LIMIT {SHOWN})"""  # noqa: S608 - own names
        ).fetchall()
        return tuple(tuple(zip(self._comparison.columns, row, strict=True)) for row in found)

    def _restated(self) -> tuple[Restated, ...]:
        sides = [", ".join(f"{side}.{name}::VARCHAR" for name in self._names) for side in ("gone", "come")]
        order = ", ".join(f"come.{name}" for name in self._known_by)
        found = self._connection.execute(
            f"SELECT {', '.join(sides)} FROM {self._pairs()} ORDER BY {order}, come.number LIMIT {SHOWN}"  # noqa: S608
        ).fetchall()
        return tuple(self._restatement(row[: len(self._names)], row[len(self._names) :]) for row in found)

    def _restatement(self, then: Sequence[str | None], now: Sequence[str | None]) -> Restated:
        known_by = {self._comparison.event_time, *self._comparison.key}
        columns = list(zip(self._comparison.columns, then, now, strict=True))
        return Restated(
            row=tuple((name, value) for name, _, value in columns if name in known_by),
            changes=tuple((name, was, value) for name, was, value in columns if was != value),
        )

    def _timeline(self) -> tuple[Bin, ...]:
        span = self._comparison.span
        start = span.start.astimezone(UTC)
        width = max((span.end - span.start) // _BINS // _MICROSECOND, 1)
        first = round((start - _EPOCH) / _MICROSECOND)
        place = f"(epoch_us(come.{self._time}::TIMESTAMPTZ) - {first}) // {width}"
        counted = [
            f"SELECT {place} AS place, 0 AS added, 0 AS removed, 1 AS restated FROM {self._pairs()}",  # noqa: S608
            f"SELECT {place}, 1, 0, 0 FROM come ANTI JOIN gone ON {self._matched()}",  # noqa: S608
            f"SELECT {place.replace('come', 'gone')}, 0, 1, 0 FROM gone ANTI JOIN come ON {self._matched()}",  # noqa: S608
        ]
        found = self._connection.execute(
            f"""SELECT least(greatest(place, 0), {_BINS - 1}) AS bin, sum(added)::BIGINT, sum(removed)::BIGINT,
            sum(restated)::BIGINT FROM ({" UNION ALL ".join(counted)}) WHERE place IS NOT NULL
            GROUP BY bin ORDER BY bin"""  # noqa: S608 - own names
        ).fetchall()
        return tuple(
            Bin(start=start + place * width * _MICROSECOND, added=added, removed=removed, restated=restated)
            for place, added, removed, restated in found
        )

    def _execute(self, sql: str, before: RowsScan, after: RowsScan, columns: Sequence[str]) -> None:
        streams = [_Stream(rows, columns) for rows in (before, after)]
        schemas = [stream.schema for stream in streams]
        known = next(schema for schema in schemas if schema is not None)
        for name, stream in zip(("before", "after"), streams, strict=True):
            self._connection.register(name, stream.reader(known))
        try:
            self._connection.execute(sql).fetchall()
        except (duckdb.Error, pa.ArrowException, HeadgateError) as error:
            failure = next((stream.failure for stream in streams if stream.failure), None)
            if failure is not None:
                raise failure from error
            raise

    def _all(self) -> str:
        return ", ".join(self._names)

    def _name_of(self, column: str) -> str:
        return self._names[self._comparison.columns.index(column)]

    def _row(self, sql: str) -> tuple[Any, ...]:
        return self._connection.execute(sql).fetchall()[0]

    def _value(self, sql: str) -> Any:  # noqa: ANN401 - DuckDB's
        return self._row(sql)[0]


class _Stream:
    """Some columns of a scan as one Arrow stream. It keeps what the reading raised, which DuckDB makes text of."""

    def __init__(self, rows: RowsScan, columns: Sequence[str]) -> None:
        self._parts = cast("Iterator[pa.Table]", map(_readable, rows.parts(columns)))
        self._first = next(self._parts, None)
        self.failure: HeadgateError | None = None

    @property
    def schema(self) -> pa.Schema | None:
        """Its columns; `None` where there is no part at all."""
        return None if self._first is None else self._first.schema

    def reader(self, known: pa.Schema) -> pa.RecordBatchReader:
        """Return the stream, which can be read once; without parts, one without rows of a known schema."""
        return pa.RecordBatchReader.from_batches(self.schema or known, self._batches())

    def _batches(self) -> Iterator[pa.RecordBatch]:
        if self._first is None:
            return
        try:
            for part in itertools.chain([self._first], self._parts):
                self._first = None
                yield from part.to_batches()
        except HeadgateError as error:
            self.failure = error
            raise


def _readable(rows: object) -> pa.Table:
    """Return rows with text in place of what DuckDB has no type for."""
    table = cast("pa.Table", rows)
    for place, field in enumerate(table.schema):
        if pa.types.is_decimal256(field.type) or pa.types.is_interval(field.type):
            table = table.set_column(place, field.name, table.column(place).cast(pa.string()))
    return table


@contextmanager
def _connected(memory_limit: str) -> Iterator[duckdb.DuckDBPyConnection]:
    with tempfile.TemporaryDirectory(prefix="headgate-diff-") as folder:
        settings: dict[str, str | bool | int | float | list[str]] = {
            "temp_directory": folder,
            "memory_limit": memory_limit,
            "preserve_insertion_order": "false",
        }
        try:
            connection = duckdb.connect(config=settings)
        except duckdb.ParserException as error:
            msg = f"memory must be a size such as 512MB. Got {memory_limit!r} instead."
            raise InputError(msg) from error
        with connection:
            connection.execute("SET TimeZone = 'UTC'")
            yield connection


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
