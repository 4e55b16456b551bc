"""Where Great Expectations is wrong: by type, argument, column and data. Each has its example in test_gx_defects.py."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa

from headgate.core.suite import Expectation, Measured

ORDER = frozenset({"expect_column_values_to_be_increasing", "expect_column_values_to_be_decreasing"})
TYPES = frozenset({"expect_column_values_to_be_of_type", "expect_column_values_to_be_in_type_list"})
Z_SCORES = "expect_column_value_z_scores_to_be_less_than"
OUTLIERS = "expect_column_values_to_not_be_outliers"
MEAN = "expect_column_mean_to_be_between"
SUM = "expect_column_sum_to_be_between"
ROW_SUM = "expect_multicolumn_sum_to_equal"
MOST_COMMON = "expect_column_most_common_value_to_be_in_set"
ARITHMETIC = frozenset(
    {
        MEAN,
        SUM,
        ROW_SUM,
        Z_SCORES,
        OUTLIERS,
        "expect_column_median_to_be_between",
        "expect_column_stdev_to_be_between",
        "expect_column_quantile_values_to_be_between",
        *ORDER,
    }
)
FIGURES = frozenset(
    f"expect_column_{figure}_to_be_between" for figure in ("min", "max", "mean", "median", "stdev", "sum")
)
EXACT_IN_FLOATS = 2**53


@dataclass(frozen=True, kw_only=True)
class Case:
    """An expectation, what each engine found, and the rows."""

    expectation: Expectation
    ours: Measured
    theirs: Measured
    rows: pa.Table

    @property
    def kind(self) -> str:
        return self.expectation.type

    @property
    def kwargs(self) -> Mapping[str, Any]:
        return self.expectation.kwargs

    @property
    def they_broke(self) -> bool:
        return self.theirs.success is None

    @property
    def columns(self) -> list[str]:
        return [column for column in self.expectation.columns if column in self.rows.column_names]

    @property
    def values(self) -> list[Any]:
        return [value for column in self.columns for value in self.rows[column].to_pylist() if value is not None]

    @property
    def has_nulls(self) -> bool:
        return any(self.rows[column].null_count for column in self.columns)

    @property
    def is_wide(self) -> bool:
        """Whether its whole numbers have a value, or a sum, that a float doesn't hold exactly."""
        return self.holds(pa.types.is_integer) and sum(map(abs, self.values)) > EXACT_IN_FLOATS

    def holds(self, *fits: Callable[[pa.DataType], bool]) -> bool:
        types = [self.rows.schema.field(column).type for column in self.columns]
        return any(bool(fit(t)) for t in types for fit in fits)


def known(expectation: Expectation, ours: Measured, theirs: Measured, rows: pa.Table) -> str | None:
    """Return which of the documented differences one is; `None` when it is another."""
    case = Case(expectation=expectation, ours=ours, theirs=theirs, rows=rows)
    return next((name for name, applies in KNOWN.items() if applies(case)), None)


def _is_first_place(case: Case) -> bool:
    is_asked = case.kind == "expect_column_to_exist" and case.kwargs.get("column_index") == 0
    return is_asked and bool(case.theirs.success) and not case.ours.success


def _is_text_of_a_float(case: Case) -> bool:
    is_about_text = "regex" in case.kind or "lengths" in case.kind
    return is_about_text and case.holds(pa.types.is_integer) and case.has_nulls


def _is_type_beside_nulls(case: Case) -> bool:
    return case.kind in TYPES and case.holds(pa.types.is_integer, pa.types.is_boolean) and case.has_nulls


def _wraps_around(case: Case) -> bool:
    is_asked = case.kind in ORDER and case.holds(pa.types.is_unsigned_integer, pa.types.is_boolean)
    return is_asked and not case.has_nulls and len(set(case.values)) > 1


def _overflows(case: Case) -> bool:
    if not case.holds(pa.types.is_integer):
        return False
    low, high = (0, 2**64) if case.holds(pa.types.is_unsigned_integer) else (-(2**63), 2**63)
    if case.kind == SUM:
        return not low <= case.ours.observed < high
    if case.kind == ROW_SUM:
        rows = zip(*(case.rows[column].to_pylist() for column in case.columns), strict=True)
        return any(not low <= sum(value or 0 for value in row) < high for row in rows)
    return case.kind in {*ORDER, OUTLIERS} and max(case.values) - min(case.values) >= high


def _is_added_up_in_floats(case: Case) -> bool:
    return case.is_wide and (case.kind in {MEAN, OUTLIERS} or (case.kind == SUM and case.has_nulls))


def _has_a_bound_that_is_no_float(case: Case) -> bool:
    bounds = [case.kwargs.get(key) for key in ("min_value", "max_value")]
    return case.is_wide and any(isinstance(b, int) and abs(b) >= EXACT_IN_FLOATS for b in bounds)


def _is_compared_in_32_bits(case: Case) -> bool:
    figures = [case.ours.observed, *(case.kwargs.get(key) for key in ("min_value", "max_value"))]
    observed, *bounds = [None if figure is None else np.float32(figure) for figure in figures]
    return observed is not None and observed in bounds


def _is_decimal_that_raises(case: Case) -> bool:
    return case.kind in ARITHMETIC and case.they_broke and case.holds(pa.types.is_decimal)


def _is_decimal_against_float(case: Case) -> bool:
    inexact = any(Decimal(value) != Decimal(repr(value)) for value in _floats(dict(case.kwargs)))
    return case.holds(pa.types.is_decimal) and inexact and not case.they_broke


def _floats(value: Any) -> Iterator[float]:
    if isinstance(value, float):
        yield value
    elif isinstance(value, list | tuple | dict):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _floats(each)


def _is_time_in_nanoseconds(case: Case) -> bool:
    return case.kind == MOST_COMMON and case.holds(lambda t: pa.types.is_timestamp(t) and t.unit == "ns")


def _is_bool_against_null(case: Case) -> bool:
    is_order = case.kind == "expect_column_pair_values_a_to_be_greater_than_b"
    return is_order and case.they_broke and case.holds(pa.types.is_boolean) and case.has_nulls


def _is_pair_under_a_condition(case: Case) -> bool:
    is_asked = case.kind == "expect_column_pair_values_to_be_in_set" and "row_condition" in case.kwargs
    return is_asked and (case.they_broke or case.has_nulls)


def _is_condition_on_a_time(case: Case) -> bool:
    return any(
        pa.types.is_timestamp(case.rows.schema.field(part["column"]["name"]).type)
        for part in _comparisons(case.kwargs.get("row_condition"))
        if part["operator"] in {"==", "!=", "IN", "NOT_IN"}
    )


def _comparisons(condition: Any) -> Iterator[dict[str, Any]]:
    if isinstance(condition, dict):
        if condition["type"] == "comparison":
            yield condition
        for part in condition.get("conditions", ()):
            yield from _comparisons(part)


def _is_of_lists(case: Case) -> bool:
    is_asked = case.they_broke or case.kind == "expect_column_values_to_be_unique"
    return is_asked and case.holds(pa.types.is_nested) and case.ours.success is not None


KNOWN: Mapping[str, Callable[[Case], bool]] = {
    "LIKE isn't written for pandas": lambda c: "like_pattern" in c.kind and c.they_broke,
    "column_index 0 is taken for none": _is_first_place,
    "the text of a whole number beside a null is a float's": _is_text_of_a_float,
    "a null turns whole numbers into floats, and bools into objects": _is_type_beside_nulls,
    "differences of unsigned numbers and of bools are never negative": _wraps_around,
    "sums and differences of whole numbers overflow": _overflows,
    "whole numbers are added up as floats": _is_added_up_in_floats,
    "a bound beyond 2**53 is turned into a float": _has_a_bound_that_is_no_float,
    "a figure in 32 bits is compared in 32 bits": lambda c: (
        c.holds(pa.types.is_float32) and c.kind in FIGURES and _is_compared_in_32_bits(c)
    ),
    "arithmetic on decimals raises": _is_decimal_that_raises,
    "a decimal is compared with a float digit by digit": _is_decimal_against_float,
    "the most common time in nanoseconds is a number": _is_time_in_nanoseconds,
    "a bool and a null have no order, and raise": _is_bool_against_null,
    "pairs in a set skip no nulls under a row condition, or raise": _is_pair_under_a_condition,
    "a time in a row condition equals no text": _is_condition_on_a_time,
    "lists are all different, or raise": _is_of_lists,
    "columns whose names differ by case alone are taken for one": lambda c: (
        len({column.casefold() for column in c.columns}) < len(c.columns)
    ),
}
"""By what is wrong."""
