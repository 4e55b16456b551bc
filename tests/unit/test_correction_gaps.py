"""Gaps between groups that are asked with a confidence are corrected with a policy's other comparisons."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from headgate.core.combining import WarnOnly, any_of
from headgate.core.correction import Correction, corrected
from headgate.core.every_slice import EverySlice
from headgate.core.gate_answers import at_most_surely
from headgate.core.gate_fairness import DemographicParity, EqualisedOdds, ErrorRateRatio
from headgate.core.gates import AtLeast
from headgate.core.metrics import accuracy
from headgate.core.paired import NoWorseThan
from headgate.core.policy import Policy
from headgate.core.predictions import Predicted, Predictions
from headgate.core.settling import settled
from headgate.core.verdict import Bounded, Doubt, Outcome, Verdict
from tests.unit.predicted import Says, classified, compared, evaluation

PASS, FAIL, UNDECIDED = Outcome.PASS, Outcome.FAIL, Outcome.UNDECIDED
HOLM = Correction.HOLM
KINDS: list[Any] = [DemographicParity, EqualisedOdds, ErrorRateRatio]


def gap(p_pass: float, p_fail: float, *, name: str = "gap") -> Verdict:
    """Return a verdict at 95 % whose bounds agree with its p-values."""
    found = Bounded(
        what="gap",
        rows=100,
        value=0.2,
        low=0.15 if p_fail <= 0.05 else 0.05,
        high=0.05 if p_pass <= 0.05 else 0.25,
        ceiling=0.1,
        confidence=0.95,
        p_pass=p_pass,
        p_fail=p_fail,
        method="by hand",
    )
    return at_most_surely(name, found)


def paired(p_fail: float) -> Verdict:
    return settled("paired", compared(1 - p_fail, p_fail), Doubt.STAY)


def p_fail_of(verdict: Verdict) -> float | None:
    assert verdict.claim is not None
    return verdict.claim.corrected_fail


def test_gaps_and_paired_comparisons_are_corrected_together() -> None:
    raw = (gap(1.0, 0.01, name="a"), paired(0.03), gap(1.0, 0.04, name="b"))
    assert {one.outcome for one in raw} == {FAIL}
    after, notes = corrected(raw, HOLM)
    assert [p_fail_of(one) for one in after] == pytest.approx([0.03, 0.06, 0.06])
    assert [one.outcome for one in after] == [FAIL, UNDECIDED, UNDECIDED]
    assert notes == ("p-values against the candidate are corrected over 3 comparisons, Holm (1979)",)
    by_share, _ = corrected(raw, Correction.BENJAMINI_HOCHBERG)
    assert [p_fail_of(one) for one in by_share] == pytest.approx([0.03, 0.04, 0.04])
    assert {one.outcome for one in by_share} == {FAIL}


def test_a_gap_that_fails_no_more_says_why_and_keeps_what_it_measured() -> None:
    alone = gap(1.0, 0.04)
    assert alone.reason == "gap 0.2 (0.15 to 0.25, each bound with 95 %) is above the ceiling 0.1"
    (among, _), _ = corrected((alone, gap(1.0, 0.9)), HOLM)
    said = "gap 0.2 (0.15 to 0.25, each bound with 95 %), corrected for how many comparisons there are, can't tell"
    assert among.reason == f"{said} on which side of the ceiling 0.1 it is"
    assert (among.outcome, among.value, among.limit) == (UNDECIDED, 0.2, 0.1)


def test_a_gap_alone_needs_no_correction() -> None:
    raw = (gap(1.0, 0.04), Verdict.passed("limit", "", value=1.0, limit=2.0))
    assert corrected(raw, HOLM) == (raw, ())


def test_that_all_gaps_pass_is_one_claim() -> None:
    raw = (gap(0.04, 1.0, name="a"), gap(0.03, 1.0, name="b"))
    after, _ = corrected(raw, HOLM)
    assert [one.outcome for one in after] == [PASS, PASS]
    assert [one.claim and one.claim.corrected_pass for one in after] == [None, None]


def test_that_any_of_several_gaps_passes_is_corrected_within_them() -> None:
    narrow, wide = gap(0.03, 1.0, name="a"), gap(0.5, 1.0, name="b")
    choice = any_of(Says(narrow, "a"), Says(wide, "b"))
    found = classified(40, candidate=0.8, baseline=0.8)
    assert choice.judge(evaluation(found, accuracy), found).outcome is PASS
    (after,) = Policy(gates=(choice,)).judge(evaluation(found, accuracy), found).verdicts
    assert [part.claim and part.claim.corrected_pass for part in after.parts] == pytest.approx([0.06, 0.5])
    assert after.outcome is UNDECIDED
    assert "corrected for how many comparisons there are, can't tell" in after.parts[0].reason


def test_a_gap_that_only_warns_neither_counts_nor_changes() -> None:
    found = holdout(np.random.default_rng(1), columns=2)
    gates = (WarnOnly(DemographicParity("c0", 0.0, confidence=0.95)), DemographicParity("c1", 0.0, confidence=0.95))
    judgement = Policy(gates=gates).judge(evaluation(found, accuracy), found)
    assert judgement.notes == ()
    assert [one.claim and one.claim.corrected_fail for one in judgement.verdicts] == [None, None]


@pytest.mark.parametrize("kind", KINDS)
def test_a_gap_without_a_confidence_is_a_point_and_takes_no_part(kind: Any) -> None:
    found = holdout(np.random.default_rng(1), columns=2)
    of_points, of_bounds = (
        Policy(gates=tuple(kind(name, min_rows=50, confidence=sure) for name in ("c0", "c1"))).judge(
            evaluation(found, accuracy), found
        )
        for sure in (None, 0.95)
    )
    assert ([one.bounded for one in of_points.verdicts], of_points.notes) == ([None, None], ())
    assert of_bounds.notes == ("p-values against the candidate are corrected over 2 comparisons, Holm (1979)",)
    assert all(one.bounded and one.bounded.rows == found.rows for one in of_bounds.verdicts)


def test_gaps_slices_and_paired_gates_of_a_policy_are_corrected_together() -> None:
    random = np.random.default_rng(2)
    season = random.integers(0, 3, 600)
    found = classified(600, candidate=0.8, baseline=0.8, slices=("season",), season=season)
    gates = (
        AtLeast(accuracy, 0.5),
        NoWorseThan(accuracy, tolerance=0.05),
        EverySlice("season", (NoWorseThan(accuracy, tolerance=0.05),)),
        EqualisedOdds("season", min_rows=50, confidence=0.95),
    )
    judgement = Policy(gates=gates).judge(evaluation(found, accuracy), found)
    assert judgement.notes == ("p-values against the candidate are corrected over 5 comparisons, Holm (1979)",)


def holdout(random: np.random.Generator, *, columns: int, rows: int = 400) -> Predictions:
    """Return a classifier's predictions, which are as good in each of two groups, whatever the column."""
    labels = random.integers(0, 2, rows)
    return Predictions(
        labels=labels,
        candidate=Predicted(values=np.where(random.random(rows) < 0.8, labels, 1 - labels)),
        baseline=None,
        event_time=np.arange(rows),
        classes=(0, 1),
        columns={f"c{place}": random.permutation(np.arange(rows) % 2) for place in range(columns)},
    )


def test_of_20_gaps_that_are_none_hardly_any_is_an_alarm() -> None:
    """50 holdouts: any false alarm in at most 5 %, give or take 3 standard errors; uncorrected it would be most."""
    holdouts, random, plain, alarms = 50, np.random.default_rng(3), 0, 0
    policy = Policy(gates=tuple(DemographicParity(f"c{place}", 0.0, confidence=0.95) for place in range(20)))
    for _ in range(holdouts):
        found = holdout(random, columns=20)
        verdicts = policy.judge(evaluation(found, accuracy), found).verdicts
        plain += any(one.bounded is not None and one.bounded.low > one.bounded.ceiling for one in verdicts)
        alarms += any(one.outcome is FAIL for one in verdicts)
    assert plain > holdouts / 2
    assert alarms <= holdouts * 0.05 + 3 * (holdouts * 0.05 * 0.95) ** 0.5
