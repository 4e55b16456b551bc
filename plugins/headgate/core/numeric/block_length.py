"""How long blocks must be, for series whose neighbours are alike."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]

_FEWEST = 16
"""Below so many rows there is nothing to see."""
_BAND = 2.0
"""How many standard errors an autocorrelation must exceed to count."""
_LONGER = 2.0
"""By how much blocks are longer than what is best for the variance."""


@np.errstate(all="ignore")
def block_length(series: Array) -> int:
    """Return how long circular blocks must be for intervals and tests about the series' mean; 1: rows on their own.

    Twice `optimal_length`, which minimises the mean squared error of the variance: for tests, blocks must be longer,
    since bias matters more there than variance (Sun, Phillips and Jin, "Optimal Bandwidth Selection in
    Heteroskedasticity-Autocorrelation Robust Testing", 2008), which Student's distribution with as many degrees of
    freedom as there are blocks makes up for (`intervals.bounds`).

    Returns:
        At most a third of the rows. 1 where no autocorrelation is significant by Politis and White's own band, nor the
        first one at the 5 % level: so for 19 of 20 series of white noise, and where there are fewer than 16 rows.
    """
    values = np.asarray(series, dtype=np.float64)
    if len(values) < _FEWEST or not 0 < np.var(values) < math.inf:
        return 1
    correlated = _Autocorrelations(values)
    if correlated.first_run <= 1 and abs(correlated.correlation(1)) < _BAND / math.sqrt(len(values)):
        return 1
    return max(1, min(round(_LONGER * _length(correlated)), len(values) // 3))


def optimal_length(series: Array) -> float:
    """Return the best length of circular blocks for the variance of a mean.

    Politis and White, "Automatic Block-Length Selection for the Dependent Bootstrap", 2004, with the correction by
    Patton, Politis and White, 2009: b = (2 G^2 / D)^(1/3) n^(1/3) with D = 4/3 g(0)^2, where G is the sum of |k| R(k)
    and g(0) that of R(k) over lags k, under the flat-top window that ends at M = 2 m. Like the authors' code (and the
    packages `arch` and `np`), m is the first of max(5, log10 n) lags in a row whose autocorrelation is within
    2 sqrt(log10(n) / n), and b is at most ceil(min(3 sqrt(n), n / 3)).

    The series must have 16 finite values or more that aren't all the same.
    """
    return _length(_Autocorrelations(np.asarray(series, dtype=np.float64)))


def _length(correlated: _Autocorrelations) -> float:
    rows = correlated.rows
    window = min(2 * max(correlated.first_run, 1), correlated.most)
    lags = np.arange(1, window + 1)
    weighed = 2 * np.minimum(1, 2 * (1 - lags / window)) * [correlated.covariance(apart) for apart in lags.tolist()]
    spectrum = correlated.covariance(0) + weighed.sum()
    slope = lags @ weighed
    longest = float(math.ceil(min(3 * math.sqrt(rows), rows / 3)))
    if spectrum == 0:
        return longest
    return min(float((1.5 * (slope / spectrum) ** 2 * rows) ** (1 / 3)), longest)


class _Autocorrelations:
    """Autocovariances of a series, as far as they are looked at."""

    def __init__(self, values: Array) -> None:
        self._centred = values - values.mean()
        self._squares = np.concatenate([[0.0], np.cumsum(self._centred**2)])
        self._covariances: dict[int, float] = {}
        self.rows = len(values)
        self._patience = max(5, int(math.log10(self.rows)))
        self.most = min(math.ceil(math.sqrt(self.rows)) + self._patience, self.rows - 2)
        self.first_run = self._first_run()

    def covariance(self, apart: int) -> float:
        """Return the sum of products that many rows apart, over the number of rows."""
        if apart not in self._covariances:
            self._covariances[apart] = float(self._centred[apart:] @ self._centred[: self.rows - apart]) / self.rows
        return self._covariances[apart]

    def correlation(self, apart: int) -> float:
        """Return the covariance over the standard deviations of either end; 0 where one is constant."""
        early, late = self._squares[-apart - 2], self._squares[-1] - self._squares[apart + 1]
        scale = math.sqrt(max(early * late, 0.0))
        return self.covariance(apart) * self.rows / scale if scale else 0.0

    def _first_run(self) -> int:
        """Return the first of enough lags in a row that are insignificant; the last lag where there is no such run."""
        band = _BAND * math.sqrt(math.log10(self.rows) / self.rows)
        run = 0
        for apart in range(1, self.most + 1):
            run = 0 if abs(self.correlation(apart)) >= band else run + 1
            if run == self._patience:
                return apart - self._patience + 1
        return self.most
