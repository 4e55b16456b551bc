"""Queries over Airflow's connections: which hooks will do, and what a task says when one won't."""

from __future__ import annotations

import json
import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from headgate.core.windows import Window, Windows
from headgate.errors import InputError, TransientError
from headgate.hooks.sources import source_of
from headgate.spec import SqlSource
from headgate.testing.conformance_sources import SourceConformance, day, rows_of, span, windows_of

QUERY = "SELECT * FROM trips WHERE datetime(at) >= :start AND datetime(at) < :end"
MAY = Window(start=datetime(2024, 5, 1, tzinfo=UTC), end=datetime(2024, 6, 1, tzinfo=UTC))
WINDOWS = Windows(as_of=MAY.end, training=MAY, holdout=MAY)


class SqliteWorld:
    """A table of rows by name, behind the Airflow connection trips."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._run("CREATE TABLE trips (name TEXT, at TEXT, known TEXT, x INTEGER)")

    def write(self, name: str, rows: Any) -> None:
        values = [
            (name, when.isoformat(sep=" "), known.isoformat(sep=" "), x)
            for when, known, x in zip(*(rows[c].to_pylist() for c in ("when", "known", "x")), strict=True)
        ]
        self._run("DELETE FROM trips WHERE name = ?", (name,))
        self._run("INSERT INTO trips VALUES (?, ?, ?, ?)", *values)

    def source(self, known_at: str | None = None) -> Any:
        query = QUERY.replace("*", 'at AS "when", known, x')
        return source_of(SqlSource(query, "trips", event_time="when", known_at=known_at, batch_rows=3))

    def _run(self, statement: str, *rows: tuple[Any, ...]) -> None:
        connection = sqlite3.connect(self.path)
        with connection:
            connection.executemany(statement, rows) if rows else connection.execute(statement)
        connection.close()


class TestSqlOnSqlite(SourceConformance):
    @pytest.fixture
    def world(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SqliteWorld:
        path = tmp_path / "trips.db"
        monkeypatch.setenv("AIRFLOW_CONN_TRIPS", json.dumps({"conn_type": "sqlite", "host": str(path)}))
        return SqliteWorld(path)


def refused(source: SqlSource) -> str:
    with pytest.raises(InputError) as caught:
        list(source_of(source).read(WINDOWS, [MAY]))
    return str(caught.value)


def test_a_connection_that_is_not_there_is_asked_for() -> None:
    said = refused(SqlSource(QUERY, "nowhere"))
    assert "Airflow connection nowhere must be there" in said
    assert "AIRFLOW_CONN_NOWHERE" in said


@pytest.mark.parametrize("conn_type", ["http", "aws"])
def test_a_connection_that_is_no_databases_is_refused(conn_type: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_TRIPS", json.dumps({"conn_type": conn_type, "host": "h"}))
    said = refused(SqlSource(QUERY, "trips"))
    assert said.startswith("Airflow connection trips must be a database's: of a type whose provider has a DbApiHook.")
    assert f"Got type '{conn_type}' instead" in said


def test_a_connection_whose_provider_is_not_installed_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_TRIPS", json.dumps({"conn_type": "oracle", "host": "h"}))
    assert "Got type 'oracle' instead, and its provider isn't installed" in refused(SqlSource(QUERY, "trips"))


def test_no_secret_of_a_connection_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    secret = "not-to-be-shown"  # noqa: S105 - it is to be looked for
    login = {"conn_type": "postgres", "host": "127.0.0.1", "port": 1, "login": "ada", "password": secret}
    monkeypatch.setenv("AIRFLOW_CONN_TRIPS", json.dumps(login))
    rows = source_of(SqlSource(QUERY, "trips"))
    with pytest.raises(TransientError) as caught:
        list(rows.read(WINDOWS, [MAY]))
    assert secret not in f"{rows.name} {caught.value}"


def test_a_query_is_a_source_like_any_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "trips.db"
    monkeypatch.setenv("AIRFLOW_CONN_TRIPS", json.dumps({"conn_type": "sqlite", "host": str(path)}))
    world = SqliteWorld(path)
    world.write("first", rows_of(range(1, 11)))
    batches: Any = list(world.source().read(windows_of(span(3, 5)), [span(3, 5)]))
    assert [batch.num_rows for batch in batches] == [3, 1]
    assert min(batches[0].column("when").to_pylist()) == day(3)
