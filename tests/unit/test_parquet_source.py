from __future__ import annotations

import errno
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import fsspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from fsspec.implementations.local import LocalFileSystem

from headgate.adapters.pyarrow_source import ParquetRows
from headgate.core.windows import Window, Windows
from headgate.errors import DataError, InputError, StoreError, TransientError
from headgate.spec import ParquetSource


def day(number: int) -> datetime:
    return datetime(2000, 1, number, tzinfo=UTC)


WINDOWS = Windows(as_of=day(9), training=Window(start=day(3), end=day(5)), holdout=Window(start=day(5), end=day(7)))


def table(days: range = range(1, 10), unit: str = "us", zone: str | None = "UTC") -> pa.Table:
    when = pa.array([day(d) if zone else day(d).replace(tzinfo=None) for d in days], pa.timestamp(unit, zone))
    return pa.table({"when": when, "x": list(days), "unused": ["?"] * len(days)})


def read(path: Path, **fields: Any) -> pa.Table:
    source = ParquetSource(str(path), event_time="when", **fields)
    return ParquetRows(source, LocalFileSystem(), str(path)).read(WINDOWS)


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
@pytest.mark.parametrize("zone", ["UTC", "Europe/Vienna"])
def test_a_file_is_read_from_the_trainings_start_to_the_holdouts_end(tmp_path: Path, unit: str, zone: str) -> None:
    pq.write_table(table(unit=unit, zone=zone), tmp_path / "a.parquet")
    assert read(tmp_path / "a.parquet").column("x").to_pylist() == [3, 4, 5, 6]


def test_a_folder_is_read_whole(tmp_path: Path) -> None:
    pq.write_table(table(range(1, 5)), tmp_path / "a.parquet")
    pq.write_table(table(range(5, 10)), tmp_path / "b.parquet")
    assert sorted(read(tmp_path).column("x").to_pylist()) == [3, 4, 5, 6]


def test_folders_of_keys_become_columns(tmp_path: Path) -> None:
    (tmp_path / "store=7").mkdir()
    pq.write_table(table(), tmp_path / "store=7" / "a.parquet")
    assert set(read(tmp_path).column("store").to_pylist()) == {7}


def test_only_the_columns_asked_for_are_read_and_the_event_time(tmp_path: Path) -> None:
    pq.write_table(table(), tmp_path / "a.parquet")
    assert read(tmp_path, columns=("x",)).column_names == ["x", "when"]
    assert read(tmp_path, columns=("when", "x")).column_names == ["when", "x"]


def test_any_fsspec_filesystem_will_do() -> None:
    files = fsspec.filesystem("memory")
    sink = pa.BufferOutputStream()
    pq.write_table(table(), sink)
    files.pipe_file("/headgate-parquet/a.parquet", sink.getvalue().to_pybytes())
    source = ParquetSource("memory://headgate-parquet", event_time="when")
    assert ParquetRows(source, files, "/headgate-parquet").read(WINDOWS).num_rows == 4


def test_event_times_without_a_zone_are_left_for_the_cutter_to_refuse(tmp_path: Path) -> None:
    pq.write_table(table(zone=None), tmp_path / "a.parquet")
    assert read(tmp_path).num_rows == 1


def test_a_path_where_nothing_is_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="Got a path where nothing is instead"):
        read(tmp_path / "nowhere.parquet")


def test_a_folder_without_parquet_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="Got a folder without any instead"):
        read(tmp_path)


@pytest.mark.parametrize("content", [b"", b"a,b\n1,2\n", b"PAR1 and then nothing PAR1"])
def test_what_is_no_parquet_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.parquet").write_bytes(content)
    with pytest.raises(DataError, match="must hold readable Parquet"):
        read(tmp_path / "a.parquet")


def test_a_missing_column_is_named_with_what_there_is(tmp_path: Path) -> None:
    pq.write_table(table(), tmp_path / "a.parquet")
    with pytest.raises(InputError, match=r"column unusd must be in source .*Got when, x, unused.*Did you mean unused"):
        read(tmp_path, columns=("unusd",))


def test_a_missing_event_time_is_named(tmp_path: Path) -> None:
    pq.write_table(table().rename_columns(["whem", "x", "unused"]), tmp_path / "a.parquet")
    with pytest.raises(InputError, match=r"column when must be in source .*Did you mean whem"):
        read(tmp_path)


def test_files_of_different_types_are_refused(tmp_path: Path) -> None:
    pq.write_table(table(), tmp_path / "a.parquet")
    pq.write_table(table().set_column(1, "x", pa.array(["?"] * 9)), tmp_path / "b.parquet")
    with pytest.raises(DataError, match="of one schema"):
        read(tmp_path)


class Failing(LocalFileSystem):  # type: ignore[misc]  # fsspec has no types
    """A filesystem that raises the same error whatever is asked."""

    protocol = "failing"
    cachable = False

    def __init__(self, error: OSError) -> None:
        super().__init__()
        self.error = error

    def info(self, path: str, **kwargs: object) -> Any:
        raise self.error


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (PermissionError(errno.EACCES, "no"), StoreError),
        (TimeoutError("slow"), TransientError),
        (ConnectionResetError("gone"), TransientError),
    ],
)
def test_only_an_outage_may_be_tried_again(tmp_path: Path, error: OSError, kind: type[Exception]) -> None:
    source = ParquetSource(str(tmp_path), event_time="when")
    with pytest.raises(kind, match="can't be read"):
        ParquetRows(source, Failing(error), str(tmp_path)).read(WINDOWS)


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
