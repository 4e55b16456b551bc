from __future__ import annotations

import math
import os
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from headgate.core.metrics import METRICS, Metric
from headgate.core.numeric.answers import answers_of
from headgate.core.numeric.bootstrap import Resampled, resample_improvement, resample_value
from headgate.core.numeric.jackknife import acceleration_of
from headgate.core.numeric.sampling import Draws, Resampling, draws_of
from headgate.core.numeric.scoring import statistic_of
from headgate.core.numeric.statistic import Statistic
from headgate.core.predictions import Predicted, Predictions
from tests.unit.answered import of_classes, of_numbers, predictions, sklearns_on
from tests.unit.scoring import REGRESSION

Array = np.ndarray[Any, Any]

ALL = sorted(METRICS)
MAE = METRICS["mae"]


def world_for(name: str, rows: int = 60, **more: Any) -> Predictions:
    return of_numbers(rows, **more) if name in REGRESSION else of_classes(rows, digits=1, better=0.2, **more)


def statistic_for(metric: Metric, world: Predictions) -> Statistic:
    statistic = statistic_of(metric, answers_of(world, None, paired=True))
    assert statistic is not None
    return statistic


PLANS = {
    "rows": Resampling(resamples=400),
    "strata": Resampling(resamples=400, strata=np.arange(60) % 3),
    "groups": Resampling(resamples=400, groups=np.arange(60) // 4),
    "groups in strata": Resampling(resamples=400, groups=np.arange(60) // 4, strata=np.arange(60) // 20),
    "blocks": Resampling(resamples=400, block=7),
}


@pytest.mark.parametrize("plan", PLANS.values(), ids=PLANS.keys())
@pytest.mark.parametrize("name", ALL)
def test_fast_ways_have_the_distribution_of_counted_rows(name: str, plan: Resampling) -> None:
    world = world_for(name)
    found = resample_improvement(METRICS[name], world, None, replace(plan, resamples=2000))
    draws, _ = draws_of(plan, None, world.rows)
    statistic = statistic_for(METRICS[name], world)
    order = None if plan.strata is None or plan.groups is not None else np.argsort(plan.strata, kind="stable")
    statistic = statistic if order is None else statistic.taken(order)
    counted = statistic.of_counts(draws.counts(np.random.default_rng(5), 2000))
    assert stats.ks_2samp(found.replicates, counted).pvalue > 1e-5


@pytest.mark.parametrize("name", ALL)
def test_the_estimate_is_scikit_learns_improvement(name: str) -> None:
    world = world_for(name)
    found = resample_improvement(METRICS[name], world, None, Resampling(resamples=10))
    rows = np.arange(world.rows)
    assert found.estimate == pytest.approx(sklearns_on(METRICS[name], world, rows, paired=True), abs=1e-12)
    own = resample_value(METRICS[name], world, None, Resampling(resamples=10))
    assert own.estimate == pytest.approx(sklearns_on(METRICS[name], world, rows, paired=False), abs=1e-12)


@pytest.mark.parametrize("name", ["mae", "r2", "f1", "auc", "median_ae"])
def test_replicates_are_distributed_as_scipys(name: str) -> None:
    metric, world = METRICS[name], world_for(name, 80)

    def improvement(rows: Array) -> float:
        return sklearns_on(metric, world, rows, paired=True)

    theirs = stats.bootstrap(
        (np.arange(80),), improvement, vectorized=False, n_resamples=100, rng=np.random.default_rng(1)
    ).bootstrap_distribution
    ours = resample_improvement(metric, world, None, Resampling()).replicates
    assert stats.ks_2samp(ours, theirs).pvalue > 1e-4
    assert ours.std() == pytest.approx(theirs.std(), rel=0.35)


def test_strata_keep_their_sizes() -> None:
    strata = np.repeat([0, 1, 2], [5, 30, 65])
    shuffled = np.random.default_rng(0).permutation(strata)
    world = predictions(shuffled.astype(float), Predicted(values=shuffled * 2.0), None)
    found = resample_value(MAE, world, None, Resampling(resamples=50, strata=shuffled))
    assert found.replicates == pytest.approx(found.estimate)
    assert found.units == pytest.approx(100 / 3)


def test_groups_are_drawn_whole() -> None:
    groups = np.random.default_rng(0).permutation(np.repeat(np.arange(10), 4))
    world = predictions(np.zeros(40), Predicted(values=groups.astype(float)), None)
    found = resample_value(MAE, world, None, Resampling(resamples=500, groups=groups))
    tenths = found.replicates * 10
    assert np.round(tenths) == pytest.approx(tenths)
    assert found.units == 10


def test_groups_may_have_names_and_any_sizes() -> None:
    groups = np.array(["a", "b", "b", "b"])
    world = predictions(np.zeros(4), Predicted(values=np.array([0.0, 1, 1, 1])), None)
    found = resample_value(MAE, world, None, Resampling(resamples=300, groups=groups)).replicates
    assert sorted(set(np.round(found, 12))) == [0.0, 0.75, 1.0]


@pytest.mark.parametrize("block", [2, 5, 7, 20, 100])
def test_blocks_have_the_variance_that_theory_says(block: int) -> None:
    series = np.random.default_rng(3).normal(size=20).cumsum()
    world = predictions(np.zeros(20), Predicted(values=series), predictions_of(20))
    plan = Resampling(resamples=40_000, block=block)
    found = resample_improvement(MAE, world, None, plan).replicates
    losses = np.abs(series)
    length = min(block, 20)
    wrapped = np.concatenate([losses, losses])
    whole = [wrapped[start : start + length].sum() for start in range(20)]
    rest = [wrapped[start : start + 20 % length].sum() for start in range(20)]
    assert found.var() * 400 == pytest.approx(20 // length * np.var(whole) + np.var(rest), rel=0.05)


def predictions_of(rows: int) -> Predicted:
    return Predicted(values=np.zeros(rows))


def test_a_block_of_one_row_is_a_row() -> None:
    world = of_numbers(30)
    one, none = (resample_improvement(MAE, world, None, Resampling(block=block)) for block in (1, None))
    assert np.array_equal(one.replicates, none.replicates)
    assert one.units == none.units == 30


@pytest.mark.parametrize("name", ["mae", "accuracy", "auc", "rmse"])
def test_a_seed_repeats_its_replicates_on_any_number_of_threads(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    world = world_for(name, 6000)
    plan = Resampling(resamples=1500, seed=7)
    two = resample_improvement(METRICS[name], world, None, plan).replicates
    monkeypatch.setattr(os, "cpu_count", lambda: 1)
    one = resample_improvement(METRICS[name], world, None, plan).replicates
    other = resample_improvement(METRICS[name], world, None, replace(plan, seed=8)).replicates
    assert np.array_equal(one, two)
    assert not np.array_equal(one, other)


@pytest.mark.parametrize("name", ALL)
def test_rows_of_a_slice_are_resampled_alone(name: str) -> None:
    world = world_for(name, 300)
    rows = np.flatnonzero(np.arange(300) % 3 == 1)
    alone = Predictions(
        labels=world.labels[rows],
        candidate=_of(world.candidate, rows),
        baseline=_of(world.baseline or world.candidate, rows),
        event_time=world.event_time[rows],
        classes=world.classes,
    )
    plan = Resampling(resamples=50, strata=np.arange(300) % 7)
    assert plan.strata is not None
    own = replace(plan, strata=plan.strata[rows])
    for given_plan, alone_plan in ((plan, own), (Resampling(resamples=50, block=4),) * 2):
        here = resample_improvement(METRICS[name], world, rows, given_plan)
        there = resample_improvement(METRICS[name], alone, None, alone_plan)
        assert np.array_equal(here.replicates, there.replicates)


def _of(model: Predicted, rows: Array) -> Predicted:
    return Predicted(
        values=model.values[rows], probabilities=None if model.probabilities is None else model.probabilities[rows]
    )


@pytest.mark.parametrize("name", ALL)
def test_a_candidate_that_is_the_baseline_is_never_better(name: str) -> None:
    world = world_for(name)
    found = resample_improvement(
        METRICS[name], replace(world, baseline=world.candidate), None, Resampling(resamples=99)
    )
    assert found.estimate == 0
    assert (found.replicates == 0).all()
    assert found.acceleration == 0


@pytest.mark.parametrize("name", ["mae", "rmse", "r2", "median_ae", "accuracy", "f1", "auc", "average_precision"])
@given(seed=st.integers(0, 100))
@settings(max_examples=5)
def test_swapping_the_models_turns_the_sign(name: str, seed: int) -> None:
    world = world_for(name, seed=seed)
    assert world.baseline is not None
    swapped = replace(world, candidate=world.baseline, baseline=world.candidate)
    plan = Resampling(resamples=20, block=3)
    ours, theirs = (resample_improvement(METRICS[name], each, None, plan) for each in (world, swapped))
    assert ours.replicates == pytest.approx(-theirs.replicates, abs=1e-12, nan_ok=True)


def test_what_is_not_defined_is_not_measurable() -> None:
    one_class = replace(of_classes(20), labels=np.zeros(20, dtype=int))
    without = replace(of_numbers(20), baseline=None)
    odd = replace(of_numbers(20), candidate=Predicted(values=np.full(20, math.nan)))
    for metric, world in ((METRICS["auc"], one_class), (MAE, without), (MAE, odd)):
        found = resample_improvement(metric, world, None, Resampling(resamples=10))
        assert not found.measurable
        assert found.undefined == 1
        assert math.isnan(found.estimate)
    assert resample_value(MAE, without, None, Resampling(resamples=10)).measurable


def test_what_overflows_is_undefined() -> None:
    labels = np.zeros(30)
    huge, small = (Predicted(values=np.full(30, size)) for size in (1e154, 1.0))
    found = resample_improvement(METRICS["mse"], predictions(labels, huge, small), None, Resampling(resamples=10))
    assert not found.measurable


def test_no_rows_are_not_measurable() -> None:
    assert not resample_improvement(MAE, of_numbers(5), np.array([], dtype=int), Resampling(resamples=10)).measurable


@pytest.mark.parametrize(("positives", "measurable"), [(1, False), (3, False), (12, True)])
def test_too_many_resamples_of_one_class_are_not_measurable(positives: int, *, measurable: bool) -> None:
    world = replace(of_classes(200), labels=(np.arange(200) < positives).astype(int))
    found = resample_improvement(METRICS["auc"], world, None, Resampling())
    assert found.undefined == pytest.approx((1 - positives / 200) ** 200, abs=0.03)
    assert found.measurable is measurable
    assert found.units == positives


def test_groups_count_where_they_hold_the_rarest_class() -> None:
    labels = (np.arange(40) % 20 < 3).astype(int)
    world = replace(of_classes(40), labels=labels)
    plan = Resampling(resamples=5, groups=np.arange(40) // 2)
    assert resample_improvement(METRICS["recall"], world, None, plan).units == 4
    assert resample_improvement(METRICS["accuracy"], world, None, plan).units == 20


@pytest.mark.parametrize(("share", "measurable"), [(0.0, True), (0.01, True), (0.02, False)])
def test_a_small_share_may_be_undefined(share: float, *, measurable: bool) -> None:
    replicates = np.where(np.arange(100) < share * 100, np.nan, 1.0)
    assert Resampled(estimate=1.0, replicates=replicates, acceleration=0, units=9).measurable is measurable


@pytest.mark.parametrize(
    "name", ["mae", "mse", "mape", "rmse", "r2", "accuracy", "f1", "balanced_accuracy", "log_loss"]
)
@pytest.mark.parametrize("plan", ["rows", "groups"])
def test_acceleration_is_the_jackknifes(name: str, plan: str) -> None:
    world = world_for(name)
    statistic = statistic_for(METRICS[name], world)
    draws, _ = draws_of(PLANS[plan], None, world.rows)
    units = np.arange(60) if draws.codes is None else draws.codes
    without = np.array([statistic.of_counts((units != unit).astype(int)[None])[0] for unit in np.unique(units)])
    influence = without.mean() - without
    expected = (influence**3).sum() / (6 * (influence**2).sum() ** 1.5)
    assert acceleration_of(statistic, draws) == pytest.approx(expected, rel=1e-6, abs=1e-9)


def test_acceleration_of_skewed_losses_is_a_sixth_of_their_skewness() -> None:
    losses = np.random.default_rng(0).exponential(size=50_000)
    world = predictions(np.zeros(50_000), Predicted(values=losses), None)
    found = resample_value(MAE, world, None, Resampling(resamples=5))
    assert found.acceleration == pytest.approx(2 / 6 / math.sqrt(50_000), rel=0.1)


@pytest.mark.parametrize("plan", PLANS.values(), ids=PLANS.keys())
def test_acceleration_of_the_auc_is_near_the_jackknifes(plan: Resampling) -> None:
    world = world_for("auc", seed=4)
    statistic = statistic_for(METRICS["auc"], world)
    draws, _ = draws_of(plan, None, world.rows)
    units = _units_of(draws)
    without = np.array([statistic.of_counts((units != unit).astype(int)[None])[0] for unit in np.unique(units)])
    influence = without.mean() - without
    expected = (influence**3).sum() / (6 * (influence**2).sum() ** 1.5)
    assert acceleration_of(statistic, draws) == pytest.approx(expected, abs=0.02)


def _units_of(draws: Draws) -> Array:
    if draws.block:
        return np.arange(draws.rows) * (draws.rows // draws.block) // draws.rows
    return np.arange(draws.rows) if draws.codes is None else draws.codes


@pytest.mark.parametrize("name", ["average_precision", "median_ae"])
def test_acceleration_of_many_rows_is_that_of_parts(name: str) -> None:
    world = world_for(name, 1500)
    found = acceleration_of(statistic_for(METRICS[name], world), draws_of(Resampling(), None, 1500)[0])
    assert abs(found) < 0.05
