"""Rows from files: Parquet and CSV, on any fsspec filesystem."""

from __future__ import annotations

from headgate.adapters.pyarrow_files.csv_rows import CsvRows
from headgate.adapters.pyarrow_files.parquet_rows import ParquetRows

__all__ = ["CsvRows", "ParquetRows"]
