"""AUC and average precision: metrics of how a model orders the rows, one class against the rest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from headgate.core.numeric.answers import TWO, Answers

Array = np.ndarray[Any, Any]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Auc:
    """Area under the ROC curve: of a positive and a negative row, how often the positive scores higher.

    The Mann-Whitney statistic, a tie counting half (Hanley and McNeil, 1982; Bamber, 1975).

    Args:
        positives: Positive rows, by ascending score.
        negatives: Negative rows, by ascending score.
        below: How many negatives score lower than each positive.
        up_to: How many score lower or the same; `None` if that is the same number for all.
    """

    positives: Array
    negatives: Array
    below: Array
    up_to: Array | None

    @classmethod
    def of(cls, positive: Array, scores: Array) -> Auc:
        """Return the AUC of scores for positive rows (a mask)."""
        negatives, positives = _by_score(~positive, scores), _by_score(positive, scores)
        below = np.searchsorted(scores[negatives], scores[positives], "left")
        up_to = np.searchsorted(scores[negatives], scores[positives], "right")
        tied = not np.array_equal(below, up_to)
        return cls(positives=positives, negatives=negatives, below=below, up_to=up_to if tied else None)

    def __call__(self, counts: Array) -> Array:
        """Return the AUC of each resample; not-a-number where it has one class only."""
        positives = np.take(counts, self.positives, axis=1)
        beaten = np.zeros((len(counts), len(self.negatives) + 1), dtype=np.int64)
        np.cumsum(np.take(counts, self.negatives, axis=1), axis=1, out=beaten[:, 1:])
        won = np.einsum("rp,rp->r", positives, np.take(beaten, self.below, axis=1), dtype=np.float64)
        if self.up_to is not None:
            won += np.einsum("rp,rp->r", positives, np.take(beaten, self.up_to, axis=1), dtype=np.float64)
            won /= 2
        return np.asarray(won / (positives.sum(axis=1, dtype=np.float64) * beaten[:, -1]))

    def placements(self, rows: int) -> Array:
        """Return of each positive the share of negatives below, and of each negative that of positives above.

        Their means over each class are the AUC; DeLong, DeLong and Clarke-Pearson, 1988, eq. 4 and 5.
        """
        beaten = (self.below + (self.below if self.up_to is None else self.up_to)) / 2
        negatives, positives = len(self.negatives), len(self.positives)
        places = np.arange(negatives)
        lower = np.searchsorted(self.below, places, "right")
        tied = lower if self.up_to is None else np.searchsorted(self.up_to, places, "right")
        found = np.empty(rows)
        found[self.positives] = beaten / negatives
        found[self.negatives] = 1 - (lower + tied) / 2 / positives
        return found


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

    def __call__(self, counts: Array) -> Array:
        """Return the average precision of each resample; not-a-number where none or all are positive."""
        ordered = np.take(counts, self.order, axis=1)
        found = np.cumsum(ordered, axis=1, dtype=np.int64)[:, self.ends]
        right = np.cumsum(ordered * self.positive, axis=1, dtype=np.int64)[:, self.ends]
        added = np.diff(right, axis=1, prepend=0)
        precision = right / np.maximum(found, 1)
        total = right[:, -1]
        with np.errstate(all="ignore"):
            value = (added * precision).sum(axis=1) / total
        return np.where((total > 0) & (total < found[:, -1]), value, np.nan)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ranks:
    """A metric of ranks, one class against the rest; the mean over the classes that occur.

    Args:
        curves: For each class that is looked at, one of each model.
        labels: Each row's class, as a code.
        wanted: The classes that are looked at.
    """

    curves: tuple[tuple[Auc | AveragePrecision, ...], ...]
    labels: Array
    wanted: Array

    @property
    def rows(self) -> int:
        """How many rows it is measured on."""
        return len(self.labels)

    def of_counts(self, counts: Array) -> Array:
        """Return its value for each resample (see `Statistic`)."""
        with np.errstate(all="ignore"):
            values = np.stack([self._of_class(models, counts) for models in self.curves])
        if len(values) == 1:
            return np.asarray(values[0])
        held = np.stack([counts[:, self.labels == code].sum(axis=1) for code in self.wanted]) > 0
        several = held.sum(axis=0) >= TWO
        means = np.where(held, values, 0.0).sum(axis=0) / np.maximum(held.sum(axis=0), 1)
        return np.where(several, means, np.nan)

    @staticmethod
    def _of_class(models: tuple[Auc | AveragePrecision, ...], counts: Array) -> Array:
        values = [model(counts) for model in models]
        return values[0] if len(values) == 1 else values[0] - values[1]


def ranks_of(metric: str, answers: Answers) -> Ranks | None:
    """Return AUC or average precision; of two models by how much the first is better.

    Returns:
        `None` where the metric isn't defined on these rows.
    """
    found = answers.scores()
    if found is None:
        return None
    labels, models = found
    present = np.unique(labels)
    if len(present) < TWO:
        return None
    wanted = present[-1:] if answers.class_count == TWO else present
    kind = Auc if metric == "auc" else AveragePrecision
    curves = tuple(tuple(kind.of(labels == code, scores[:, code]) for scores in models) for code in wanted)
    return Ranks(curves=curves, labels=labels, wanted=wanted)


def _by_score(mask: Array, scores: Array) -> Array:
    rows = np.flatnonzero(mask)
    return np.asarray(rows[np.argsort(scores[rows], kind="stable")])
