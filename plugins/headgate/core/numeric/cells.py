"""Metrics of a confusion matrix: rows that say the same fall into one cell, and only cells are counted."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy import sparse

from headgate.core.numeric.answers import TWO, Answers
from headgate.core.numeric.sums import Sums

Array = np.ndarray[Any, Any]

_DENSE = 10_000
"""Numbers up to which a matrix is kept whole: making a sparse one takes longer than using it."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Cells:
    """A metric as a function of how many rows fall into each cell: a combination of label and answers.

    Args:
        codes: Each row's cell, of shape `(rows,)`.
        sizes: How many rows each cell has.
        sums: The metric as a function of sums over the cells.
    """

    codes: Array
    sizes: Array
    sums: Sums

    @property
    def rows(self) -> int:
        """How many rows it is measured on."""
        return len(self.codes)

    def of_counts(self, counts: Array) -> Array:
        """Return its value for each resample (see `Statistic`)."""
        cells = len(self.sizes)
        where = self.codes[None] + np.arange(len(counts))[:, None] * cells
        held = np.bincount(where.ravel(), weights=counts.ravel(), minlength=cells * len(counts))
        return self.of_cells(held.reshape(len(counts), cells))

    def taken(self, order: Array) -> Cells:
        """Return the same on rows in another order."""
        return replace(self, codes=self.codes[order])

    def of_cells(self, held: Array) -> Array:
        """Return its value for numbers of rows in each cell, of shape `(resamples, cells)`."""
        return self.sums.of_sums(self.sums.columns @ held.T, held.sum(axis=1))


def cells_of(metric: str, answers: Answers) -> Cells | None:
    """Return accuracy, balanced accuracy, precision, recall or F1; of two models by how much the first is better.

    Returns:
        `None` where the metric isn't defined on these rows.
    """
    decided = answers.decided()
    if decided is None:
        return None
    labels, values, classes = decided
    if metric not in {"accuracy", "balanced_accuracy"} and answers.class_count < TWO:
        return None
    if metric == "accuracy":  # only right or wrong matters
        labels, values, classes = (
            np.ones_like(labels),
            tuple((value == labels).astype(np.intp) for value in values),
            TWO,
        )
    codes, first, sizes = _distinct(labels, values, classes)
    columns = _counted(labels[first], [value[first] for value in values], classes)
    combine = _Confusion(metric=metric, classes=classes, models=len(values))
    return Cells(codes=codes, sizes=sizes, sums=Sums(columns=columns, combine=combine))


def _distinct(labels: Array, values: tuple[Array, ...], classes: int) -> tuple[Array, Array, Array]:
    """Return each row's cell, and for each cell a row of it and how many there are."""
    joint = labels.astype(np.int64)
    for value in values:
        joint = joint * classes + value
    places = classes ** (1 + len(values))
    if places > len(labels):
        _, first, codes, sizes = np.unique(joint, return_index=True, return_inverse=True, return_counts=True)
        return codes, first, sizes
    held = np.bincount(joint, minlength=places)
    first = np.zeros(places, dtype=np.intp)
    first[joint] = np.arange(len(joint))
    return (np.cumsum(held > 0) - 1)[joint], first[held > 0], held[held > 0]


def _counted(labels: Array, values: list[Array], classes: int) -> Array | sparse.csr_array:
    """Return what each cell adds to: rows of each class, then for each model right and predicted ones of each class."""
    cells = np.arange(len(labels))
    parts = [(labels, cells)]
    for value in values:
        right = labels == value
        parts += [(value[right], cells[right]), (value, cells)]
    rows = np.concatenate([place * classes + where for place, (where, _) in enumerate(parts)])
    cols = np.concatenate([cell for _, cell in parts])
    shape = (len(parts) * classes, len(cells))
    if shape[0] * shape[1] > _DENSE:
        return sparse.csr_array((np.ones(len(rows)), (rows, cols)), shape=shape)
    counted = np.zeros(shape)
    counted[rows, cols] = 1
    return counted


@dataclass(frozen=True, slots=True, kw_only=True)
class _Confusion:
    """The metric as a function of what `_counted` counts."""

    metric: str
    classes: int
    models: int

    def __call__(self, sums: Array, rows: Array) -> Array:
        parts = np.asarray(sums).reshape(1 + 2 * self.models, self.classes, *np.shape(rows))
        values = [
            self._value(parts[0], parts[1 + 2 * model], parts[2 + 2 * model], rows) for model in range(self.models)
        ]
        return values[0] if len(values) == 1 else values[0] - values[1]

    def _value(self, labels: Array, right: Array, predicted: Array, rows: Array) -> Array:
        if self.metric == "accuracy":
            return np.asarray(right.sum(axis=0) / rows)
        if self.metric == "balanced_accuracy":
            return _mean_where(right / labels, labels > 0)
        above, below = {
            "precision": (right, predicted),
            "recall": (right, labels),
            "f1": (2 * right, labels + predicted),
        }[self.metric]
        shares: Array = above / below
        if self.classes == TWO:
            return np.asarray(shares[-1])
        return _mean_where(np.where(below > 0, shares, 0.0), labels + predicted > 0)


def _mean_where(shares: Array, where: Array) -> Array:
    return np.asarray(np.where(where, shares, 0.0).sum(axis=0) / where.sum(axis=0))
