"""The paired bootstrap: the same resampled rows for candidate and baseline."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from headgate.core.metrics import Metric
from headgate.core.numeric.answers import Answers, answers_of
from headgate.core.numeric.jackknife import acceleration_of
from headgate.core.numeric.ranks import Ranks
from headgate.core.numeric.replicates import replicates_of
from headgate.core.numeric.sampling import Draws, Resampling, draws_of
from headgate.core.numeric.scoring import statistic_of, value_of
from headgate.core.predictions import Predictions

Array = np.ndarray[Any, Any]

MOST_UNDEFINED = 0.01
"""Share of resamples that may be undefined (of one class, say) before the whole result is."""

_BY_CLASS = {"auc", "average_precision", "balanced_accuracy", "f1", "precision", "recall"}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Resampled:
    """A bootstrap distribution.

    Args:
        estimate: The value of the rows as they are; not-a-number where it isn't defined.
        replicates: Its value for each resample, likewise.
        acceleration: Efron's, for the BCa interval: how the standard error changes with the value.
        units: How many independent things an interval rests on: rows, groups, or rows over block length; in strata
            those of a stratum on average; of metrics that look at each class, those with the rarest class.
    """

    estimate: float
    replicates: Array
    acceleration: float
    units: float

    @property
    def undefined(self) -> float:
        """Share of resamples where the value isn't defined."""
        return float(np.isnan(self.replicates).mean())

    @property
    def measurable(self) -> bool:
        """Whether anything can be said: the estimate is a number, and hardly any resample isn't."""
        return bool(np.isfinite(self.estimate)) and self.undefined <= MOST_UNDEFINED


def resample_improvement(metric: Metric, predictions: Predictions, rows: Array | None, plan: Resampling) -> Resampled:
    """Resample by how much the candidate is better than the baseline, both on the same rows.

    Args:
        metric: The metric.
        predictions: Candidate and baseline.
        rows: Indices or mask of the rows; `None` for all.
        plan: How they are resampled.

    Returns:
        Improvements in the metric's unit, positive is better; not measurable without a baseline.
    """
    return _resampled(metric, answers_of(predictions, rows, paired=True), rows, plan)


def resample_value(metric: Metric, predictions: Predictions, rows: Array | None, plan: Resampling) -> Resampled:
    """Resample the candidate's own metric (see `resample_improvement`)."""
    return _resampled(metric, answers_of(predictions, rows, paired=False), rows, plan)


@np.errstate(all="ignore")  # what isn't finite is undefined
def _resampled(metric: Metric, answers: Answers | None, rows: Array | None, plan: Resampling) -> Resampled:
    statistic = statistic_of(metric, answers)
    estimate = value_of(statistic)
    if answers is None or statistic is None or not np.isfinite(estimate):
        nothing = np.full(plan.resamples, np.nan)
        return Resampled(estimate=estimate, replicates=nothing, acceleration=0.0, units=0)
    draws, order = draws_of(plan, rows, answers.rows, statistic.layout if isinstance(statistic, Ranks) else None)
    statistic = statistic if order is None else statistic.taken(order)
    return Resampled(
        estimate=estimate,
        replicates=replicates_of(statistic, draws, plan.resamples, plan.seed),
        acceleration=acceleration_of(statistic, draws),
        units=_units(metric, answers, draws),
    )


def _units(metric: Metric, answers: Answers, draws: Draws) -> float:
    """Return how many independent units there are; of metrics that look at classes, of the rarest class."""
    units = draws.rows / draws.block if draws.block else draws.units / len(draws.sizes)
    codes = answers.label_codes() if metric.name in _BY_CLASS else None
    if codes is None:
        return units
    held = [np.flatnonzero(codes == code) for code in np.unique(codes)]
    return min(units, *(len(rows if draws.codes is None else np.unique(draws.codes[rows])) for rows in held))
