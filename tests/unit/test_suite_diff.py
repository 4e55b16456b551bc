from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.core.suite import Expectation, Suite
from headgate.core.suite_diff import diff_suites, diff_text
from headgate.core.validation import Severity

BETWEEN = "expect_column_values_to_be_between"


def one(kind: str = BETWEEN, severity: str = "critical", notes: str = "", **kwargs: Any) -> Expectation:
    return Expectation(type=kind, kwargs=kwargs, severity=Severity(severity), notes=notes)


def suite(*expectations: Expectation) -> Suite:
    return Suite(name="suite.json", expectations=expectations)


@pytest.mark.parametrize(
    ("before", "after", "line"),
    [
        (one(column="n", max_value=1), one(column="n", max_value=2), "max_value: 1 -> 2"),
        (one(column="n", max_value=1), one(column="n", max_value=1, min_value=0), "min_value: none -> 0"),
        (one(column="n", mostly=0.9), one(column="n"), "mostly: 0.9 -> none"),
        (one(column="n"), one(severity="warning", column="n"), "severity: critical -> warning"),
        (one(column="n", strict_min=True), one(column="n", strict_min=1), "strict_min: true -> 1"),
        (one(value_set=["a", "b"]), one(value_set=["b", "c"]), "value_set: added 'c', removed 'a'"),
        (one(value_set=["a", "b"]), one(value_set=["b", "a"]), "value_set: another order"),
    ],
)
def test_what_differs_in_an_expectation_is_said(before: Expectation, after: Expectation, line: str) -> None:
    found = diff_suites(suite(before), suite(after))
    assert (found.added, found.removed, len(found.changed)) == ((), (), 1)
    assert f"    {line}\n" in diff_text(found)
    assert not found.is_empty


def test_expectations_are_added_and_removed_by_type_columns_and_row_condition() -> None:
    under = {"row_condition": "n > 0", "condition_parser": "pandas"}
    before = suite(one(column="a"), one("expect_column_to_exist", column="a"), one(column="b"))
    after = suite(one(column="a", **under), one("expect_column_to_exist", column="a"), one(column="c"))
    text = diff_text(diff_suites(before, after))
    assert text.splitlines() == [
        f"- {BETWEEN}(a) [critical]",
        f"- {BETWEEN}(b) [critical]",
        f"+ {BETWEEN}(a, row_condition n > 0, condition_parser pandas) [critical]",
        f"+ {BETWEEN}(c) [critical]",
        "2 added, 2 removed, 0 changed",
    ]


def test_repeated_expectations_are_compared_in_order() -> None:
    before = suite(one(column="a", max_value=9), one(column="a", max_value=99, severity="warning"))
    after = suite(one(column="a", max_value=9), one(column="a", max_value=98, severity="warning"))
    found = diff_suites(before, after)
    assert [change.what for change in found.changed] == [(("max_value", 99, 98),)]
    assert len(diff_suites(before, suite(before.expectations[0])).removed) == 1


def test_order_and_notes_dont_count() -> None:
    a, b = one(column="a"), one(column="b")
    found = diff_suites(suite(a, b), suite(b, one(column="a", notes="read")))
    assert found.is_empty
    assert diff_text(found) == "The suites expect the same."


EXPECTATIONS = st.builds(
    one,
    kind=st.sampled_from([BETWEEN, "expect_column_to_exist"]),
    severity=st.sampled_from([*Severity]),
    column=st.sampled_from("ab"),
    max_value=st.integers(0, 2),
)
SUITES = st.lists(EXPECTATIONS, max_size=5).map(lambda them: suite(*them))


@given(SUITES, SUITES)
def test_a_diff_read_backwards_is_the_diff_of_the_other_way(before: Suite, after: Suite) -> None:
    there, back = diff_suites(before, after), diff_suites(after, before)
    assert there.added == back.removed
    assert there.removed == back.added
    assert sorted((n, b, a) for c in there.changed for n, a, b in c.what) == sorted(
        w for c in back.changed for w in c.what
    )
    assert len(before.expectations) - len(there.removed) == len(after.expectations) - len(there.added)


@given(SUITES)
def test_a_suite_doesnt_differ_from_itself(same: Suite) -> None:
    assert diff_suites(same, same).is_empty
