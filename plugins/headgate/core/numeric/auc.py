"""The area under the ROC curve."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]

_NARROW = 1 << 20
"""Among so many counts of 8 bits, a count times the halves that its row wins fits into 32 bits, which are faster."""


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
        below = np.searchsorted(ascending, own, "left")
        tied = np.any(np.take(ascending, below, mode="clip") == own)
        up_to = np.searchsorted(ascending, own, "right") if tied else None
        return cls(positives=positives, negatives=order, below=below, up_to=up_to)

    @property
    def layout(self) -> Array:
        """The order of rows that makes counting cheapest: negatives, then positives, each as they are here."""
        return np.concatenate([_indices(self.negatives), _indices(self.positives)])

    def renumbered(self, places: Array) -> Auc:
        """Return the same on rows that have moved to other places."""
        positives, negatives = (_run(places[_indices(rows)]) for rows in (self.positives, self.negatives))
        return replace(self, positives=positives, negatives=negatives)

    def won(self, counts: Array, number: type[np.integer[Any]], *, tied: bool) -> tuple[Array, Array]:
        """Return how many negatives each positive beats in each resample and those before, and how many there are.

        Numbers run on from one resample to the next, since numpy lets other threads work during a running sum of one
        dimension and one type only. Two models on the same rows have the same before.

        Args:
            counts: How often each row occurs in each resample, of shape `(resamples, rows)`.
            number: The type to count in.
            tied: Count halves: a negative that scores lower is two, one that scores the same is one.

        Returns:
            Of shapes `(resamples, positives)` and `(resamples, 2)`: how many there are before, and with its own.
        """
        negatives = columns(counts, self.negatives)
        steps = np.empty((len(counts), negatives.shape[1] + 1), dtype=number)
        steps[:, 0], steps[:, 1:] = 0, negatives
        running = np.cumsum(steps.reshape(-1), dtype=number).reshape(steps.shape)
        beaten = np.take(running, self.below, axis=1, mode="wrap")
        if tied:
            beaten += beaten if self.up_to is None else np.take(running, self.up_to, axis=1, mode="wrap")
        return beaten, running[:, [0, -1]]

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


def auc_of(models: tuple[Auc, ...], counts: Array) -> Array:
    """Return the AUC of each resample, or by how much the first of two models' is greater.

    Whole pairs, or halves, are counted: the one division at the end is all that is rounded.

    Args:
        models: One, or two on the same rows with the same positives.
        counts: How often each row occurs in each resample, of shape `(resamples, rows)`.

    Returns:
        Of shape `(resamples,)`; not-a-number where a resample has one class only.
    """
    number = np.int32 if counts.dtype == np.int8 and counts.size <= _NARROW else np.int64
    tied = any(model.up_to is not None for model in models)
    weights = columns(counts, models[0].positives).astype(number)
    beaten, ends = models[0].won(counts, number, tied=tied)
    if len(models) == 1:
        beaten -= ends[:, :1] * (1 + tied)
    for model in models[1:]:
        beaten -= model.won(counts, number, tied=tied)[0]
    beaten *= weights
    pairs = weights.sum(axis=1, dtype=number) * np.diff(ends)[:, 0].astype(np.float64) * (1 + tied)
    return np.asarray(beaten.sum(axis=1, dtype=np.int64) / pairs)


def columns(counts: Array, rows: Array | slice) -> Array:
    """Return the counts of some rows; "wrap" is the fastest way of numpy's to take what is known to be there."""
    return counts[:, rows] if isinstance(rows, slice) else np.take(counts, rows, axis=1, mode="wrap")


def _indices(rows: Array | slice) -> Array:
    return np.arange(rows.start, rows.stop) if isinstance(rows, slice) else rows


def _run(rows: Array) -> Array | slice:
    """Return rows that follow each other as a slice."""
    first = int(rows[0])
    return slice(first, first + len(rows)) if np.array_equal(rows, np.arange(first, first + len(rows))) else rows
