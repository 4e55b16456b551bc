"""Rows of a query on a real PostgreSQL, through Airflow's own hook and both drivers."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import Any

import psycopg
import psycopg2
import psycopg2.extras
import pyarrow as pa
import pytest

from headgate.adapters.dbapi_source import DbapiRows
from headgate.adapters.dbapi_source.drivers import driver_of
from headgate.core.windows import Window, Windows
from headgate.errors import DataError, InputError, TransientError
from headgate.hooks.sql import sql_rows
from headgate.ports import RowsSource, Sighting
from headgate.spec import SqlSource
from headgate.testing.conformance_sources import SourceConformance
from tests.contract.postgres_server import PASSWORD, connection, postgres_server, programs

pytestmark = pytest.mark.skipif(programs() is None, reason="PostgreSQL's programs aren't installed")

QUERY = "SELECT * FROM trips WHERE event_time >= :start AND event_time < :end AND note <> ':start 100%'"
TABLES = """
CREATE TABLE trips AS
SELECT timestamptz '2024-05-01 00:00:00+00' + n * interval '1 minute' AS event_time,
       timestamp '2024-05-01 00:00:00' + n * interval '1 minute' AS local_time,
       n AS small, n::bigint * 10000000000 AS big, n / 2.0::float8 AS km, (n / 3.0)::numeric(12, 2) AS price,
       n::numeric(9, 0) AS whole, n % 2 = 0 AS paid, 'né' || n AS note, date '2024-05-01' + n / 1440 AS day,
       NULL::int AS absent, '\\x6162'::bytea AS raw, interval '90 minutes' AS took, time '06:30' AS clock
FROM generate_series(0, 2879) n;
CREATE ROLE eve LOGIN PASSWORD 'eves-secret';
"""
TYPES = {
    "event_time": pa.timestamp("us", "UTC"),
    "local_time": pa.timestamp("us", "UTC"),
    "small": pa.int64(),
    "big": pa.int64(),
    "km": pa.float64(),
    "price": pa.float64(),
    "whole": pa.int64(),
    "paid": pa.bool_(),
    "note": pa.string(),
    "day": pa.date32(),
    "absent": pa.int64(),
    "raw": pa.binary(),
    "took": pa.duration("us"),
    "clock": pa.time64("us"),
}


def day(number: int, hour: int = 0) -> datetime:
    return datetime(2024, 5, number, hour, tzinfo=UTC)


FIRST, SECOND = Window(start=day(1), end=day(2)), Window(start=day(2), end=day(3))
WINDOWS = Windows(as_of=day(9), training=FIRST, holdout=SECOND)
Make = Callable[..., RowsSource]


@pytest.fixture(scope="module")
def server() -> Iterator[dict[str, Any]]:
    with postgres_server() as variable:
        facts = json.loads(variable)
        with opened(psycopg2, facts) as made, made.cursor() as cursor:
            cursor.execute(TABLES)
        made.close()
        yield facts


def opened(driver: Any, facts: dict[str, Any], **more: Any) -> Any:
    login = {"user": facts["login"], "password": facts["password"], "dbname": facts["schema"]}
    return driver.connect(host=facts["host"], port=facts["port"], **login, **more)


class PostgresWorld:
    """A table of rows by name, behind the Airflow connection trips."""

    def __init__(self, server: dict[str, Any]) -> None:
        self._server = server
        self._run(
            "DROP TABLE IF EXISTS world; CREATE TABLE world (name text, at timestamptz, known timestamptz, x int)"
        )

    def write(self, name: str, rows: pa.Table) -> None:
        values = zip(*(rows[column].to_pylist() for column in ("when", "known", "x")), strict=True)
        self._run("DELETE FROM world WHERE name = %s", (name,))
        self._run("INSERT INTO world VALUES (%s, %s, %s, %s)", *((name, *row) for row in values))

    def source(self, known_at: str | None = None) -> RowsSource:
        query = 'SELECT at AS "when", known, x FROM world WHERE at >= :start AND at < :end'
        return sql_rows(SqlSource(query, "trips", event_time="when", known_at=known_at, batch_rows=3))

    def _run(self, statement: str, *rows: tuple[Any, ...]) -> None:
        with opened(psycopg2, self._server) as made, made.cursor() as cursor:
            cursor.executemany(statement, rows or ((),))
        made.close()


class TestSqlOnPostgres(SourceConformance):
    @pytest.fixture
    def world(self, server: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> PostgresWorld:
        monkeypatch.setenv("AIRFLOW_CONN_TRIPS", json.dumps(server))
        return PostgresWorld(server)


@pytest.fixture(params=["hook", "psycopg2", "psycopg2 of dicts", "psycopg"])
def make(request: pytest.FixtureRequest, server: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> Make:
    """Return what makes the source of a query, through Airflow's hook or straight on a driver."""

    def by_hook(query: str = QUERY, **fields: Any) -> RowsSource:
        monkeypatch.setenv("AIRFLOW_CONN_TRIPS", json.dumps(server))
        return sql_rows(SqlSource(query, conn_id="trips", **{"zone": "UTC", **fields}))

    def by_driver(query: str = QUERY, **fields: Any) -> RowsSource:
        dicts = {"cursor_factory": psycopg2.extras.RealDictCursor} if "dicts" in request.param else {}
        driver = psycopg2 if "psycopg2" in request.param else psycopg
        made = SqlSource(query, conn_id="trips", **{"zone": "UTC", **fields})
        return DbapiRows(made, lambda: opened(driver, server, **dicts))

    return by_hook if request.param == "hook" else by_driver


def read(rows: RowsSource, *spans: Window) -> list[pa.Table]:
    return list(rows.read(WINDOWS, spans or (FIRST, SECOND)))


def test_the_real_database_gives_what_the_sqlite_one_gives(make: Make) -> None:
    tables = read(make(batch_rows=1000))
    assert [table.num_rows for table in tables] == [1000, 440, 1000, 440]
    assert dict(zip(tables[0].column_names, tables[0].schema.types, strict=True)) == TYPES
    assert len({str(table.schema) for table in tables}) == 1
    row = {name: column[0] for name, column in tables[2].to_pydict().items()}
    assert (row["event_time"], row["local_time"], row["day"]) == (day(2), day(2), date(2024, 5, 2))
    assert (row["big"], row["price"], row["whole"], row["raw"]) == (14_400_000_000_000, 480.0, 1440, b"ab")


def test_the_server_keeps_the_rows_until_they_are_fetched(make: Make) -> None:
    """How many lie in the client's memory: psycopg keeps what it was sent in a result of the C library."""
    reading = make(batch_rows=7).read(WINDOWS, [FIRST])
    assert next(iter(reading)).num_rows == 7
    reading.close()  # type: ignore[attr-defined]  # it is a generator


def test_all_spans_come_from_one_state_of_the_database(make: Make, server: dict[str, Any]) -> None:
    with opened(psycopg2, server) as writer, writer.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS moving; CREATE TABLE moving AS SELECT * FROM trips")
        writer.commit()
        reading = iter(make(QUERY.replace("trips", "moving"), batch_rows=2000).read(WINDOWS, [FIRST, SECOND]))
        assert next(reading).num_rows == 1440
        cursor.execute("DELETE FROM moving")
        writer.commit()
        assert sum(table.num_rows for table in reading) == 1440
    writer.close()


def test_what_reads_writes_nothing(make: Make) -> None:
    query = "WITH gone AS (DELETE FROM trips RETURNING *) SELECT * FROM gone WHERE event_time BETWEEN :start AND :end"
    with pytest.raises(InputError, match="The database says: "):
        read(make(query))
    assert len(read(make())) == 2


@pytest.mark.parametrize(
    ("query", "words"),
    [
        (QUERY.replace("trips", "nowhere"), 'relation "nowhere" does not exist'),
        (QUERY.replace("*", "FROM"), 'syntax error at or near "FROM"'),
        (QUERY.replace("*", "event_time, miles"), 'column "miles" does not exist'),
        ("SET search_path = x; SELECT :start, :end", "syntax error|multiple commands"),
    ],
)
def test_a_query_that_fails_is_final_and_told_in_the_databases_own_words(make: Make, query: str, words: str) -> None:
    with pytest.raises(InputError, match=words) as caught:
        read(make(query))
    assert "\n" not in str(caught.value)


def test_a_value_that_can_not_be_computed_is_the_datas_fault(make: Make) -> None:
    with pytest.raises(DataError, match="division by zero"):
        read(make(QUERY.replace("*", "event_time, 1 / (small - small) AS ratio")))


@pytest.mark.parametrize("span", [FIRST, Window(start=day(20), end=day(21))])
def test_columns_are_checked_with_rows_or_without(make: Make, span: Window) -> None:
    with pytest.raises(InputError, match="Got small more than once instead"):
        read(make(QUERY.replace("*", "event_time, small, big AS small")), span)
    with pytest.raises(InputError, match="column event_time must be in source"):
        read(make(QUERY.replace("*", "local_time")), span)


def test_times_without_a_zone_are_refused_unless_it_is_said(make: Make) -> None:
    with pytest.raises(DataError, match=r"column local_time of source .* must say its time zone"):
        read(make(zone=None))


def test_the_bounds_of_local_times_are_those_of_their_zone(make: Make) -> None:
    query = "SELECT local_time FROM trips WHERE local_time >= :start AND local_time < :end"
    vienna = Window(start=day(1, 0), end=day(1, 4))  # 02:00 to 06:00 in summer
    tables = read(make(query, event_time="local_time", zone="Europe/Vienna"), vienna)
    times = pa.concat_tables(tables).column("local_time").to_pylist()
    assert (min(times), max(times), len(times)) == (day(1, 0), datetime(2024, 5, 1, 3, 59, tzinfo=UTC), 240)


def test_a_look_counts_and_finds_the_newest(make: Make) -> None:
    assert make().look(SECOND, day(9)) == Sighting(rows=1440, newest=datetime(2024, 5, 2, 23, 59, tzinfo=UTC))
    assert make().look(Window(start=day(20), end=day(21)), day(22)) == Sighting(rows=0, newest=None)
    assert make(f"{QUERY};", known_at="event_time").look(SECOND, day(2, 1)).rows == 61


def test_a_statement_that_takes_too_long_may_be_tried_again(server: dict[str, Any]) -> None:
    query = "SELECT event_time, pg_sleep(5) FROM trips WHERE event_time >= :start AND event_time < :end"
    rows = DbapiRows(
        SqlSource(query, conn_id="trips"), lambda: opened(psycopg2, server, options="-c statement_timeout=50")
    )
    with pytest.raises(TransientError, match="canceling statement due to statement timeout"):
        read(rows)


@pytest.mark.parametrize("driver", [psycopg, psycopg2])
def test_a_connection_that_is_cut_while_it_is_read_may_be_tried_again(driver: Any, server: dict[str, Any]) -> None:
    held: list[Any] = []

    def connect() -> Any:
        held.append(opened(driver, server))
        return held[0]

    reading = iter(
        DbapiRows(SqlSource(QUERY, conn_id="trips", zone="UTC", batch_rows=10), connect).read(WINDOWS, [FIRST])
    )
    next(reading)
    with opened(psycopg2, server) as admin, admin.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", (held[0].info.backend_pid,))
    admin.close()
    with pytest.raises(TransientError, match="can't be reached"):
        next(reading)
    assert held[0].closed


def test_a_server_that_is_not_there_may_be_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_GONE", connection(1))
    with pytest.raises(TransientError, match=r"source gone: SELECT .* can't be reached") as caught:
        read(sql_rows(SqlSource(QUERY, conn_id="gone")))
    assert PASSWORD not in str(caught.value)


def test_a_table_one_may_not_read_is_final_and_no_secret_is_told(
    server: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_EVE", connection(server["port"], login="eve", password="eves-secret"))  # noqa: S106
    rows = sql_rows(SqlSource(QUERY, conn_id="eve"))
    with pytest.raises(InputError, match="permission denied for table trips") as caught:
        read(rows)
    assert "eves-secret" not in str(caught.value) + rows.name


def test_every_connection_is_closed(server: dict[str, Any], make: Make) -> None:
    read(make())
    make().look(FIRST, day(9))
    with opened(psycopg2, server) as admin, admin.cursor() as cursor:
        left = 1
        for _ in range(100):  # the server notices a client that went a moment later
            cursor.execute("SELECT pg_sleep(0.05), count(*) FROM pg_stat_activity WHERE state = 'idle in transaction'")
            left = cursor.fetchone()[1]
            admin.rollback()
            if not left:
                break
        assert left == 0
    admin.close()


def test_a_server_side_cursor_is_what_both_drivers_use(server: dict[str, Any]) -> None:
    for driver in (psycopg, psycopg2):
        connection = opened(driver, server)
        known = driver_of(connection, "qmark")
        known.begin("UTC")
        cursor = known.cursor()
        assert (cursor.name, known.paramstyle) == ("headgate", "pyformat")
        cursor.close()
        connection.close()
