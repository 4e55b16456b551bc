"""Both splitters of rows: DuckDB's, and the fake that the steps are tested with."""

from __future__ import annotations

from headgate.adapters.duckdb_suites import DuckdbSplitter
from headgate.ports import RowsSplitter
from headgate.testing.conformance_splitter import SplitterConformance
from headgate.testing.fake_splitter import FakeSplitter


class TestDuckdb(SplitterConformance):
    def make(self) -> RowsSplitter:
        return DuckdbSplitter()


class TestFake(SplitterConformance):
    def make(self) -> RowsSplitter:
        return FakeSplitter()
