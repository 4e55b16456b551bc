from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.calibration import calibration_curve
from sklearn.metrics import brier_score_loss

from headgate.core.numeric.calibration import (
    Bins,
    ReliabilityPoint,
    brier_binary,
    brier_multiclass,
    expected_calibration_error,
    reliability,
    top_label,
)

STRATEGY = {Bins.EQUAL_WIDTH: "uniform", Bins.EQUAL_COUNT: "quantile"}
shares = st.floats(0, 1) | st.sampled_from([0.0, 0.1, 0.2, 0.5, 0.9, 1.0])
forecasts = st.lists(st.tuples(st.booleans(), shares), min_size=2, max_size=60).filter(
    lambda rows: len({happened for happened, _ in rows}) == 2
)
tables = st.lists(st.tuples(st.integers(0, 2), st.tuples(*[st.floats(0.01, 1)] * 3)), min_size=3, max_size=20).filter(
    lambda rows: {label for label, _ in rows} == {0, 1, 2}
)


def arrays(rows: list[tuple[bool, float]]) -> tuple[np.ndarray, np.ndarray]:
    happened, probability = zip(*rows, strict=True)
    return np.array(happened), np.array(probability)


def test_a_forecaster_who_always_says_a_half_scores_a_quarter() -> None:
    assert brier_binary(np.array([True, False, True]), np.full(3, 0.5)) == 0.25


@given(forecasts)
def test_the_score_of_two_classes_is_scikit_learns(rows: list[tuple[bool, float]]) -> None:
    happened, probability = arrays(rows)
    score = brier_binary(happened, probability)
    assert score == pytest.approx(brier_score_loss(happened, probability))
    both = np.column_stack((1 - probability, probability))
    assert brier_multiclass(happened.astype(int), both) == pytest.approx(2 * score)


@given(tables)
def test_the_score_of_three_classes_is_scikit_learns(rows: list[tuple[int, tuple[float, ...]]]) -> None:
    labels, weights = np.array([label for label, _ in rows]), np.array([each for _, each in rows])
    probabilities = weights / weights.sum(axis=1, keepdims=True)
    assert brier_multiclass(labels, probabilities) == pytest.approx(brier_score_loss(labels, probabilities))


@pytest.mark.parametrize("kind", Bins)
@given(rows=forecasts, bins=st.integers(1, 12))
def test_the_curve_is_scikit_learns(kind: Bins, rows: list[tuple[bool, float]], bins: int) -> None:
    happened, probability = arrays(rows)
    points = reliability(happened, probability, bins=bins, kind=kind)
    observed, predicted = calibration_curve(happened, probability, n_bins=bins, strategy=STRATEGY[kind])
    assert [point.observed for point in points] == pytest.approx(list(observed))
    assert [point.predicted for point in points] == pytest.approx(list(predicted))
    assert sum(point.rows for point in points) == len(rows)


@given(forecasts, st.integers(1, 12))
def test_the_error_is_that_of_the_definition_row_by_row(rows: list[tuple[bool, float]], bins: int) -> None:
    happened, probability = arrays(rows)
    edges = np.linspace(0, 1, bins + 1)
    slow = 0.0
    for index in range(bins):
        low, high = edges[index], edges[index + 1]
        inside = (probability <= high) & ((probability > low) | (index == 0))
        slow += abs(sum(happened[inside]) - sum(probability[inside])) / len(rows)
    points = reliability(happened, probability, bins=bins)
    assert expected_calibration_error(points) == pytest.approx(slow, abs=1e-12)


def test_an_edge_belongs_to_the_bin_below_and_empty_bins_have_no_point() -> None:
    points = reliability(np.array([True, False, True]), np.array([0.2, 0.21, 1.0]), bins=5)
    assert points == (
        ReliabilityPoint(predicted=0.2, observed=1.0, rows=1),
        ReliabilityPoint(predicted=0.21, observed=0.0, rows=1),
        ReliabilityPoint(predicted=1.0, observed=1.0, rows=1),
    )


def test_equal_counts_are_equal_where_probabilities_differ_and_ties_are_never_parted() -> None:
    random = np.random.default_rng(3)
    spread = reliability(random.random(1000) < 0.5, random.random(1000), kind=Bins.EQUAL_COUNT)
    assert [point.rows for point in spread] == [100] * 10
    tied = reliability(random.random(1000) < 0.5, np.repeat([0.3, 0.7], 500), kind=Bins.EQUAL_COUNT)
    assert [point.rows for point in tied] == [500, 500]


def test_the_error_of_a_calibrated_model_is_what_chance_makes_of_it() -> None:
    random = np.random.default_rng(4)
    probability = random.random(20_000)
    points = reliability(random.random(20_000) < probability, probability)
    by_chance = sum(math.sqrt(2 * p.predicted * (1 - p.predicted) * p.rows / math.pi) for p in points) / 20_000
    assert expected_calibration_error(points) == pytest.approx(by_chance, rel=0.9)


def test_a_model_that_is_sure_and_half_right_is_wrong_by_a_half() -> None:
    points = reliability(np.array([True, False] * 5), np.ones(10))
    assert expected_calibration_error(points) == 0.5


def test_of_many_classes_the_likeliest_counts() -> None:
    right, sure = top_label(np.array([0, 2, 1]), np.array([[0.7, 0.2, 0.1], [0.3, 0.4, 0.3], [0.1, 0.8, 0.1]]))
    assert right.tolist() == [True, False, True]
    assert sure.tolist() == [0.7, 0.4, 0.8]


def test_without_rows_there_is_no_curve_and_no_error() -> None:
    nothing = np.array([])
    assert reliability(nothing, nothing) == ()
    assert math.isnan(expected_calibration_error(()))
