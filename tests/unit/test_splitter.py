"""Rows that fail are set aside, and the rest stays as it was."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headgate.adapters.duckdb_suites import DuckdbSplitter
from headgate.core.suite import Expectation
from headgate.errors import DataError, SnapshotDamagedError
from headgate.testing.memory_scan import MemoryScan

UNIQUE = "expect_column_values_to_be_unique"
BETWEEN = "expect_column_values_to_be_between"
NOT_NULL = "expect_column_values_to_not_be_null"


def e(kind: str, **kwargs: Any) -> Expectation:
    return Expectation(type=kind, kwargs=kwargs)


def split(expectations: list[Expectation], *parts: pa.Table) -> list[tuple[pa.Table, pa.Table]]:
    return list(DuckdbSplitter().split(expectations, MemoryScan(*parts)))


def reasons(aside: pa.Table) -> list[list[str]]:
    found: list[list[str]] = aside["headgate_reasons"].to_pylist()
    return found


def test_a_value_that_is_repeated_in_another_part_is_set_aside_in_both() -> None:
    parts = split([e(UNIQUE, column="n")], pa.table({"n": [1, 2, None]}), pa.table({"n": [None, 2, 3]}))
    assert [kept["n"].to_pylist() for kept, _ in parts] == [[1, None], [None, 3]]
    assert [aside["n"].to_pylist() for _, aside in parts] == [[2], [2]]


def test_keys_of_several_columns_are_counted_with_their_nulls() -> None:
    rows = pa.table({"a": [1, 1, None, None, None], "b": ["x", "x", "y", "y", None]})
    ((kept, aside),) = split([e("expect_compound_columns_to_be_unique", column_list=["a", "b"])], rows)
    assert kept.to_pylist() == [{"a": None, "b": None}]
    assert reasons(aside) == [["expect_compound_columns_to_be_unique(a, b)"]] * 4


def test_reasons_come_in_the_order_of_the_expectations() -> None:
    suite = [e(BETWEEN, column="n", max_value=5), e(UNIQUE, column="n"), e(NOT_NULL, column="n")]
    ((_, aside),) = split(suite, pa.table({"n": [9, 1, 9, None]}))
    both = [f"{BETWEEN}(n)", f"{UNIQUE}(n)"]
    assert reasons(aside) == [both, both, [f"{NOT_NULL}(n)"]]


def test_two_expectations_of_one_name_give_one_reason() -> None:
    suite = [e(BETWEEN, column="n", max_value=5), e(BETWEEN, column="n", min_value=0)]
    ((_, aside),) = split(suite, pa.table({"n": [-1, 9, 3]}))
    assert reasons(aside) == [[f"{BETWEEN}(n)"]] * 2


def test_a_row_condition_is_minded() -> None:
    conditioned = {"row_condition": "s == 'b'", "condition_parser": "pandas"}
    suite = [e(BETWEEN, column="n", max_value=5, **conditioned), e(UNIQUE, column="n", **conditioned)]
    ((kept, _),) = split(suite, pa.table({"n": [9, 9, 1, 1], "s": ["a", "b", "b", "a"]}))
    assert kept.to_pylist() == [{"n": 9, "s": "a"}, {"n": 1, "s": "b"}, {"n": 1, "s": "a"}]


def test_rows_keep_their_types_and_what_duckdb_would_round() -> None:
    nanos = pa.scalar(1_000_000_001, pa.timestamp("ns", "UTC"))
    rows = pa.table(
        {
            "n": pa.array([1, 9], pa.int8()),
            "": pa.array([nanos, nanos]),
            "N": pa.array([Decimal("1.10"), None], pa.decimal128(30, 2)),
            "s": pa.array(["a", "b"], pa.large_string()),
            "d": pa.array(["a", "b"]).dictionary_encode(),
            "t": pa.array([datetime(2000, 1, 1, tzinfo=UTC)] * 2, pa.timestamp("us", "America/New_York")),
            "l": pa.array([[{"x": 1.5}], None]),
            "f": pa.array([float("nan"), -0.0]),
        }
    )
    ((kept, aside),) = split([e(BETWEEN, column="n", max_value=5), e(NOT_NULL, column="N")], rows)
    assert kept.schema == rows.schema
    assert aside.drop_columns(["headgate_reasons"]).schema == rows.schema
    assert kept.drop_columns(["f"]).equals(rows.slice(0, 1).drop_columns(["f"]))
    assert str(kept["f"].to_pylist()) == "[nan]"


def test_nothing_is_set_aside_when_nothing_is_expected() -> None:
    ((kept, aside),) = split([], pa.table({"n": [1, None]}))
    assert (kept.num_rows, aside.num_rows) == (2, 0)
    assert aside.schema.field("headgate_reasons").type == pa.list_(pa.string())


def test_a_part_without_rows_is_split_too() -> None:
    ((kept, aside),) = split([e(UNIQUE, column="n")], pa.table({"n": pa.array([], pa.int64())}))
    assert (kept.num_rows, aside.num_rows) == (0, 0)


def test_a_damaged_part_is_said_to_be_one() -> None:
    rows = MemoryScan(pa.table({"n": [1]}), pa.table({"n": [2]}), damaged=1)
    with pytest.raises(SnapshotDamagedError):
        list(DuckdbSplitter().split([e(UNIQUE, column="n")], rows))


def test_an_expectation_that_these_columns_have_no_answer_to_is_no_reason() -> None:
    with pytest.raises(DataError, match="column 's' is text"):
        split([e(BETWEEN, column="s", max_value=5)], pa.table({"s": ["a"]}))


@pytest.mark.parametrize(
    ("kind", "kwargs", "is_row_level"),
    [
        (UNIQUE, {"column": "n"}, True),
        ("expect_column_pair_values_to_be_equal", {"column_A": "a", "column_B": "b"}, True),
        ("expect_column_mean_to_be_between", {"column": "n", "max_value": 1}, False),
        ("expect_column_values_to_be_increasing", {"column": "n"}, False),
        ("expect_column_value_z_scores_to_be_less_than", {"column": "n", "threshold": 1}, False),
        ("expect_column_values_to_match_regex", {"column": "n", "regex": "(?=a)"}, False),
        ("expect_custom_thing", {"column": "n"}, False),
    ],
)
def test_only_what_each_row_meets_by_itself_is_row_level(kind: str, kwargs: Any, is_row_level: bool) -> None:  # noqa: FBT001
    assert DuckdbSplitter().is_row_level(e(kind, **kwargs)) == is_row_level


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(st.one_of(st.none(), st.integers(0, 6)), max_size=6), min_size=1, max_size=4))
def test_every_row_is_on_one_side_and_in_order(parts: list[list[int | None]]) -> None:
    tables = [
        pa.table({"n": pa.array(values, pa.int64()), "row": [f"{place}.{at}" for at in range(len(values))]})
        for place, values in enumerate(parts)
    ]
    tables = [t.set_column(1, "row", t["row"].cast(pa.string())) for t in tables]
    every = [value for values in parts for value in values if value is not None]
    halves = split([e(UNIQUE, column="n"), e(BETWEEN, column="n", max_value=4)], *tables)
    for table, (kept, aside) in zip(tables, halves, strict=True):
        fails = [v is not None and (every.count(v) > 1 or v > 4) for v in table["n"].to_pylist()]
        rows = table["row"].to_pylist()
        assert aside["row"].to_pylist() == [row for row, failing in zip(rows, fails, strict=True) if failing]
        assert kept["row"].to_pylist() == [row for row, failing in zip(rows, fails, strict=True) if not failing]
