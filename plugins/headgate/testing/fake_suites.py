"""A SuiteRunner that truly evaluates a handful of Great Expectations' expectations, without Great Expectations."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

import pyarrow as pa  # noqa: TID253 - no Dag imports it
import pyarrow.compute as pc  # noqa: TID253 - as above

from headgate.core.sentences import missing_columns
from headgate.core.suite import Expectation, Measured
from headgate.ports import RowsScan

_ROW_COUNT = "expect_table_row_count_to_be_between"
_MEAN = "expect_column_mean_to_be_between"
_NOT_NULL = "expect_column_values_to_not_be_null"


class FakeSuites:
    """Evaluates a few types; row conditions aren't among what it can do.

    Args:
        name: What results say who evaluated them.

    Attributes:
        runs: What it was asked to evaluate, each time.
    """

    def __init__(self, name: str = "headgate") -> None:
        self.name = name
        self.runs: list[tuple[Expectation, ...]] = []

    def takes(self, expectation: Expectation) -> bool:
        """Return whether it knows the type."""
        known = expectation.type in {_ROW_COUNT, _MEAN, *_UNEXPECTED}
        return known and "row_condition" not in expectation.kwargs

    def run(self, expectations: Sequence[Expectation], rows: RowsScan) -> tuple[Measured, ...]:
        """Return what was found about each, in their order.

        Raises:
            SnapshotDamagedError: A part isn't what was written.
        """
        self.runs.append(tuple(expectations))
        table = pa.concat_tables(cast("pa.Table", part) for part in rows.parts())
        return tuple(_measured(expectation, table) for expectation in expectations)


def _measured(expectation: Expectation, rows: pa.Table) -> Measured:
    if missing := missing_columns(expectation, rows.column_names):
        return Measured(success=None, error=f"column {missing[0]!r} isn't there")
    try:
        return _of_table(expectation, rows) or _of_rows(expectation, rows)
    except pa.ArrowException as error:
        return Measured(success=None, error=str(error), declined=True)


def _of_table(expectation: Expectation, rows: pa.Table) -> Measured | None:
    observed: float | int | None
    match expectation.type:
        case "expect_table_row_count_to_be_between":
            observed = rows.num_rows
        case "expect_column_mean_to_be_between":
            observed = pc.mean(rows[expectation.kwargs["column"]]).as_py()
        case _:
            return None
    low, high = (expectation.kwargs.get(bound) for bound in ("min_value", "max_value"))
    met = observed is not None and (low is None or low <= observed) and (high is None or observed <= high)
    return Measured(success=met, observed=observed)


def _of_rows(expectation: Expectation, rows: pa.Table) -> Measured:
    kwargs = expectation.kwargs
    values = rows[kwargs["column"]]
    missing = values.null_count if expectation.type != _NOT_NULL else None
    unexpected = pc.fill_null(_UNEXPECTED[expectation.type](values, kwargs), fill_value=False)
    count = pc.sum(unexpected).as_py() or 0
    looked_at = len(values) - (missing or 0)
    failed = rows.filter(unexpected).slice(0, 5)
    return Measured(
        success=not looked_at or 1 - count / looked_at >= kwargs.get("mostly", 1.0),
        element_count=len(values),
        missing_count=missing,
        unexpected_count=count,
        samples=tuple(dict.fromkeys(failed[kwargs["column"]].drop_null().to_pylist())),
        rows=tuple(failed.to_pylist()),
    )


def _is_outside(values: Any, kwargs: Mapping[str, Any]) -> Any:  # noqa: ANN401 - pyarrow ships no types
    low, high = kwargs.get("min_value"), kwargs.get("max_value")
    below = pc.less(values, low) if low is not None else pa.scalar(value=False)
    above = pc.greater(values, high) if high is not None else pa.scalar(value=False)
    return pc.or_(below, above)


_UNEXPECTED: Mapping[str, Callable[[Any, Mapping[str, Any]], Any]] = {
    _NOT_NULL: lambda values, _: pc.is_null(values, nan_is_null=True),
    "expect_column_values_to_be_between": _is_outside,
    "expect_column_values_to_be_in_set": lambda values, kwargs: pc.if_else(
        pc.is_null(values), None, pc.invert(pc.is_in(values, value_set=pa.array(kwargs["value_set"])))
    ),
}
