from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics as sk

from headgate.core.metrics import METRICS, Metric, Needs
from headgate.core.numeric.answers import Answers, answers_of
from headgate.core.numeric.scoring import loss_differences, measured, placements, statistic_of
from headgate.core.predictions import Predicted, Predictions
from tests.unit.answered import of_classes, of_numbers, predictions, sklearns, sklearns_on
from tests.unit.scoring import REGRESSION

ALL = sorted(METRICS)
OF_CLASSES = sorted(set(METRICS) - set(REGRESSION))

worlds = st.one_of(
    st.builds(of_numbers, st.integers(1, 40), seed=st.integers(0, 1000), digits=st.sampled_from([None, 0, 1])),
    st.builds(
        of_classes,
        st.integers(1, 40),
        classes=st.integers(2, 4),
        seed=st.integers(0, 1000),
        digits=st.sampled_from([None, 1, 0]),
        names=st.sampled_from(["", "class "]),
    ),
)


@given(worlds, st.sampled_from(ALL))
def test_every_metric_is_scikit_learns(world: Predictions, name: str) -> None:
    metric = METRICS[name]
    ours = measured(metric, world.labels, world.candidate, world.classes)
    theirs = sklearns(metric, world.labels, world.candidate, world.classes)
    assert ours == pytest.approx(theirs, rel=1e-12, abs=1e-12, nan_ok=True)


@given(world=worlds, name=st.sampled_from(ALL), paired=st.booleans(), data=st.data())
def test_a_resample_has_scikit_learns_metric_of_the_repeated_rows(
    *, world: Predictions, name: str, paired: bool, data: st.DataObject
) -> None:
    metric = METRICS[name]
    statistic = statistic_of(metric, answers_of(world, None, paired=paired))
    if statistic is None:
        return
    counts = np.array(data.draw(st.lists(st.integers(0, 3), min_size=world.rows, max_size=world.rows)))
    rows = np.repeat(np.arange(world.rows), counts)
    if not len(rows):
        return
    several = np.stack([counts, np.ones_like(counts), counts])
    order = np.random.default_rng(0).permutation(world.rows)
    size = abs(sklearns_on(metric, world, rows, paired=False))  # of a label of 0, a percentage error is 1e15
    close = 1e-9 * max(1.0, size if math.isfinite(size) else 1.0)
    expected = pytest.approx(sklearns_on(metric, world, rows, paired=paired), rel=1e-9, abs=close, nan_ok=True)
    assert statistic.of_counts(counts[None])[0] == expected
    assert statistic.of_counts(several)[2] == expected
    assert statistic.taken(order).of_counts(several[:, order])[0] == expected


@pytest.mark.parametrize("name", ALL)
def test_many_rows_have_scikit_learns_metric(name: str) -> None:
    world = of_numbers(20_000) if name in REGRESSION else of_classes(20_000, classes=3, digits=2)
    ours = measured(METRICS[name], world.labels, world.candidate, world.classes)
    assert ours == pytest.approx(sklearns(METRICS[name], world.labels, world.candidate, world.classes), rel=1e-12)


@pytest.mark.parametrize("odd", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("name", REGRESSION)
def test_answers_that_are_no_numbers_have_no_metric(name: str, odd: float) -> None:
    assert math.isnan(measured(METRICS[name], np.array([1.0, 2.0]), Predicted(values=np.array([1.0, odd])), None))


@pytest.mark.parametrize("name", REGRESSION)
def test_errors_that_overflow_are_scikit_learns_or_undefined(name: str) -> None:
    labels = np.array([0.0, 1, 0, 1])
    world = predictions(labels, Predicted(values=np.array([1e300, 1, 0, 1])), Predicted(values=labels + 1))
    ours = measured(METRICS[name], labels, world.candidate, None)
    theirs = sklearns(METRICS[name], labels, world.candidate, None)
    assert ours == pytest.approx(theirs, nan_ok=True) or name == "r2"
    found = loss_differences(METRICS[name], world)
    assert found is None or np.isfinite(found).all()


@pytest.mark.parametrize("name", REGRESSION)
def test_texts_have_no_metric_of_numbers(name: str) -> None:
    world = of_classes(10, names="class ")
    assert math.isnan(measured(METRICS[name], world.labels, world.candidate, world.classes))


@pytest.mark.parametrize("name", OF_CLASSES)
def test_numbers_have_no_metric_of_classes(name: str) -> None:
    world = of_numbers(10)
    assert math.isnan(measured(METRICS[name], world.labels, world.candidate, None))


@pytest.mark.parametrize("name", ["accuracy", "balanced_accuracy"])
def test_whole_numbers_of_a_regression_count_as_classes(name: str) -> None:
    world = of_numbers(30, digits=0)
    ours = measured(METRICS[name], world.labels, world.candidate, None)
    assert ours == pytest.approx(sklearns(METRICS[name], world.labels, world.candidate, None))


@pytest.mark.parametrize("name", [name for name, metric in METRICS.items() if metric.needs is Needs.PROBABILITY])
@pytest.mark.parametrize("odd", [math.nan, None])
def test_without_probabilities_there_is_no_metric_of_them(name: str, odd: float | None) -> None:
    world = of_classes(10)
    scores = None if odd is None else np.full((10, 2), odd)
    answers = Predicted(values=world.candidate.values, probabilities=scores)
    assert math.isnan(measured(METRICS[name], world.labels, answers, world.classes))


@pytest.mark.parametrize("bad", [-0.1, 1.1])
def test_probabilities_beyond_0_and_1_have_no_log_loss(bad: float) -> None:
    answers = Predicted(values=np.array([0, 1]), probabilities=np.array([[1 - bad, bad], [0.5, 0.5]]))
    assert math.isnan(measured(METRICS["log_loss"], np.array([0, 1]), answers, (0, 1)))


def test_probabilities_of_single_precision_are_clipped_as_such() -> None:
    scores = np.array([[1, 0], [0.5, 0.5]], dtype=np.float32)
    ours = measured(
        METRICS["log_loss"], np.array([1, 1]), Predicted(values=np.array([0, 1]), probabilities=scores), (0, 1)
    )
    assert ours == pytest.approx(sk.log_loss([1, 1], scores, labels=[0, 1]), rel=1e-6)


@pytest.mark.parametrize("name", ["auc", "average_precision"])
@pytest.mark.parametrize("classes", [2, 3])
def test_one_class_alone_tells_nothing_apart(name: str, classes: int) -> None:
    world = of_classes(12, classes=classes)
    assert math.isnan(measured(METRICS[name], np.zeros(12, dtype=int), world.candidate, world.classes))


@pytest.mark.parametrize("name", ["auc", "average_precision"])
def test_a_resample_of_one_class_is_undefined(name: str) -> None:
    world = of_classes(12)
    statistic = statistic_of(METRICS[name], answers_of(world, None, paired=True))
    assert statistic is not None
    assert np.isnan(statistic.of_counts((world.labels == 1).astype(int)[None])).all()
    assert np.isnan(statistic.of_counts((world.labels == 0).astype(int)[None])).all()


def test_a_class_that_nobody_has_is_no_answer() -> None:
    answers = Predicted(values=np.array(["a", "x"], dtype=object), probabilities=np.array([[1.0, 0], [0, 1]]))
    for name in OF_CLASSES[:1]:
        assert math.isnan(measured(METRICS[name], np.array(["a", "b"], dtype=object), answers, ("a", "b")))


@pytest.mark.parametrize("name", OF_CLASSES)
def test_without_classes_there_is_no_metric_of_them(name: str) -> None:
    world = of_classes(10)
    assert math.isnan(measured(METRICS[name], world.labels, world.candidate, ()))


def test_no_rows_have_no_metric() -> None:
    for name in ALL:
        empty = Predicted(values=np.array([]), probabilities=np.empty((0, 2)))
        assert math.isnan(measured(METRICS[name], np.array([]), empty, (0, 1)))


@pytest.mark.parametrize("name", ["mae", "mse", "mape", "accuracy", "log_loss", "auc"])
def test_the_mean_of_loss_differences_is_the_improvement(name: str) -> None:
    metric = METRICS[name]
    world = of_numbers(200, better=0.3) if name in REGRESSION else of_classes(200, better=0.4, digits=1)
    found = loss_differences(metric, world)
    assert found is not None
    assert len(found) == 200
    assert found.mean() == pytest.approx(sklearns_on(metric, world, np.arange(200), paired=True), abs=1e-12)


def losses(metric: Metric, world: Predictions, rows: Any = None) -> Any:
    return loss_differences(metric, world, rows)


@pytest.mark.parametrize(
    ("name", "same_as"), [("rmse", "mse"), ("r2", "mse"), ("median_ae", "mae"), ("max_error", "mae")]
)
def test_other_metrics_of_numbers_lend_a_loss(name: str, same_as: str) -> None:
    world = of_numbers(50)
    assert np.array_equal(losses(METRICS[name], world), losses(METRICS[same_as], world))


@pytest.mark.parametrize("name", ["balanced_accuracy", "precision", "recall", "f1"])
def test_metrics_of_a_confusion_matrix_lend_wrong_or_right(name: str) -> None:
    world = of_classes(50, classes=3)
    assert np.array_equal(losses(METRICS[name], world), losses(METRICS["accuracy"], world))


def test_without_a_baseline_there_are_no_loss_differences() -> None:
    assert loss_differences(METRICS["mae"], replace(of_numbers(5), baseline=None)) is None
    assert loss_differences(METRICS["mae"], of_classes(5, names="class ")) is None


def test_loss_differences_are_of_the_asked_rows_in_their_order() -> None:
    world = of_numbers(20)
    rows = np.array([3, 1, 19])
    assert np.array_equal(losses(METRICS["mae"], world)[rows], losses(METRICS["mae"], world, rows))


@given(st.integers(2, 60), st.integers(0, 1000), st.sampled_from([None, 1]), st.integers(2, 3))
def test_what_rows_add_to_the_auc_is_its_jackknife(rows: int, seed: int, digits: int | None, classes: int) -> None:
    world = of_classes(rows, seed=seed, digits=digits, classes=classes)
    answers = Answers(labels=world.labels, models=(world.candidate,), classes=world.classes)
    found = placements(answers)
    if found is None:
        return
    ours = measured(METRICS["auc"], world.labels, world.candidate, world.classes)
    assert found.mean() == pytest.approx(ours, abs=1e-12)
    if classes == 2 and min(np.bincount(world.labels, minlength=2)) > 1:
        held = np.bincount(world.labels, minlength=2)[world.labels]
        statistic = statistic_of(METRICS["auc"], answers)
        assert statistic is not None
        without = statistic.of_counts(1 - np.eye(rows, dtype=int))
        assert without == pytest.approx(ours - (found - ours) * held / rows / (held - 1), abs=1e-12)


def test_rows_may_be_a_mask() -> None:
    world = of_classes(30)
    mask = world.event_time % 3 == 0
    ours, theirs = (answers_of(world, rows, paired=True) for rows in (mask, np.flatnonzero(mask)))
    assert ours is not None
    assert theirs is not None
    assert np.array_equal(ours.labels, theirs.labels)
    assert predictions(ours.labels, ours.models[0], None).rows == 10
