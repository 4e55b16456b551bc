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
from headgate.core.numeric.sampling import Resampling, draws_of
from headgate.core.numeric.scoring import statistic_of, value_of
from headgate.core.predictions import Predictions

Array = np.ndarray[Any, Any]

MOST_UNDEFINED = 0.01
"""Share of resamples that may be undefined (of one class, say) before the whole result is."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Resampled:
    """A bootstrap distribution.

    Args:
        estimate: The value of the rows as they are; not-a-number where it isn't defined.
        replicates: Its value for each resample, likewise.
        acceleration: Efron's, for the BCa interval: how the standard error changes with the value.
        units: How many independent things were drawn: rows, groups, or rows over block length.
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
        units=draws.rows / draws.block if draws.block else draws.units,
    )
