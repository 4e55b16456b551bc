"""Where Great Expectations 1.24 on pandas is wrong: what it says, what Headgate says, and what its adapter repairs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import great_expectations as gx
import great_expectations.expectations as gxe
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from headgate.adapters.duckdb_suites import DuckdbSuites
from headgate.adapters.gx_suites import GxSuites
from headgate.core.suite import Measured
from headgate.core.suite_reading import read_suite
from headgate.testing.memory_scan import MemoryScan
from tests.contract.answer_known import KNOWN, Case
from tests.contract.suite_rows import entry

BROKE = "broke"
INCREASING = "expect_column_values_to_be_increasing"
BETWEEN = "expect_column_values_to_be_between"
IN_SET = "expect_column_values_to_be_in_set"
OF_TYPE = "expect_column_values_to_be_of_type"
PAIR_GREATER = "expect_column_pair_values_a_to_be_greater_than_b"
PAIR_SET = "expect_column_pair_values_to_be_in_set"
PAIRS = {"x": ["a", None, "b"], "y": ["b", None, "z"], "g": [0, 1, 2]}
NEW_YEAR = {"type": "comparison", "column": {"name": "x"}, "operator": "==", "parameter": "2000-01-01T00:00:00"}
NOT_2 = {"type": "comparison", "column": {"name": "g"}, "operator": "!=", "parameter": 2}


@dataclass(frozen=True, kw_only=True)
class Example:
    """Rows and a question on which the two differ: unexpected rows, the observed value, or that it broke."""

    rows: Mapping[str, Any]
    ask: dict[str, Any]
    headgate: Any
    gx: Any


EXAMPLES: dict[str, Example] = {
    "LIKE isn't written for pandas": Example(
        rows={"x": ["ab", "b"]},
        ask=entry("expect_column_values_to_match_like_pattern", column="x", like_pattern="a%"),
        headgate=1,
        gx=BROKE,
    ),
    "column_index 0 is taken for none": Example(
        rows={"x": [1], "y": [1]},
        ask=entry("expect_column_to_exist", column="y", column_index=0),
        headgate=False,
        gx=True,
    ),
    "the text of a whole number beside a null is a float's": Example(
        rows={"x": [7, None]},  # to pandas it is 7.0
        ask=entry("expect_column_value_lengths_to_equal", column="x", value=1),
        headgate=0,
        gx=1,
    ),
    "a null turns whole numbers into floats, and bools into objects": Example(
        rows={"x": [7, None]},
        ask=entry(OF_TYPE, column="x", type_="int64"),
        headgate="int64",
        gx="float64",
    ),
    "differences of unsigned numbers and of bools are never negative": Example(
        rows={"x": pa.array([3, 2, 1], pa.uint8())},
        ask=entry(INCREASING, column="x"),
        headgate=2,
        gx=0,
    ),
    "sums and differences of whole numbers overflow": Example(
        rows={"x": [2**62] * 4},
        ask=entry("expect_column_sum_to_be_between", column="x", min_value=1),
        headgate=2**64,
        gx=0,
    ),
    "whole numbers are added up as floats": Example(
        rows={"x": [2**53, 1, 1, -(2**53)]},
        ask=entry("expect_column_mean_to_be_between", column="x", min_value=0.5),
        headgate=0.5,
        gx=0.0,
    ),
    "a bound beyond 2**53 is turned into a float": Example(
        rows={"x": [2**53 + 1]},
        ask=entry(BETWEEN, column="x", max_value=2**53),
        headgate=1,
        gx=0,
    ),
    "a figure in 32 bits is compared in 32 bits": Example(
        rows={"x": pa.array([0.1], pa.float32())},  # which is a little more than 0.1
        ask=entry("expect_column_max_to_be_between", column="x", max_value=0.1),
        headgate=False,
        gx=True,
    ),
    "arithmetic on decimals raises": Example(
        rows={"x": [Decimal("0.50"), None]},  # without the null it doesn't
        ask=entry("expect_column_mean_to_be_between", column="x", max_value=1),
        headgate=0.5,
        gx=BROKE,
    ),
    "a decimal is compared with a float digit by digit": Example(
        rows={"x": [Decimal("0.30")]},  # JSON has no other way to write it
        ask=entry(IN_SET, column="x", value_set=[0.3]),
        headgate=0,
        gx=1,
    ),
    "the most common time in nanoseconds is a number": Example(
        rows={"x": pa.array([datetime(2000, 1, 1)], pa.timestamp("ns"))},  # noqa: DTZ001
        ask=entry("expect_column_most_common_value_to_be_in_set", column="x", value_set=["2000-01-01"], ties_okay=True),
        headgate=True,
        gx=False,
    ),
    "a bool and a null have no order, and raise": Example(
        rows={"x": [True, True], "y": [None, False]},
        ask=entry(PAIR_GREATER, column_A="x", column_B="y", ignore_row_if="neither"),
        headgate=1,
        gx=BROKE,
    ),
    "pairs in a set skip no nulls under a row condition, or raise": Example(
        rows=PAIRS,
        ask=entry(PAIR_SET, column_A="x", column_B="y", value_pairs_set=[["q", "r"]], row_condition=NOT_2),
        headgate=1,
        gx=2,
    ),
    "a time in a row condition equals no text": Example(  # though it is more or less than one
        rows={"x": [datetime(2000, 1, 1)]},  # noqa: DTZ001
        ask=entry("expect_table_row_count_to_equal", value=1, row_condition=NEW_YEAR),
        headgate=1,
        gx=0,
    ),
    "lists are all different, or raise": Example(
        rows={"x": [[1, 2], [1, 2]]},
        ask=entry("expect_column_values_to_be_unique", column="x"),
        headgate=2,
        gx=0,
    ),
    "columns whose names differ by case alone are taken for one": Example(
        rows={"a": [1, 1], "A": [1, 2]},
        ask=entry("expect_compound_columns_to_be_unique", column_list=["a", "A"]),
        headgate=0,
        gx=2,
    ),
}


def test_every_known_difference_has_an_example() -> None:
    assert EXAMPLES.keys() == KNOWN.keys()


@pytest.mark.parametrize("name", EXAMPLES)
def test_they_differ_and_it_is_known(name: str) -> None:
    check(name, EXAMPLES[name])


def check(name: str, example: Example) -> None:
    rows = pa.table(dict(example.rows))
    (expectation,) = read_suite("s", {"expectations": [example.ask]}).expectations
    ours, theirs = (engine.run([expectation], MemoryScan(rows))[0] for engine in (DuckdbSuites(), GxSuites()))
    assert (found(ours, example.headgate), found(theirs, example.gx)) == (example.headgate, example.gx)
    assert KNOWN[name](Case(expectation=expectation, ours=ours, theirs=theirs, rows=rows))


def found(measured: Measured, like: Any) -> Any:
    if measured.success is None:
        return BROKE
    if isinstance(like, bool):
        return measured.success
    return measured.unexpected_count if measured.unexpected_count is not None else measured.observed


ALSO: dict[str, Example] = {
    "differences of unsigned numbers and of bools are never negative": Example(
        rows={"x": [True, False]}, ask=entry(INCREASING, column="x"), headgate=1, gx=0
    ),
    "a null turns whole numbers into floats, and bools into objects": Example(
        rows={"x": [True, None]}, ask=entry(OF_TYPE, column="x", type_="int"), headgate=False, gx=True
    ),
    "sums and differences of whole numbers overflow": Example(
        rows={"x": [-(2**63), 2**63 - 1]}, ask=entry(INCREASING, column="x"), headgate=0, gx=1
    ),
    "pairs in a set skip no nulls under a row condition, or raise": Example(
        rows={"x": [1, 2], "y": [1, 2], "g": [0, 2]},
        ask=entry(PAIR_SET, column_A="x", column_B="y", value_pairs_set=[[1, 1]], row_condition=NOT_2),
        headgate=0,
        gx=BROKE,
    ),
    "lists are all different, or raise": Example(
        rows={"x": [[1], [1]]},
        ask=entry("expect_column_unique_value_count_to_be_between", column="x", max_value=1),
        headgate=1,
        gx=BROKE,
    ),
}
"""Their other halves."""


@pytest.mark.parametrize("name", ALSO)
def test_so_they_differ_too_and_it_is_known(name: str) -> None:
    check(name, ALSO[name])


def test_a_query_for_unexpected_rows_needs_no_database_here() -> None:
    query = entry("unexpected_rows_expectation", unexpected_rows_query="SELECT * FROM {batch} WHERE x > 1")
    suite = read_suite("s", {"expectations": [query]})
    ours, theirs = (
        e.run(suite.expectations, MemoryScan(pa.table({"x": [1, 2]})))[0] for e in (DuckdbSuites(), GxSuites())
    )
    assert (ours.success, ours.observed, theirs.success) == (False, 1, None)


# What the adapter repairs: raw Great Expectations, and through the adapter


def raw(frame: pd.DataFrame, expectation: Any) -> Any:
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}  # type: ignore[assignment]
    asset = context.data_sources.add_pandas("raw").add_dataframe_asset("rows")
    batch = asset.add_batch_definition_whole_dataframe("all").get_batch({"dataframe": frame})
    return batch.validate(expectation)


def repaired(rows: pa.Table, ask: dict[str, Any]) -> Measured:
    return GxSuites().run(read_suite("s", {"expectations": [ask]}).expectations, MemoryScan(rows))[0]


TIMES = pa.table({"x": pa.array([datetime(2000, 1, 1, tzinfo=UTC)], pa.timestamp("us", tz="UTC"))})


def test_a_date_bound_raises_and_is_repaired() -> None:
    bound = gxe.ExpectColumnValuesToBeBetween(column="x", min_value=date(2000, 1, 1))
    assert "raised_exception': True" in str(raw(TIMES.to_pandas(), bound).exception_info)
    assert repaired(TIMES, entry(BETWEEN, column="x", min_value="2000-01-01")).success is True


def test_a_date_in_a_set_is_never_found_and_is_repaired() -> None:
    assert (
        raw(TIMES.to_pandas(), gxe.ExpectColumnValuesToBeInSet(column="x", value_set=["2000-01-01"])).success is False
    )
    assert repaired(TIMES, entry(IN_SET, column="x", value_set=["2000-01-01"])).success is True


def test_text_is_of_no_type_in_a_list_and_is_repaired() -> None:
    rows = pa.table({"x": ["a"]})
    asked = gxe.ExpectColumnValuesToBeInTypeList(column="x", type_list=["int", "str"])
    assert raw(rows.to_pandas(), asked).success is False
    ask = entry("expect_column_values_to_be_in_type_list", column="x", type_list=["int", "str"])
    assert repaired(rows, ask).success is True


def test_quantiles_are_numpy_bools_that_no_json_takes_and_are_repaired() -> None:
    ranges = {"quantiles": [0.5], "value_ranges": [[1, 3]]}
    rows = pa.table({"x": [1, 2, 3]})
    result = raw(rows.to_pandas(), gxe.ExpectColumnQuantileValuesToBeBetween(column="x", quantile_ranges=ranges))
    assert type(result.success) is np.bool_
    with pytest.raises(TypeError, match="not JSON serializable"):
        json.dumps({"success": result.success})
    ask = entry("expect_column_quantile_values_to_be_between", column="x", quantile_ranges=ranges)
    assert json.dumps({"success": repaired(rows, ask).success}) == '{"success": true}'
