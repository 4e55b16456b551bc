"""Files on a disk: links among them, and files that changed and don't look like it."""

from __future__ import annotations

import os
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from tests.unit.test_parquet_source import SPANS, WINDOWS, read, rows_of, table


def written(path: Path, rows: pa.Table) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(rows, path)
    return path


def test_a_file_of_the_same_size_and_time_but_other_rows_has_another_token(tmp_path: Path) -> None:
    path = written(tmp_path / "a.parquet", table())
    token, before = rows_of(tmp_path).token(SPANS[0], WINDOWS.as_of), path.stat()
    written(path, table().set_column(1, "x", pa.array(range(9, 0, -1))))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert (path.stat().st_size, path.stat().st_mtime_ns) == (before.st_size, before.st_mtime_ns)
    assert rows_of(tmp_path).token(SPANS[0], WINDOWS.as_of) != token


def test_links_that_lead_out_of_the_folder_are_followed(tmp_path: Path) -> None:
    written(tmp_path / "elsewhere" / "more" / "b.parquet", table(range(4, 5)))
    written(tmp_path / "elsewhere" / "c.parquet", table(range(5, 6)))
    written(tmp_path / "data" / "a.parquet", table(range(3, 4)))
    (tmp_path / "data" / "linked").symlink_to(tmp_path / "elsewhere" / "more")
    (tmp_path / "data" / "c.parquet").symlink_to(tmp_path / "elsewhere" / "c.parquet")
    for path in (tmp_path / "data", tmp_path / "data" / "**" / "*.parquet"):
        assert sorted(read(path)["x"].to_pylist()) == [3, 4, 5]


def test_rows_that_a_link_names_a_second_time_are_read_once(tmp_path: Path) -> None:
    written(tmp_path / "data" / "v5" / "a.parquet", table(range(3, 7)))
    (tmp_path / "data" / "current").symlink_to(tmp_path / "data" / "v5")
    (tmp_path / "data" / "newest.parquet").symlink_to(tmp_path / "data" / "v5" / "a.parquet")
    (tmp_path / "other").symlink_to(tmp_path / "data")
    for path in (tmp_path / "data", tmp_path / "data" / "current", tmp_path / "other"):
        assert read(path)["x"].to_pylist() == [3, 4, 5, 6]


def test_a_link_to_the_folder_that_it_lies_in_is_no_loop(tmp_path: Path) -> None:
    written(tmp_path / "data" / "a.parquet", table(range(3, 7)))
    (tmp_path / "data" / "up").symlink_to(tmp_path)
    for path in (tmp_path, tmp_path / "data", tmp_path / "**" / "*.parquet"):
        assert read(path)["x"].to_pylist() == [3, 4, 5, 6]
