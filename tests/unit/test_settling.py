"""What a comparison's verdict says and holds, word by word."""

from __future__ import annotations

from typing import Any

import pytest

from headgate.core.settling import number, settled
from headgate.core.verdict import Doubt, Outcome
from tests.unit.predicted import compared

BETTER, WORSE, DOUBTFUL = (0.01, 0.99), (0.99, 0.01), (0.5, 0.5)


def said(p_values: tuple[float, float] = DOUBTFUL, doubt: Doubt = Doubt.STAY, **change: Any) -> str:
    return settled("g", compared(*p_values, **change), doubt).reason


def test_better_passes_and_says_by_how_much_and_how_sure_that_is() -> None:
    assert said(BETTER) == (
        "mae 1 against 1.1 of version 7: 0.1 better (improvement -0.1 to 0.3, 95 % bounds), "
        "which is more than the margin 0"
    )


def test_worse_fails_and_says_by_how_much() -> None:
    assert said(WORSE, improvement=-0.25, low=-0.3, high=-0.2, confidence=0.9) == (
        "mae 1 against 1.1 of version 7: 0.25 worse (improvement -0.3 to -0.2, 90 % bounds), "
        "which isn't more than the margin 0"
    )


@pytest.mark.parametrize(
    ("improvement", "change"), [(-1e-9, "1e-09 worse"), (0.0, "0 better"), (0.5, "0.5 better"), (2.0, "2 better")]
)
def test_only_below_zero_is_worse(improvement: float, change: str) -> None:
    assert f": {change} (" in said(improvement=improvement)


def test_a_doubt_says_how_many_rows_there_are_and_how_many_would_tell() -> None:
    doubtful = "bounds), and 1,200 rows can't tell whether that is more than the margin 0"
    assert said(rows=1200).endswith(doubtful)
    assert said(rows=1200, enough_rows=30_000).endswith(f"{doubtful}; about 30,000 rows would")


def test_a_doubt_of_a_candidate_that_may_go_on_says_so_last() -> None:
    assert said(doubt=Doubt.GO, enough_rows=300).endswith(
        "the margin 0; about 300 rows would: it may go on where nobody can tell"
    )


@pytest.mark.parametrize(
    ("p_values", "corrected", "told"),
    [
        (BETTER, {"corrected_pass": 0.2}, "corrected for how many comparisons there are, "),
        (WORSE, {"corrected_fail": 0.2}, "corrected for how many comparisons there are, "),
        (DOUBTFUL, {"corrected_pass": 0.6, "corrected_fail": 0.6}, ""),
        (DOUBTFUL, {}, ""),
    ],
)
def test_only_a_doubt_that_a_correction_made_says_so(
    p_values: tuple[float, float], corrected: dict[str, Any], told: str
) -> None:
    assert f"bounds), and {told}100 rows can't tell" in said(p_values, **corrected)


@pytest.mark.parametrize(
    ("p_values", "stays", "goes"),
    [
        (BETTER, Outcome.PASS, Outcome.PASS),
        (WORSE, Outcome.FAIL, Outcome.FAIL),
        (DOUBTFUL, Outcome.UNDECIDED, Outcome.PASS),
    ],
)
def test_a_doubt_decides_only_where_nobody_can_tell(
    p_values: tuple[float, float], stays: Outcome, goes: Outcome
) -> None:
    found = {doubt: settled("g", compared(*p_values), doubt) for doubt in Doubt}
    assert {doubt: verdict.outcome for doubt, verdict in found.items()} == {Doubt.STAY: stays, Doubt.GO: goes}
    assert [verdict.doubt for verdict in found.values()] == list(Doubt)


def test_a_verdict_holds_its_gate_and_the_comparison_with_its_numbers() -> None:
    comparison = compared(improvement=0.125, limit=-0.5)
    verdict = settled("BetterBy(mae)", comparison, Doubt.STAY)
    assert verdict.gate == "BetterBy(mae)"
    assert verdict.comparison is comparison
    assert (verdict.value, verdict.limit) == (0.125, -0.5)


def test_a_number_has_four_digits() -> None:
    assert [number(value) for value in (0.123456, 1234.56, 2.0)] == ["0.1235", "1235", "2"]
