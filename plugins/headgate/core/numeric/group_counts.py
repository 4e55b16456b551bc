"""Right and wrong answers of a classifier in each group of a column."""

from __future__ import annotations

import numpy as np

from headgate.core.numeric.fairness import GroupRates, rates_by_group
from headgate.core.numeric.slicing import coded
from headgate.core.numeric.usable import class_places
from headgate.core.predictions import Predictions


def binary_groups(predictions: Predictions, column: str) -> tuple[GroupRates, ...]:
    """Return each group's counts, where the last of two classes is the positive.

    Args:
        predictions: Usable ones, of a classifier.
        column: The column of the groups; rows where it is null are the group `null`.
    """
    positive = class_places(predictions.labels, predictions.classes or ()) == 1
    predicted = class_places(predictions.candidate.values, predictions.classes or ()) == 1
    return _named(predictions, column, positive, predicted)


def error_groups(predictions: Predictions, column: str) -> tuple[GroupRates, ...]:
    """Return each group's counts, where each row is positive and a right answer finds it, whatever the classes."""
    labels = class_places(predictions.labels, predictions.classes or ())
    right = labels == class_places(predictions.candidate.values, predictions.classes or ())
    return _named(predictions, column, np.ones(len(labels), dtype=bool), right & (labels >= 0))


def _named(
    predictions: Predictions, column: str, positive: np.ndarray, predicted: np.ndarray
) -> tuple[GroupRates, ...]:
    names, codes = coded(predictions.columns[column])
    return tuple(
        GroupRates(
            group=names[found.group],
            rows=found.rows,
            positives=found.positives,
            true_positives=found.true_positives,
            false_positives=found.false_positives,
        )
        for found in rates_by_group(positive, predicted, codes)
    )
