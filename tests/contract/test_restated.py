"""Restated rows out of every kind of source: a snapshot holds what was known at its as-of, whenever it is taken."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from pyarrow import csv

from headgate.core.windows import Window, Windows
from headgate.hooks.sources import source_of
from headgate.spec import CsvSource, DeltaSource, FunctionSource, ParquetSource, Source, SqlSource
from headgate.steps.keeping import recipe_of
from headgate.steps.reading import all_rows, manifest_of
from headgate.testing.memory_store import MemoryStore
from tests.unit.restated import KEY, Version, known_at, table, versions_of
from tests.unit.taking import day, take

TIMES: dict[str, Any] = {"event_time": "when", "known_at": "known", "key": KEY}
QUERY = 'SELECT at AS "when", station, known, y FROM loads WHERE datetime(at) >= :start AND datetime(at) < :end'

FIRST: list[Version] = [(when / 2, station, when / 2, 1.0) for when in range(2, 20) for station in ("a", "b", None)]
RESTATED: list[Version] = [(2.0, "a", 11.5, 2.0), (2.0, None, 12.5, 3.0), (8.0, "b", 12.5, 4.0), (8.0, "b", 14.0, 5.0)]
WRITTEN: list[pa.Table] = []


def loads(windows: Windows) -> Iterator[pa.Table]:
    """A function of a user's."""
    yield from WRITTEN


def function(folder: Path, number: int, rows: pa.Table) -> Source:
    if number == 0:
        WRITTEN.clear()
    WRITTEN.append(rows)
    return FunctionSource(f"{__name__}:loads", **TIMES)


def parquet(folder: Path, number: int, rows: pa.Table) -> Source:
    pq.write_table(rows, folder / f"{number}.parquet", row_group_size=7)
    return ParquetSource(str(folder), columns=("y", "station"), **TIMES)


def csv_files(folder: Path, number: int, rows: pa.Table) -> Source:
    for name in ("when", "known"):
        texts = pc.strftime(rows[name], "%Y-%m-%dT%H:%M:%SZ")
        rows = rows.set_column(rows.column_names.index(name), name, texts)
    csv.write_csv(rows, folder / f"{number}.csv")
    return CsvSource(str(folder), types={"station": "string"}, **TIMES)


def sqlite(folder: Path, number: int, rows: pa.Table) -> Source:
    connection = sqlite3.connect(folder / "loads.db")
    with connection:
        connection.execute("CREATE TABLE IF NOT EXISTS loads (at TEXT, station TEXT, known TEXT, y REAL)")
        values = [tuple(_plain(value) for value in row.values()) for row in rows.to_pylist()]
        connection.executemany("INSERT INTO loads VALUES (?, ?, ?, ?)", values)
    connection.close()
    return SqlSource(QUERY, "loads", batch_rows=5, **TIMES)


def _plain(value: Any) -> Any:
    return value.isoformat(sep=" ") if isinstance(value, datetime) else value


def delta(folder: Path, number: int, rows: pa.Table) -> Source:
    if not find_spec("deltalake"):
        pytest.skip("headgate[delta] isn't installed")
    from deltalake import write_deltalake

    write_deltalake(folder / "loads", rows, mode="append")
    return DeltaSource(str(folder / "loads"), time_travel=False, **TIMES)


def windows_at(as_of: float) -> Windows:
    return Windows(
        as_of=day(as_of), training=Window(start=day(1), end=day(7)), holdout=Window(start=day(7), end=day(9.5))
    )


@pytest.mark.parametrize("write", [function, parquet, csv_files, sqlite, delta])
def test_a_snapshot_taken_later_is_the_one_that_was_taken_then(
    write: Callable[[Path, int, pa.Table], Source], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection = {"conn_type": "sqlite", "host": str(tmp_path / "loads.db")}
    monkeypatch.setenv("AIRFLOW_CONN_LOADS", json.dumps(connection))
    stores = [MemoryStore(), MemoryStore()]

    def taken(spec: Source, as_of: float, store: MemoryStore) -> tuple[str, list[Version]]:
        asked: dict[str, Any] = {"recipe": recipe_of(spec), "known_at": spec.known_at, "key": spec.key}
        found = take(source_of(spec), store, windows_at(as_of), **asked)
        parts: Any = list(all_rows(store, manifest_of(store, found)).parts())
        return found.id, versions_of(pa.concat_tables(parts))

    spec = write(tmp_path, 0, table(FIRST))
    then = {11.0: taken(spec, 11.0, stores[0])}
    spec = write(tmp_path, 1, table(RESTATED[:1]))
    then[12.0] = taken(spec, 12.0, stores[0])
    spec = write(tmp_path, 2, table(RESTATED[1:]))
    then[13.0] = taken(spec, 13.0, stores[0])
    then[14.0] = taken(spec, 14.0, stores[0])

    assert len({identity for identity, _ in then.values()}) == 4
    for store in stores:
        for as_of in (13.0, 11.0, 14.0, 12.0):
            identity, rows = taken(spec, as_of, store)
            assert (identity, rows) == then[as_of]
            assert rows == known_at(as_of, [v for v in (*FIRST, *RESTATED) if v[0] < 9.5])
