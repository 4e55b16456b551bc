"""Run Great Expectations suites as one DuckDB scan, without Great Expectations."""

from headgate.adapters.duckdb_suites.runner import DuckdbSuites
from headgate.adapters.duckdb_suites.scans import DataFiles
from headgate.adapters.duckdb_suites.splitter import DuckdbSplitter

__all__ = ["DataFiles", "DuckdbSplitter", "DuckdbSuites"]
