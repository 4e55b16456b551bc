"""What is left to Great Expectations for the sake of a column's type, and that the rest is compiled."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pyarrow as pa
import pytest

from headgate.adapters.duckdb_suites import DuckdbSuites
from headgate.adapters.duckdb_suites.compiling import TYPES
from headgate.core.suite import Expectation
from headgate.testing.memory_scan import MemoryScan
from tests.contract.answer_frames import KINDS, Frame
from tests.contract.answer_suites import ASK, asked

NUMBERS = {
    "expect_column_mean_to_be_between",
    "expect_column_median_to_be_between",
    "expect_column_sum_to_be_between",
    "expect_column_stdev_to_be_between",
    "expect_column_quantile_values_to_be_between",
    "expect_multicolumn_sum_to_equal",
    "expect_column_value_z_scores_to_be_less_than",
    "expect_column_values_to_not_be_outliers",
}
AVERAGES = {"expect_column_mean_to_be_between", "expect_column_median_to_be_between"}
SPREAD = {"expect_column_value_z_scores_to_be_less_than", "expect_column_values_to_not_be_outliers"}
ORDER = {"expect_column_values_to_be_increasing", "expect_column_values_to_be_decreasing"}
TEXT = {kind for kind in TYPES if any(word in kind for word in ("_regex", "_like_pattern", "_value_lengths_"))}
TYPE_LIST = {"expect_column_values_to_be_in_type_list"}
TYPE = {"expect_column_values_to_be_of_type"}
BOUNDS = {
    "expect_column_max_to_be_between",
    "expect_column_min_to_be_between",
    "expect_column_values_to_be_between",
}
"""These are numbers or times in a suite, which texts have no order with."""
DECLINED: dict[str, set[str]] = {
    "int64": set(),
    "uint8": set(),
    "float64": set(),
    "bool": SPREAD,
    "text": NUMBERS | ORDER | BOUNDS,
    "time": (NUMBERS - AVERAGES) | TEXT | TYPE_LIST,
    "utc": (NUMBERS - AVERAGES) | TEXT | TYPE_LIST,
    "date": NUMBERS | TYPE_LIST | TYPE,
    "float32": TEXT | SPREAD,
    "decimal": TEXT | TYPE_LIST | TYPE,
}
"""By the kind of column: much of it means nothing there, and Great Expectations breaks, too."""


def about_all_rows(expectation: Expectation) -> Expectation:
    return replace(expectation, kwargs={k: v for k, v in expectation.kwargs.items() if "condition" not in k})


@pytest.mark.parametrize("kind", DECLINED)
def test_only_what_pandas_takes_for_something_else_is_declined(kind: str) -> None:
    values = pa.array((KINDS[kind].values * 2)[:3], KINDS[kind].type)
    rows = pa.table({"x": values, "y": values, "g": [0, 1, 2], "s": ["a", "b", "ab"]})
    frame, random = Frame(kind=kind, rows=rows), Random(0)  # noqa: S311 - no secret
    ours = DuckdbSuites()
    asks = (about_all_rows(asked(type_, frame, random)) for type_ in TYPES if type_ in ASK)
    suite = [expectation for expectation in asks if ours.takes(expectation)]
    found = zip(suite, ours.run(suite, MemoryScan(rows)), strict=True)
    assert {e.type for e, measured in found if measured.declined} == {e.type for e in suite} & DECLINED[kind]
