from __future__ import annotations

import math
import warnings
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from sklearn import metrics as sk

from headgate.adapters.sklearn_scorer import SklearnScorer
from headgate.core.metrics import METRICS, Metric, Needs, mae
from headgate.errors import InputError
from tests.unit.scoring import (
    OF_PROBABILITIES,
    OF_VALUES,
    REGRESSION,
    asked,
    holdout,
    measured,
    says,
)


def test_each_metric_of_the_specification_is_measured_here() -> None:
    assert set(METRICS) == {*REGRESSION, *OF_VALUES, *OF_PROBABILITIES}
    assert {name for name, metric in METRICS.items() if metric.needs is Needs.PROBABILITY} == set(OF_PROBABILITIES)


def test_regression_metrics_are_scikit_learns() -> None:
    labels, answers = [1.0, 2.0, 4.0], [1.0, 3.0, 3.0]
    scored = SklearnScorer().score(says(answers), None, holdout(labels), asked(*REGRESSION))
    expected = {
        "mae": 2 / 3,
        "rmse": math.sqrt(2 / 3),
        "mse": 2 / 3,
        "median_ae": 1.0,
        "max_error": 1.0,
        "mape": (0 + 1 / 2 + 1 / 4) / 3,
        "r2": sk.r2_score(labels, answers),
    }
    assert {m.metric: m.candidate for m in scored.measures} == pytest.approx(expected)


@pytest.mark.parametrize("names", [(0, 1), (False, True), ("no", "yes")])
def test_of_two_classes_the_greater_is_the_positive(names: tuple[Any, Any]) -> None:
    no, yes = names
    model = says([yes, yes, no, no, yes], names, [[0.1, 0.9], [0.4, 0.6], [0.7, 0.3], [0.6, 0.4], [0.3, 0.7]])
    scored = SklearnScorer().score(model, None, holdout([yes, no, no, yes, yes]), asked(*OF_VALUES, *OF_PROBABILITIES))
    truth, scores = [1, 0, 0, 1, 1], [0.9, 0.6, 0.3, 0.4, 0.7]
    expected = {
        "accuracy": 3 / 5,
        "balanced_accuracy": (2 / 3 + 1 / 2) / 2,
        "precision": 2 / 3,
        "recall": 2 / 3,
        "f1": 2 / 3,
        "auc": sk.roc_auc_score(truth, scores),
        "average_precision": sk.average_precision_score(truth, scores),
        "log_loss": sk.log_loss(truth, scores),
    }
    assert {m.metric: m.candidate for m in scored.measures} == pytest.approx(expected)


def test_of_more_classes_the_averages_are_macro() -> None:
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 3, 60)
    probabilities = rng.dirichlet([1, 1, 1], 60)
    answers = probabilities.argmax(axis=1)
    scored = SklearnScorer().score(
        says(answers, [0, 1, 2], probabilities), None, holdout(labels), asked(*OF_VALUES, *OF_PROBABILITIES)
    )
    expected = {
        "accuracy": sk.accuracy_score(labels, answers),
        "balanced_accuracy": sk.balanced_accuracy_score(labels, answers),
        "precision": sk.precision_score(labels, answers, average="macro"),
        "recall": sk.recall_score(labels, answers, average="macro"),
        "f1": sk.f1_score(labels, answers, average="macro"),
        "auc": sk.roc_auc_score(labels, probabilities, multi_class="ovr", average="macro"),
        "average_precision": sk.average_precision_score(labels, probabilities, average="macro"),
        "log_loss": sk.log_loss(labels, probabilities),
    }
    assert {m.metric: m.candidate for m in scored.measures} == pytest.approx(expected)


@pytest.mark.parametrize("odd", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("metric", REGRESSION)
def test_predictions_that_are_no_numbers_have_no_metric(metric: str, odd: float) -> None:
    assert measured(metric, [1.0, 2.0], says([1.0, odd])) is None


@pytest.mark.parametrize("metric", OF_PROBABILITIES)
def test_probabilities_that_are_no_numbers_have_no_metric(metric: str) -> None:
    assert measured(metric, [0, 1], says([0, 1], [0, 1], [[math.nan, 0.5], [0.5, 0.5]])) is None


@pytest.mark.parametrize("metric", ["auc", "average_precision"])
@pytest.mark.parametrize("label", [0, 1])
def test_one_class_alone_tells_nothing_apart(metric: str, label: int) -> None:
    assert measured(metric, [label, label], says([0, 1], [0, 1], [[0.5, 0.5], [0.4, 0.6]])) is None


@pytest.mark.parametrize(
    ("metric", "labels", "answers"),
    [("precision", [0, 1], [0, 0]), ("recall", [0, 0], [0, 1]), ("f1", [0, 0], [0, 0])],
)
def test_nothing_divided_by_nothing_is_not_measured(metric: str, labels: list[int], answers: list[int]) -> None:
    assert measured(metric, labels, says(answers, [0, 1], [[0.5, 0.5], [0.5, 0.5]])) is None


def test_r2_of_one_row_is_not_measured() -> None:
    assert measured("r2", [1.0], says([1.0])) is None


@pytest.mark.parametrize("metric", [*OF_VALUES, *OF_PROBABILITIES])
def test_a_regression_has_no_metric_of_classes(metric: str) -> None:
    assert measured(metric, [1.5, 2.5], says([1.5, 2.25])) is None


@pytest.mark.parametrize("metric", REGRESSION)
def test_texts_have_no_metric_of_numbers(metric: str) -> None:
    assert measured(metric, ["a", "b"], says(["a", "b"], ["a", "b"], [[1, 0], [0, 1]])) is None


@pytest.mark.parametrize("metric", OF_PROBABILITIES)
def test_a_classifier_without_probabilities_has_no_metric_of_them(metric: str) -> None:
    model = says([0, 1])
    model.model.classes_ = np.array([0, 1])
    assert measured(metric, [0, 1], model) is None
    assert measured("accuracy", [0, 1], model) == 1.0


def test_predictions_in_one_column_are_taken_as_such() -> None:
    assert measured("mae", [1.0, 2.0], says([[1.0], [2.0]])) == 0.0


def test_scikit_learns_warnings_are_not_the_users() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        measured("r2", [1.0], says([1.0]))
        measured("f1", [0, 1, 2], says([0, 0, 0], [0, 1, 2], np.full((3, 3), 1 / 3)))


@pytest.mark.parametrize("metric", [replace(mae, name="profit"), replace(mae, bounds=(0.0, 1.0))])
def test_a_metric_of_somebodys_own_making_is_refused(metric: Metric) -> None:
    question = replace(asked("mae"), metrics=(mae, metric))
    with pytest.raises(InputError, match=rf"metric must be one of .*, as Headgate has it. Got .*'{metric}'"):
        SklearnScorer().score(says([1.0]), None, holdout([1.0]), question)
