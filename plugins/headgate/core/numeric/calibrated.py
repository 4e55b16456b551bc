"""How well the probabilities of a holdout are calibrated: of two classes the positive's, of more the likeliest's."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from headgate.core.numeric.calibration import (
    brier_binary,
    brier_multiclass,
    expected_calibration_error,
    reliability,
    top_label,
)
from headgate.core.numeric.usable import class_places
from headgate.core.predictions import Predictions

Array = np.ndarray[Any, Any]

DIGITS = 12
"""Scores are rounded to so many digits: what is left over of a sum is no evidence."""


def calibration_of(predictions: Predictions, bins: int) -> tuple[float, float]:
    """Return the candidate's expected calibration error, and what chance makes of it where it is calibrated.

    The latter is the sum over the bins of `sqrt(2 p (1 - p) rows / pi)`, over all rows: the mean distance of a normal
    variable of that variance from its mean.

    Args:
        predictions: Usable ones, with usable probabilities.
        bins: How many bins of equal width.
    """
    classes, probabilities = _of(predictions)
    if probabilities.shape[1] == 2:  # noqa: PLR2004 - a positive and a negative
        points = reliability(classes == 1, probabilities[:, 1], bins=bins)
    else:
        points = reliability(*top_label(classes, probabilities), bins=bins)
    spreads = (math.sqrt(2 * point.predicted * (1 - point.predicted) * point.rows / math.pi) for point in points)
    return round(expected_calibration_error(points), DIGITS), sum(spreads) / predictions.rows


def brier_of(predictions: Predictions) -> float:
    """Return the candidate's Brier score: in [0, 1] of two classes, in [0, 2] of more."""
    classes, probabilities = _of(predictions)
    if probabilities.shape[1] == 2:  # noqa: PLR2004 - a positive and a negative
        return round(brier_binary(classes == 1, probabilities[:, 1]), DIGITS)
    return round(brier_multiclass(classes, probabilities), DIGITS)


def _of(predictions: Predictions) -> tuple[Array, Array]:
    probabilities = predictions.candidate.probabilities
    assert probabilities is not None  # noqa: S101 - they are usable
    return class_places(predictions.labels, predictions.classes or ()), np.clip(probabilities, 0, 1, dtype=float)
