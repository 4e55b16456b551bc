"""The sources of functions and files: the shared suite."""

from __future__ import annotations

import gzip
import sys
import uuid
from pathlib import Path
from typing import Any

import fsspec
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from fsspec.implementations.local import LocalFileSystem
from pyarrow import csv

from headgate.adapters.function_source import FunctionRows
from headgate.adapters.pyarrow_files import CsvRows, ParquetRows
from headgate.ports import RowsSource
from headgate.spec import CsvSource, FunctionSource, ParquetSource
from headgate.testing.conformance_sources import SourceConformance, SourceWorld

BATCH = 7

WRITTEN: dict[str, pa.Table] = {}


def tables(windows: Any) -> Any:
    """A function of a user's that gives Arrow batches."""
    yield from (table.slice(n, BATCH) for table in WRITTEN.values() for n in range(0, table.num_rows, BATCH))


def frames(windows: Any) -> Any:
    """A function of a user's that gives frames."""
    for table in WRITTEN.values():
        yield table.to_pandas()


class FunctionWorld:
    def __init__(self, name: str) -> None:
        WRITTEN.clear()
        self._path = f"{__name__}:{name}"

    def write(self, name: str, rows: pa.Table) -> None:
        WRITTEN[name] = rows

    def source(self, known_at: str | None = None) -> RowsSource:
        return FunctionRows(FunctionSource(self._path, event_time="when", known_at=known_at))


class FilesWorld:
    """Files in a folder of a filesystem."""

    def __init__(self, filesystem: Any, root: str) -> None:
        self.filesystem = filesystem
        self.root = root

    def put(self, path: str, content: bytes) -> None:
        self.filesystem.makedirs(f"{self.root}/{path}".rpartition("/")[0], exist_ok=True)
        self.filesystem.pipe_file(f"{self.root}/{path}", content)


class ParquetWorld(FilesWorld):
    def write(self, name: str, rows: pa.Table) -> None:
        sink = pa.BufferOutputStream()
        pq.write_table(rows, sink, row_group_size=BATCH)
        self.put(f"{name}.parquet", sink.getvalue().to_pybytes())

    def source(self, known_at: str | None = None) -> RowsSource:
        spec = ParquetSource(self.root, event_time="when", known_at=known_at)
        return ParquetRows(spec, self.filesystem, self.root)


class PatternWorld(ParquetWorld):
    """Files in folders of a key, and a pattern that names them."""

    def write(self, name: str, rows: pa.Table) -> None:
        self.put("noise/ignored.txt", b"not one of them")
        super().write(f"kind={name}/part", rows)

    def source(self, known_at: str | None = None) -> RowsSource:
        spec = ParquetSource(self.root, event_time="when", known_at=known_at)
        return ParquetRows(spec, self.filesystem, f"{self.root}/*/*.parquet")


class DailyWorld(ParquetWorld):
    """Files without an event time in them: their folders say it. The suite's two rows a day become one instant's."""

    def write(self, name: str, rows: pa.Table) -> None:
        for when in pc.unique(rows["when"]).to_pylist():
            of_day = rows.filter(pc.equal(rows["when"], when)).drop_columns("when")
            super().write(f"when={when.isoformat().replace(':', '%3A')}/{name}", of_day)


class CsvWorld(FilesWorld):
    def write(self, name: str, rows: pa.Table) -> None:
        times = {n: pc.strftime(rows[n], "%Y-%m-%dT%H:%M:%SZ") for n in ("when", "known")}
        sink = pa.BufferOutputStream()
        csv.write_csv(pa.table({**times, "x": rows["x"]}), sink)
        self.put(f"{name}.csv.gz", gzip.compress(sink.getvalue().to_pybytes()))

    def source(self, known_at: str | None = None) -> RowsSource:
        return CsvRows(CsvSource(self.root, event_time="when", known_at=known_at), self.filesystem, self.root)


class TestFunctionOfTables(SourceConformance):
    @pytest.fixture
    def world(self, monkeypatch: pytest.MonkeyPatch) -> SourceWorld:
        monkeypatch.setitem(sys.modules, __name__, sys.modules[FunctionWorld.__module__])
        return FunctionWorld("tables")


class TestFunctionOfFrames(SourceConformance):
    @pytest.fixture
    def world(self, monkeypatch: pytest.MonkeyPatch) -> SourceWorld:
        monkeypatch.setitem(sys.modules, __name__, sys.modules[FunctionWorld.__module__])
        return FunctionWorld("frames")


class TestParquetOnDisk(SourceConformance):
    @pytest.fixture
    def world(self, tmp_path: Path) -> SourceWorld:
        return ParquetWorld(LocalFileSystem(), str(tmp_path))


class TestParquetInMemory(SourceConformance):
    @pytest.fixture
    def world(self) -> SourceWorld:
        return ParquetWorld(fsspec.filesystem("memory"), f"/{uuid.uuid4().hex}")


class TestParquetByPattern(SourceConformance):
    @pytest.fixture
    def world(self, tmp_path: Path) -> SourceWorld:
        return PatternWorld(LocalFileSystem(), str(tmp_path))


class TestParquetByFolder(SourceConformance):
    @pytest.fixture
    def world(self, tmp_path: Path) -> SourceWorld:
        return DailyWorld(LocalFileSystem(), str(tmp_path))


class TestCsv(SourceConformance):
    @pytest.fixture
    def world(self, tmp_path: Path) -> SourceWorld:
        return CsvWorld(LocalFileSystem(), str(tmp_path))
