"""Comparisons of what is missing or odd: never a pass."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headgate.core.evaluation import OVERALL, Measure
from headgate.core.methods import Bootstrap, DeLong
from headgate.core.metrics import (
    METRICS,
    Metric,
    accuracy,
    auc,
    average_precision,
    balanced_accuracy,
    log_loss,
    mae,
)
from headgate.core.paired import BetterBy, NoWorseThan
from headgate.core.predictions import Predictions
from headgate.core.verdict import Outcome
from tests.unit.predicted import (
    NOTHING,
    asked,
    classified,
    first,
    pair,
    predictions,
)

PASS, FAIL, UNDECIDED = Outcome.PASS, Outcome.FAIL, Outcome.UNDECIDED

QUICK = Bootstrap(resamples=500, block=1)


def test_without_a_baseline_nothing_is_compared() -> None:
    verdict = asked(BetterBy(mae), first(pair()), baseline=None)
    assert (verdict.outcome, verdict.reason) == (UNDECIDED, "no baseline: nothing was promoted yet")


@pytest.mark.parametrize(
    ("error", "said"),
    [
        ("no column x", "the baseline could not be scored: no column x"),
        (None, "the baseline could not be scored: its predictions aren't there"),
    ],
)
def test_a_baseline_that_could_not_be_scored_is_undecided_and_says_why(error: str | None, said: str) -> None:
    for found in (first(pair()), pair()) if error else (first(pair()),):
        verdict = asked(NoWorseThan(mae), found, error=error)
        assert (verdict.outcome, verdict.reason) == (UNDECIDED, said)


def test_a_champion_that_never_saw_a_class_is_compared_all_the_same() -> None:
    labels = np.tile(["a", "b", "c"], 40)
    random = np.random.default_rng(1)
    ours = random.dirichlet([1, 1, 1], 120) + 2 * (labels[:, None] == np.array(["a", "b", "c"]))
    ours = ours / ours.sum(axis=1, keepdims=True)
    theirs = random.dirichlet([1, 1], 120)
    models = [
        (np.array(["a", "b", "c"])[ours.argmax(axis=1)], ours),
        (np.array(["a", "b"])[theirs.argmax(axis=1)], np.column_stack([theirs, np.zeros(120)])),
    ]
    found = predictions(labels, *models, classes=("a", "b", "c"))
    for metric in (accuracy, balanced_accuracy, auc, log_loss):
        verdict = asked(BetterBy(metric, method=QUICK), found)
        assert verdict.outcome is PASS, verdict.reason


@pytest.mark.parametrize("metric", [auc, average_precision])
def test_a_holdout_of_one_class_is_undecided(metric: Metric) -> None:
    found = classified(60, candidate=0.9, baseline=0.8)
    verdict = asked(BetterBy(metric), replace(found, labels=np.zeros(60, dtype=int)))
    assert verdict.outcome is UNDECIDED
    assert "is not defined on these 60 rows" in verdict.reason


def test_a_class_that_hardly_occurs_is_undecided() -> None:
    found = classified(60, candidate=0.9, baseline=0.8)
    rare = replace(found, labels=(np.arange(60) == 7).astype(int))
    for method in (DeLong(), QUICK):
        assert asked(BetterBy(auc, method=method), rare).outcome is UNDECIDED
    assert "one class has too few rows" in asked(BetterBy(auc), rare).reason


FOUND = classified(60, candidate=0.9, baseline=0.8)


NAN = np.where(np.arange(60) == 3, np.nan, 1.0)


def ours(**change: Any) -> Predictions:
    return replace(FOUND, candidate=replace(FOUND.candidate, **change))


def theirs(**change: Any) -> Predictions:
    assert FOUND.baseline is not None
    return replace(FOUND, baseline=replace(FOUND.baseline, **change))


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (ours(values=NAN), "predictions of the candidate must be there for each row. Got 1 of 60 that are null or not"),
        (theirs(values=NAN), "predictions of version 7 must be there for each row. Got 1 of 60"),
        (ours(values=np.full(60, np.inf)), "Got 60 of 60"),
        (ours(values=np.array([None] + [1] * 59, dtype=object)), "Got 1 of 60"),
        (replace(FOUND, labels=NAN), "labels must be there for each row"),
        (ours(values=np.ones(59)), "predictions of the candidate must be of shape (60,), one for each row. Got (59,)"),
        (ours(values=np.ones((60, 2))), "Got (60, 2)"),
        (theirs(values=np.ones(())), "predictions of version 7 must be of shape (60,)"),
        (ours(probabilities=np.ones((60, 3))), "probabilities of the candidate must be of shape (60, 2)"),
        (theirs(probabilities=np.ones(60)), "probabilities of version 7 must be of shape (60, 2)"),
        (theirs(probabilities=np.ones((59, 2))), "Got (59, 2)"),
        (replace(FOUND, event_time=np.zeros(59, dtype=np.int64)), "event times must be of shape (60,)"),
        (ours(values=np.array(["no"] * 60)), "accuracy of the candidate is not defined on these 60 rows"),
        (theirs(values=np.full(60, 7)), "accuracy of version 7 is not defined"),
    ],
)
@pytest.mark.parametrize("method", [None, QUICK])
def test_predictions_that_are_none_are_undecided_and_say_why(found: Predictions, said: str, method: Any) -> None:
    verdict = NoWorseThan(accuracy, 0.9, method=method).judge(replace(NOTHING, measures=()), found)
    assert verdict.outcome is UNDECIDED
    assert said in verdict.reason


def test_probabilities_that_are_not_there_or_no_numbers_are_undecided() -> None:
    assert FOUND.candidate.probabilities is not None
    broken = np.where(FOUND.candidate.probabilities > 0.9, np.nan, FOUND.candidate.probabilities)
    for found in (ours(probabilities=None), theirs(probabilities=None), ours(probabilities=broken)):
        for metric in (auc, log_loss):
            assert asked(NoWorseThan(metric, 0.9), found).outcome is UNDECIDED
    assert asked(NoWorseThan(accuracy, 0.9), ours(probabilities=None)).outcome is PASS


@pytest.mark.parametrize("rows", [None, []])
def test_a_slice_that_is_not_there_or_empty_is_undecided(rows: Any) -> None:
    found = replace(pair(), slices={} if rows is None else {"night": np.array(rows, dtype=np.intp)})
    verdict = asked(BetterBy(mae, slice="night", min_rows=1), found)
    assert (verdict.outcome, verdict.reason) == (UNDECIDED, "mae of night must have 1 rows to compare on. Got 0")


def test_a_metric_of_ones_own_that_nobody_computes_is_undecided() -> None:
    verdict = NoWorseThan(replace(mae, name="profit")).judge(NOTHING, pair())
    assert (verdict.outcome, "profit must be a metric of Headgate's" in verdict.reason) == (UNDECIDED, True)


ODD = [math.nan, math.inf, -math.inf, None, "x", -1.0, 1e300]


@settings(max_examples=60, deadline=None)
@given(
    name=st.sampled_from(sorted(METRICS)),
    odd=st.lists(st.tuples(st.integers(0, 2), st.integers(0, 35), st.sampled_from(ODD)), max_size=3),
    rows=st.tuples(*[st.sampled_from([36, 36, 36, 35, 1, 0])] * 3),
    classes=st.sampled_from([None, (0.0, 1.0), ("x", "y"), ()]),
    seed=st.integers(0, 3),
)
def test_odd_evidence_never_passes(
    name: str, odd: list[tuple[int, int, Any]], rows: tuple[int, ...], classes: Any, seed: int
) -> None:
    """A number or a class for each row is what it takes at least."""
    random = np.random.default_rng(seed)
    arrays = [random.integers(0, 2, count).astype(object) for count in rows]
    for which, place, value in odd:
        arrays[which][place : place + 1] = value
    labels, ours, theirs = (each if "x" in each or None in each else each.astype(float) for each in arrays)
    found = replace(predictions(labels, ours, theirs), classes=classes)
    strange = len(set(rows)) > 1 or any(map(is_odd, (*labels, *ours, *theirs)))
    for gate in (BetterBy(METRICS[name], method=QUICK), NoWorseThan(METRICS[name], 0.5, method=QUICK)):
        measure = Measure(metric=name, slice=OVERALL, rows=len(labels), candidate=0.5, baseline=0.4)
        verdict = gate.judge(replace(NOTHING, measures=(measure,)), found)
        assert verdict.outcome is UNDECIDED or not strange, verdict.reason


def is_odd(value: Any) -> bool:
    return value is None or (isinstance(value, float) and not math.isfinite(value))
