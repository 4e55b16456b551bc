"""The shape of a column from its quantiles: shares of rows between edges."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from headgate.core.profile import ColumnProfile

_BESIDE = 0.6
_AIR = 0.03
_FARTHEST = 1e150
_SAME = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """A histogram: one more edge than shares."""

    edges: tuple[float, ...]
    shares: tuple[float, ...]


def quantiles_of(column: ColumnProfile | None) -> tuple[float, ...]:
    """Return the quantiles of a column that can be drawn; none unless there are two at least."""
    finite = tuple(value for value in column.quantiles if is_drawable(value)) if column else ()
    return finite if len(finite) > 1 else ()


def is_drawable(value: float) -> bool:
    """Return whether a value is finite, and far from where the differences of floats overflow."""
    return math.isfinite(value) and abs(value) < _FARTHEST


def view(quantiles: Sequence[float], *also: float) -> tuple[float, float]:
    """Return the least and the greatest value to draw.

    Everything is drawn, unless a few values lie so far outside that nothing of the rest could be seen; `also` are
    values that must be in the picture.
    """
    last = len(quantiles) - 1
    middle = [quantiles[round(last * 0.01)], quantiles[round(last * 0.99)], *also]
    low, high = min(middle), max(middle)
    size = max(abs(low), abs(high))
    is_one_value = high - low <= _SAME * max(size, _SAME)
    width = max(size * 0.1, _SAME) if is_one_value else high - low
    low = max(min(quantiles[0], low), low - _BESIDE * width)
    high = min(max(quantiles[-1], high), high + _BESIDE * width)
    air = _AIR * max(high - low, width)
    return low - air, high + air


def shape_of(quantiles: Sequence[float], low: float, high: float, bins: int) -> Shape:
    """Return the share of rows in bins of equal width; what lies beyond an edge counts in the outermost bin.

    >>> shape_of((0.0, 1.0, 4.0), 0.0, 4.0, 4).shares
    (0.5, 0.167, 0.167, 0.167)
    """
    width = (high - low) / bins
    edges = (*(low + place * width for place in range(bins)), high)
    below = [0.0, *(_share_below(quantiles, edge) for edge in edges[1:-1]), 1.0]
    shares = tuple(round(after - before, 3) for before, after in pairwise(below))
    return Shape(edges=edges, shares=shares)


def _share_below(quantiles: Sequence[float], value: float) -> float:
    """Return the share of rows up to a value, rows evenly spread between two quantiles."""
    last = len(quantiles) - 1
    place = bisect_right(quantiles, value) - 1
    if place < 0:
        return 0.0
    if place >= last:
        return 1.0
    here, there = quantiles[place], quantiles[place + 1]
    return (place + (value - here) / (there - here)) / last
