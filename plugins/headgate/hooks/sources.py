"""Where rows come from: what the specification says, as something that reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, assert_never

from headgate.spec import CsvSource, DeltaSource, FunctionSource, ParquetSource, SqlSource

if TYPE_CHECKING:
    from headgate.ports import RowsSource
    from headgate.spec import Source


def source_of(source: Source) -> RowsSource:
    """Return what reads a source's rows.

    Raises:
        InputError: No filesystem knows its URL, there is no such connection, or an extra isn't installed.
    """
    match source:
        case FunctionSource():
            from headgate.adapters.function_source import FunctionRows

            return FunctionRows(source)
        case ParquetSource():
            from headgate.adapters.pyarrow_files import ParquetRows

            return ParquetRows(source, *_opened(source))
        case CsvSource():
            from headgate.adapters.pyarrow_files import CsvRows

            return CsvRows(source, *_opened(source))
        case SqlSource():
            from headgate.hooks.sql import sql_rows

            return sql_rows(source)
        case DeltaSource():
            from headgate.hooks.delta import delta_rows

            return delta_rows(source)
        case unknown:
            assert_never(unknown)


def _opened(source: ParquetSource | CsvSource) -> tuple[Any, str]:
    from headgate.hooks.store import opened  # it imports Airflow, which a function of the user's doesn't need

    return opened(source.url, source.conn_id, what="source")
