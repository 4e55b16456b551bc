"""Sums over the rows of a unit, resampled without looking at rows again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from headgate.core.numeric.sampling import Draws
from headgate.core.numeric.sums import Sums

Array = np.ndarray[Any, Any]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Totals:
    """A statistic of sums, by unit.

    Args:
        sums: The statistic.
        draws: How units are drawn.
        units: Sums over each unit's rows, of shape `(columns, units)`; of groups, a last column holds their rows.
        rest: Sums over the shorter blocks, where units are blocks.
    """

    sums: Sums
    draws: Draws
    units: Array
    rest: Array | None = None

    @classmethod
    def of(cls, sums: Sums, draws: Draws) -> Totals:
        """Return a statistic's sums over the units of a plan."""
        if draws.block:
            whole, rest = (_block_sums(sums.columns, length) for length in (draws.block, draws.rest))
            return cls(sums=sums, draws=draws, units=whole, rest=rest)
        if draws.codes is None:
            return cls(sums=sums, draws=draws, units=np.ascontiguousarray(sums.columns))
        columns = [*sums.columns, np.ones(draws.rows)]
        totals = [np.bincount(draws.codes, weights=column, minlength=draws.units) for column in columns]
        return cls(sums=sums, draws=draws, units=np.stack(totals))

    def resampled(self, random: np.random.Generator, resamples: int) -> Array:
        """Return the statistic's values for some resamples."""
        drawn = self.draws.drawn(random, resamples)
        if self.rest is not None:
            found = _gathered(self.units, drawn[:, :-1]) + _gathered(self.rest, drawn[:, -1:])
        else:
            found = _gathered(self.units, drawn)
        if self.draws.codes is None:
            return self.sums.of_sums(found, np.full(resamples, self.draws.rows))
        return self.sums.of_sums(found[:-1], found[-1])


def _block_sums(columns: Array, length: int) -> Array:
    """Return the sums over circular blocks of a length that begin at each row."""
    centre = columns.mean(axis=1, keepdims=True)
    longer = np.concatenate([np.zeros((len(columns), 1)), columns - centre, columns[:, :length] - centre], axis=1)
    running = np.cumsum(longer, axis=1)
    return np.asarray(running[:, length:][:, : columns.shape[1]] - running[:, : columns.shape[1]] + length * centre)


def _gathered(table: Array, drawn: Array) -> Array:
    return np.stack([np.take(column, drawn, mode="clip").sum(axis=1) for column in table])
