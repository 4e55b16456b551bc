"""Rows of Delta Lake tables, real ones: time travel, the log's statistics, and every refusal."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

pytest.importorskip("deltalake", reason="headgate[delta] isn't installed")

from deltalake import DeltaTable, write_deltalake

from headgate.adapters.delta_source import DeltaRows
from headgate.adapters.delta_source.versions import Commit, version_at
from headgate.core.windows import Window, Windows
from headgate.errors import DataError, InputError, StoreError
from headgate.hooks import delta
from headgate.ports import RowsSource, Sighting
from headgate.spec import DeltaSource
from headgate.testing.conformance_sources import SourceConformance, day, rows_of, span, windows_of

BEGAN = datetime(2000, 1, 1, tzinfo=UTC)


class DeltaWorld:
    """A table with one partition for each name, whose commits were made in January 2000, a second apart."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def write(self, name: str, rows: pa.Table) -> None:
        named = rows.append_column("part", pa.array([name] * rows.num_rows))
        there = DeltaTable.is_deltatable(str(self.path))
        replaced: Any = {"mode": "overwrite", "predicate": f"part = '{name}'"} if there else {}
        write_deltalake(self.path, named, partition_by=["part"], **replaced)
        commit_at(self.path, *(BEGAN + timedelta(seconds=n) for n in range(DeltaTable(self.path).version() + 1)))

    def source(self, known_at: str | None = None) -> RowsSource:
        return rows_at(self.path, columns=("x", "known"), known_at=known_at)


class VectoredWorld(DeltaWorld):
    """The same table, which says of itself that rows may be deleted by vectors."""

    def write(self, name: str, rows: pa.Table) -> None:
        super().write(name, rows)
        vectored(self.path)

    def source(self, known_at: str | None = None) -> RowsSource:
        return rows_at(self.path.with_name("vectored"), columns=("x", "known"), known_at=known_at, time_travel=False)


class TestDelta(SourceConformance):
    @pytest.fixture
    def world(self, tmp_path: Path) -> DeltaWorld:
        return DeltaWorld(tmp_path / "trips")


class TestDeltaOfAnEngineOnly(SourceConformance):
    """The same of a table that may have deletion vectors, which only the library's own engine reads."""

    @pytest.fixture
    def world(self, tmp_path: Path) -> DeltaWorld:
        return VectoredWorld(tmp_path / "trips")


def commit_at(path: Path, *instants: datetime) -> None:
    """Let the log say that its versions were committed then."""
    for version, instant in enumerate(instants):
        log = path / "_delta_log" / f"{version:020}.json"
        lines = [json.loads(line) for line in log.read_text().splitlines()]
        for line in lines:
            if "commitInfo" in line:
                line["commitInfo"]["timestamp"] = round(instant.timestamp() * 1000)
        log.write_text("\n".join(map(json.dumps, lines)))


def vectored(path: Path) -> Path:
    """Return a copy of a table that says of itself that rows may be deleted by vectors."""
    copy = path.with_name("vectored")
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(path, copy)
    features = {"readerFeatures": ["deletionVectors"], "writerFeatures": ["deletionVectors"]}
    protocol = {"protocol": {"minReaderVersion": 3, "minWriterVersion": 7, **features}}
    version = DeltaTable(path).version() + 1
    copy.joinpath("_delta_log", f"{version:020}.json").write_text(json.dumps(protocol))
    return copy


def rows_at(path: Path, **fields: Any) -> DeltaRows:
    return DeltaRows(DeltaSource(str(path), **{"event_time": "when", **fields}), str(path))


def x_of(rows: RowsSource, as_of: datetime, *spans: Window) -> list[int]:
    windows = Windows(as_of=as_of, training=spans[0], holdout=spans[-1])
    tables: Any = rows.read(windows, spans)
    return sorted(x for table in tables for x in table.column("x").to_pylist())


@pytest.fixture
def grown(tmp_path: Path) -> Path:
    """A table that got a file of days 1 to 10 on the 11th, and a file of days 11 to 20 on the 21st."""
    path = tmp_path / "grown"
    write_deltalake(path, rows_of(range(1, 11)))
    write_deltalake(path, rows_of(range(11, 21)), mode="append")
    commit_at(path, day(11), day(21))
    return path


def test_a_run_sees_the_table_as_it_was_at_its_as_of(grown: Path) -> None:
    whole = span(1, 25)
    assert len(x_of(rows_at(grown), day(15), whole)) == 20
    assert len(x_of(rows_at(grown), day(21), whole)) == 40
    assert rows_at(grown).look(whole, day(20)) == Sighting(rows=20, newest=day(11) - timedelta(microseconds=1))
    assert len(x_of(rows_at(grown, time_travel=False), day(15), whole)) == 40


def test_an_as_of_before_the_table_is_refused_with_when_it_began(grown: Path) -> None:
    with pytest.raises(DataError, match=r"as-of 2000-01-10.*began with version 0 at 2000-01-11T00:00:00\+00:00"):
        x_of(rows_at(grown), day(10), span(1, 5))


def test_a_log_that_was_cleaned_up_says_how_far_it_goes_back(grown: Path) -> None:
    write_deltalake(grown, rows_of([22]), mode="append")
    commit_at(grown, day(11), day(21), day(23))
    DeltaTable(grown).create_checkpoint()
    for version in (0, 1):
        grown.joinpath("_delta_log", f"{version:020}.json").unlink()
    assert len(x_of(rows_at(grown), day(24), span(1, 25))) == 42
    with pytest.raises(DataError, match=r"the log goes back to version 2 at 2000-01-23T00:00:00\+00:00"):
        x_of(rows_at(grown), day(22), span(1, 5))


def test_a_log_without_times_says_what_to_do() -> None:
    with pytest.raises(DataError, match=r"doesn't say when .*DeltaSource\(time_travel=False\)"):
        version_at([Commit(version=0, instant=None)], day(1), name="trips")


@pytest.mark.parametrize(("as_of", "version"), [(day(2), 0), (day(3), 2), (day(4), 2), (day(9), 4)])
def test_the_newest_version_by_the_as_of_counts_where_writers_clocks_differ(as_of: datetime, version: int) -> None:
    times = (day(1), day(4), day(3), None, day(9))
    commits = [Commit(version=number, instant=instant) for number, instant in enumerate(times)]
    assert version_at(commits[::-1], as_of, name="trips") == version


def test_files_that_were_vacuumed_are_told(grown: Path) -> None:
    DeltaTable(grown).delete("x > 0")
    DeltaTable(grown).vacuum(retention_hours=0, enforce_retention_duration=False, dry_run=False)
    commit_at(grown, day(11), day(21))
    with pytest.raises(DataError, match=r"still have the files of its version 0. Got none .* vacuumed"):
        x_of(rows_at(grown), day(15), span(1, 5))


def test_only_files_of_the_span_are_opened(grown: Path) -> None:
    """The file of the first ten days isn't there any more, and nobody misses it."""
    first = min(DeltaTable(grown).get_add_actions(flatten=True).column("path").to_pylist(), key=_first_day(grown))
    grown.joinpath(first).unlink()
    assert len(x_of(rows_at(grown), day(22), span(12, 15))) == 6
    assert rows_at(grown).look(span(11, 21), day(22)).rows == 20
    with pytest.raises(DataError, match="vacuumed"):
        x_of(rows_at(grown), day(22), span(10, 12))


def _first_day(path: Path) -> Any:
    actions = DeltaTable(path).get_add_actions(flatten=True)
    lows = dict(zip(actions.column("path").to_pylist(), actions.column("min.when").to_pylist(), strict=True))
    return lows.get


def test_statistics_alone_count_whole_files(grown: Path) -> None:
    """What the log counts needs no file but the one with the newest event."""
    table = DeltaTable(grown)
    first = min(table.get_add_actions(flatten=True).column("path").to_pylist(), key=_first_day(grown))
    grown.joinpath(first).unlink()
    newest = day(21) - timedelta(microseconds=1)
    assert rows_at(grown).look(Window(start=day(1), end=day(22)), day(22)) == Sighting(rows=40, newest=newest)


def test_a_column_that_is_not_there_is_told_with_what_is(grown: Path) -> None:
    with pytest.raises(
        InputError, match=r"column wen must be in source .* Got when, known, x instead\. Did you mean when"
    ):
        x_of(rows_at(grown, event_time="wen"), day(22), span(1, 5))


def test_event_times_without_a_zone_are_refused(tmp_path: Path) -> None:
    local = pa.table({"when": pa.array([datetime(2000, 1, 1)], pa.timestamp("us"))})  # noqa: DTZ001 - on purpose
    write_deltalake(tmp_path / "local", local)
    with pytest.raises(DataError, match=r"column when of source .* must hold timestamps with a time zone"):
        rows_at(tmp_path / "local", time_travel=False).look(span(1, 5), day(9))


@pytest.mark.parametrize("make", ["nowhere", "empty"])
def test_a_folder_without_a_table_is_refused(tmp_path: Path, make: str) -> None:
    path = tmp_path / make
    if make == "empty":
        path.mkdir()
    with pytest.raises(InputError, match=r"must be the folder of a Delta table. Got none instead"):
        rows_at(path).token(span(1, 5), day(9))


def test_a_file_that_is_cut_short_is_the_datas_fault(grown: Path) -> None:
    for file in grown.glob("*.parquet"):
        file.write_bytes(file.read_bytes()[:-100])
    with pytest.raises((DataError, InputError, StoreError), match="source "):
        x_of(rows_at(grown), day(22), span(1, 5))


def test_a_log_that_is_no_json_is_the_datas_fault(grown: Path) -> None:
    grown.joinpath("_delta_log", f"{2:020}.json").write_text('{"add')
    with pytest.raises(DataError, match="must be a whole Delta table") as caught:
        x_of(rows_at(grown), day(22), span(1, 5))
    assert "\n" not in str(caught.value)


def test_a_table_of_another_protocol_is_refused(grown: Path) -> None:
    protocol = {"protocol": {"minReaderVersion": 9, "minWriterVersion": 9}}
    grown.joinpath("_delta_log", f"{2:020}.json").write_text(json.dumps(protocol))
    with pytest.raises((InputError, DataError), match="Delta table"):
        x_of(rows_at(grown), day(22), span(1, 5))


def test_batches_stay_small_and_of_the_types_that_the_table_has(tmp_path: Path) -> None:
    many = 300_000
    when = pa.array(range(many), pa.int64()).cast(pa.timestamp("us", "UTC"))
    write_deltalake(
        tmp_path / "many", pa.table({"when": when, "x": range(many), "part": ["a"] * many}), partition_by=["part"]
    )
    first = Window(start=datetime(1970, 1, 1, tzinfo=UTC), end=datetime(1970, 1, 2, tzinfo=UTC))
    for path in (tmp_path / "many", vectored(tmp_path / "many")):
        batches: Any = list(rows_at(path, time_travel=False).read(windows_of(first), [first]))
        assert sum(batch.num_rows for batch in batches) == many
        assert max(batch.num_rows for batch in batches) <= 131_072
        assert {str(batch.schema.field("part").type) for batch in batches} == {"string"}


def test_a_name_bears_no_credentials() -> None:
    assert DeltaRows(DeltaSource("s3://key:secret@bucket/trips"), "s3://bucket/trips").name == "s3://bucket/trips"


def test_without_the_library_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delta, "find_spec", lambda name: None)
    with pytest.raises(InputError, match=r"pip install 'headgate\[delta\]'"):
        delta.delta_rows(DeltaSource("/trips"))


def test_a_local_table_needs_no_connection(grown: Path) -> None:
    rows = delta.delta_rows(DeltaSource(grown.as_uri(), event_time="when"))
    assert len(x_of(rows, day(22), span(1, 5))) == 8


def test_a_connection_of_another_store_is_refused() -> None:
    with pytest.raises(InputError, match=r"must be of a store on S3. Got gs instead"):
        delta.delta_rows(DeltaSource("gs://lake@bucket/trips"))
