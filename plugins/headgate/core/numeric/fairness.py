"""Rates by group and the gaps between them, by fairlearn's definitions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

Array = np.ndarray[Any, Any]
Rate = Literal["selection_rate", "true_positive_rate", "false_positive_rate", "false_negative_rate", "error_rate"]


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupRates:
    """One group's counts, and the rates that follow from them.

    A rate over no rows is 0, as in fairlearn: look at `positives` and `negatives` before trusting one.

    Args:
        group: The group's value.
        rows: All rows.
        positives: Rows whose label is positive.
        true_positives: Of these, those predicted positive.
        false_positives: Rows of the other class predicted positive.
    """

    group: Any
    rows: int
    positives: int
    true_positives: int
    false_positives: int

    @property
    def negatives(self) -> int:
        """Rows whose label is negative."""
        return self.rows - self.positives

    @property
    def selection_rate(self) -> float:
        """The share of rows predicted positive."""
        return _share(self.true_positives + self.false_positives, self.rows)

    @property
    def true_positive_rate(self) -> float:
        """The share of positives that are found."""
        return _share(self.true_positives, self.positives)

    @property
    def false_negative_rate(self) -> float:
        """The share of positives that are missed."""
        return _share(self.positives - self.true_positives, self.positives)

    @property
    def false_positive_rate(self) -> float:
        """The share of negatives predicted positive."""
        return _share(self.false_positives, self.negatives)

    @property
    def error_rate(self) -> float:
        """The share of rows predicted wrongly."""
        return _share(self.positives - self.true_positives + self.false_positives, self.rows)


def rates_by_group(positive: Array, predicted: Array, groups: Array) -> tuple[GroupRates, ...]:
    """Return each group's counts, in ascending order of the groups.

    Args:
        positive: Whether the label is positive, of shape `(rows,)`.
        predicted: Whether the prediction is.
        groups: Each row's group, of one type that can be ordered.
    """
    names, index = np.unique(groups, return_inverse=True)
    counts = [
        np.bincount(index[chosen], minlength=len(names)).tolist()
        for chosen in (slice(None), positive, positive & predicted, ~positive & predicted)
    ]
    return tuple(
        GroupRates(group=name, rows=rows, positives=positives, true_positives=found, false_positives=wrong)
        for name, rows, positives, found, wrong in zip(names.tolist(), *counts, strict=True)
    )


def rate_difference(groups: Sequence[GroupRates], rate: Rate) -> float:
    """Return the greatest less the least rate of any group; 0 is equal."""
    rates = [getattr(group, rate) for group in groups]
    return float(max(rates) - min(rates))


def rate_ratio(groups: Sequence[GroupRates], rate: Rate) -> float:
    """Return the least over the greatest rate of any group; 1 is equal. Not a number where all are 0."""
    rates = [getattr(group, rate) for group in groups]
    return float(min(rates) / max(rates)) if max(rates) else float("nan")


def demographic_parity_difference(groups: Sequence[GroupRates]) -> float:
    """Return the difference of selection rates (Agarwal et al. 2018, definition 1)."""
    return rate_difference(groups, "selection_rate")


def demographic_parity_ratio(groups: Sequence[GroupRates]) -> float:
    """Return the ratio of selection rates: at least 0.8 by the four-fifths rule (29 CFR 1607.4 D)."""
    return rate_ratio(groups, "selection_rate")


def equalized_odds_difference(groups: Sequence[GroupRates]) -> float:
    """Return the greater difference, of true or of false positive rates (Hardt, Price & Srebro 2016)."""
    return max(rate_difference(groups, "true_positive_rate"), rate_difference(groups, "false_positive_rate"))


def equalized_odds_ratio(groups: Sequence[GroupRates]) -> float:
    """Return the smaller ratio, of true or of false positive rates.

    Where no group has a false positive, the other decides; where none has a true positive, it is not a number.
    """
    return min(rate_ratio(groups, "true_positive_rate"), rate_ratio(groups, "false_positive_rate"))


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0
