"""Bounds of the widest gap between the rates of several groups."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from scipy import special

Array = np.ndarray[Any, Any]

MOST_GROUPS = 1000
"""More than so many aren't compared pair by pair."""

_LEAST_LEVEL, _MOST_LEVEL = 1e-12, 0.5
_HALVINGS = 28


def difference_bounds(
    hits: Sequence[int], rows: Sequence[int], confidence: float, *, rates: int = 1
) -> tuple[float, float]:
    """Return bounds of the greatest less the least true rate, each one-sided.

    Newcombe (1998, Statistics in Medicine 17:873, method 10) for each pair: from the Wilson (1927) bounds of both
    rates. That some pair differs by more than a limit is one of many claims, so the lower bound is corrected by
    Bonferroni for all of them; that no pair does is one claim (the intersection-union test of Berger 1982), so the
    upper bound isn't.

    Args:
        hits: How many rows of each group count, two groups or more.
        rows: Of how many.
        confidence: Of each bound.
        rates: How many rates are compared in all, of which these are one.
    """
    rate, low, high = _wilson(hits, rows, _sure(confidence, len(hits), rates))
    differences = rate[:, None] - rate[None, :]
    lower = differences - np.hypot((rate - low)[:, None], (high - rate)[None, :])
    rate, low, high = _wilson(hits, rows, float(special.ndtri(confidence)))
    upper = differences + np.hypot((high - rate)[:, None], (rate - low)[None, :])
    return max(0.0, _greatest(lower)), _greatest(upper)


def ratio_bounds(hits: Sequence[int], rows: Sequence[int], confidence: float) -> tuple[float, float]:
    """Return bounds of the greatest over the least true rate, each one-sided; the upper one may be infinite.

    Donner and Zou (2012, Statistical Methods in Medical Research 21:347, the method of variance estimates recovery for
    ratios) for each pair, corrected as differences are. Written so that nothing is divided by what may be 0: the roots
    of `a r^2 - 2 b r + c`.

    Args:
        hits: How many rows of each group count, two groups or more.
        rows: Of how many.
        confidence: Of each bound.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        rate, low, high = _wilson(hits, rows, _sure(confidence, len(hits), 1))
        b = rate[:, None] * rate[None, :]
        a, c = (high * (2 * rate - high))[None, :], (low * (2 * rate - low))[:, None]
        lower = np.nan_to_num(c / (b + np.sqrt(np.maximum(b**2 - a * c, 0))), nan=0.0)
        rate, low, high = _wilson(hits, rows, float(special.ndtri(confidence)))
        a, c = (low * (2 * rate - low))[None, :], (high * (2 * rate - high))[:, None]
        upper = (b + np.sqrt(np.maximum(b**2 - a * c, 0))) / a
        upper = np.where(a > 0, upper, np.inf)
    return max(1.0, _greatest(lower)), _greatest(upper)


def p_values_of(bounds_with: Callable[[float], tuple[float, float]], limit: float) -> tuple[float, float]:
    """Return the p-values of "the gap is above the limit" and of "it is at most the limit", in this order.

    The bounds' inverse: the least level at which the upper bound is at or below the limit, and at which the lower one
    is above it. Found by bisection to seven digits, rounded up; one above 0.5 is 1, one below 1e-12 is 1e-12.

    Args:
        bounds_with: Bounds with a confidence, each one-sided, and wider with a greater one.
        limit: What the gap is held against.
    """
    return (
        _least_level(lambda level: bounds_with(1 - level)[1] <= limit),
        _least_level(lambda level: bounds_with(1 - level)[0] > limit),
    )


def _least_level(tells: Callable[[float], bool]) -> float:
    """Return the least level that tells, where every greater one does, too."""
    if not tells(_MOST_LEVEL):
        return 1.0
    if tells(_LEAST_LEVEL):
        return _LEAST_LEVEL
    silent, telling = math.log(_LEAST_LEVEL), math.log(_MOST_LEVEL)
    for _ in range(_HALVINGS):
        middle = (silent + telling) / 2
        silent, telling = (silent, middle) if tells(math.exp(middle)) else (middle, telling)
    return math.exp(telling)


def _sure(confidence: float, groups: int, rates: int) -> float:
    """Return the normal quantile for one of all claims that one group's rate is beyond another's."""
    return float(-special.ndtri((1 - confidence) / (groups * (groups - 1) * rates)))


def _wilson(hits: Sequence[int], rows: Sequence[int], z: float) -> tuple[Array, Array, Array]:
    count = np.asarray(rows, dtype=float)
    rate = np.asarray(hits, dtype=float) / count
    middle = rate + z**2 / (2 * count)
    reach = z * np.sqrt(rate * (1 - rate) / count + z**2 / (4 * count**2))
    scale = 1 + z**2 / count
    low, high = (middle - reach) / scale, (middle + reach) / scale
    return rate, np.where(rate > 0, np.minimum(low, rate), 0.0), np.where(rate < 1, np.maximum(high, rate), 1.0)


def _greatest(pairs: Array) -> float:
    """Return the greatest of all pairs of two different groups."""
    return float(pairs[~np.eye(len(pairs), dtype=bool)].max())
