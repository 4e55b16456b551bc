from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from headgate.core.verdict import Outcome, Verdict
from headgate.core.what_if import WhatIf, what_if
from tests.unit.verdicts import (
    BETTER,
    FAILED,
    LIMIT,
    NO_BASELINE,
    PASSED,
    SEASONS,
    WORSE,
    compared,
    judgement,
    verdict_on,
)


def said_of(one: Verdict) -> str:
    (only,) = what_if(judgement(one.outcome, one))
    return only.said


def missed(numbers: Any, change: Any) -> str:
    found = compared(*numbers, **change)
    return said_of(verdict_on("BetterBy(mae)", found))


@pytest.mark.parametrize(
    ("numbers", "change", "said"),
    [
        ((0.04, -0.012, 0.09), {}, "a tolerance above 0.012 would have been met"),
        ((0.04, -0.012, 0.09, -0.01), {}, "a tolerance above 0.012 would have been met, and 0.01 was allowed"),
        ((0.04, -0.012, 0.09, 0.01), {}, "no margin would have been met: a tolerance above 0.012 would have been met"),
        ((0.04, 0.012, 0.09, 0.02), {}, "a margin below 0.012 would have been met, and 0.02 was asked"),
        ((0.04, -0.01, 0.09), {"enough_rows": 140}, "about 140 rows would tell, if the improvement is what it seems"),
        ((0.04, -0.01, 0.09), {"enough_rows": 52}, "nobody can say how many rows more than 52 would tell"),
        ((-0.01, -0.1, 0.09), {"enough_rows": None}, "at -0.01, more rows would not make it pass"),
        ((-0.2, -0.3, -0.1), {"enough_rows": 20}, "more rows would only make that surer"),
        ((0.04, 0.01, 0.09), {"corrected_pass": 0.2}, "alone that would have passed; corrected for the others"),
    ],
)
def test_a_comparison_that_was_missed_says_by_how_much_and_what_would_be_enough(
    numbers: tuple[float, ...], change: dict[str, Any], said: str
) -> None:
    assert said in missed(numbers, change)


def test_a_limit_that_was_missed_says_by_how_much() -> None:
    above = Verdict.failed("AtMost(mae)", "", value=0.7, limit=0.6)
    below = Verdict.failed("AtLeast(r2)", "", value=0.5, limit=0.6)
    assert said_of(above) == "0.7 is 0.1 above the limit 0.6"
    assert said_of(below) == "0.5 is 0.1 below the limit 0.6"


def test_what_is_missing_is_said_as_it_is() -> None:
    assert said_of(NO_BASELINE) == "no baseline: nothing was promoted yet"
    few = verdict_on("BetterBy(mae)", compared(0.1, 0.05, 0.2), outcome=Outcome.UNDECIDED, reason="13 rows, 50 must be")
    assert said_of(few) == "13 rows, 50 must be"


def test_only_the_gates_and_parts_that_kept_the_door_shut_are_listed() -> None:
    assert [one.gate for one in what_if(FAILED)] == [
        "BetterBy(mae)",
        "NoWorseThan(mae, season=summer)",
        "NoWorseThan(mae, season=spring)",
    ]
    warned = judgement(Outcome.PASS, LIMIT, replace(WORSE, warn_only=True))
    assert [one.gate for one in what_if(warned)] == ["AtMost(mae)"]


def test_of_k_of_n_it_says_how_many_more_would_have_been_enough() -> None:
    told = judgement(Outcome.FAIL, replace(SEASONS, enough=2))
    assert what_if(told)[0] == WhatIf(
        gate="EverySlice(season)", said="1 of its 3 parts passed: 1 more would have been enough"
    )


def test_of_an_open_door_the_closest_call_is_told() -> None:
    (closest,) = what_if(PASSED)
    assert (closest.gate, closest.missed) == ("BetterBy(mae)", False)
    assert closest.said.endswith("a margin of 0.012 or more would have kept the door shut")
    tolerated = judgement(Outcome.PASS, verdict_on("NoWorseThan(mae)", compared(0.0, -0.01, 0.01, -0.02)))
    assert what_if(tolerated)[0].said.endswith("a tolerance of 0.01 or less would have kept the door shut")
    limit = judgement(Outcome.PASS, replace(LIMIT, value=0.59), replace(BETTER, comparison=compared(9.0, 8.0, 10.0)))
    assert what_if(limit)[0].said == "the closest call: 0.59, against the limit 0.6"


def test_of_an_open_door_without_numbers_nothing_is_told() -> None:
    assert what_if(judgement(Outcome.PASS, Verdict(gate="g", outcome=Outcome.PASS, reason="fine"))) == ()
