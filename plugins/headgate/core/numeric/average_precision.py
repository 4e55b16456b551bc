"""Average precision."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AveragePrecision:
    """Precision at each score, weighted by the recall that it adds, from the highest score down.

    Scikit-learn's `average_precision_score`: sum over scores of (R_n - R_{n-1}) P_n, without interpolation; which is
    the mean over positive rows of the precision at their score.

    Args:
        order: Rows by descending score.
        positives: The positive ones of them, in that order.
        found: For each positive row, the last place in `order` with its score.
        right: For each positive row, the last place in `positives` with its score; `None` if that is its own for all.
    """

    order: Array
    positives: Array
    found: Array
    right: Array | None

    @classmethod
    def of(cls, positive: Array, scores: Array) -> AveragePrecision:
        """Return the average precision of scores for positive rows (a mask)."""
        order = np.argsort(-scores, kind="stable")
        positives = order[positive[order]]
        found, right = (
            np.searchsorted(ordered, -scores[positives], "right") - 1
            for ordered in (-scores[order], -scores[positives])
        )
        tied = not np.array_equal(right, np.arange(len(positives)))
        return cls(order=order, positives=positives, found=found, right=right if tied else None)

    def renumbered(self, places: Array) -> AveragePrecision:
        """Return the same on rows that have moved to other places."""
        return replace(self, order=places[self.order], positives=places[self.positives])

    def of_counts(self, counts: Array) -> Array:
        """Return the average precision of each resample; not-a-number where none or all are positive."""
        found = np.cumsum(np.take(counts, self.order, axis=1, mode="clip").astype(np.int64), axis=1)
        positives = np.take(counts, self.positives, axis=1, mode="clip").astype(np.int64)
        right = np.cumsum(positives, axis=1)
        total, rows = right[:, -1].copy(), found[:, -1]
        right = right if self.right is None else np.take(right, self.right, axis=1, mode="clip")
        precision = right / np.maximum(np.take(found, self.found, axis=1, mode="clip"), 1)
        with np.errstate(all="ignore"):
            value = np.einsum("rp,rp->r", positives, precision) / total
        return np.where((total > 0) & (total < rows), value, np.nan)
