"""Metrics that are functions of sums over the rows: all but ranks, medians and maxima."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from headgate.core.numeric.answers import Answers

Array = np.ndarray[Any, Any]
Combine = Callable[[Array, Array], Array]
"""From sums, of shape `(columns, ...)`, and the numbers of rows, of shape `(...)`, to values of shape `(...)`."""

_EPSILON = float(np.finfo(np.float64).eps)
_CONSTANT = 1e-13
"""Share of the labels' sum of squares below which a resample's labels count as constant: sums are exact to about it."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sums:
    """A metric as a function of sums over rows.

    Args:
        columns: What is summed, of shape `(columns, rows)`.
        combine: The function of the sums.
    """

    columns: Array
    combine: Combine

    @property
    def rows(self) -> int:
        """How many rows it is measured on."""
        return int(self.columns.shape[1])

    def of_counts(self, counts: Array) -> Array:
        """Return its value for each resample (see `Statistic`)."""
        return self.of_sums(self.columns @ counts.T, counts.sum(axis=1))

    def taken(self, order: Array) -> Sums:
        """Return the same on rows in another order."""
        return Sums(columns=self.columns[:, order], combine=self.combine)

    def of_sums(self, sums: Array, rows: Array) -> Array:
        """Return its value for sums and numbers of rows; not-a-number where it isn't defined."""
        with np.errstate(all="ignore"):
            return self.combine(sums, rows)


def mean_of(losses: Array) -> Sums:
    """Return the mean of losses as a statistic."""
    return Sums(columns=losses[None], combine=lambda sums, rows: sums[0] / rows)


@np.errstate(all="ignore")
def losses_of(metric: str, answers: Answers) -> tuple[Array, ...] | None:
    """Return each model's loss on each row, of metrics that are means of losses; `None` where one isn't finite.

    `rmse` and `r2` have the squared error, `accuracy` the error (0 or 1).
    """
    if metric in {"mae", "mse", "rmse", "r2", "mape", "median_ae", "max_error"}:
        found = answers.numbers()
        if found is None:
            return None
        labels, values = found
        errors = tuple(_error(metric, labels, value) for value in values)
        return errors if all(np.isfinite(error).all() for error in errors) else None
    if metric == "log_loss":
        return _log_losses(answers)
    decided = answers.decided()
    if decided is None:
        return None
    return tuple((codes != decided[0]).astype(np.float64) for codes in decided[1])


def _error(metric: str, labels: Array, values: Array) -> Array:
    errors: Array = np.abs(labels - values)
    if metric in {"mse", "rmse", "r2"}:
        return errors**2
    if metric == "mape":
        return errors / np.maximum(np.abs(labels), _EPSILON)
    return errors


def _log_losses(answers: Answers) -> tuple[Array, ...] | None:
    found = answers.scores()
    if found is None or answers.class_count < 2:  # noqa: PLR2004 - a class is told from another
        return None
    codes, models = found
    losses = []
    for scores in models:
        if scores.min() < 0 or scores.max() > 1:
            return None
        given = scores if scores.dtype.kind == "f" else scores.astype(np.float64)
        epsilon = np.finfo(given.dtype).eps
        own = np.clip(given[np.arange(len(codes)), codes], epsilon, 1 - epsilon)
        losses.append(-np.log(own).astype(np.float64))
    return tuple(losses)


@np.errstate(all="ignore")
def sums_of(metric: str, answers: Answers) -> Sums | None:
    """Return a metric that is a function of means of losses; of two models by how much the first is better.

    Returns:
        `None` where the metric isn't defined on these rows.
    """
    losses = losses_of(metric, answers)
    if losses is None:
        return None
    if metric == "r2":
        return _r2(answers, losses)
    if metric == "rmse":
        return Sums(columns=np.stack(losses), combine=_rmse)
    if len(losses) > 1:
        return mean_of(losses[1] - losses[0])
    return mean_of(1 - losses[0] if metric == "accuracy" else losses[0])


def _rmse(sums: Array, rows: Array) -> Array:
    roots: Array = np.sqrt(np.maximum(sums, 0) / rows)
    return np.asarray(roots[0] if len(roots) == 1 else roots[1] - roots[0])


def _r2(answers: Answers, losses: tuple[Array, ...]) -> Sums | None:
    found = answers.numbers()
    if found is None:
        return None
    centred = found[0] - found[0].mean()
    least = _CONSTANT * max(float(centred @ centred), np.finfo(np.float64).tiny)

    def combine(sums: Array, rows: Array) -> Array:
        spread = sums[-1] - sums[-2] ** 2 / rows
        spread = np.where(spread > least, spread, 0.0)
        shares = [np.where(spread > 0, 1 - errors / spread, np.where(errors > 0, 0.0, 1.0)) for errors in sums[:-2]]
        value = shares[0] if len(shares) == 1 else shares[0] - shares[1]
        return np.where(rows > 1, value, np.nan)

    return Sums(columns=np.stack([*losses, centred, centred**2]), combine=combine)
