"""How long blocks must be, for series whose neighbours are alike."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]

_BAND = 2.0
"""How many times sqrt(log10(n) / n) a correlation must exceed to count: Politis and White, 2004, footnote c."""


def block_length(series: Array) -> int:
    """Return the length of blocks for the circular block bootstrap of a mean, at least 1.

    Politis and White, "Automatic Block-Length Selection for the Dependent Bootstrap", 2004, section 3.2, with the
    correction by Patton, Politis and White, 2009: b = (2 G^2 / D)^(1/3) n^(1/3), D = 4/3 g(0)^2, where G is the sum of
    |k| R(k) and g(0) that of R(k), both under the flat-top window of twice the last lag with a significant
    autocorrelation. It is at most ceil(min(3 sqrt(n), n / 3)).

    Returns:
        1 where no autocorrelation is significant: the rows are as good as independent; so for white noise, mostly.
    """
    values = np.asarray(series, dtype=np.float64)
    rows = len(values)
    if rows < 8 or not np.isfinite(values).all() or np.ptp(values) == 0:  # noqa: PLR2004 - nothing to see
        return 1
    covariances = _autocovariances(values)
    band = _BAND * math.sqrt(math.log10(rows) / rows)
    patience = max(5, math.ceil(math.sqrt(math.log10(rows))))
    most = math.ceil(math.sqrt(rows)) + patience
    last = _last_significant(np.abs(covariances[1:] / covariances[0]) >= band, patience, most)
    if last == 0:
        return 1
    window = min(2 * last, len(covariances) - 1)
    lags = np.arange(1, window + 1)
    weights = np.minimum(1, 2 * (1 - lags / window)) * covariances[1 : window + 1]
    spectrum = covariances[0] + 2 * weights.sum()
    slope = 2 * (lags * weights).sum()
    if spectrum <= 0:
        return 1
    length = (2 * slope**2 / (4 / 3 * spectrum**2)) ** (1 / 3) * rows ** (1 / 3)
    return max(1, min(round(float(length)), math.ceil(min(3 * math.sqrt(rows), rows / 3))))


def _autocovariances(values: Array) -> Array:
    rows = len(values)
    centred = values - values.mean()
    most = min(rows - 1, 2 * (math.ceil(math.sqrt(rows)) + max(5, math.ceil(math.sqrt(math.log10(rows))))))
    return np.array([centred[: rows - lag] @ centred[lag:] for lag in range(most + 1)]) / rows


def _last_significant(significant: Array, patience: int, most: int) -> int:
    """Return the last lag before the first run of `patience` lags without a significant correlation."""
    run = 0
    for lag, is_significant in enumerate(significant[:most], start=1):
        run = 0 if is_significant else run + 1
        if run == patience:
            return lag - patience
    found = np.flatnonzero(significant[:most])
    return int(found[-1]) + 1 if len(found) else 0
