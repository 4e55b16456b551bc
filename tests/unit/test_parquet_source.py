from __future__ import annotations

import hashlib
import io
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import fsspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from fsspec.implementations.local import LocalFileSystem
from hypothesis import given
from hypothesis import strategies as st

from headgate.adapters.pyarrow_files import ParquetRows, row_groups
from headgate.core.windows import Window, Windows
from headgate.spec import ParquetSource


def day(number: int) -> datetime:
    return datetime(2000, 1, number, tzinfo=UTC)


WINDOWS = Windows(as_of=day(9), training=Window(start=day(3), end=day(5)), holdout=Window(start=day(5), end=day(7)))
SPANS = (WINDOWS.training, WINDOWS.holdout)


def table(days: range = range(1, 10), unit: str = "us", zone: str | None = "UTC") -> pa.Table:
    when = pa.array([day(d) if zone else day(d).replace(tzinfo=None) for d in days], pa.timestamp(unit, zone))
    return pa.table({"when": when, "x": list(days), "unused": ["?"] * len(days)})


def rows_of(path: Path | str, filesystem: Any = None, **fields: Any) -> ParquetRows:
    source = ParquetSource(str(path), **{"event_time": "when", **fields})
    return ParquetRows(source, filesystem or LocalFileSystem(), str(path))


def read(path: Path | str, **fields: Any) -> pa.Table:
    return pa.concat_tables(rows_of(path, **fields).read(WINDOWS, SPANS))


class Counted(io.BytesIO):
    """A file that says how many bytes are read of it."""

    count = 0

    def read(self, size: int | None = -1) -> bytes:
        data = super().read(size)
        Counted.count += len(data)
        return data


class Counting(LocalFileSystem):  # type: ignore[misc]  # fsspec has no types
    """A disk that knows which files were opened."""

    cachable = False

    def __init__(self) -> None:
        super().__init__()
        self.opened: list[str] = []

    def open(self, path: str, mode: str = "rb", **options: Any) -> Any:
        self.opened.append(Path(path).name)
        return Counted(Path(path).read_bytes())


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
@pytest.mark.parametrize("zone", ["UTC", "Europe/Vienna"])
def test_a_file_is_read_from_the_trainings_start_to_the_holdouts_end(tmp_path: Path, unit: str, zone: str) -> None:
    pq.write_table(table(unit=unit, zone=zone), tmp_path / "a.parquet")
    assert read(tmp_path / "a.parquet").column("x").to_pylist() == [3, 4, 5, 6]


@pytest.mark.parametrize("size", [1, 3])
def test_an_instant_finer_than_a_microsecond_is_on_its_side_of_a_bound(tmp_path: Path, size: int) -> None:
    end = int(day(7).timestamp()) * 10**9
    when = pa.array([end - 1, end, end + 1], pa.timestamp("ns", "UTC"))
    pq.write_table(pa.table({"when": when, "x": [1, 2, 3]}), tmp_path / "a.parquet", row_group_size=size)
    assert read(tmp_path).column("x").to_pylist() == [1]
    assert rows_of(tmp_path).look(WINDOWS.holdout, WINDOWS.as_of).rows == 1


def test_folders_of_keys_become_columns(tmp_path: Path) -> None:
    for folder in ("store=7/day=07", "store=8/day=a%20b"):
        (tmp_path / folder).mkdir(parents=True)
        pq.write_table(table(), tmp_path / folder / "a.parquet")
    found = read(tmp_path).select(["store", "day"]).group_by(["store", "day"]).aggregate([]).to_pydict()
    assert found == {"store": [7, 8], "day": ["07", "a b"]}


def test_a_key_that_says_null_is_null(tmp_path: Path) -> None:
    for folder in ("store=7", "store=__HIVE_DEFAULT_PARTITION__"):
        (tmp_path / folder).mkdir()
        pq.write_table(table(range(3, 4)), tmp_path / folder / "a.parquet")
    assert sorted(read(tmp_path).column("store").to_pylist(), key=str) == [7, None]


def test_a_column_of_the_file_comes_before_a_key_of_that_name(tmp_path: Path) -> None:
    (tmp_path / "x=99").mkdir()
    pq.write_table(table(), tmp_path / "x=99" / "a.parquet")
    assert read(tmp_path).column("x").to_pylist() == [3, 4, 5, 6]


def test_a_date_as_a_folders_event_time_begins_in_utc(tmp_path: Path) -> None:
    for number in range(1, 10):
        folder = tmp_path / f"when=2000-01-0{number}"
        folder.mkdir()
        pq.write_table(table(range(number, number + 1)).drop_columns("when"), folder / "a.parquet")
    found = read(tmp_path)
    assert dict(zip(found["when"].to_pylist(), found["x"].to_pylist(), strict=True)) == {
        day(n): n for n in (3, 4, 5, 6)
    }


def test_only_the_columns_asked_for_are_read_and_the_times(tmp_path: Path) -> None:
    pq.write_table(table().append_column("known", table()["when"]), tmp_path / "a.parquet")
    assert read(tmp_path, columns=("x",)).column_names == ["x", "when"]
    assert read(tmp_path, columns=("when", "x")).column_names == ["when", "x"]
    assert read(tmp_path, columns=("x",), known_at="known").column_names == ["x", "when", "known"]


def test_a_column_may_have_a_dot_in_its_name(tmp_path: Path) -> None:
    rows = pa.table({"a.when": table()["when"], "a.b": table()["x"], "a": [{"b": n} for n in range(9)]})
    pq.write_table(rows, tmp_path / "a.parquet", row_group_size=2)
    assert read(tmp_path, event_time="a.when", columns=("a.b",)).column_names == ["a.b", "a.when"]
    assert read(tmp_path, event_time="a.when", columns=("a",))["a"].to_pylist() == [{"b": n} for n in (2, 3, 4, 5)]


def test_rows_of_which_only_the_folder_is_asked_for_are_counted(tmp_path: Path) -> None:
    (tmp_path / "when=2000-01-03").mkdir()
    pq.write_table(table().drop_columns("when"), tmp_path / "when=2000-01-03" / "a.parquet")
    assert read(tmp_path, columns=("when",)).to_pydict() == {"when": [day(3)] * 9}


def test_names_that_begin_with_an_underscore_or_a_dot_are_left_out(tmp_path: Path) -> None:
    pq.write_table(table(), tmp_path / "a.parquet")
    for name in ("_SUCCESS", ".a.parquet.crc", "_temporary/0/b.parquet"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"none of it")
    assert read(tmp_path).num_rows == 4


def test_any_fsspec_filesystem_will_do() -> None:
    files = fsspec.filesystem("memory")
    sink = pa.BufferOutputStream()
    pq.write_table(table(), sink)
    files.pipe_file("/headgate-parquet/a.parquet", sink.getvalue().to_pybytes())
    found = rows_of("/headgate-parquet", files).read(WINDOWS, SPANS)
    assert sum(batch.num_rows for batch in found) == 4


def monthly(folder: Path) -> None:
    """Write twelve files of a month's hours each, with eight row groups."""
    for month in range(1, 13):
        start = datetime(2001, month, 1, tzinfo=UTC)
        when = pa.array([start + timedelta(hours=n) for n in range(28 * 24)], pa.timestamp("us", "UTC"))
        noise = pa.array([hashlib.sha256(bytes([month, n % 256])).hexdigest() * 4 for n in range(len(when))])
        pq.write_table(
            pa.table({"when": when, "noise": noise, "x": range(len(when))}),
            folder / f"{month:02}.parquet",
            row_group_size=84,
            compression="none",
        )


def test_files_and_row_groups_and_columns_that_are_not_needed_are_not_read(tmp_path: Path) -> None:
    monthly(tmp_path)
    disk = Counting()
    source = rows_of(tmp_path, disk, columns=("x",))
    week = Window(start=datetime(2001, 5, 8, tzinfo=UTC), end=datetime(2001, 5, 15, tzinfo=UTC))
    source.token(week, WINDOWS.as_of)
    footers, Counted.count = disk.opened[:], 0
    disk.opened.clear()
    assert sum(batch.num_rows for batch in source.read(WINDOWS, [week])) == 7 * 24
    assert sorted(footers) == [f"{month:02}.parquet" for month in range(1, 13)]
    assert disk.opened == ["05.parquet"]
    assert 0 < Counted.count < (tmp_path / "05.parquet").stat().st_size / 8


def test_a_look_counts_by_footers_where_they_say_enough(tmp_path: Path) -> None:
    monthly(tmp_path)
    disk = Counting()
    source = rows_of(tmp_path, disk)
    source.token(WINDOWS.training, WINDOWS.as_of)
    disk.opened.clear()
    may = Window(start=datetime(2001, 5, 1, tzinfo=UTC), end=datetime(2001, 6, 1, tzinfo=UTC))
    assert source.look(may, WINDOWS.as_of).rows == 28 * 24
    assert disk.opened == []


def test_row_groups_that_nobody_knew_yet_are_not_read(tmp_path: Path) -> None:
    known = pa.array([day(d + 20) for d in range(1, 10)], pa.timestamp("us", "UTC"))
    pq.write_table(table().append_column("known", known), tmp_path / "a.parquet", row_group_size=1)
    assert list(rows_of(tmp_path, known_at="known").read(WINDOWS, SPANS)) == []


def test_a_large_row_group_comes_in_batches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(row_groups, "MOST_ROWS", 1000)
    count = 10_500
    when = pa.array([day(3)] * count, pa.timestamp("us", "UTC"))
    pq.write_table(pa.table({"when": when, "x": range(count)}), tmp_path / "a.parquet")
    sizes = [batch.num_rows for batch in rows_of(tmp_path).read(WINDOWS, SPANS)]
    assert (max(sizes), sum(sizes)) == (1000, count)


def test_small_row_groups_come_together(tmp_path: Path) -> None:
    pq.write_table(table(), tmp_path / "a.parquet", row_group_size=1)
    assert [batch.num_rows for batch in rows_of(tmp_path).read(WINDOWS, SPANS)] == [4]


def test_without_statistics_every_row_is_looked_at(tmp_path: Path) -> None:
    pq.write_table(table(), tmp_path / "a.parquet", write_statistics=False, row_group_size=2)
    assert read(tmp_path)["x"].to_pylist() == [3, 4, 5, 6]
    assert rows_of(tmp_path).look(WINDOWS.training, WINDOWS.as_of).rows == 2


def test_a_row_without_an_event_time_is_given_so_that_it_is_refused(tmp_path: Path) -> None:
    when = pa.array([day(1), None], pa.timestamp("us", "UTC"))
    pq.write_table(pa.table({"when": when, "x": [1, 2]}), tmp_path / "a.parquet")
    assert read(tmp_path)["x"].to_pylist() == [2]


def test_row_groups_of_half_a_batch_come_two_by_two(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(row_groups, "MOST_ROWS", 1000)
    when = pa.array([day(3)] * 2500, pa.timestamp("us", "UTC"))
    pq.write_table(pa.table({"when": when}), tmp_path / "a.parquet", row_group_size=500)
    assert [batch.num_rows for batch in rows_of(tmp_path).read(WINDOWS, SPANS)] == [1000, 1000, 500]


class Silent(LocalFileSystem):  # type: ignore[misc]  # fsspec has no types
    """A disk that doesn't say when a file changed."""

    cachable = False

    def info(self, path: Any, **options: Any) -> Any:
        return {key: value for key, value in super().info(path, **options).items() if key not in {"mtime", "created"}}


def test_where_nothing_tells_that_a_file_changed_there_is_no_token(tmp_path: Path) -> None:
    pq.write_table(table(), tmp_path / "a.parquet")
    assert rows_of(tmp_path, Silent()).token(SPANS[0], WINDOWS.as_of) is None
    assert rows_of(tmp_path).token(SPANS[0], WINDOWS.as_of) is not None


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("/data/a.parquet", "/data/a.parquet"),
        ("s3://conn@bucket/a", "s3://bucket/a"),
        ("s3://key:secret@bucket/a@b", "s3://bucket/a@b"),
    ],
)
def test_a_source_is_called_by_its_url_without_credentials(url: str, name: str) -> None:
    assert ParquetRows(ParquetSource(url), None, "").name == name


@st.composite
def layouts(draw: st.DrawFn) -> list[tuple[list[int], int]]:
    """Files of hours in any order, each with a size of its row groups."""
    hours = st.lists(st.integers(0, 60), min_size=1, max_size=20)
    return draw(st.lists(st.tuples(hours, st.integers(1, 7)), min_size=1, max_size=4))


@given(layouts(), st.lists(st.integers(0, 61), min_size=2, max_size=6, unique=True).map(sorted))
def test_whatever_the_layout_the_rows_of_the_spans_are_read(layout: Any, cuts: list[int]) -> None:
    files, root = fsspec.filesystem("memory"), "/headgate-layouts"
    if files.exists(root):
        files.rm(root, recursive=True)
    start = day(1)
    for number, (hours, size) in enumerate(layout):
        sink = pa.BufferOutputStream()
        when = pa.array([start + timedelta(hours=hour) for hour in hours], pa.timestamp("us", "UTC"))
        pq.write_table(pa.table({"when": when, "hour": hours}), sink, row_group_size=size)
        files.pipe_file(f"{root}/{number}.parquet", sink.getvalue().to_pybytes())
    bounds = list(zip(cuts[::2], cuts[1::2], strict=False))
    spans = [Window(start=start + timedelta(hours=a), end=start + timedelta(hours=b)) for a, b in bounds]
    source = rows_of(root, files)
    found = [hour for batch in source.read(WINDOWS, spans) for hour in batch["hour"].to_pylist()]
    inside = [hour for hours, _ in layout for hour in hours if any(a <= hour < b for a, b in bounds)]
    assert sorted(found) == sorted(inside)
    assert sum(source.look(span, WINDOWS.as_of).rows for span in spans) == len(inside)
