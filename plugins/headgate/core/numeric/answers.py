"""Labels and answers as plain numbers: what every metric is computed from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from headgate.core.predictions import Predicted, Predictions

Array = np.ndarray[Any, Any]

_NUMBERS = "biuf"
TWO = 2


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Answers:
    """The rows of one slice: labels, and what one model or two said of them.

    Args:
        labels: What was true, of shape `(rows,)`.
        models: The candidate's answers, and the baseline's where the two are compared.
        classes: Of classifiers, ascending.
    """

    labels: Array
    models: tuple[Predicted, ...]
    classes: tuple[Any, ...] | None = None

    @property
    def rows(self) -> int:
        """How many there are."""
        return len(self.labels)

    @property
    def class_count(self) -> int:
        """How many classes there are; 0 of numbers."""
        return len(self.classes or ())

    def numbers(self) -> tuple[Array, tuple[Array, ...]] | None:
        """Return labels and answers as finite numbers; `None` where some aren't."""
        arrays = (self.labels, *(model.values for model in self.models))
        if not all(array.dtype.kind in _NUMBERS and np.isfinite(array).all() for array in arrays):
            return None
        labels, *values = (np.asarray(array, dtype=np.float64) for array in arrays)
        return labels, tuple(values)

    def decided(self) -> tuple[Array, tuple[Array, ...], int] | None:
        """Return the classes of labels and answers as codes, and how many classes; `None` where some are of none."""
        classes = self.classes
        if classes is None:
            classes = self._whole_numbers()
        if classes is None:
            return None
        arrays = (self.labels, *(model.values for model in self.models))
        labels, *values = (codes_of(array, classes) for array in arrays)
        if any((codes < 0).any() for codes in (labels, *values)):
            return None
        return labels, tuple(values), len(classes)

    def scores(self) -> tuple[Array, tuple[Array, ...]] | None:
        """Return labels as codes and the models' probabilities, all finite; `None` where there are none."""
        probabilities = tuple(model.probabilities for model in self.models)
        codes = self.label_codes()
        if codes is None:
            return None
        found = tuple(array for array in probabilities if array is not None and np.isfinite(array).all())
        return (codes, found) if len(found) == len(probabilities) and (codes >= 0).all() else None

    def label_codes(self) -> Array | None:
        """Return the labels' places among the classes; `None` of numbers."""
        return None if self.classes is None else codes_of(self.labels, self.classes)

    def _whole_numbers(self) -> tuple[Any, ...] | None:
        """Return the values that occur, if they all are whole numbers: scikit-learn takes those for classes."""
        found = self.numbers()
        if found is None:
            return None
        values = np.unique(np.concatenate([found[0], *found[1]]))
        return tuple(values) if (values == np.floor(values)).all() else None


def answers_of(predictions: Predictions, rows: Array | None, *, paired: bool) -> Answers | None:
    """Return the answers for some rows (indices or a mask; `None` for all); `None` without a baseline to pair with."""
    models = (predictions.candidate, predictions.baseline) if paired else (predictions.candidate,)
    rows = np.flatnonzero(rows) if rows is not None and rows.dtype == bool else rows
    chosen = tuple(_picked(model, rows) for model in models if model is not None)
    if len(chosen) < len(models):
        return None
    labels = predictions.labels if rows is None else predictions.labels[rows]
    return Answers(labels=labels, models=chosen, classes=predictions.classes)


def codes_of(values: Array, classes: tuple[Any, ...]) -> Array:
    """Return each value's place among the classes; -1 for what is none of them.

    >>> codes_of(np.array(["b", "a", "x"]), ("a", "b")).tolist()
    [1, 0, -1]
    """
    if not classes:
        return np.full(len(values), -1)
    if values.dtype.kind in _NUMBERS:
        known = np.asarray(classes)
        if known.dtype.kind not in _NUMBERS:
            return np.full(len(values), -1)
        places = np.minimum(np.searchsorted(known, values), len(known) - 1)
        return np.where(known[places] == values, places, -1)
    places_of = {str(value): place for place, value in enumerate(classes)}
    distinct, inverse = np.unique(np.asarray(values, dtype=str), return_inverse=True)
    return np.array([places_of.get(str(value), -1) for value in distinct.tolist()], dtype=np.intp)[inverse]


def _picked(model: Predicted, rows: Array | None) -> Predicted:
    if rows is None:
        return model
    probabilities = None if model.probabilities is None else np.take(model.probabilities, rows, axis=0)
    return Predicted(values=model.values[rows], probabilities=probabilities)
