"""Whether predictions can be counted at all, and which class each is of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from headgate.core.predictions import Predictions

Array = np.ndarray[Any, Any]

ROUNDED = 1e-3
"""By how much probabilities, and their sum, may miss [0, 1]: some models give floats of half precision."""


def why_unusable(predictions: Predictions, column: str | None = None) -> str | None:
    """Return why the candidate's predictions can't be held against the labels; `None` where they can.

    Args:
        predictions: What was predicted.
        column: A column that has to be there besides.
    """
    rows, values = predictions.rows, predictions.candidate.values
    if not rows:
        return "the holdout has no rows"
    if values.shape != (rows,) or predictions.labels.shape != (rows,):
        return f"predictions are of shape {values.shape}, labels of shape {predictions.labels.shape}"
    if column is not None and column not in predictions.columns:
        return f"the holdout has no column {column}"
    if column is not None and predictions.columns[column].shape != (rows,):
        return f"column {column} is of shape {predictions.columns[column].shape} for {rows:,} rows"
    for what, found in (("predictions", values), ("labels", predictions.labels)):
        if missing := _nulls(found):
            return f"{missing:,} of {rows:,} {what} are null or not a number"
    return None


def why_no_probabilities(predictions: Predictions) -> str | None:
    """Return why the candidate's probabilities can't be held against the labels; `None` where they can."""
    probabilities, classes = predictions.candidate.probabilities, predictions.classes
    if classes is None or len(classes) < 2 or probabilities is None:  # noqa: PLR2004 - one class needs no probability
        return "the candidate gives no probabilities"
    wanted = (predictions.rows, len(classes))
    if probabilities.shape != wanted:
        return f"probabilities are of shape {probabilities.shape} instead of {wanted}"
    if strange := int(np.count_nonzero(class_places(predictions.labels, classes) < 0)):
        return f"the labels of {strange:,} of {predictions.rows:,} rows are none of the classes"
    return _why_no_shares(probabilities)


def _why_no_shares(probabilities: Array) -> str | None:
    if probabilities.dtype.kind not in "fiub":
        return f"probabilities are of type {probabilities.dtype}"
    least, greatest = float(probabilities.min()), float(probabilities.max())
    if not (least >= -ROUNDED and greatest <= 1 + ROUNDED):
        return f"probabilities are {'not a number' if np.isnan(least) else f'{least:g} to {greatest:g}'}"
    sums = probabilities.sum(axis=1, dtype=float)
    if wrong := int(np.count_nonzero(np.abs(sums - 1) > ROUNDED)):
        return f"the probabilities of {wrong:,} of {len(sums):,} rows don't add up to 1"
    return None


def class_places(values: Array, classes: Sequence[Any]) -> Array:
    """Return each value's place among the classes, of shape `(rows,)`; -1 where it is none of them.

    >>> class_places(np.array(["no", "yes", "maybe"]), ("no", "yes")).tolist()
    [0, 1, -1]
    """
    places = {label: place for place, label in enumerate(classes)}
    if values.dtype.kind == "O":
        return np.fromiter((places.get(value, -1) for value in values.tolist()), np.intp, len(values))
    distinct, codes = np.unique(values, return_inverse=True)
    return np.array([places.get(value, -1) for value in distinct.tolist()], dtype=np.intp)[codes]


def _nulls(values: Array) -> int:
    if values.dtype.kind == "O":
        return sum(value is None or value != value for value in values.tolist())  # noqa: PLR0124 - NaN
    if values.dtype.kind in "fc":
        return int(np.count_nonzero(~np.isfinite(values)))
    return 0
