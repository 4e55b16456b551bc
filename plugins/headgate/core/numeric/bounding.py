"""Bounds of the candidate's own metric."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from scipy import special

from headgate.core.methods import Bootstrap
from headgate.core.metrics import Metric
from headgate.core.numeric.answers import Answers, answers_of
from headgate.core.numeric.bootstrap import resample_value
from headgate.core.numeric.delong import area_of, area_test
from headgate.core.numeric.plans import (
    block_of,
    bounds_or_why,
    has_two_classes,
    is_positive,
    kind_of,
    plan_of,
    refusal_of,
    why_no_groups,
    why_unknown,
)
from headgate.core.numeric.scoring import placements
from headgate.core.numeric.sums import losses_of
from headgate.core.predictions import Predictions

Array = np.ndarray[Any, Any]


def bounds_of(
    predictions: Predictions, rows: Array, *, metric: Metric, confidence: float, method: Bootstrap | None
) -> tuple[float, float] | str:
    """Return the bounds of the candidate's own metric on some rows, each one-sided, or why there are none.

    Accuracy of independent rows has Clopper and Pearson's exact bounds (1934, Biometrika 26:404), the AUC of two
    classes DeLong's on the logit scale; all else is resampled.
    """
    if refusal := refusal_of(predictions, predictions.candidate, rows, "of the candidate"):
        return refusal
    if refusal := why_unknown(metric) or why_no_groups(predictions, method):
        return refusal
    rows = rows[np.argsort(predictions.event_time[rows], kind="stable")]
    answers = answers_of(predictions, rows, paired=False)
    length = block_of(lambda: _losses(metric, answers), method)
    if method is None and length == 1 and metric.name == "accuracy":
        right = int(np.count_nonzero(predictions.candidate.values[rows] == predictions.labels[rows]))
        return _clopper_pearson(right, len(rows), confidence)
    if method is None and length == 1 and has_two_classes(metric, predictions):
        scores = predictions.candidate.probabilities
        assert scores is not None  # noqa: S101 - `has_two_classes`
        area = area_test(area_of(is_positive(predictions, rows), scores[rows, -1]), limit=0.5, confidence=confidence)
        return (area.low, area.high) if math.isfinite(area.improvement) else "one class has too few rows"
    plan = method or Bootstrap()
    resampled = resample_value(metric, predictions, rows, plan_of(plan, predictions, length))
    return bounds_or_why(resampled, confidence, kind_of(plan, len(rows), resampled.units))


def _losses(metric: Metric, answers: Answers | None) -> Array | None:
    if answers is None:
        return None
    if metric.name in {"auc", "average_precision"}:
        return placements(answers)
    losses = losses_of(metric.name, answers)
    return None if losses is None else losses[0]


def _clopper_pearson(right: int, rows: int, confidence: float) -> tuple[float, float]:
    low = float(special.betaincinv(right, rows - right + 1, 1 - confidence)) if right else 0.0
    high = float(special.betaincinv(right + 1, rows - right, confidence)) if right < rows else 1.0
    return low, high
