"""How the value changes when something is left out."""

from __future__ import annotations

from typing import Any

import numpy as np

from headgate.core.numeric.cells import Cells
from headgate.core.numeric.sampling import Draws
from headgate.core.numeric.statistic import Statistic
from headgate.core.numeric.sums import Sums

Array = np.ndarray[Any, Any]

_PARTS = 200
"""Into how many parts units are put together where leaving out each alone would be too dear."""


def acceleration_of(statistic: Statistic, draws: Draws) -> float:
    """Return Efron's acceleration ("Better Bootstrap Confidence Intervals", 1987).

    From the values without each unit: each row, group, or block. Of metrics of ranks and medians they are taken for
    some hundred parts of the rows (or groups) together, which has the same expectation.
    """
    above = below = 0.0
    for values in _left_out(statistic, draws):
        known = values[np.isfinite(values)]
        if len(known) < 2:  # noqa: PLR2004 - nothing to compare
            continue
        influence = (known.mean() - known) * (len(known) - 1) / len(known)
        above += float((influence**3).sum())
        below += float((influence**2).sum())
    return above / (6 * below**1.5) if below > 0 else 0.0


def _left_out(statistic: Statistic, draws: Draws) -> list[Array]:
    if draws.block:
        parts = np.arange(draws.rows) * max(draws.rows // draws.block, 1) // draws.rows
        return [_without(statistic, _put_together(parts))]
    if isinstance(statistic, Sums) and draws.codes is None:
        totals = statistic.columns.sum(axis=1)
        values = statistic.of_sums(totals[:, None] - statistic.columns, np.full(draws.rows, draws.rows - 1))
        return np.split(values, np.cumsum(draws.sizes)[:-1])
    if isinstance(statistic, Cells) and draws.codes is None:
        values = statistic.of_cells(statistic.sizes - np.eye(len(statistic.sizes)))[statistic.codes]
        return np.split(values, np.cumsum(draws.sizes)[:-1])
    parts = np.arange(draws.units) % min(draws.units, _PARTS)
    return [_without(statistic, parts if draws.codes is None else parts[draws.codes])]


def _put_together(parts: Array) -> Array:
    return parts if parts[-1] < _PARTS else parts * _PARTS // (parts[-1] + 1)


def _without(statistic: Statistic, parts: Array) -> Array:
    count = int(parts.max()) + 1
    values = [statistic.of_counts((parts != part).astype(np.int64)[None])[0] for part in range(count)]
    return np.array(values)
