"""The area under the ROC curve."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Auc:
    """Area under the ROC curve: of a positive and a negative row, how often the positive scores higher.

    The Mann-Whitney statistic, a tie counting half (Hanley and McNeil, 1982; Bamber, 1975).

    Args:
        positives: Positive rows.
        negatives: Negative rows, by ascending score.
        below: How many negatives score lower than each positive.
        up_to: How many score lower or the same; `None` if that is the same number for all.
    """

    positives: Array | slice
    negatives: Array | slice
    below: Array
    up_to: Array | None

    @classmethod
    def of(cls, positives: Array, negatives: Array, scores: Array) -> Auc:
        """Return the AUC of scores, whatever the order of the rows."""
        order = negatives[np.argsort(scores[negatives], kind="stable")]
        ascending, own = scores[order], scores[positives]
        below, up_to = (np.searchsorted(ascending, own, side) for side in ("left", "right"))
        tied = not np.array_equal(below, up_to)
        return cls(positives=positives, negatives=order, below=below, up_to=up_to if tied else None)

    @property
    def layout(self) -> Array:
        """The order of rows that makes counting cheapest: negatives, then positives, each as they are here."""
        return np.concatenate([_indices(self.negatives), _indices(self.positives)])

    def renumbered(self, places: Array) -> Auc:
        """Return the same on rows that have moved to other places."""
        positives, negatives = (_run(places[_indices(rows)]) for rows in (self.positives, self.negatives))
        return replace(self, positives=positives, negatives=negatives)

    def of_counts(self, counts: Array) -> Array:
        """Return the AUC of each resample; not-a-number where it has one class only."""
        positives, negatives = columns(counts, self.positives), columns(counts, self.negatives)
        beaten = np.zeros((len(counts), negatives.shape[1] + 1), dtype=np.int64)
        np.cumsum(negatives, axis=1, out=beaten[:, 1:])
        won = _weighed(positives, np.take(beaten, self.below, axis=1, mode="clip"))
        if self.up_to is not None:
            won = (won + _weighed(positives, np.take(beaten, self.up_to, axis=1, mode="clip"))) / 2
        return np.asarray(won / (positives.sum(axis=1).astype(np.float64) * beaten[:, -1]))

    def placements(self, rows: int) -> Array:
        """Return of each positive the share of negatives below, and of each negative that of positives above.

        Their means over each class are the AUC; DeLong, DeLong and Clarke-Pearson, 1988, eq. 4 and 5.
        """
        up_to = self.below if self.up_to is None else self.up_to
        negatives, positives = _indices(self.negatives), _indices(self.positives)
        places = np.arange(len(negatives))
        lower, tied = (np.searchsorted(np.sort(counts), places, "right") for counts in (self.below, up_to))
        found = np.empty(rows)
        found[positives] = (self.below + up_to) / 2 / len(negatives)
        found[negatives] = 1 - (lower + tied) / 2 / len(positives)
        return found


def _weighed(counts: Array, values: Array) -> Array:
    return np.asarray(np.einsum("rp,rp->r", counts, values), dtype=np.float64)


def columns(counts: Array, rows: Array | slice) -> Array:
    """Return the counts of some rows."""
    return counts[:, rows] if isinstance(rows, slice) else np.take(counts, rows, axis=1, mode="clip")


def _indices(rows: Array | slice) -> Array:
    return np.arange(rows.start, rows.stop) if isinstance(rows, slice) else rows


def _run(rows: Array) -> Array | slice:
    """Return rows that follow each other as a slice."""
    first = int(rows[0])
    return slice(first, first + len(rows)) if np.array_equal(rows, np.arange(first, first + len(rows))) else rows
