"""Rows of a query, on SQLite and on drivers that behave as PEP 249 allows."""

from __future__ import annotations

import sqlite3
from collections.abc import Generator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pyarrow as pa
import pytest

from headgate.adapters.dbapi_source import DbapiRows
from headgate.core.windows import Window, Windows
from headgate.errors import DataError, InputError, TransientError
from headgate.ports import Sighting
from headgate.spec import SqlSource

QUERY = "SELECT * FROM trips WHERE at >= :start AND at < :end"


def day(number: int, hour: int = 0) -> datetime:
    return datetime(2024, 5, number, hour, tzinfo=UTC)


MAY = Window(start=day(1), end=day(5))
WINDOWS = Windows(as_of=day(9), training=MAY, holdout=Window(start=day(5), end=day(7)))


class Watched(sqlite3.Connection):
    """A connection to SQLite that notes what is done with it."""

    fetched: list[int]
    closed: int

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fetched, self.closed = [], 0

    def cursor(self, factory: Any = None) -> Any:
        return super().cursor(WatchedCursor)

    def close(self) -> None:
        self.closed += 1
        super().close()


class WatchedCursor(sqlite3.Cursor):
    def fetchmany(self, size: int | None = 1) -> list[Any]:
        rows = super().fetchmany(size)
        cast("Watched", self.connection).fetched.append(len(rows))
        return rows


@pytest.fixture
def path(tmp_path: Path) -> Path:
    found = tmp_path / "trips.db"
    connection = sqlite3.connect(found)
    connection.execute("CREATE TABLE trips (at TEXT, n INTEGER, km REAL, who TEXT, absent TEXT)")
    rows = [(f"2024-05-{n:02d} 06:00:00+00:00", n, n / 2, "é" * n, None) for n in range(1, 9)]
    connection.executemany("INSERT INTO trips VALUES (?, ?, ?, ?, ?)", rows)
    connection.commit()
    connection.close()
    return found


def source(query: str = QUERY, **fields: Any) -> SqlSource:
    return SqlSource(query, **{"conn_id": "trips", "event_time": "at", **fields})


def rows_of(path: Path, query: str = QUERY, **fields: Any) -> DbapiRows:
    return DbapiRows(source(query, **fields), lambda: sqlite3.connect(path))


def read(rows: DbapiRows, *spans: Window) -> list[pa.Table]:
    return list(rows.read(WINDOWS, spans or (MAY,)))


def test_a_span_is_half_open_and_each_column_has_a_type(path: Path) -> None:
    (table,) = read(rows_of(path))
    assert table.column("n").to_pylist() == [1, 2, 3, 4]
    assert table.schema.types == [pa.timestamp("us", "UTC"), pa.int64(), pa.float64(), pa.string(), pa.null()]
    assert table.column("at")[0].as_py() == day(1, 6)


def test_the_query_runs_once_for_each_span(path: Path) -> None:
    tables = read(rows_of(path), MAY, WINDOWS.holdout)
    assert [table.column("n").to_pylist() for table in tables] == [[1, 2, 3, 4], [5, 6]]


def test_rows_come_so_many_at_a_time_and_no_more(path: Path) -> None:
    watched = sqlite3.connect(path, factory=Watched)
    tables = read(DbapiRows(source(batch_rows=3), lambda: watched))
    assert [table.num_rows for table in tables] == [3, 1]
    assert watched.fetched == [3, 1, 0]
    assert watched.closed == 1


def test_a_consumer_that_stops_early_leaves_no_connection_open(path: Path) -> None:
    watched = sqlite3.connect(path, factory=Watched)
    reading = DbapiRows(source(batch_rows=1), lambda: watched).read(WINDOWS, [MAY])
    next(reading)
    assert watched.closed == 0
    cast("Generator[Any]", reading).close()
    assert (watched.closed, watched.fetched) == (1, [1])


@pytest.mark.parametrize("query", ["SELECT * FROM nowhere WHERE at >= :start AND at < :end", QUERY.replace("*", "n")])
def test_a_query_that_fails_leaves_no_connection_open(path: Path, query: str) -> None:
    watched = sqlite3.connect(path, factory=Watched)
    with pytest.raises(InputError):
        read(DbapiRows(source(query), lambda: watched))
    assert watched.closed == 1


def test_a_source_without_spans_opens_no_connection() -> None:
    def refuse() -> Any:
        raise AssertionError

    assert list(DbapiRows(source(), refuse).read(WINDOWS, [])) == []


def test_a_query_that_finds_no_rows_gives_none(path: Path) -> None:
    empty = Window(start=day(20), end=day(21))
    assert read(rows_of(path), empty) == []


def test_columns_keep_their_types_from_batch_to_batch(path: Path) -> None:
    tables = read(rows_of(path, batch_rows=1), MAY, WINDOWS.holdout)
    assert len(tables) == 6
    assert len({str(table.schema) for table in tables}) == 1


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("SELECT * FROM nowhere WHERE at >= :start AND at < :end", "no such table: nowhere"),
        ("SELECT * FORM trips WHERE at >= :start AND at < :end", 'near "FORM": syntax error'),
        ("SELECT * FROM trips WHERE at >= :start AND at < :end AND miles > 1", "no such column: miles"),
        (f"{QUERY}; SELECT 2", "one statement at a time"),
        ("DELETE FROM trips WHERE at >= :start AND at < :end", "attempt to write a readonly database"),
    ],
)
def test_a_query_that_fails_is_told_in_the_databases_own_words(path: Path, query: str, words: str) -> None:
    with pytest.raises(InputError, match=f"must be a query that its database can run. The database says: .*{words}"):
        read(rows_of(path, query))


class Silent:
    """A driver that nobody knows, of a database that answers without rows: what it was asked is kept."""

    description = None

    def __init__(self) -> None:
        self.asked: list[Any] = []

    def cursor(self) -> Silent:
        return self

    def execute(self, text: str, values: Any) -> None:
        self.asked.append((text, values))

    def fetchmany(self, size: int) -> list[Any]:
        return []

    def close(self) -> None:
        self.asked.append("closed")


def test_a_statement_that_gives_no_rows_at_all_is_refused() -> None:
    with pytest.raises(InputError, match=r"must be a query that returns rows. Got a statement that returns none"):
        read(DbapiRows(source(), Silent))


def test_a_driver_that_nobody_knows_gets_instants_and_the_placeholders_that_its_hook_names() -> None:
    silent = Silent()
    with pytest.raises(InputError):
        read(DbapiRows(source(), lambda: silent, paramstyle="format"))
    text = "SELECT * FROM trips WHERE at >= %s AND at < %s"
    assert silent.asked == [(text, (MAY.start, MAY.end)), "closed", "closed"]


@pytest.mark.parametrize("span", [MAY, Window(start=day(20), end=day(21))])
def test_two_columns_of_one_name_are_refused_with_rows_or_without(path: Path, span: Window) -> None:
    query = QUERY.replace("*", "at, n, km AS n")
    with pytest.raises(
        InputError, match=r"must return each column once. Got n more than once instead: name them apart"
    ):
        read(rows_of(path, query), span)


@pytest.mark.parametrize("span", [MAY, Window(start=day(20), end=day(21))])
def test_an_event_time_that_is_not_there_is_told_with_what_is(path: Path, span: Window) -> None:
    query = QUERY.replace("*", "at AS When_at, n")
    with pytest.raises(
        InputError, match=r"column when_at must be in .*Got When_at, n instead\. Did you mean When_at\?"
    ):
        read(rows_of(path, query, event_time="when_at"), span)


def test_a_known_at_that_is_not_there_is_refused(path: Path) -> None:
    with pytest.raises(InputError, match="column known must be in source"):
        read(rows_of(path, known_at="known"))


def test_a_database_that_is_locked_may_be_tried_again(path: Path) -> None:
    writer = sqlite3.connect(path)
    writer.execute("BEGIN EXCLUSIVE")
    rows = DbapiRows(source(), lambda: sqlite3.connect(path, timeout=0))
    with pytest.raises(TransientError, match=r"can't be reached. The database says: database is locked"):
        read(rows)
    writer.close()


def test_a_connection_that_is_refused_may_be_tried_again() -> None:
    def refuse() -> Any:
        raise ConnectionRefusedError(111, "Connection refused")

    with pytest.raises(TransientError, match="Connection refused"):
        read(DbapiRows(source(), refuse))


def test_an_error_of_no_database_is_not_taken_for_one() -> None:
    def broken() -> Any:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        read(DbapiRows(source(), broken))


def test_times_without_a_zone_are_refused_unless_the_zone_is_said(path: Path) -> None:
    query = QUERY.replace("*", "datetime(at) AS at, n")
    with pytest.raises(DataError, match=r'must say its time zone. Got 2024-05-01T06:00:00 .*SqlSource\(zone="UTC"\)'):
        read(rows_of(path, query))
    (table,) = read(rows_of(path, query, zone="Europe/Vienna"))
    assert table.column("at")[0].as_py() == day(1, 4)


def test_a_zone_that_nobody_knows_is_refused_before_anything_is_read(path: Path) -> None:
    with pytest.raises(InputError, match=r"source.zone must be a time zone such as UTC or Europe/Vienna. Got 'Mars'"):
        rows_of(path, zone="Mars")


def test_a_text_that_is_no_time_is_refused(path: Path) -> None:
    with pytest.raises(DataError, match=r"column at of source .* must be ISO 8601.* Got 'é' instead"):
        read(rows_of(path, QUERY.replace("*", "who AS at, n")))


def test_a_column_of_two_types_is_refused_in_one_batch_and_in_two(path: Path) -> None:
    query = QUERY.replace("*", "at, CASE WHEN n < 3 THEN n ELSE who END AS mixed")
    with pytest.raises(DataError, match=r"column mixed .* of one type. Got int64 and string instead: CAST it"):
        read(rows_of(path, query))
    with pytest.raises(DataError, match=r"column mixed .* of one type. Got string after int64 instead: CAST it"):
        read(rows_of(path, query, batch_rows=2))


def test_a_column_whose_first_batch_is_empty_gets_its_type_from_a_later_one(path: Path) -> None:
    query = QUERY.replace("*", "at, CASE WHEN n > 2 THEN n END AS late")
    tables = read(rows_of(path, query, batch_rows=2))
    assert [str(table.schema.field("late").type) for table in tables] == ["null", "int64"]
    assert pa.concat_tables(tables, promote_options="default").column("late").to_pylist() == [None, None, 3, 4]


def test_bounds_of_sqlite_are_the_text_that_its_datetime_gives(path: Path) -> None:
    query = "SELECT datetime(at) AS at, :start AS s, :end AS e, :as_of AS a FROM trips WHERE :start < :end LIMIT 1"
    within = Window(start=day(1) + timedelta(microseconds=5), end=day(2) + timedelta(microseconds=5))
    windows = Windows(as_of=day(9) + timedelta(microseconds=5), training=within, holdout=within)
    (table,) = rows_of(path, query, zone="UTC").read(windows, [within])
    bounds = [table.column(name)[0].as_py() for name in "sea"]
    assert bounds == ["2024-05-01 00:00:00", "2024-05-02 00:00:01", "2024-05-09 00:00:00"]


def test_a_look_counts_without_reading(path: Path) -> None:
    assert rows_of(path).look(MAY, day(9)) == Sighting(rows=4, newest=day(4, 6))
    assert rows_of(path, f"{QUERY} -- all of them\n;").look(MAY, day(9)).rows == 4


def test_a_look_at_nothing_finds_no_newest(path: Path) -> None:
    assert rows_of(path).look(Window(start=day(20), end=day(21)), day(25)) == Sighting(rows=0, newest=None)


def test_a_look_counts_only_what_was_known(path: Path) -> None:
    query = QUERY.replace("*", "*, datetime(at, '+1 day') || 'Z' AS known")
    assert rows_of(path, query, known_at="known").look(MAY, day(4, 7)).rows == 3


def test_only_reading_tells_what_a_query_gives(path: Path) -> None:
    assert rows_of(path).token(MAY, day(9)) is None


def test_a_name_is_the_connection_and_the_querys_beginning(path: Path) -> None:
    assert rows_of(path).name == "trips: SELECT * FROM trips WHERE at >= :start AND at < :end"
    long = rows_of(path, f"{QUERY}\n  AND who IN ('{'x' * 100}')").name
    assert long == "trips: SELECT * FROM trips WHERE at >= :start AND at < :end AND who..."
