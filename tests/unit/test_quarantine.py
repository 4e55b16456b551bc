from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.core.quarantine import Aside, Quarantine, decide_quarantine
from headgate.core.validation import Severity
from headgate.core.verdict import Outcome
from headgate.errors import InputError

PASS, FAIL = Outcome.PASS, Outcome.FAIL


def overall(aside: int, rows: int = 10_000) -> Aside:
    return Aside(slice="overall", rows=rows, aside=aside)


@pytest.mark.parametrize(("aside", "outcome"), [(0, PASS), (499, PASS), (500, PASS), (501, FAIL), (10_000, FAIL)])
def test_rows_are_set_aside_below_and_at_the_greatest_share_and_not_above(aside: int, outcome: Outcome) -> None:
    assert decide_quarantine(Quarantine(max_share=0.05), overall(aside)).outcome is outcome


@pytest.mark.parametrize(("aside", "outcome"), [(9, PASS), (10, PASS), (11, FAIL)])
def test_a_slice_has_a_greatest_share_of_its_own(aside: int, outcome: Outcome) -> None:
    limits = Quarantine(max_share=0.5, max_slice_share=0.1)
    north = Aside(slice="station=north", rows=100, aside=aside)
    assert decide_quarantine(limits, overall(aside), slices=[north]).outcome is outcome


@pytest.mark.parametrize(("aside", "outcome"), [(50, PASS), (51, FAIL)])
def test_a_slices_greatest_share_is_that_of_all_rows_unless_it_is_said(aside: int, outcome: Outcome) -> None:
    north = Aside(slice="station=north", rows=100, aside=aside)
    assert decide_quarantine(Quarantine(max_share=0.5), overall(aside), slices=[north]).outcome is outcome


def test_a_refusal_says_what_is_too_much_where() -> None:
    limits = Quarantine(max_share=0.05, max_slice_share=0.1)
    slices = [Aside(slice=f"station={name}", rows=1000, aside=aside) for name, aside in (("a", 99), ("north", 400))]
    windows = [
        Aside(slice="the training window", rows=9000, aside=204),
        Aside(slice="the holdout", rows=1000, aside=1000),
    ]
    said = decide_quarantine(limits, overall(1204), slices=slices, windows=windows).reason
    assert said == (
        "1,204 of 10,000 rows (12.04 %) would be set aside, more than 5 %; the holdout would be left without rows; "
        "in station=north 400 of 1,000 (40 %) would be set aside, more than 10 %"
    )


@pytest.mark.parametrize(("aside", "outcome"), [(49, PASS), (50, PASS), (51, FAIL)])
def test_a_window_may_not_lose_more_than_all_rows_may(aside: int, outcome: Outcome) -> None:
    windows = [
        Aside(slice="the training window", rows=9000, aside=0),
        Aside(slice="the holdout", rows=1000, aside=aside),
    ]
    verdict = decide_quarantine(Quarantine(max_share=0.05, max_slice_share=0.5), overall(aside), windows=windows)
    assert verdict.outcome is outcome
    if outcome is FAIL:
        assert verdict.reason == "in the holdout 51 of 1,000 (5.1 %) would be set aside, more than 5 %"


def test_many_slices_are_counted_and_the_worst_are_named() -> None:
    slices = [Aside(slice=f"n={n}", rows=100, aside=20 + n) for n in range(9)]
    said = decide_quarantine(Quarantine(max_share=0.1), overall(300), slices=slices).reason
    assert said.startswith("in n=8 28 of 100 (28 %), in n=7")
    assert said.endswith("and in 4 more slices would be set aside, more than 10 %")


def test_what_is_set_aside_is_said_when_it_passes() -> None:
    said = decide_quarantine(Quarantine(max_share=0.05), overall(12)).reason
    assert said == "12 of 10,000 rows (0.12 %) are set aside"


@given(st.integers(0, 1000), st.integers(1, 1000), st.floats(0, 1))
def test_nothing_passes_whose_share_is_above_its_limit(aside: int, rows: int, limit: float) -> None:
    counts = overall(min(aside, rows), rows)
    assert (decide_quarantine(Quarantine(max_share=limit), counts).outcome is PASS) == (counts.share <= limit)


@given(st.integers(1, 10_000))
def test_every_share_is_told_as_what_it_is(aside: int) -> None:
    said = decide_quarantine(Quarantine(max_share=1.0), overall(aside)).reason
    assert ("(100 %)" in said) == (aside == 10_000)
    assert "(0 %)" not in said


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"max_share": 1.01}, "max_share of Quarantine must be a number in"),
        ({"max_share": -0.01}, "max_share of Quarantine must be a number in"),
        ({"max_share": float("nan")}, "max_share of Quarantine must be a number in"),
        ({"max_share": True}, "max_share of Quarantine must be a number in"),
        ({"max_share": "5%"}, "Got '5%' instead"),
        ({"max_share": 0.1, "max_slice_share": 2}, "max_slice_share of Quarantine must be a number in"),
        ({"max_share": 0.1, "slices": "station"}, "slices of Quarantine must be column names"),
        ({"max_share": 0.1, "slices": ("",)}, "slices of Quarantine must be column names"),
        ({"max_share": 0.1, "severities": ("fatal",)}, "severities of Quarantine must be a tuple of critical, warning"),
        ({"max_share": 0.1, "severities": ()}, "severities of Quarantine must be a tuple of critical, warning"),
    ],
)
def test_limits_that_are_none_are_named(fields: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=said):
        Quarantine(**fields)


def test_shares_of_none_and_all_are_limits() -> None:
    assert Quarantine(max_share=0).max_share == 0
    assert Quarantine(max_share=1, severities=["warning"]).severities == (Severity.WARNING,)  # type: ignore[arg-type]
