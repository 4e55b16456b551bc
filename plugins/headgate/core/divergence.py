"""How far two samples of one column lie apart, measured on their stored statistics."""

from __future__ import annotations

import itertools
import math
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from headgate.core.profile import ColumnProfile

BINS = 10
"""Into how many bins of equal share the reference's values are cut."""

EPSILON = 1e-4
"""Least share that the population stability index is computed with: the logarithm of an empty bin is infinite."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shares:
    """Two samples over the same bins: the share of rows in each, summing up to 1 on either side."""

    reference: tuple[float, ...]
    current: tuple[float, ...]

    @property
    def bins(self) -> int:
        """How many bins hold rows of either sample."""
        return len(self.reference)


def shares_of(reference: ColumnProfile, current: ColumnProfile) -> Shares:
    """Return both samples over bins that the reference makes; nulls are a bin of their own.

    * Categories, where both samples name theirs: a bin each, and one for the rest. A category that only one sample
      names counts as absent from the other if that one names all of its own, and among the rest otherwise.
    * Other numbers and times: the reference's deciles. Where deciles are equal, their value is a bin of its own, so
      that what moves below it is told from what moves above. Quantiles know shares to 1 %.
    * What has neither (nested values): values and nulls.

    Both samples must have rows.
    """
    if reference.categories and current.categories:
        pairs = _category_counts(reference, current)
        before, after = (
            [count / side.rows for count in counts] for side, counts in zip((reference, current), pairs, strict=True)
        )
    else:
        cuts = _cuts(reference.quantiles)
        before, after = ([share * (1 - side.null_share) for share in _cut(side, cuts)] for side in (reference, current))
    bins = [*zip(before, after, strict=True), (reference.null_share, current.null_share)]
    held = [pair for pair in bins if any(pair)]
    return Shares(reference=tuple(pair[0] for pair in held), current=tuple(pair[1] for pair in held))


def psi(reference: ColumnProfile, current: ColumnProfile) -> float:
    """Return the population stability index, 0 to about 18: the sum over bins of (c - r) ln(c / r).

    It is Jeffreys' divergence of the binned samples (Kullback and Leibler, "On Information and Sufficiency", 1951,
    eq. 2.5), symmetric in the shares; the bins are the reference's. Shares below `EPSILON` count as `EPSILON`.

    Two samples of one distribution don't have 0: the index times 1 / (1/n + 1/m) follows a chi-squared distribution
    with bins - 1 degrees of freedom (Yurdakul, "Statistical Properties of Population Stability Index", 2018), so that
    it is (bins - 1) (1/n + 1/m) on average: 0.036 with ten bins and 500 rows each. `psi_by_chance` returns that.
    """
    shares = shares_of(reference, current)
    clipped = ([max(share, EPSILON) for share in side] for side in (shares.reference, shares.current))
    return math.fsum((c - r) * math.log(c / r) for r, c in zip(*clipped, strict=True))


def psi_by_chance(reference: ColumnProfile, current: ColumnProfile) -> float:
    """Return the index that two samples of these sizes from one distribution have on average (see `psi`)."""
    return (shares_of(reference, current).bins - 1) * (1 / reference.rows + 1 / current.rows)


def jensen_shannon(reference: ColumnProfile, current: ColumnProfile) -> float:
    """Return the Jensen-Shannon distance, 0 to 1: the root of the divergence to base 2 over the bins of `shares_of`.

    Lin, "Divergence Measures Based on the Shannon Entropy", 1991, eq. 4.1 with equal weights; the root is a metric
    (Endres and Schindelin, 2003). Equal to `scipy.spatial.distance.jensenshannon(..., base=2)` of the same shares.
    """
    shares = shares_of(reference, current)
    middle = [(r + c) / 2 for r, c in zip(shares.reference, shares.current, strict=True)]
    divergence = (_relative_entropy(shares.reference, middle) + _relative_entropy(shares.current, middle)) / 2
    return math.sqrt(min(max(divergence, 0.0), 1.0))


def jensen_shannon_by_chance(reference: ColumnProfile, current: ColumnProfile) -> float:
    """Return the distance whose square two samples of these sizes from one distribution have on average.

    For close shares the divergence in nats is an eighth of the population stability index (both are chi-squared to
    second order), hence its chance: `sqrt(psi_by_chance / (8 ln 2))`.
    """
    return math.sqrt(psi_by_chance(reference, current) / (8 * math.log(2)))


def normed_wasserstein(reference: ColumnProfile, current: ColumnProfile) -> float | None:
    """Return the 1-Wasserstein distance over the reference's standard deviation: the integral of |Q_r(p) - Q_c(p)| dp.

    Vallender, "Calculation of the Wasserstein Distance Between Probability Distributions on the Line", 1974. The
    integral is exact for quantile functions that are linear between the stored quantiles, from 1 % to 99 %; beyond,
    the quantiles at 1 % and 99 % stand for the rest, so that a single outlier is no drift.

    Returns:
        Standard deviations, >= 0. With a constant reference: 0 when the current values are that constant, infinity
        otherwise. `None` where either has no quantiles or the reference no standard deviation (one value, or infinite
        ones).
    """
    if not reference.quantiles or not current.quantiles or reference.std is None:
        return None
    gaps = [r - c for r, c in zip(reference.quantiles[1:-1], current.quantiles[1:-1], strict=True)]
    width = 1 / (len(reference.quantiles) - 1)
    area = sum(map(_area, gaps, gaps[1:])) + abs(gaps[0]) + abs(gaps[-1])
    if reference.std == 0:
        return 0.0 if reference.quantiles == current.quantiles else math.inf
    return area * width / reference.std if math.isfinite(area) else math.inf


def wasserstein_by_chance(reference: ColumnProfile, current: ColumnProfile) -> float:
    """Return the distance, in the reference's standard deviations, that two samples of one distribution are apart.

    About sqrt(2/pi) sqrt(1/n + 1/m) times the integral of sqrt(F (1 - F)), the mean of a Brownian bridge's absolute
    value (Bobkov and Ledoux, "One-Dimensional Empirical Measures, Order Statistics, and Kantorovich Transport
    Distances", 2019, section 3), over the reference's quantiles: 0.075 for normal values, 500 on either side.

    The reference must have a standard deviation above 0, and both sides values.
    """
    if not reference.std:
        return 0.0
    steps = len(reference.quantiles) - 1
    spread = math.fsum(
        math.sqrt((place + 0.5) / steps * (1 - (place + 0.5) / steps)) * (above - below)
        for place, (below, above) in enumerate(itertools.pairwise(reference.quantiles))
        if 0 < place < steps - 1
    )
    return math.sqrt(2 / math.pi * (1 / reference.values + 1 / current.values)) * spread / reference.std


def _category_counts(reference: ColumnProfile, current: ColumnProfile) -> tuple[list[int], list[int]]:
    before, after = dict(reference.categories), dict(current.categories)
    known = [
        name
        for name in dict.fromkeys((*before, *after))
        if (name in before or not reference.other) and (name in after or not current.other)
    ]
    counts = [[side.get(name, 0) for name in known] for side in (before, after)]
    rest = [profile.values - sum(named) for profile, named in zip((reference, current), counts, strict=True)]
    return [*counts[0], rest[0]], [*counts[1], rest[1]]


def _cuts(quantiles: Sequence[float]) -> list[tuple[float, bool]]:
    """Return the values to cut at, and whether what equals them falls below the cut."""
    if not quantiles:
        return []
    steps = len(quantiles) - 1
    deciles = [quantiles[steps * place // BINS] for place in range(BINS + 1)]
    cuts: list[tuple[float, bool]] = []
    for value, equal in itertools.groupby(deciles):
        if len(list(equal)) > 1:
            cuts += [(value, False), (value, True)]
        elif deciles[0] < value < deciles[-1]:
            cuts.append((value, True))
    return cuts


def _cut(profile: ColumnProfile, cuts: Sequence[tuple[float, bool]]) -> list[float]:
    """Return the share of values between the cuts."""
    if not profile.quantiles:
        return [0.0] * len(cuts) + [1.0]
    below = [0.0, *(_below(profile.quantiles, value, equal=equal) for value, equal in cuts), 1.0]
    return [upper - lower for lower, upper in itertools.pairwise(below)]


def _below(quantiles: Sequence[float], value: float, *, equal: bool) -> float:
    """Return the share of values below one, or up to and including it: linear between quantiles."""
    place = bisect_right(quantiles, value) if equal else bisect_left(quantiles, value)
    if place in {0, len(quantiles)}:
        return float(place > 0)
    low, high = quantiles[place - 1], quantiles[place]
    scale = 1.0 if math.isfinite(high - low) else 0.5
    part = (value * scale - low * scale) / (high * scale - low * scale)
    return (place - 1 + part) / (len(quantiles) - 1)


def _relative_entropy(shares: Sequence[float], middle: Sequence[float]) -> float:
    return math.fsum(share * math.log2(share / mean) for share, mean in zip(shares, middle, strict=True) if share)


def _area(left: float, right: float) -> float:
    """Return the integral of |a line| from `left` to `right` over a step of width 1."""
    if (left < 0) == (right < 0):
        return abs(left) / 2 + abs(right) / 2
    both = abs(left) + abs(right)
    return (abs(left) * (abs(left) / both) + abs(right) * (abs(right) / both)) / 2
