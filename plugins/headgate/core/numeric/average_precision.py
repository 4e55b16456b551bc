"""Average precision."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AveragePrecision:
    """Precision at each score, weighted by the recall that it adds, from the highest score down.

    Scikit-learn's `average_precision_score`: sum over scores of (R_n - R_{n-1}) P_n, without interpolation.

    Args:
        order: Rows by descending score.
        positive: Whether each row of that order is positive.
        ends: Last place of each distinct score in that order.
    """

    order: Array
    positive: Array
    ends: Array

    @classmethod
    def of(cls, positive: Array, scores: Array) -> AveragePrecision:
        """Return the average precision of scores for positive rows (a mask)."""
        order = np.argsort(-scores, kind="stable")
        ends = np.append(np.flatnonzero(np.diff(scores[order])), len(order) - 1)
        return cls(order=order, positive=positive[order], ends=ends)

    def renumbered(self, places: Array) -> AveragePrecision:
        """Return the same on rows that have moved to other places."""
        return replace(self, order=places[self.order])

    def of_counts(self, counts: Array) -> Array:
        """Return the average precision of each resample; not-a-number where none or all are positive."""
        ordered = np.take(counts, self.order, axis=1)
        found = np.cumsum(ordered, axis=1)[:, self.ends]
        right = np.cumsum(ordered * self.positive, axis=1)[:, self.ends]
        added = np.diff(right, axis=1, prepend=0)
        total = right[:, -1]
        with np.errstate(all="ignore"):
            value = (added * (right / np.maximum(found, 1))).sum(axis=1) / total
        return np.where((total > 0) & (total < found[:, -1]), value, np.nan)
