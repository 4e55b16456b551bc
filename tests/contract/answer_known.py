"""Where the two engines differ on purpose. Each is shown by an example in test_gx_defects.py."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from headgate.core.suite import Expectation, Measured

ORDER = frozenset({"expect_column_values_to_be_increasing", "expect_column_values_to_be_decreasing"})
SPREAD = frozenset({"expect_column_value_z_scores_to_be_less_than", "expect_column_values_to_not_be_outliers"})
TYPES = frozenset({"expect_column_values_to_be_of_type", "expect_column_values_to_be_in_type_list"})
SUM = "expect_multicolumn_sum_to_equal"
MOST_COMMON = "expect_column_most_common_value_to_be_in_set"
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
    def columns(self) -> list[str]:
        return [column for column in self.expectation.columns if column in self.rows.column_names]

    @property
    def values(self) -> list[Any]:
        return [value for column in self.columns for value in self.rows[column].to_pylist()]

    def holds(self, *fits: Callable[[pa.DataType], bool]) -> bool:
        types = [self.rows.schema.field(column).type for column in self.columns]
        return any(bool(fit(t)) for t in types for fit in fits)


def is_known(expectation: Expectation, ours: Measured, theirs: Measured, rows: pa.Table) -> bool:
    """Return whether a difference is one that is documented."""
    case = Case(expectation=expectation, ours=ours, theirs=theirs, rows=rows)
    return any(applies(case) for applies in KNOWN.values())


def _is_vacuous(case: Case) -> bool:
    if case.ours.success is not None:
        return False
    if case.theirs.element_count is not None:
        return case.theirs.element_count - (case.theirs.missing_count or 0) == 0
    observed = case.theirs.observed
    return all(value in {None, 0} for value in (observed["values"] if isinstance(observed, dict) else [observed]))


def _is_text_of_another_type(case: Case) -> bool:
    is_about_text = "regex" in case.kind or "lengths" in case.kind
    has_nulls = any(value is None for value in case.values)
    is_float_in_pandas = has_nulls and case.holds(pa.types.is_integer, pa.types.is_boolean)
    is_refused = case.ours.success is None and case.holds(
        pa.types.is_decimal, pa.types.is_temporal, pa.types.is_float32
    )
    return is_about_text and (is_float_in_pandas or is_refused)


def _is_type_that_pandas_lost(case: Case) -> bool:
    is_empty = case.rows.num_rows == 0 or case.theirs.element_count == 0
    is_named_by_pandas = not case.holds(pa.types.is_integer, pa.types.is_floating, pa.types.is_boolean)
    return case.kind in TYPES and (is_empty or is_named_by_pandas or any(value is None for value in case.values))


def _is_wide(case: Case) -> bool:
    wide = any(isinstance(value, int) and abs(value) > EXACT_IN_FLOATS for value in case.values)
    has_nulls = any(value is None for value in case.values)
    given = case.expectation.kwargs.keys() & {"min_value", "max_value", "quantile_ranges", "sum_total"}
    is_computed = case.kind in {*ORDER, *SPREAD} or bool(given)
    return wide and case.holds(pa.types.is_integer) and (has_nulls or is_computed)


def _has_no_arithmetic(case: Case) -> bool:
    is_arithmetic = case.kind in {*ORDER, *SPREAD, SUM}
    return case.ours.success is None and is_arithmetic and not case.holds(pa.types.is_floating, pa.types.is_integer)


def _is_sum_of_dates(case: Case) -> bool:
    figures = ("_mean_", "_median_", "_sum_", "_stdev_", "_quantile_")
    one_of_them_broke = case.ours.success is None or case.theirs.success is None
    return any(word in case.kind for word in figures) and case.holds(pa.types.is_date) and one_of_them_broke


def _is_decimal_against_float(case: Case) -> bool:
    given = case.expectation.kwargs
    compares = given.keys() & {"value_set", "value_pairs_set", "min_value", "max_value", "sum_total", "quantile_ranges"}
    return case.holds(pa.types.is_decimal) and (case.theirs.success is None or bool(compares))


KNOWN: Mapping[str, Callable[[Case], bool]] = {
    "LIKE isn't written for pandas": lambda c: "like_pattern" in c.kind and c.theirs.success is None,
    "column_index 0 is taken for none": lambda c: (
        c.kind == "expect_column_to_exist" and c.expectation.kwargs.get("column_index") == 0
    ),
    "a type that doesn't fit goes unnoticed where there is no value": _is_vacuous,
    "the text of what is no text depends on how pandas prints it": _is_text_of_another_type,
    "pandas turns columns with nulls into other types": _is_type_that_pandas_lost,
    "differences of unsigned numbers wrap around": lambda c: c.kind in ORDER and c.holds(pa.types.is_unsigned_integer),
    "whole numbers beyond 2**53 are compared and added as floats, or overflow": _is_wide,
    "bools, texts and times have no spread, differences or sum": _has_no_arithmetic,
    "dates have no mean": _is_sum_of_dates,
    "a decimal equals no float, and arithmetic on decimals raises": _is_decimal_against_float,
    "bools have no quartiles": lambda c: c.kind in SPREAD and c.theirs.success is None and c.holds(pa.types.is_boolean),
    "the most common time in nanoseconds is a number": lambda c: (
        c.kind == MOST_COMMON and c.holds(lambda t: pa.types.is_timestamp(t) and t.unit == "ns")
    ),
    "a bool and a null have no order, and raise": lambda c: (
        c.kind == "expect_column_pair_values_a_to_be_greater_than_b"
        and c.theirs.success is None
        and c.holds(pa.types.is_boolean)
    ),
    "pairs in a set skip no nulls under a row condition, or raise": lambda c: (
        c.kind == "expect_column_pair_values_to_be_in_set" and "row_condition" in c.expectation.kwargs
    ),
}
"""By what is wrong."""
