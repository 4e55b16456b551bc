"""A `RowsSplitter` that truly splits by two of Great Expectations' expectations, without DuckDB."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

import pyarrow as pa  # noqa: TID253 - no Dag imports it
import pyarrow.compute as pc  # noqa: TID253 - as above

from headgate.core.suite import Expectation
from headgate.ports import Rows, RowsScan

NOT_NULL = "expect_column_values_to_not_be_null"
BETWEEN = "expect_column_values_to_be_between"
REASONS = "headgate_reasons"


class FakeSplitter:
    """Splits by nulls and ranges, as `Rows` that are Arrow tables."""

    def is_row_level(self, expectation: Expectation) -> bool:
        """Return whether it is one of the two that it knows."""
        return expectation.type in {NOT_NULL, BETWEEN}

    def split(self, expectations: Sequence[Expectation], rows: RowsScan) -> Iterator[tuple[Rows, Rows]]:
        """Yield for each part the rows to keep and those to set aside, with their reasons."""
        for part in rows.parts():
            table = cast("pa.Table", part)
            failing = [(f"{e.type}({e.columns[0]})", _failing(table, e)) for e in expectations]
            reasons = [[name for name, rows in failing if rows[at]] for at in range(table.num_rows)]
            is_aside = pa.array([bool(said) for said in reasons], pa.bool_())
            told = table.append_column(REASONS, pa.array(reasons, pa.list_(pa.string())))
            yield table.filter(pc.invert(is_aside)), told.filter(is_aside)


def _failing(table: pa.Table, expectation: Expectation) -> list[bool]:
    values = table.column(expectation.columns[0]).to_pylist()
    if expectation.type == NOT_NULL:
        return [value is None for value in values]
    return [value is not None and not _is_within(value, expectation.kwargs) for value in values]


def _is_within(value: float, limits: Mapping[str, Any]) -> bool:
    low, high = limits.get("min_value"), limits.get("max_value")
    return (low is None or value >= low) and (high is None or value <= high)
