"""Better by, and no worse than: three answers."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headgate.core.methods import Bootstrap, DeLong, DieboldMariano, McNemar
from headgate.core.metrics import (
    Metric,
    accuracy,
    auc,
    balanced_accuracy,
    log_loss,
    mae,
    mse,
    rmse,
)
from headgate.core.paired import LEAST_ROWS, BetterBy, NoWorseThan
from headgate.core.predictions import Predictions
from headgate.core.slices import Where
from headgate.core.verdict import Answer, Doubt, Outcome
from tests.unit.predicted import (
    asked,
    classified,
    comparison_of,
    errors,
    noise,
    pair,
)

PASS, FAIL, UNDECIDED = Outcome.PASS, Outcome.FAIL, Outcome.UNDECIDED

QUICK = Bootstrap(resamples=500, block=1)


@pytest.mark.parametrize(
    ("better", "expected"),
    [(0.2, PASS), (0.12, PASS), (0.1, UNDECIDED), (0.08, FAIL), (-1.0, FAIL)],
)
def test_better_by_a_margin_has_three_answers(better: float, expected: Outcome) -> None:
    verdict = asked(BetterBy(mae, margin=0.1, method=QUICK), pair(better=better, spread=0.1))
    assert verdict.outcome is expected
    assert verdict.value == pytest.approx(better)
    assert verdict.limit == 0.1


@pytest.mark.parametrize(
    ("better", "expected"),
    [(0.2, PASS), (0.0, PASS), (-0.08, PASS), (-0.1, UNDECIDED), (-0.12, FAIL), (-1.0, FAIL)],
)
def test_no_worse_than_a_tolerance_has_three_answers(better: float, expected: Outcome) -> None:
    verdict = asked(NoWorseThan(mae, tolerance=0.1, method=QUICK), pair(better=better, spread=0.1))
    assert verdict.outcome is expected
    assert verdict.limit == -0.1


@pytest.mark.parametrize(("share", "expected"), [(0.95, PASS), (0.85, UNDECIDED), (0.70, FAIL)])
def test_more_is_better_where_the_metric_says_so(share: float, expected: Outcome) -> None:
    found = classified(800, candidate=share, baseline=0.85, seed=4)
    assert asked(BetterBy(accuracy, method=McNemar()), found).outcome is expected


def test_each_answer_is_a_sentence() -> None:
    said = {better: asked(BetterBy(mae, 0.1), pair(better=better)).reason for better in (0.3, 0.1, -0.3)}
    assert all(reason.startswith("mae 5.") and " of version 7: " in reason for reason in said.values())
    assert "0.3 better (improvement 0.2" in said[0.3]
    assert said[0.3].endswith("which is more than the margin 0.1")
    assert said[0.1].endswith("and 200 rows can't tell whether that is more than the margin 0.1")
    assert "0.3 worse" in said[-0.3]
    assert said[-0.3].endswith("which isn't more than the margin 0.1")
    assert asked(NoWorseThan(mae, 0.1), pair(better=0.3)).reason.endswith("which is within the tolerance 0.1")


def test_what_cannot_be_told_goes_on_where_the_policy_says_so() -> None:
    found = pair(better=0.1)
    for doubt, expected in (("stay", UNDECIDED), ("go", PASS)):
        gate = BetterBy(mae, 0.1, when_unsure=doubt)  # type: ignore[arg-type]
        verdict = asked(gate, found)
        assert (gate.when_unsure, verdict.outcome) == (Doubt(doubt), expected)
        assert comparison_of(verdict).answer is Answer.CANT_TELL
        assert verdict.reason.endswith(": it may go on where nobody can tell") is (doubt == "go")
    surely_worse = BetterBy(mae, 0.1, when_unsure=Doubt.GO)
    assert asked(surely_worse, pair(better=-0.3)).outcome is FAIL


def test_a_pass_is_a_lower_bound_beyond_the_limit_and_a_failure_an_upper_one() -> None:
    found = pair(rows=60)
    low, high = bounds(BetterBy(mae, method=QUICK), found)
    assert low < 0 < high
    for margin, expected in (
        (math.nextafter(high, 0), UNDECIDED),
        (high, UNDECIDED),
        (math.nextafter(high, 9), FAIL),
    ):
        assert asked(BetterBy(mae, margin, method=QUICK), found).outcome is expected
    for tolerance, expected in (
        (math.nextafter(-low, 9), PASS),
        (-low, PASS),
        (math.nextafter(-low, 0), UNDECIDED),
    ):
        assert asked(NoWorseThan(mae, tolerance, method=QUICK), found).outcome is expected
    better = pair(rows=60, better=1.0)
    low, _ = bounds(BetterBy(mae, method=QUICK), better)
    for margin, expected in ((math.nextafter(low, 0), PASS), (low, UNDECIDED), (math.nextafter(low, 9), UNDECIDED)):
        assert asked(BetterBy(mae, margin, method=QUICK), better).outcome is expected
    worse = pair(rows=60, better=-1.0)
    _, high = bounds(NoWorseThan(mae, method=QUICK), worse)
    for tolerance, expected in (
        (math.nextafter(-high, 0), FAIL),
        (-high, UNDECIDED),
        (math.nextafter(-high, 9), UNDECIDED),
    ):
        assert asked(NoWorseThan(mae, tolerance, method=QUICK), worse).outcome is expected


def bounds(gate: Any, found: Predictions) -> tuple[float, float]:
    comparison = comparison_of(asked(gate, found))
    return comparison.low, comparison.high


@pytest.mark.parametrize(("metric", "method"), [(accuracy, McNemar()), (auc, DeLong()), (mae, DieboldMariano())])
def test_a_tolerance_that_is_the_bound_to_the_last_digit_never_contradicts_it(metric: Metric, method: Any) -> None:
    answers = set()
    for seed in range(30):
        found = classified(60, candidate=0.75, baseline=0.85, seed=seed)
        low, _ = bounds(NoWorseThan(metric, 0.01, method=method), found)
        if low < 0:
            verdict = asked(NoWorseThan(metric, -low, method=method), found)
            comparison = comparison_of(verdict)
            assert (verdict.outcome is PASS) is (comparison.low >= comparison.limit)
            answers.add(verdict.outcome)
    assert PASS in answers


METHODS: list[tuple[Metric, Any]] = [
    (mae, QUICK),
    (mae, replace(QUICK, block=4)),
    (mae, DieboldMariano()),
    (mse, DieboldMariano(horizon=3)),
    (rmse, QUICK),
    (accuracy, McNemar()),
    (accuracy, replace(QUICK, block=None, stratified=True)),
    (auc, DeLong()),
    (auc, QUICK),
    (log_loss, DieboldMariano()),
    (balanced_accuracy, QUICK),
]


@settings(max_examples=80, deadline=None)
@given(
    of=st.sampled_from(METHODS),
    rows=st.integers(4, 60),
    seed=st.integers(0, 20),
    limit=st.sampled_from([0.0, 0.0, 0.01, 0.05, 0.3, 1.0]),
    confidence=st.sampled_from([0.51, 0.8, 0.95, 0.99]),
)
def test_outcome_bounds_and_p_values_always_agree(
    of: tuple[Metric, Any], rows: int, seed: int, limit: float, confidence: float
) -> None:
    metric, method = of
    found = classified(rows, candidate=0.85, baseline=0.75, seed=seed)
    shared: dict[str, Any] = {"confidence": confidence, "method": method, "min_rows": 1}
    for gate in (BetterBy(metric, limit, **shared), NoWorseThan(metric, limit, **shared)):
        verdict = asked(gate, found)
        comparison = verdict.comparison
        if comparison is None:
            assert verdict.outcome is UNDECIDED
            continue
        inclusive = isinstance(gate, NoWorseThan)
        passes = comparison.low >= comparison.limit if inclusive else comparison.low > comparison.limit
        identical = comparison.method == "both predict the same"
        fails = comparison.high < comparison.limit or (identical and not passes)
        assert comparison.low <= comparison.high
        assert (verdict.outcome is PASS) is passes, comparison
        assert (verdict.outcome is FAIL) is (fails and not passes), comparison
        assert 0 <= comparison.p_pass <= 1
        assert 0 <= comparison.p_fail <= 1


def test_two_models_that_predict_the_same_are_equal_for_sure() -> None:
    found = errors(noise(40), noise(40))
    for gate, expected in (
        (NoWorseThan(mae), PASS),
        (NoWorseThan(mae, 0.1), PASS),
        (BetterBy(mae), FAIL),
        (BetterBy(mae, 0.1), FAIL),
    ):
        verdict = asked(gate, found)
        comparison = comparison_of(verdict)
        assert (verdict.outcome, comparison.method) == (expected, "both predict the same")
        assert (comparison.improvement, comparison.low, comparison.high) == (0, 0, 0)
    alike = classified(40, candidate=0.8, baseline=0.8)
    others = replace(alike, baseline=replace(alike.candidate, probabilities=None))
    assert comparison_of(asked(NoWorseThan(accuracy), others)).method != "both predict the same"


def test_equal_losses_of_unlike_predictions_are_no_worse() -> None:
    """One errs above, the other as far below."""
    found = errors(noise(40), -noise(40))
    for method in (QUICK, DieboldMariano()):
        assert asked(NoWorseThan(mae, method=method), found).outcome is PASS
        assert asked(BetterBy(mae, method=method), found).outcome is not PASS


@pytest.mark.parametrize(("rows", "expected"), [(29, UNDECIDED), (30, PASS), (31, PASS)])
def test_few_rows_are_undecided_whatever_they_say(rows: int, expected: Outcome) -> None:
    assert LEAST_ROWS == 30
    verdict = asked(BetterBy(mae), pair(rows, better=2.0))
    assert verdict.outcome is expected
    if expected is UNDECIDED:
        assert verdict.reason == "mae must have 30 rows to compare on. Got 29"
    assert asked(BetterBy(mae, min_rows=5), pair(rows, better=2.0)).outcome is PASS


def test_where_nobody_can_tell_the_size_that_would_is_told() -> None:
    found = pair(rows=50, better=0.03)
    comparison = comparison_of(asked(BetterBy(mae, method=QUICK), found))
    assert comparison.answer is Answer.CANT_TELL
    assert comparison.enough_rows is not None
    assert asked(BetterBy(mae, method=QUICK), found).reason.endswith(f"; about {comparison.enough_rows:,} rows would")
    many = pair(rows=2 * comparison.enough_rows, better=0.03)
    assert asked(BetterBy(mae, method=QUICK), many).outcome is PASS


def test_a_slice_is_compared_on_its_own_rows() -> None:
    night = Where(name="night", column="hour", below=6)
    change = np.tile([2.0, -2.0], 60) + noise(120, 0.1)
    found = errors(9 - change, np.full(120, 9.0), slices=(night,), hour=np.tile([1, 12], 60))
    verdict = asked(BetterBy(mae, slice="night"), found)
    assert (verdict.outcome, comparison_of(verdict).rows, comparison_of(verdict).slice) == (PASS, 60, "night")
    assert verdict.reason.startswith("mae of night 7")
    assert asked(BetterBy(mae), found).outcome is not PASS
