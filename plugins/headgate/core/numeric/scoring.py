"""Metrics of predictions: scikit-learn's values, in a form that can be resampled."""

from __future__ import annotations

from typing import Any

import numpy as np

from headgate.core.metrics import Metric
from headgate.core.numeric.answers import Answers, answers_of
from headgate.core.numeric.cells import Cells, cells_of
from headgate.core.numeric.orders import orders_of
from headgate.core.numeric.ranks import ranks_of
from headgate.core.numeric.statistic import Statistic
from headgate.core.numeric.sums import losses_of, sums_of
from headgate.core.predictions import Predicted, Predictions

Array = np.ndarray[Any, Any]

_CELLS = {"accuracy", "balanced_accuracy", "precision", "recall", "f1"}
_ORDERS = {"median_ae", "max_error"}
_RANKS = {"auc", "average_precision"}


def measured(metric: Metric, labels: Array, predicted: Predicted, classes: tuple[Any, ...] | None) -> float:
    """Return a metric of one model's answers, as scikit-learn does.

    Of two classes, the last is the positive one. Of more, precision, recall and F1 are macro averages, AUC and average
    precision one-versus-rest macro averages over the classes that occur among the labels.

    Returns:
        Not-a-number where it isn't defined: answers that aren't finite, one class only, nothing divided by nothing.
    """
    statistic = statistic_of(metric, Answers(labels=labels, models=(predicted,), classes=classes))
    return value_of(statistic)


def statistic_of(metric: Metric, answers: Answers | None) -> Statistic | None:
    """Return a metric of one model, or by how much the first of two is better; `None` where it isn't defined."""
    if answers is None or not answers.rows:
        return None
    if metric.name in _CELLS:
        return cells_of(metric.name, answers)
    if metric.name in _RANKS:
        return ranks_of(metric.name, answers)
    if metric.name in _ORDERS:
        return orders_of(metric.name, answers)
    return sums_of(metric.name, answers)


@np.errstate(all="ignore")
def value_of(statistic: Statistic | None) -> float:
    """Return a statistic of the rows as they are; not-a-number where it isn't defined."""
    if statistic is None:
        return float("nan")
    if isinstance(statistic, Cells):
        values = statistic.of_cells(statistic.sizes[None])
    else:
        values = statistic.of_counts(np.ones((1, statistic.rows), dtype=np.int64))
    value = float(values[0])
    return value if np.isfinite(value) else float("nan")


def loss_differences(metric: Metric, predictions: Predictions, rows: Array | None = None) -> Array | None:
    """Return by how much the baseline's loss on each row is greater than the candidate's: positive is better.

    The absolute error of `mae`, `median_ae` and `max_error`; the percentage error of `mape`; the squared error of
    `mse`, `rmse` and `r2`; the log loss; 0 or 1 for a wrong answer of `accuracy` and of the other metrics of a
    confusion matrix; of `auc` and `average_precision` what the row adds to the difference of the AUCs (`placements`).

    Args:
        metric: The metric.
        predictions: Candidate and baseline.
        rows: Indices or mask of the rows; all by default.

    Returns:
        Of shape `(rows,)`, in their order; `None` without a baseline, or where the metric isn't defined.
    """
    answers = answers_of(predictions, rows, paired=True)
    if answers is None or not answers.rows:
        return None
    if metric.name in _RANKS:
        return placements(answers)
    losses = losses_of(metric.name, answers)
    with np.errstate(all="ignore"):
        return None if losses is None else losses[1] - losses[0]


def placements(answers: Answers) -> Array | None:
    """Return what each row adds to the AUC, or to the difference of two (see `Ranks.contributions`)."""
    ranks = ranks_of("auc", answers)
    return None if ranks is None else ranks.contributions()
