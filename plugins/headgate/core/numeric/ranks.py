"""AUC and average precision: metrics of how a model orders the rows, one class against the rest."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Self, cast

import numpy as np

from headgate.core.numeric.answers import TWO, Answers
from headgate.core.numeric.auc import Auc, auc_of, columns
from headgate.core.numeric.average_precision import AveragePrecision

Array = np.ndarray[Any, Any]
Models = tuple[Auc, ...] | tuple[AveragePrecision, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ranks:
    """A metric of ranks, one class against the rest; the mean over the classes that occur.

    Args:
        curves: For each class that is looked at, one of each model.
        labels: Each row's class, as a code.
        wanted: The classes that are looked at.
    """

    curves: tuple[Models, ...]
    labels: Array
    wanted: Array

    @property
    def rows(self) -> int:
        """How many rows it is measured on."""
        return len(self.labels)

    @property
    def layout(self) -> Array | None:
        """The order of rows that makes it cheapest, if there is one."""
        curve = self.curves[0][0]
        return curve.layout if len(self.curves) == 1 and isinstance(curve, Auc) else None

    def of_counts(self, counts: Array) -> Array:
        """Return its value for each resample (see `Statistic`)."""
        with np.errstate(all="ignore"):
            values = np.stack([_of_class(models, counts) for models in self.curves])
        if len(values) == 1:
            return np.asarray(values[0])
        held = np.stack([columns(counts, models[0].positives).any(axis=1) for models in self.curves])
        several = held.sum(axis=0) >= TWO
        means = np.where(held, values, 0.0).sum(axis=0) / np.maximum(held.sum(axis=0), 1)
        return np.where(several, means, np.nan)

    def taken(self, order: Array) -> Self:
        """Return the same on rows in another order."""
        places = np.argsort(order)
        curves = tuple(cast("Models", tuple(model.renumbered(places) for model in models)) for models in self.curves)
        return replace(self, curves=curves, labels=self.labels[order])

    def contributions(self) -> Array | None:
        """Return what each row adds to an AUC, or to the difference of two: values whose mean it is.

        With n rows, n_1 of them positive, and placements V of AUC A (DeLong, DeLong and Clarke-Pearson, 1988): of a
        positive row A + n / n_1 (V - A), of a negative one A + n / n_0 (V - A).

        Returns:
            `None` of average precision.
        """
        total = np.zeros((len(self.curves[0]), self.rows))
        for code, models in zip(self.wanted, self.curves, strict=True):
            positive = self.labels == code
            share = np.where(positive, positive.mean(), 1 - positive.mean())
            for place, curve in enumerate(models):
                if not isinstance(curve, Auc):
                    return None
                found = curve.placements(self.rows)
                area = found[positive].mean()
                total[place] += area + (found - area) / share
        total /= len(self.wanted)
        return np.asarray(total[0] if len(total) == 1 else total[0] - total[1])


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
    curves = tuple(_curves(metric, labels == code, [scores[:, code] for scores in models]) for code in wanted)
    return Ranks(curves=curves, labels=labels, wanted=wanted)


def _curves(metric: str, positive: Array, scores: list[Array]) -> Models:
    if metric == "average_precision":
        return tuple(AveragePrecision.of(positive, score) for score in scores)
    rows = np.flatnonzero(positive)
    positives = rows[np.argsort(scores[0][rows], kind="stable")]
    return tuple(Auc.of(positives, np.flatnonzero(~positive), score) for score in scores)


def _of_class(models: Models, counts: Array) -> Array:
    if isinstance(models[0], Auc):
        return auc_of(models, counts)
    values = [model.of_counts(counts) for model in models]
    return values[0] if len(values) == 1 else values[0] - values[1]
