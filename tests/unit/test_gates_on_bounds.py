"""Limits on a bound."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from headgate.core.evaluation import OVERALL, Evaluation, Measure
from headgate.core.gates import AtLeast, AtMost, Gate
from headgate.core.methods import Bootstrap
from headgate.core.metrics import Metric, accuracy, auc, mae, rmse
from headgate.core.needs import Column
from headgate.core.numeric.bounding import bounds_of
from headgate.core.predictions import Predictions
from headgate.core.slices import Where
from headgate.core.verdict import Outcome
from tests.unit import predicted
from tests.unit.predicted import NO_ROWS, asked, classified, errors, noise

PASS, FAIL, UNDECIDED = Outcome.PASS, Outcome.FAIL, Outcome.UNDECIDED


def measured(value: float | None, *, metric: str = "mae", slice_name: str = OVERALL, rows: int = 9) -> Evaluation:
    measure = Measure(metric=metric, slice=slice_name, rows=rows, candidate=value, baseline=None)
    return Evaluation(candidate="m-1", baseline=None, baseline_error=None, measures=(measure,))


def outcome(gate: Gate, evaluation: Evaluation, predictions: Predictions = NO_ROWS) -> Outcome:
    return gate.judge(evaluation, predictions).outcome


SURE = Bootstrap(resamples=500)

"""Asked of a bound, in less time."""


def bounds(found: Predictions, metric: Metric, confidence: float, method: Bootstrap | None = None) -> Any:
    return bounds_of(found, np.arange(found.rows), metric=metric, confidence=confidence, method=method)


@pytest.mark.parametrize("method", [None, SURE, Bootstrap(block=3, resamples=500)])
@pytest.mark.parametrize("metric", [mae, rmse])
def test_a_bound_decides_at_below_and_above_the_limit(metric: Metric, method: Bootstrap | None) -> None:
    found = errors(np.abs(noise(80)))
    low, high = bounds(found, metric, 0.9, method)
    assert low < high
    for ceiling, expected in (
        (math.nextafter(low, 0), FAIL),
        (low, UNDECIDED),
        (math.nextafter(high, 0), UNDECIDED),
        (high, PASS),
        (math.nextafter(high, 9), PASS),
    ):
        assert asked(AtMost(metric, ceiling, confidence=0.9, method=method), found).outcome is expected
    for floor, expected in (
        (math.nextafter(low, 0), PASS),
        (low, PASS),
        (math.nextafter(low, 9), UNDECIDED),
        (high, UNDECIDED),
        (math.nextafter(high, 9), FAIL),
    ):
        assert asked(AtLeast(metric, floor, confidence=0.9, method=method), found).outcome is expected


def test_a_bound_says_itself_and_what_it_cannot_tell() -> None:
    found = predicted.predictions([1] * 40, [1, 1, 1, 0] * 10)
    verdict = asked(AtLeast(accuracy, 0.7, confidence=0.95, method=Bootstrap(block=1)), found)
    assert verdict.outcome is UNDECIDED
    assert verdict.reason.startswith("accuracy 0.75 (0.6")
    assert "95 %" in verdict.reason
    assert verdict.reason.endswith(") can't tell on which side of the floor 0.7 it is")
    assert (verdict.value, verdict.limit) == (0.75, 0.7)


@pytest.mark.parametrize("right", [0, 1, 20, 39, 40])
def test_accuracy_of_independent_rows_has_the_exact_bounds(right: int) -> None:
    labels = np.random.default_rng(3).permutation(np.arange(40) < right)
    exact = stats.binomtest(right, 40).proportion_ci(confidence_level=0.9, method="exact")
    found = predicted.predictions(np.ones(40), labels.astype(float))
    assert bounds(found, accuracy, 0.95) == pytest.approx((exact.low, exact.high))


def test_accuracy_of_rows_that_hang_together_is_resampled() -> None:
    right = np.repeat(np.random.default_rng(3).random(30) < 0.7, 20)
    exact = stats.binomtest(int(right.sum()), 600).proportion_ci(confidence_level=0.9, method="exact")
    low, high = bounds(predicted.predictions(np.ones(600), right.astype(float)), accuracy, 0.95)
    assert high - low > 2 * (exact.high - exact.low)


def test_the_auc_of_two_classes_is_bounded_within_0_and_1() -> None:
    low, high = bounds(classified(60, candidate=0.9, baseline=None), auc, 0.99)
    assert 0.5 < low < high < 1


def test_bounds_of_errors_that_hang_together_are_wider() -> None:
    steps = np.repeat(np.abs(noise(20, seed=3)), 20)
    mixed = np.random.default_rng(1).permutation(steps)
    widths = [high - low for low, high in (bounds(errors(each), mae, 0.9, None) for each in (steps, mixed))]
    assert widths[0] > 2 * widths[1]


def test_a_higher_confidence_asks_for_more() -> None:
    found = errors(np.abs(noise(60)))
    gates = [AtMost(mae, 0.9, confidence=share, method=SURE) for share in (0.51, 0.8, 0.999)]
    assert [asked(gate, found).outcome for gate in gates] == [PASS, PASS, UNDECIDED]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"candidate": predicted.errors([np.nan] + [1.0] * 39).candidate}, "Got 1 of 40"),
        ({"candidate": predicted.errors([1.0] * 39).candidate}, r"must be of shape \(40,\), one for each row. Got"),
        ({"labels": np.full(40, np.nan)}, "labels must be there for each row"),
        ({"labels": np.zeros((40, 1))}, "must be of shape"),
        ({"event_time": np.zeros(3, dtype=np.int64)}, "event times must be of shape"),
        ({"candidate": predicted.predictions(["a"] * 40, ["a"] * 40).candidate}, "has no bounds: "),
    ],
)
def test_a_bound_of_what_is_no_evidence_is_undecided(change: dict[str, Any], said: str) -> None:
    found = errors([1.0] * 40)
    verdict = AtMost(mae, 5.0, confidence=0.9).judge(measured(1.0, rows=40), replace(found, **change))
    assert verdict.outcome is UNDECIDED
    assert re.search(said, verdict.reason), verdict.reason


@pytest.mark.parametrize("floor", [0.0, 0.5])
def test_a_measure_without_its_rows_has_no_bound(floor: float) -> None:
    """Whoever says that there was something to measure."""
    gate = AtLeast(accuracy, floor, confidence=0.9)
    evaluation = measured(1.0, metric="accuracy")
    assert gate.judge(evaluation, NO_ROWS).reason == "accuracy must have 1 rows for a bound. Got 0"
    of_slice = replace(gate, slice="night")
    evaluation = measured(1.0, metric="accuracy", slice_name="night")
    for found in (errors([0.0] * 9), replace(errors([0.0] * 9), slices={"night": np.zeros(0, dtype=np.intp)})):
        assert outcome(of_slice, evaluation, found) is UNDECIDED


@pytest.mark.parametrize(("rows", "expected"), [(39, UNDECIDED), (40, PASS), (41, PASS)])
def test_a_bound_takes_so_many_rows(rows: int, expected: Outcome) -> None:
    found = errors([1.0, 0.9, 1.1] * 13 + [1.0] * (rows - 39))
    assert asked(AtMost(mae, 5.0, confidence=0.9, min_rows=40, method=SURE), found).outcome is expected
    told = AtMost(mae, 5.0, confidence=0.9, min_rows=40).judge(measured(1.0, rows=50), found)
    assert (told.outcome is UNDECIDED) is (rows < 40)


def test_a_bound_is_asked_of_the_slices_rows() -> None:
    night = Where(name="night", column="hour", below=6)
    found = errors([1.0, 9.0] * 40, slices=(night,), hour=[1, 12] * 40)
    gate = AtMost(mae, 2.0, confidence=0.9, slice="night", method=SURE)
    assert asked(gate, found).outcome is PASS
    assert asked(replace(gate, slice=OVERALL), found).outcome is FAIL


def test_groups_are_resampled_whole_and_must_be_there() -> None:
    group = np.repeat(np.arange(10), 8)
    found = errors(np.repeat(np.abs(noise(10)), 8), shop=group)
    gate = AtMost(mae, 2.0, confidence=0.9, method=Bootstrap(groups="shop", resamples=500))
    low, high = bounds(found, mae, 0.9, gate.method)
    alone = bounds(found, mae, 0.9, Bootstrap(block=1, resamples=500))
    assert high - low > 1.5 * (alone[1] - alone[0])
    assert [need for need in gate.needs if not isinstance(need, Metric)] == [Column(name="shop")]
    verdict = asked(gate, replace(found, columns={}))
    assert (verdict.outcome, "has no column shop" in verdict.reason) == (UNDECIDED, True)


def test_the_same_evidence_has_the_same_bounds_and_another_seed_others() -> None:
    found = errors(np.abs(noise(80)))
    same = [bounds(found, mae, 0.9, Bootstrap(seed=seed)) for seed in (0, 0, 1)]
    assert same[0] == same[1] != same[2]


ODD = st.sampled_from([None, math.nan, math.inf, -math.inf, -1.0, 0.0, 0.5, 1.0, 2.0, 1e300])


@settings(max_examples=60, deadline=None)
@given(
    value=ODD,
    given=st.lists(st.floats(), max_size=12),
    labels=st.lists(st.floats() | st.integers(-5, 5), max_size=12),
    confidence=st.none() | st.sampled_from([0.51, 0.9, 0.999]),
    limit=st.sampled_from([0.0, 0.5, 1.0]),
)
def test_nothing_that_is_no_evidence_passes(
    value: float | None, given: list[float], labels: list[float], confidence: float | None, limit: float
) -> None:
    found = predicted.predictions(np.array(labels, dtype=float), np.array(given, dtype=float))
    evaluation = measured(value, metric="mae", rows=len(labels))
    whole = bool(labels) and value is not None and math.isfinite(value)
    usable = len(given) == len(labels) and all(map(math.isfinite, (*given, *labels)))
    for gate in (AtMost(mae, limit, confidence=confidence), AtLeast(mae, limit, confidence=confidence)):
        if outcome(gate, evaluation, found) is not UNDECIDED:
            assert whole
            assert usable or confidence is None


def test_a_metric_of_ones_own_that_nobody_computes_has_no_bound() -> None:
    profit = replace(mae, name="profit")
    verdict = AtMost(profit, 9.0, confidence=0.9).judge(measured(1.0, metric="profit", rows=40), errors([1.0] * 40))
    assert verdict.outcome is UNDECIDED
    assert "profit must be a metric of Headgate's" in verdict.reason
