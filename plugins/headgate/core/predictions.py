"""What candidate and baseline predicted for each row of one holdout: what gates are pure functions of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from headgate.core.evaluation import OVERALL

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Predicted:
    """One model's answers.

    Args:
        values: What it predicts, of shape `(rows,)`.
        probabilities: Of a classifier that has them, of shape `(rows, classes)`, in the order of `Predictions.classes`;
            0 for a class that it never saw.
    """

    values: Array
    probabilities: Array | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Predictions:
    """Candidate and baseline on the same rows.

    Args:
        labels: What was true, of shape `(rows,)`.
        candidate: The candidate's answers.
        baseline: The baseline's; `None` where there is no baseline, or it can't be scored.
        event_time: Microseconds since 1970 (UTC), int64, of shape `(rows,)`.
        classes: Of classifiers, every class of labels, candidate and baseline, ascending; of two, the last is the
            positive. `None` for numbers.
        columns: Columns of the holdout, each of shape `(rows,)`, that gates ask for: slices, groups, bins.
        slices: The rows of each slice by its name, as indices, ascending; `overall` isn't among them.
    """

    labels: Array
    candidate: Predicted
    baseline: Predicted | None
    event_time: Array
    classes: tuple[Any, ...] | None = None
    columns: Mapping[str, Array] = field(default_factory=dict)
    slices: Mapping[str, Array] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        """How many rows the holdout has."""
        return len(self.labels)

    def rows_of(self, slice_name: str) -> Array | None:
        """Return the rows of a slice, as indices; `None` when nobody asked for such a slice."""
        if slice_name != OVERALL:
            return self.slices.get(slice_name)
        from headgate.core.numeric.slicing import every_row

        return every_row(self.rows)
