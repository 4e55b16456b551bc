"""How the value changes when something is left out."""

from __future__ import annotations

from typing import Any

import numpy as np

from headgate.core.numeric.cells import Cells
from headgate.core.numeric.ranks import Ranks
from headgate.core.numeric.sampling import Draws
from headgate.core.numeric.statistic import Statistic
from headgate.core.numeric.sums import Sums

Array = np.ndarray[Any, Any]

_PARTS = 200
"""Into how many parts units are put together where leaving out each alone would be too dear."""
_MOST_CELLS = 1000


def acceleration_of(statistic: Statistic, draws: Draws) -> float:
    """Return Efron's acceleration ("Better Bootstrap Confidence Intervals", 1987).

    From the values without each unit: each row, group, or block. In strata, units are compared with their stratum's
    (Davison and Hinkley, "Bootstrap Methods and their Application", 1997, section 5.3.2). Of the AUC, from what each
    row adds to it. Of average precision, medians, and confusion matrices of very many classes, the values are those
    without each of some hundred parts of the units: that has the same expectation.
    """
    above = below = 0.0
    for values in _left_out(statistic, draws):
        known = values[np.isfinite(values)]
        if len(known):
            influence = (known.mean() - known) * (len(known) - 1) / len(known)
            above += float((influence**3).sum())
            below += float((influence**2).sum())
    return above / (6 * below**1.5) if below > 0 else 0.0


def _left_out(statistic: Statistic, draws: Draws) -> list[Array]:
    """Return for each stratum the values without each of its units, or what differs from them by a scale."""
    if isinstance(statistic, Ranks):
        added = statistic.contributions()
        if added is not None:
            return _by_stratum(-_summed(added - added.mean(), draws), draws)
    elif draws.codes is None and not draws.block:
        values = _without_each_row(statistic)
        if values is not None:
            return _by_stratum(values, draws)
    return [_without(statistic, _parts(draws))]


def _summed(added: Array, draws: Draws) -> Array:
    if draws.codes is None and not draws.block:
        return added
    units = _blocks(draws) if draws.codes is None else draws.codes
    return np.bincount(units, weights=added)


def _by_stratum(values: Array, draws: Draws) -> list[Array]:
    return np.split(values, np.cumsum(draws.sizes)[:-1]) if not draws.block else [values]


def _without_each_row(statistic: Statistic) -> Array | None:
    if isinstance(statistic, Sums):
        totals = statistic.columns.sum(axis=1, keepdims=True)
        return statistic.of_sums(totals - statistic.columns, np.full(statistic.rows, statistic.rows - 1))
    if isinstance(statistic, Cells) and len(statistic.sizes) <= _MOST_CELLS:
        return statistic.of_cells(statistic.sizes - np.eye(len(statistic.sizes)))[statistic.codes]
    return None


def _parts(draws: Draws) -> Array:
    """Return each row's part: its unit, or one of some hundred that units are dealt to."""
    units = _blocks(draws) if draws.block else np.arange(draws.rows) if draws.codes is None else draws.codes
    count = int(units.max()) + 1
    return units % _PARTS if count > _PARTS else units


def _blocks(draws: Draws) -> Array:
    """Return each row's block, of as many as there are whole ones."""
    return np.arange(draws.rows) * max(draws.whole_blocks, 1) // draws.rows


def _without(statistic: Statistic, parts: Array) -> Array:
    values = [statistic.of_counts((parts != part).astype(np.int64)[None])[0] for part in range(int(parts.max()) + 1)]
    return np.array(values)
