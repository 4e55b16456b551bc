"""Row conditions choose the rows that pandas chooses."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pyarrow as pa
import pytest

from headgate.adapters.duckdb_suites import DuckdbSuites
from headgate.core.suite import Expectation, Measured
from headgate.testing.memory_scan import MemoryScan

ROWS = pa.table(
    {
        "n": [0, 1, 2, 3, 4, 5],
        "load": [1.5, None, float("nan"), 2.0, -1.0, 1.5],
        "place": ["a", "b", None, "it's", 'a"b', "a"],
        "is open": [True, False, True, True, False, False],
    }
)
QUERIES = [
    *("n > 2", "2 < n", "n >= 1 and n < 4", "1 <= n < 4", "n > 1 & n < 4", "n < 1 | n > 4", "~(n > 2)", "not n == 3"),
    *("load > 1", "load != 1.5", "not load > 1", "load == 1.5 or place == 'b'", "load.isnull()", "~load.isna()"),
    *("place == 'a'", 'place != "a"', "place in ['a', 'b']", "place not in ['a']", 'place == "it\'s"', "place.notna()"),
    *("`is open`", "~`is open`", "`is open` == True and n > 0", "n == -1", "n in [0, 1.0, 9]", "n in []"),
]
UNTAKEN = [
    "n > load",
    "n + 1 > 2",
    "n == @limit",
    "place.str.contains('a')",
    "index > 2",
    "n ==",
    "f(n)",
    "n > [1]",
    "'",
]
OBJECTS = [
    ({"type": "comparison", "column": {"name": "n"}, "operator": ">", "parameter": 3}, 2),
    ({"type": "comparison", "column": {"name": "place"}, "operator": "!=", "parameter": "a"}, 4),
    ({"type": "comparison", "column": {"name": "n"}, "operator": "IN", "parameter": [1, 2, 99]}, 2),
    ({"type": "comparison", "column": {"name": "load"}, "operator": "NOT_IN", "parameter": [1.5]}, 4),
    ({"type": "nullity", "column": {"name": "load"}, "is_null": True}, 2),
    ({"type": "nullity", "column": {"name": "load"}, "is_null": False}, 4),
    ({"type": "pass_through", "pass_through_filter": "n == 1"}, 1),
]


def rows_where(condition: Any, parser: str | None = None) -> Measured:
    kwargs = {"row_condition": condition} | ({"condition_parser": parser} if parser else {})
    expectation = Expectation(type="expect_table_row_count_to_be_between", kwargs=kwargs)
    assert DuckdbSuites().takes(expectation)
    return DuckdbSuites().run([expectation], MemoryScan(ROWS))[0]


@pytest.mark.parametrize("query", QUERIES)
def test_a_query_chooses_as_many_rows_as_in_pandas(query: str) -> None:
    frame: pd.DataFrame = ROWS.to_pandas()
    assert rows_where(query, "pandas").observed == len(frame.query(query))


@pytest.mark.parametrize("query", UNTAKEN)
def test_a_query_that_is_more_than_comparisons_is_left_to_pandas(query: str) -> None:
    kwargs = {"row_condition": query, "condition_parser": "pandas"}
    taken = DuckdbSuites().takes(Expectation(type="expect_table_row_count_to_be_between", kwargs=kwargs))
    if taken:  # `index` reads like any column, and there is none of that name
        assert "'index' isn't there" in str(rows_where(query, "pandas").error)
    else:
        assert query != "index > 2"


@pytest.mark.parametrize(("condition", "rows"), OBJECTS)
def test_condition_objects_choose_rows(condition: dict[str, Any], rows: int) -> None:
    assert rows_where(condition).observed == rows


def test_conditions_are_joined() -> None:
    first, second = OBJECTS[0][0], OBJECTS[1][0]
    assert rows_where({"type": "and", "conditions": [first, second]}).observed == 1
    assert rows_where({"type": "or", "conditions": [first, second]}).observed == 5


def test_great_expectations_own_strings_are_read() -> None:
    assert rows_where('col("n") > 3', "great_expectations").observed == 2
    assert rows_where('col("load").notNull()', "great_expectations").observed == 4


def test_an_empty_condition_is_none() -> None:
    assert rows_where("", "pandas").observed == 6


def test_a_text_and_a_number_have_no_order() -> None:
    found = rows_where("place > 3", "pandas")
    assert found.success is None
    assert "column 'place' is text" in str(found.error)


@pytest.mark.parametrize(
    "condition",
    [
        {"type": "unheard"},
        {"type": "and", "conditions": []},
        {"type": "comparison", "column": {"name": "n"}, "operator": "LIKE", "parameter": "a"},
        {"type": "comparison", "column": {"name": "n"}, "operator": "IN", "parameter": "a"},
        "n > 1",
    ],
)
def test_a_condition_of_another_form_is_not_taken(condition: Any) -> None:
    kwargs = {"row_condition": condition}
    assert not DuckdbSuites().takes(Expectation(type="expect_table_row_count_to_be_between", kwargs=kwargs))
