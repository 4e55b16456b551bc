"""Slices: their names, their rows, and what is no slice."""

from __future__ import annotations

import math
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headgate.core.numeric.slicing import coded, rows_of_slices
from headgate.core.slices import Bins, Where, column_of, require_slicings
from headgate.errors import InputError


def rows_of(values: Any, *slicings: Any) -> dict[str, list[int]]:
    found = np.array(values, dtype=object) if any(isinstance(v, str | None) for v in values) else np.asarray(values)
    columns = {column_of(slicing): found for slicing in slicings}
    return {name: rows.tolist() for name, rows in rows_of_slices(columns, slicings).items()}


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["b", "a", "b"], {"x=a": [1], "x=b": [0, 2]}),
        (["a", None, "a"], {"x=a": [0, 2], "x=null": [1]}),
        ([3, 1, 3], {"x=1": [1], "x=3": [0, 2]}),
        ([1.5, math.nan, 1.5], {"x=1.5": [0, 2], "x=null": [1]}),
        ([True, False], {"x=False": [1], "x=True": [0]}),
        ([None, None], {"x=null": [0, 1]}),
        ([date(2024, 1, 2), None], {"x=2024-01-02": [0], "x=null": [1]}),
        ([Decimal("1.50")], {"x=1.50": [0]}),
        ([], {}),
    ],
)
def test_each_value_of_a_column_is_a_slice_in_order_of_its_text(values: Any, expected: dict[str, list[int]]) -> None:
    found = rows_of(values, "x")
    assert found == expected
    assert list(found) == sorted(expected)


HOURS = Bins("hour", (6, 18))


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (math.nextafter(6, 0), "hour < 6"),
        (6, "hour in [6, 18)"),
        (math.nextafter(18, 0), "hour in [6, 18)"),
        (18, "hour >= 18"),
        (math.inf, "hour >= 18"),
        (-math.inf, "hour < 6"),
        (math.nan, None),
        (None, None),
    ],
)
def test_bins_hold_their_lower_edge_and_no_null(value: Any, name: str | None) -> None:
    found = rows_of([value, None], HOURS)
    assert list(found) == list(HOURS.names)
    assert [key for key, rows in found.items() if 0 in rows] == ([name] if name else [])


@given(st.lists(st.floats(allow_nan=False, width=32), min_size=1, max_size=6, unique=True))
@settings(max_examples=50, deadline=None)
def test_no_two_bins_bear_one_name(edges: list[float]) -> None:
    bins = Bins("x", tuple(sorted(edges))) if min(edges) > -math.inf else Bins("x", (0.0,))
    assert len(set(bins.names)) == len(bins.edges) + 1
    values = np.array([edge for edge in bins.edges if math.isfinite(edge)], dtype=float)
    assert sum(len(rows) for rows in rows_of_slices({"x": values}, [bins]).values()) == len(values)


def test_near_edges_are_told_apart() -> None:
    assert Bins("x", (1000000.1, 1000000.2)).names == (
        "x < 1000000.1",
        "x in [1000000.1, 1000000.2)",
        "x >= 1000000.2",
    )
    assert Bins("x", (0.1, 5, 20.0)).names == ("x < 0.1", "x in [0.1, 5)", "x in [5, 20)", "x >= 20")


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ({"at_least": 2}, [1, 2]),
        ({"below": 2}, [0]),
        ({"at_least": 1, "below": 3}, [0, 1]),
        ({"at_least": math.nextafter(2, 3)}, [2]),
        ({"at_least": 4}, []),
        ({"one_of": (1, 3)}, [0, 2]),
        ({"one_of": (1.0,)}, [0]),
        ({"one_of": ("1",)}, [0]),
        ({"one_of": ("x",)}, []),
    ],
)
@pytest.mark.parametrize("values", [[1, 2, 3, None], [1, 2, 3], [1.0, 2.0, 3.0, math.nan]])
def test_a_condition_holds_the_rows_that_meet_it(where: dict[str, Any], expected: list[int], values: Any) -> None:
    if where == {"one_of": ("1",)} and isinstance(values[0], float):
        expected = []
    assert rows_of(values, Where(name="some", column="x", **where)) == {"some": expected}


def test_an_infinite_value_is_at_least_anything() -> None:
    assert rows_of([math.inf, 1.0, math.nan], Where(name="some", column="x", at_least=5)) == {"some": [0]}


@pytest.mark.parametrize("slicing", [Bins("x", (1,)), Where(name="some", column="x", at_least=1)])
@pytest.mark.parametrize("value", ["north", date(2024, 1, 1)])
def test_limits_on_what_is_no_number_are_refused(slicing: Any, value: Any) -> None:
    values = np.empty(1, dtype=object)
    values[0] = value
    with pytest.raises(InputError, match="column x of a slice must hold numbers"):
        rows_of_slices({"x": values}, [slicing])


@pytest.mark.parametrize("slicing", ["x", Bins("x", (1,)), Where(name="some", column="x", one_of=("a",))])
@pytest.mark.parametrize("value", [["a"], [1, 2], {"a": 1}])
def test_a_column_of_lists_makes_no_slices(slicing: Any, value: Any) -> None:
    values = np.empty(1, dtype=object)
    values[0] = value
    with pytest.raises(InputError, match=r"column x of a slice must hold one value for each row. Got .* instead"):
        rows_of_slices({"x": values}, [slicing])


def test_two_slices_of_one_name_are_refused_unless_they_are_one() -> None:
    values = {"x": np.arange(9), "season": np.array(["winter"] * 9, dtype=object)}
    with pytest.raises(InputError, match=r"slices must differ by name\. Got two that are called season=winter instead"):
        rows_of_slices(values, ["season", Where(name="season=winter", column="x", below=3)])
    assert len(rows_of_slices(values, [Bins("x", (3,)), Bins("x", (3, 6))])) == 4


def test_values_that_read_alike_are_one_and_codes_are_their_places() -> None:
    names, codes = coded(np.array(["b", None, "a", "b"], dtype=object))
    assert (names, codes.tolist()) == (["a", "b", "null"], [1, 2, 0, 1])
    names, codes = coded(np.array([float("nan"), 1.0, float("nan")]))
    assert (names, codes.tolist()) == (["1.0", "null"], [1, 0, 1])


@pytest.mark.parametrize("edges", [(), (2, 1), (1, 1), (math.nan,), (-math.inf, 1), ("1",), (True,), (None,)])
def test_edges_that_do_not_ascend_are_refused(edges: Any) -> None:
    with pytest.raises(InputError, match=r"edges of Bins\(x\) must be ascending numbers"):
        Bins("x", edges)


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"at_least": 1, "one_of": ("a",)},
        {"at_least": 2, "below": 1},
        {"at_least": 1, "below": 1},
        {"at_least": math.nan},
        {"at_least": "1"},
        {"below": True},
    ],
)
def test_a_condition_that_is_none_or_contradicts_itself_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(InputError, match=r"Where\(some\) must have limits with at_least < below, or one_of"):
        Where(name="some", column="x", **change)


@pytest.mark.parametrize("name", ["", " ", None, 3])
def test_names_must_be_texts(name: Any) -> None:
    for make in (
        lambda: Bins(name, (1,)),
        lambda: Where(name=name, column="x", below=1),
        lambda: Where(name="some", column=name, below=1),
    ):
        with pytest.raises(InputError, match="must be a text"):
            make()


def test_no_condition_is_called_like_the_whole_holdout() -> None:
    with pytest.raises(InputError, match="name of Where must not be overall, which is the whole holdout"):
        Where(name="overall", column="x", below=1)


def test_slicings_are_taken_once_each_and_are_no_text() -> None:
    assert require_slicings("slices", ["a", HOURS, "a"]) == ("a", HOURS)
    for wrong in ("season", None, [""], [3], ["a", None]):
        with pytest.raises(InputError, match="slices"):
            require_slicings("slices", wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: Bins("", (6,)), "column of Bins must be a text. Got '' instead."),
        (lambda: Where(name="", column="hour", below=6), "name of Where must be a text. Got '' instead."),
        (lambda: Where(name="night", column=" ", below=6), "column of Where(night) must be a text. Got ' ' instead."),
        (
            lambda: Where(name="n", column="hour", at_least=6, below=6),
            "Where(n) must have limits with at_least < below, or one_of. Got at_least=6, below=6, one_of=() instead.",
        ),
    ],
    ids=["bins", "name", "column", "limits"],
)
def test_a_refusal_says_of_what_it_is_and_what_was_given(make: Any, said: str) -> None:
    with pytest.raises(InputError) as refused:
        make()
    assert str(refused.value) == said
