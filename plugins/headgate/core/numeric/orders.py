"""Median and greatest error: metrics of the order of the errors."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from headgate.core.numeric.answers import Answers

Array = np.ndarray[Any, Any]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Orders:
    """The median or the greatest of errors; of two models by how much the first's is smaller.

    Args:
        errors: Each model's absolute errors, ascending.
        orders: The rows in those orders.
        greatest: The greatest is asked for, else the median.
    """

    errors: tuple[Array, ...]
    orders: tuple[Array, ...]
    greatest: bool

    @property
    def rows(self) -> int:
        """How many rows it is measured on."""
        return len(self.errors[0])

    def of_counts(self, counts: Array) -> Array:
        """Return its value for each resample (see `Statistic`)."""
        values = [self._value(*model, counts) for model in zip(self.errors, self.orders, strict=True)]
        return values[0] if len(values) == 1 else values[1] - values[0]

    def taken(self, order: Array) -> Orders:
        """Return the same on rows in another order."""
        places = np.argsort(order)
        return replace(self, orders=tuple(places[rows] for rows in self.orders))

    def _value(self, errors: Array, order: Array, counts: Array) -> Array:
        upto = np.cumsum(np.take(counts, order, axis=1).astype(np.int64), axis=1)
        total = upto[:, -1]
        if self.greatest:
            return errors[_place(upto, total)]
        return np.asarray((errors[_place(upto, (total + 1) // 2)] + errors[_place(upto, total // 2 + 1)]) / 2)


def orders_of(metric: str, answers: Answers) -> Orders | None:
    """Return `median_ae` or `max_error`; of two models by how much the first is better; `None` where it isn't defined.

    The bootstrap of a maximum isn't consistent (Bickel and Freedman, "Some Asymptotic Theory for the Bootstrap", 1981,
    section 6): a resample's greatest error is the sample's with probability 0.63.
    """
    found = answers.numbers()
    if found is None:
        return None
    labels, values = found
    errors = [np.abs(labels - value) for value in values]
    orders = tuple(np.argsort(error, kind="stable") for error in errors)
    ordered = tuple(error[order] for error, order in zip(errors, orders, strict=True))
    return Orders(errors=ordered, orders=orders, greatest=metric == "max_error")


def _place(upto: Array, wanted: Array) -> Array:
    """Return the first place that has as many rows up to it as are wanted."""
    return np.asarray((upto < wanted[:, None]).sum(axis=1))
