"""How gates answer: numbers as long as it takes to tell them apart, and why there is none."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from headgate.core.gate_answers import (
    at_least,
    at_most,
    at_most_surely,
    find_baselines_fact,
    find_fact,
    find_metric,
    why_no_baseline,
)
from headgate.core.metrics import mae, r2
from headgate.core.verdict import Bounded, Outcome, Verdict
from tests.unit.facts import FAIL, NOT_MEASURED, PASS, UNDECIDED, fact, just_above, just_below, measured

AMONG = ", corrected for how many comparisons there are, can't tell on which side of the ceiling 0.3 it is"


def bounded(low: float, high: float) -> Bounded:
    return Bounded(
        what="x",
        rows=9,
        value=0.25,
        low=low,
        high=high,
        ceiling=0.3,
        confidence=0.95,
        p_pass=0.5,
        p_fail=0.5,
        method="by hand",
    )


@pytest.mark.parametrize(
    ("value", "limit", "unit", "reason"),
    [
        (0.04, 0.05, "", "x 0.04 is at most 0.05"),
        (0.05, 0.05, "", "x 0.05 is at most 0.05"),
        (0.07123456, 0.05, "", "x 0.07123 is above the ceiling 0.05"),
        (0.0500049, 0.05, "", "x 0.0500049 is above the ceiling 0.05"),
        (0.0500049999, 0.05, "", "x 0.050005 is above the ceiling 0.05"),
        (just_above(0.05), 0.05, "", "x 0.050000000000000010 is above the ceiling 0.050000000000000003"),
        (12_000.0, 9_000, "", "x 12,000 is above the ceiling 9,000"),
        (1e15, 2e15, "", "x 1e+15 is at most 2e+15"),
        (1e15 - 1, 2e15, "", "x 999,999,999,999,999 is at most 2e+15"),
        (-3.0, 0.0, "", "x -3 is at most 0"),
        (7.25, 5.0, "ms", "x 7.25 ms is above the ceiling 5 ms"),
        (1_260_000.4, 2e6, "bytes", "x 1.3 MB is at most 2.0 MB"),
        (2_000_001.0, 2e6, "bytes", "x 2,000,001 bytes is above the ceiling 2,000,000 bytes"),
    ],
)
def test_a_number_is_told_from_its_ceiling(value: float, limit: float, unit: str, reason: str) -> None:
    verdict = at_most("Gate", "x", value, limit, unit=unit)
    assert verdict.reason == reason.replace("0.050000000000000010", f"{just_above(0.05):.17g}")
    assert (verdict.outcome, verdict.value, verdict.limit) == (PASS if value <= limit else FAIL, value, limit)
    noted = at_most("Gate", "x", value, limit, unit=unit, note="of 9 rows")
    assert noted.reason == f"{verdict.reason} (of 9 rows)"
    assert noted.gate == "Gate"


@pytest.mark.parametrize(
    ("value", "limit", "unit", "reason"),
    [
        (0.06, 0.05, "", "x 0.06 is at least 0.05"),
        (0.05, 0.05, "", "x 0.05 is at least 0.05"),
        (0.049999, 0.05, "", "x 0.049999 is below the floor 0.05"),
        (8_999.0, 9_000, "", "x 8,999 is below the floor 9,000"),
        (8_999.0, 9_000, "rows", "x 8,999 rows is below the floor 9,000 rows"),
    ],
)
def test_a_number_is_told_from_its_floor(value: float, limit: float, unit: str, reason: str) -> None:
    verdict = at_least("Gate", "x", value, limit, unit=unit)
    assert verdict.reason == reason
    assert (verdict.outcome, verdict.value, verdict.limit) == (PASS if value >= limit else FAIL, value, limit)
    noted = at_least("Gate", "x", value, limit, unit=unit, note="of 9 rows")
    assert noted.reason == f"{reason} (of 9 rows)"
    assert noted.gate == "Gate"


def test_what_is_not_a_number_is_undecided() -> None:
    for ask in (at_most, at_least):
        assert ask("Gate", "x", math.nan, 1.0) == Verdict.undecided("Gate", "x is not a number")


def test_an_infinite_number_is_a_number() -> None:
    assert at_most("Gate", "x", math.inf, 1.0).outcome is FAIL
    assert at_least("Gate", "x", math.inf, 1.0).outcome is PASS


@pytest.mark.parametrize(
    ("low", "high", "expected", "ending"),
    [
        (0.1, just_below(0.3), PASS, "is at most 0.3"),
        (0.1, 0.3, PASS, "is at most 0.3"),
        (0.1, just_above(0.3), UNDECIDED, "can't tell on which side of the ceiling 0.3 it is"),
        (0.3, 0.4, UNDECIDED, "can't tell on which side of the ceiling 0.3 it is"),
        (just_above(0.3), 0.4, FAIL, "is above the ceiling 0.3"),
    ],
)
def test_bounds_have_three_answers(low: float, high: float, expected: Outcome, ending: str) -> None:
    found = bounded(low, high)
    verdict = at_most_surely("Gate", found)
    assert verdict.reason == f"x 0.25 ({low:.4g} to {high:.4g}, each bound with 95 %) {ending}"
    assert (verdict.gate, verdict.outcome, verdict.value, verdict.limit) == ("Gate", expected, 0.25, 0.3)
    assert verdict.bounded == verdict.claim == found


@pytest.mark.parametrize(("corrected", "expected"), [(0.25, PASS), (just_above(0.25), UNDECIDED)])
def test_bounds_that_pass_alone_may_not_where_any_of_several_could(corrected: float, expected: Outcome) -> None:
    found = replace(bounded(0.1, 0.2), confidence=0.75, corrected_pass=corrected, corrected_fail=1.0)
    verdict = at_most_surely("Gate", found)
    assert verdict.outcome is expected
    said = "is at most 0.3" if expected is PASS else AMONG
    assert verdict.reason == f"x 0.25 (0.1 to 0.2, each bound with 75 %){' ' if expected is PASS else ''}{said}"


@pytest.mark.parametrize(("corrected", "expected"), [(0.25, FAIL), (just_above(0.25), UNDECIDED)])
def test_bounds_that_fail_alone_may_not_among_many(corrected: float, expected: Outcome) -> None:
    found = replace(bounded(0.4, 0.5), confidence=0.75, corrected_pass=1.0, corrected_fail=corrected)
    verdict = at_most_surely("Gate", found)
    assert verdict.outcome is expected
    said = "is above the ceiling 0.3" if expected is FAIL else AMONG
    assert verdict.reason == f"x 0.25 (0.4 to 0.5, each bound with 75 %){' ' if expected is FAIL else ''}{said}"


def test_bounds_that_can_not_tell_alone_are_not_told_of_others() -> None:
    verdict = at_most_surely("Gate", replace(bounded(0.1, 0.5), corrected_fail=1.0))
    assert verdict.outcome is UNDECIDED
    assert "corrected" not in verdict.reason


def test_bounds_that_are_no_numbers_tell_nothing() -> None:
    assert at_most_surely("Gate", bounded(math.nan, math.nan)).outcome is UNDECIDED


@pytest.mark.parametrize("value", NOT_MEASURED)
def test_what_was_not_measured_is_no_number_and_says_why(value: float | None) -> None:
    for note, ending in (("", ""), ("no disk", ": no disk")):
        evaluation = measured(fact("size", value, value, note=note), mae=value)
        assert find_fact(evaluation, "size") == find_fact(evaluation, "size", least=-math.inf)
        assert find_fact(evaluation, "size").value is None
        assert find_fact(evaluation, "size").note == f"size was not measured{ending}"
        assert find_baselines_fact(evaluation, "size").value is None
        assert find_baselines_fact(evaluation, "size").note == f"size of the baseline was not measured{ending}"
        assert find_metric(evaluation, mae).value is None
        assert find_metric(evaluation, mae).note == "mae was not measured"


def test_what_nobody_asked_for_was_not_measured() -> None:
    assert find_fact(measured(), "size").note == "size was not measured"
    assert find_baselines_fact(measured(), "size").note == "size of the baseline was not measured"
    assert find_metric(measured(), r2).note == "r2 was not measured"


def test_what_was_measured_is_there_with_its_note() -> None:
    evaluation = measured(fact("size", 1.0, 2.0, note="of a file"), r2=-3.0)
    assert (find_fact(evaluation, "size").value, find_fact(evaluation, "size").note) == (1.0, "of a file")
    found = find_baselines_fact(evaluation, "size")
    assert (found.value, found.note) == (2.0, "of a file")
    assert find_metric(evaluation, r2).value == -3.0


@pytest.mark.parametrize(("value", "is_there"), [(0.0, True), (just_below(0.0), False), (-2.0, False)])
def test_what_is_less_than_it_can_be_is_no_number(value: float, is_there: bool) -> None:  # noqa: FBT001
    found = find_fact(measured(fact("size", value)), "size")
    baselines = find_baselines_fact(measured(fact("size", 1.0, value, note="odd")), "size")
    assert (found.value is not None, baselines.value is not None) == (is_there, is_there)
    if not is_there:
        assert found.note == f"size was measured as {value:g}, which can't be"
        assert baselines.note == f"size of the baseline was measured as {value:g}, which can't be: odd"


def test_a_baseline_is_there_or_why_it_isnt() -> None:
    assert why_no_baseline(measured()) is None
    assert why_no_baseline(measured(error="")) is None
    assert why_no_baseline(measured(error="no column x")) == "the baseline could not be scored: no column x"
    assert why_no_baseline(measured(baseline=None, error="x")) == "no baseline: nothing was promoted yet"


def test_a_number_without_a_unit_is_told_alone() -> None:
    assert at_most("g", "gap", 0.5, 1.0).reason == "gap 0.5 is at most 1"
    assert at_least("g", "gap", 0.5, 1.0).reason == "gap 0.5 is below the floor 1"
