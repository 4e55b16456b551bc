"""Bounds and p-values of a bootstrap distribution, each the other's inverse."""

from __future__ import annotations

import math
from typing import Any, Literal

import numpy as np
from scipy import special

from headgate.core.numeric.bootstrap import Resampled

Array = np.ndarray[Any, Any]
Kind = Literal["percentile", "bca"]

_LEEWAY = 1e-9
"""Share by which significances may be rounded: 1 - 0.9 is a little less than 0.1."""


def bounds(resampled: Resampled, confidence: float, kind: Kind = "percentile") -> tuple[float, float]:
    """Return the lower and the upper bound, each one-sided: the value is above `low` with that confidence.

    The k-th smallest replicate of B, with k = floor(alpha' (B + 1)), and the k-th greatest.

    Percentile: Hesterberg's expanded one ("What Teachers Should Know About the Bootstrap", 2015):
    alpha' = Phi(-sqrt(n / (n - 1)) t) with t the quantile of Student's distribution with n - 1 degrees of freedom and
    n independent units, since the bootstrap's variance is (n - 1) / n of what it should be, and an estimate. BCa:
    Efron, "Better Bootstrap Confidence Intervals", 1987, on top of that.

    An undefined replicate counts against either bound.

    Returns:
        Not-a-number for both where the value isn't measurable; infinite ones where there are too few replicates (or
        units) for that confidence.
    """
    if not resampled.measurable:
        return math.nan, math.nan
    count = len(resampled.replicates)
    known = np.sort(resampled.replicates[~np.isnan(resampled.replicates)])
    levels = (_level(resampled, (1 - confidence) * (1 + _LEEWAY), kind, sign) for sign in (1, -1))
    low, high = (math.floor(level * (count + 1)) - count + len(known) for level in levels)
    return (
        float(known[min(low, len(known)) - 1]) if low >= 1 else -math.inf,
        float(known[-min(high, len(known))]) if high >= 1 else math.inf,
    )


def p_above(resampled: Resampled, limit: float, kind: Kind = "percentile") -> float:
    """Return the p-value of "the value is at most the limit": <= 1 - c exactly if the bound `low` at c is more."""
    return _p_value(resampled, resampled.replicates <= limit, kind, 1)


def p_below(resampled: Resampled, limit: float, kind: Kind = "percentile") -> float:
    """Return the p-value of "the value is at least the limit": <= 1 - c exactly if the bound `high` at c is less."""
    return _p_value(resampled, resampled.replicates >= limit, kind, -1)


def _p_value(resampled: Resampled, beyond: Array, kind: Kind, sign: int) -> float:
    if not resampled.measurable:
        return math.nan
    count = np.count_nonzero(beyond | np.isnan(resampled.replicates))
    least = 1 / (len(resampled.replicates) + 1)
    return max(least, _significance(resampled, (count + 1) * least, kind, sign) * (1 - _LEEWAY))


def _level(resampled: Resampled, alpha: float, kind: Kind, sign: int) -> float:
    """Return which share of replicates lies beyond the bound, for a significance."""
    if resampled.units <= 1:
        return 0.0
    z = float(special.ndtri(alpha)) if math.isinf(resampled.units) else _expanded(alpha, resampled.units)
    if kind == "bca":
        bias, acceleration = _bias(resampled, sign), resampled.acceleration * sign
        if acceleration * (bias + z) >= 1:  # as if z were infinite
            return float(bias + z > 0)
        z = bias + (bias + z) / (1 - acceleration * (bias + z))
    return float(special.ndtr(z))


def _significance(resampled: Resampled, level: float, kind: Kind, sign: int) -> float:
    """Return the significance whose bound has that share of replicates beyond it: the inverse of `_level`."""
    if resampled.units <= 1 or level >= 1:
        return 1.0
    z = float(special.ndtri(level))
    if kind == "bca":
        bias, acceleration = _bias(resampled, sign), resampled.acceleration * sign
        if 1 + acceleration * (z - bias) <= 0:  # as if z were infinite
            return float(z > bias)
        z = (z - bias) / (1 + acceleration * (z - bias)) - bias
    units = resampled.units
    if math.isinf(units):
        return float(special.ndtr(z))
    return float(special.stdtr(units - 1, z * math.sqrt((units - 1) / units)))


def _expanded(alpha: float, units: float) -> float:
    return math.sqrt(units / (units - 1)) * float(special.stdtrit(units - 1, alpha))


def _bias(resampled: Resampled, sign: int) -> float:
    """Return Efron's z0, of replicates that equal the estimate half counting as below it."""
    known = resampled.replicates[~np.isnan(resampled.replicates)]
    below = np.count_nonzero(known < resampled.estimate) + np.count_nonzero(known <= resampled.estimate)
    share = min(max(below / 2, 0.5), len(known) - 0.5) / len(known)
    return sign * float(special.ndtri(share))
