from __future__ import annotations

import math
from dataclasses import replace

import pytest

from headgate.core.fact_words import fact_text
from headgate.core.verdict import Outcome
from headgate.core.verdict_words import answer_text, is_unasked, number_text, plain_reason, signed_text, walk
from tests.unit.verdicts import BETTER, DOUBTFUL, LIMIT, NO_BASELINE, SEASONS, WORSE, compared, verdict_on


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0.0, "0"),
        (-0.0, "0"),
        (999.4, "999"),
        (1000.4, "1,000"),
        (1e-5, "1e-05"),
        (math.nan, "unknown"),
        (-math.inf, "-∞"),
    ],
)
def test_a_number_has_three_digits(value: float, said: str) -> None:
    assert number_text(value + 0.0) == said


@pytest.mark.parametrize(("value", "said"), [(-0.0, "0"), (0.25, "+0.25"), (-0.25, "-0.25"), (math.inf, "+∞")])
def test_a_difference_has_its_sign(value: float, said: str) -> None:
    assert signed_text(value) == said


@pytest.mark.parametrize(
    ("bounds", "limit", "said"),
    [
        ((0.1, 0.3), 0.0, "better"),
        ((-0.3, -0.1), 0.0, "worse"),
        ((-0.1, 0.1), 0.0, "can't tell yet"),
        ((0.1, 0.3), 0.05, "better by enough"),
        ((0.01, 0.03), 0.05, "not better by enough"),
        ((-0.01, 0.3), -0.05, "not worse than allowed"),
        ((-0.3, -0.1), -0.05, "worse than allowed"),
    ],
)
def test_an_answer_is_against_what_was_asked(bounds: tuple[float, float], limit: float, said: str) -> None:
    assert answer_text(compared(0.0, *bounds, limit)) == said


def test_a_reason_needs_no_statistics_where_a_comparison_is_behind_it() -> None:
    assert plain_reason(DOUBTFUL) == (
        "mae is 0.04 better on these 52 rows; in truth it is probably somewhere from 0.012 worse to 0.09 better. "
        "Asked: more than the margin 0.0. About 140 rows would tell."
    )
    assert plain_reason(SEASONS.parts[0]).startswith("mae is 0.1 worse on the 13 rows of season=summer; in truth")
    assert "would tell" not in plain_reason(BETTER)
    assert "is the same on" in plain_reason(verdict_on("g", compared(0.0, -0.1, 0.1)))


def test_a_reason_says_what_else_decides_where_a_range_alone_does_not() -> None:
    go = verdict_on("g", compared(0.04, -0.01, 0.09), outcome=Outcome.PASS)
    assert plain_reason(go).endswith("Asked: more than the margin 0.0. The policy lets it go on where nobody can tell.")
    many = verdict_on("g", compared(-0.2, -0.3, -0.1, corrected_fail=0.2))
    assert many.outcome is Outcome.UNDECIDED
    assert plain_reason(many).endswith("Alone that would have told; among so many comparisons it may be chance.")


def test_other_reasons_are_told_as_they_are() -> None:
    assert plain_reason(LIMIT) == LIMIT.reason
    assert plain_reason(verdict_on("g", compared(math.nan, 0.0, 0.0), reason="no number")) == "no number"
    few = replace(BETTER, outcome=Outcome.UNDECIDED, reason="52 rows, 100 must be")
    assert plain_reason(few) == "52 rows, 100 must be."


def test_what_had_no_champion_to_meet_was_not_asked() -> None:
    assert is_unasked(NO_BASELINE)
    assert not is_unasked(DOUBTFUL)
    assert not is_unasked(replace(WORSE, reason="no baseline"))


def test_parts_come_right_behind_their_gate() -> None:
    assert [(one.depth, one.is_leaf) for one in walk((LIMIT, SEASONS))] == [
        (0, True),
        (0, False),
        *[(1, True)] * 3,
    ]


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [(999.0, "bytes", "999 bytes"), (1000.0, "bytes", "1 kB"), (3.2e16, "bytes", "32,000 TB"), (2.0, "", "2")],
)
def test_a_fact_has_the_unit_that_a_person_reads(value: float, unit: str, said: str) -> None:
    assert fact_text(value, unit) == said
