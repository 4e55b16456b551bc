"""What a paired test and a bound have in common: how rows are resampled, and what can't be."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from headgate.core.methods import Bootstrap, Interval, Method
from headgate.core.metrics import METRICS, Metric
from headgate.core.numeric.block_length import block_length
from headgate.core.numeric.bootstrap import Resampled
from headgate.core.numeric.intervals import Kind, bounds
from headgate.core.numeric.sampling import Resampling
from headgate.core.numeric.slicing import coded
from headgate.core.predictions import Predicted, Predictions

Array = np.ndarray[Any, Any]

BCA_UP_TO = 10_000
"""Rows above which bias and acceleration no longer matter, and the jackknife only costs."""

BCA_FROM = 200
"""Units (groups, blocks, rows of the rarest class) below which BCa's own estimates scatter too much: with 50 or 100
groups its bounds at 95 % are wrong in 7 % of simulations, percentiles in 6 %; with 200 both are right
(`tools/truth/coverage.py`)."""

_TWO = 2


def bounds_or_why(resampled: Resampled, confidence: float, kind: Kind) -> tuple[float, float] | str:
    """Return the bounds of a bootstrap, or why it has none."""
    if not resampled.measurable:
        return f"it isn't defined on {100 * resampled.undefined:.0f} % of the resamples: a class or a group is too rare"
    low, high = bounds(resampled, confidence, kind)
    if math.isfinite(low) and math.isfinite(high):
        return low, high
    count = len(resampled.replicates)
    return f"{count:,} resamples of {resampled.units:,.0f} independent units give no bound with {100 * confidence:g} %"


def block_of(losses_of: Callable[[], Array | None], method: Method | None) -> int:
    """Return the length of blocks: what the method says, or what the series of losses asks for; 1 is row by row."""
    if isinstance(method, Bootstrap) and (method.stratified or method.groups):
        return 1
    if isinstance(method, Bootstrap) and method.block is not None:
        return method.block
    losses = losses_of()
    return 1 if losses is None else block_length(losses)


def plan_of(plan: Bootstrap, predictions: Predictions, length: int) -> Resampling:
    """Return the plan of a method: codes of its strata or groups, and its blocks."""
    strata = coded(predictions.labels)[1] if plan.stratified else None
    groups = coded(predictions.columns[plan.groups])[1] if plan.groups else None
    block = length if length > 1 else None
    return Resampling(resamples=plan.resamples, seed=plan.seed, strata=strata, groups=groups, block=block)


def why_unknown(metric: Metric) -> str | None:
    """Return why a metric can't be computed: it is of somebody's own making."""
    return None if METRICS.get(metric.name) == metric else f"{metric} must be a metric of Headgate's to be compared"


def why_no_groups(predictions: Predictions, method: Method | None) -> str | None:
    """Return why groups can't be resampled whole: their column isn't there, or isn't one value for each row."""
    if not isinstance(method, Bootstrap) or not method.groups:
        return None
    groups = predictions.columns.get(method.groups)
    if groups is None:
        return f"the holdout has no column {method.groups}"
    if groups.shape != (predictions.rows,):
        return f"column {method.groups} must be one value for each row. Got {groups.shape}"
    return None


def kind_of(plan: Bootstrap, rows: int, units: float) -> Kind:
    """Return what kind of interval suits so many rows and independent units, unless the method says."""
    suits_bca = rows <= BCA_UP_TO and units >= BCA_FROM
    interval = plan.interval or (Interval.BCA if suits_bca else Interval.PERCENTILE)
    return "bca" if interval is Interval.BCA else "percentile"


def has_two_classes(metric: Metric, predictions: Predictions) -> bool:
    """Whether it is the AUC of two classes, of which every model gives probabilities."""
    models = [model for model in (predictions.candidate, predictions.baseline) if model is not None]
    two = predictions.classes is not None and len(predictions.classes) == _TWO
    return metric.name == "auc" and two and all(model.probabilities is not None for model in models)


def is_positive(predictions: Predictions, rows: Array) -> Array:
    """Return which rows are of the positive class."""
    assert predictions.classes is not None  # noqa: S101 - `has_two_classes`
    return np.asarray(predictions.labels[rows] == predictions.classes[-1], dtype=bool)


def refusal_of(predictions: Predictions, predicted: Predicted, rows: Array, who: str) -> str | None:
    """Return why predictions can't be held against the labels."""
    shapes: dict[str, tuple[Array, tuple[int, ...]]] = {
        f"predictions {who}": (predicted.values, (predictions.rows,)),
        "labels": (predictions.labels, (predictions.rows,)),
        "event times": (predictions.event_time, (predictions.rows,)),
    }
    if predicted.probabilities is not None:
        wanted = (predictions.rows, len(predictions.classes or ()))
        shapes[f"probabilities {who}"] = (predicted.probabilities, wanted)
    for what, (found, shape) in shapes.items():
        if found.shape != shape:
            return f"{what} must be of shape {shape}, one for each row. Got {found.shape}"
    for what, values in ((f"predictions {who}", predicted.values[rows]), ("labels", predictions.labels[rows])):
        if missing := _missing(values):
            return f"{what} must be there for each row. Got {missing:,} of {len(rows):,} that are null or not a number"
    return None


def _missing(values: Array) -> int:
    if values.dtype.kind == "O":
        return sum(value is None or value != value for value in values.tolist())  # noqa: PLR0124 - NaN
    return int(np.count_nonzero(~np.isfinite(values))) if values.dtype.kind == "f" else 0
