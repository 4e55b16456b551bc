"""How two models are compared: the method is chosen by metric and rows, or asked for, and said."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from headgate.core.methods import Bootstrap, DeLong, DieboldMariano, McNemar
from headgate.core.metrics import (
    Metric,
    accuracy,
    auc,
    balanced_accuracy,
    log_loss,
    mae,
    max_error,
    r2,
)
from headgate.core.numeric.comparing import enough_rows
from headgate.core.numeric.paired_test import PairedTest
from headgate.core.paired import BetterBy
from headgate.core.predictions import Predictions
from headgate.core.verdict import Outcome
from tests.unit.predicted import (
    asked,
    classified,
    comparison_of,
    errors,
    noise,
    pair,
    predictions,
)

PASS, FAIL, UNDECIDED = Outcome.PASS, Outcome.FAIL, Outcome.UNDECIDED

QUICK = Bootstrap(resamples=500, block=1)


def bounds(gate: Any, found: Predictions) -> tuple[float, float]:
    comparison = comparison_of(asked(gate, found))
    return comparison.low, comparison.high


def walk(rows: int, seed: int = 2) -> Any:
    """Return errors that hang together: each is most of the one before."""
    random = np.random.default_rng(seed)
    steps = [0.0]
    for _ in range(rows - 1):
        steps.append(0.9 * steps[-1] + random.normal())
    return np.abs(np.array(steps)) + 1


BOOTSTRAP, BLOCKS = "paired bootstrap, 2,000 resamples, BCa interval, ", "circular blocks of "
FEW_BLOCKS = f"paired bootstrap, 2,000 resamples, percentile interval, {BLOCKS}"


@pytest.mark.parametrize(
    ("metric", "found", "said"),
    [
        (accuracy, classified(200, candidate=0.9, baseline=0.8), "McNemar's exact test"),
        (auc, classified(200, candidate=0.9, baseline=0.8), "DeLong's test"),
        (log_loss, classified(200, candidate=0.9, baseline=0.8), f"{BOOTSTRAP}rows resampled one by one"),
        (balanced_accuracy, classified(400, candidate=0.9, baseline=0.8), f"{BOOTSTRAP}rows resampled one by one"),
        (mae, pair(seed=3), f"{BOOTSTRAP}rows resampled one by one"),
        (max_error, pair(seed=3), f"{BOOTSTRAP}rows resampled one by one"),
        (mae, errors(walk(300), walk(300, 5)), FEW_BLOCKS),
        (r2, replace(errors(walk(300), walk(300, 5)), labels=noise(300)), FEW_BLOCKS),
    ],
)
def test_the_method_is_chosen_by_metric_and_rows_and_said(metric: Metric, found: Predictions, said: str) -> None:
    comparison = comparison_of(asked(BetterBy(metric), found))
    assert comparison.method.startswith(said)
    if BLOCKS in said:
        assert "a length chosen" in comparison.method


def test_a_margin_on_accuracy_takes_the_score_test() -> None:
    found = classified(200, candidate=0.9, baseline=0.8)
    assert comparison_of(asked(BetterBy(accuracy, 0.01), found)).method == "Tango's score test"


def test_classifiers_whose_errors_hang_together_get_blocks() -> None:
    right = np.repeat(np.random.default_rng(3).random(30) < 0.7, 20)
    found = predictions(
        np.ones(600, dtype=int), right.astype(int), np.ones(600, dtype=int) * (noise(600) > -1), classes=(0, 1)
    )
    assert BLOCKS in comparison_of(asked(BetterBy(accuracy), found)).method
    assert comparison_of(asked(BetterBy(accuracy, method=McNemar()), found)).method == "McNemar's exact test"


def test_within_classes_or_groups_there_are_no_blocks() -> None:
    right = np.repeat(np.random.default_rng(3).random(30) < 0.7, 20)
    labels = np.tile([0, 1], 300)
    candidate = np.where(right, labels, 1 - labels)
    found = predictions(labels, candidate, labels, classes=(0, 1), shop=np.arange(600) // 60)
    for method, said in (
        (Bootstrap(), BLOCKS),
        (Bootstrap(stratified=True), "rows resampled within each class"),
        (Bootstrap(groups="shop"), "10 groups of shop resampled whole"),
        (Bootstrap(block=1), "rows resampled one by one"),
        (Bootstrap(block=7), "circular blocks of 7 rows"),
    ):
        assert said in comparison_of(asked(BetterBy(accuracy, method=method), found)).method


def test_the_rows_that_would_tell_are_lachins() -> None:
    """With power 0.8 and each bound at 95 %: (1.645 + 0.842) standard errors from the limit."""
    test = PairedTest(improvement=0.1, low=-0.1, high=0.3, p_pass=0.2, p_fail=0.8, method="by hand")
    error = 0.2 / 1.6448536
    assert enough_rows(test, limit=0.0, confidence=0.95, rows=50) == math.ceil(50 * (2.4864747 * error / 0.1) ** 2)
    assert enough_rows(test, limit=0.05, confidence=0.95, rows=50) == math.ceil(50 * (2.4864747 * error / 0.05) ** 2)
    assert enough_rows(test, limit=0.1, confidence=0.95, rows=50) is None
    assert enough_rows(test, limit=-0.5, confidence=0.95, rows=50) is None
    assert enough_rows(replace(test, high=math.inf), limit=0.0, confidence=0.95, rows=50) is None
    assert enough_rows(replace(test, improvement=math.nan), limit=0.0, confidence=0.95, rows=50) is None


def test_blocks_go_by_event_time_whatever_the_order_of_the_rows() -> None:
    found = errors(walk(300), walk(300, 5))
    assert found.baseline is not None
    order = np.random.default_rng(1).permutation(300)
    mixed = replace(
        found,
        candidate=replace(found.candidate, values=found.candidate.values[order]),
        baseline=replace(found.baseline, values=found.baseline.values[order]),
        event_time=found.event_time[order],
    )
    assert comparison_of(asked(BetterBy(mae), mixed)) == comparison_of(asked(BetterBy(mae), found))


def test_three_classes_have_no_delong() -> None:
    found = classified(120, candidate=0.9, baseline=0.8)
    assert found.candidate.probabilities is not None
    assert found.baseline is not None
    assert found.baseline.probabilities is not None
    wide = [
        np.column_stack([each, np.zeros(120)]) for each in (found.candidate.probabilities, found.baseline.probabilities)
    ]
    three = replace(
        found,
        candidate=replace(found.candidate, probabilities=wide[0]),
        baseline=replace(found.baseline, probabilities=wide[1]),
        classes=(0, 1, 2),
    )
    assert comparison_of(asked(BetterBy(auc), three)).method.startswith("paired bootstrap")
    assert "DeLong's test needs two classes" in asked(BetterBy(auc, method=DeLong()), three).reason


@pytest.mark.parametrize(
    ("method", "said"),
    [
        (Bootstrap(resamples=300, block=1), "paired bootstrap, 300 resamples, BCa interval, rows resampled one by one"),
        (Bootstrap(resamples=300, interval="percentile", block=4), "percentile interval, circular blocks of 4 rows"),  # type: ignore[arg-type]
        (Bootstrap(stratified=True), "rows resampled within each class"),
        (Bootstrap(groups="shop"), "20 groups of shop resampled whole"),
        (McNemar(), "McNemar's exact test"),
    ],
)
def test_a_method_that_was_asked_for_is_taken_and_said(method: Any, said: str) -> None:
    found = classified(200, candidate=0.9, baseline=0.8, shop=np.arange(200) % 20)
    assert said in comparison_of(asked(BetterBy(accuracy, method=method), found)).method


def test_groups_make_rows_that_belong_together_count_once() -> None:
    change = np.repeat(noise(12, 0.5), 20) + 0.2
    found = errors(5 - change, np.full(240, 5.0), shop=np.repeat([f"s{n}" for n in range(12)], 20))
    by_row, by_group = (
        bounds(BetterBy(mae, method=Bootstrap(**how)), found) for how in ({"block": 1}, {"groups": "shop"})
    )
    assert by_group[1] - by_group[0] > 2.5 * (by_row[1] - by_row[0])
    verdict = asked(BetterBy(mae, method=Bootstrap(groups="shop")), replace(found, columns={}))
    assert (verdict.outcome, verdict.reason) == (UNDECIDED, "the holdout has no column shop")
    odd = replace(found, columns={"shop": np.zeros(3)})
    assert "must be one value for each row" in asked(BetterBy(mae, method=Bootstrap(groups="shop")), odd).reason


def test_too_few_resamples_for_so_much_confidence_are_undecided() -> None:
    verdict = asked(BetterBy(mae, confidence=0.9999, method=QUICK), pair(better=1.0))
    assert verdict.outcome is UNDECIDED
    assert "give no bound with 99.99 %" in verdict.reason


def test_a_horizon_as_long_as_the_holdout_is_undecided() -> None:
    verdict = asked(BetterBy(mae, method=DieboldMariano(horizon=40)), pair(40, better=1.0))
    assert verdict.outcome is UNDECIDED
    assert "needs more rows than its horizon 40" in verdict.reason
    assert asked(BetterBy(mae, method=DieboldMariano(horizon=3)), pair(40, better=1.0)).outcome is PASS


def test_the_same_evidence_gets_the_same_verdict_and_another_seed_other_bounds() -> None:
    found = pair()
    seeds = [bounds(BetterBy(mae, method=Bootstrap(seed=seed)), found) for seed in (0, 0, 1)]
    assert seeds[0] == seeds[1] != seeds[2]
    assert asked(BetterBy(mae), found) == asked(BetterBy(mae), found)
