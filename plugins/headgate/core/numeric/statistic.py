"""A metric as a function of how often each row occurs: what resampling asks of it."""

from __future__ import annotations

from typing import Any, Protocol, Self

import numpy as np

Array = np.ndarray[Any, Any]


class Statistic(Protocol):
    """One model's metric, or by how much the candidate's is better than the baseline's.

    What isn't defined (one class only, nothing predicted positive) is not-a-number.
    """

    @property
    def rows(self) -> int:
        """How many rows it is measured on."""
        ...

    def of_counts(self, counts: Array) -> Array:
        """Return its value for each resample.

        Args:
            counts: How often each row occurs in each resample, of shape `(resamples, rows)`.

        Returns:
            Of shape `(resamples,)`.
        """
        ...

    def taken(self, order: Array) -> Self:
        """Return the same on rows in another order."""
        ...
