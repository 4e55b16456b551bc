"""Whether probabilities mean what they say: Brier score, reliability, expected calibration error."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]


class Bins(StrEnum):
    """How the probabilities are divided into bins."""

    EQUAL_WIDTH = "equal width"
    EQUAL_COUNT = "equal count"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReliabilityPoint:
    """One bin that holds rows: their mean probability, the share in which it happened, and how many they are."""

    predicted: float
    observed: float
    rows: int


def brier_binary(happened: Array, probability: Array) -> float:
    """Return the mean squared difference of probability and outcome, in [0, 1]; 0 is best.

    Brier (1950), Verification of forecasts expressed in terms of probability, Monthly Weather Review 78, halved as is
    usual for two classes.

    Args:
        happened: Whether it did, of shape `(rows,)`, at least one row.
        probability: That it would.
    """
    return float(np.mean((probability - happened) ** 2))


def brier_multiclass(class_of: Array, probabilities: Array) -> float:
    """Return Brier's (1950) score of all classes, in [0, 2]; 0 is best. Of two classes, it is twice `brier_binary`.

    Args:
        class_of: Index of each row's class, of shape `(rows,)`.
        probabilities: Of shape `(rows, classes)`.
    """
    squares = np.einsum("ij,ij->i", probabilities, probabilities)
    of_true = probabilities[np.arange(len(class_of)), class_of]
    return float(np.mean(squares - 2 * of_true + 1))


def top_label(class_of: Array, probabilities: Array) -> tuple[Array, Array]:
    """Return whether each row's likeliest class is its own, and that class's probability (Guo et al. 2017)."""
    top = np.argmax(probabilities, axis=1)
    return top == class_of, probabilities[np.arange(len(top)), top]


def reliability(
    happened: Array, probability: Array, *, bins: int = 10, kind: Bins = Bins.EQUAL_WIDTH
) -> tuple[ReliabilityPoint, ...]:
    """Return the points of the reliability curve, ascending, of the bins that hold rows.

    A bin holds its upper edge. Equal counts are cut at quantiles; equal probabilities are never parted, so counts may
    differ. As scikit-learn's `calibration_curve`.

    Args:
        happened: Whether it did, of shape `(rows,)`.
        probability: That it would, in [0, 1].
        bins: How many, >= 1.
        kind: How they are cut.
    """
    if not len(probability):
        return ()
    shares = np.linspace(0, 1, bins + 1)[1:-1]
    edges = shares if kind is Bins.EQUAL_WIDTH else np.percentile(probability, 100 * shares)
    index = np.searchsorted(edges, probability)
    rows = np.bincount(index, minlength=bins)
    predicted = np.bincount(index, weights=probability, minlength=bins)
    observed = np.bincount(index, weights=happened, minlength=bins)
    return tuple(
        ReliabilityPoint(predicted=float(p / count), observed=float(o / count), rows=int(count))
        for p, o, count in zip(predicted, observed, rows, strict=True)
        if count
    )


def expected_calibration_error(points: tuple[ReliabilityPoint, ...]) -> float:
    """Return the mean distance of observed and predicted over the bins, weighted by their rows; 0 is best.

    Naeini, Cooper & Hauskrecht (2015), Obtaining well calibrated probabilities using Bayesian binning, AAAI, section 4;
    Guo et al. (2017), On calibration of modern neural networks, ICML, equation (3). Of more than two classes, take
    `top_label`. Not a number without rows. Finite bins make it positive by chance alone, about
    `sum(sqrt(2 p (1 - p) rows / pi)) / all rows` for a model that is calibrated.
    """
    rows = sum(point.rows for point in points)
    return sum(point.rows * abs(point.observed - point.predicted) for point in points) / rows if rows else float("nan")
