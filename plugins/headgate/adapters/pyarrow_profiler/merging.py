"""Sketches of one column, added up."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import Literal

import numpy as np

from headgate.adapters.pyarrow_profiler.columns import Floats
from headgate.adapters.pyarrow_profiler.hashes import Distinct
from headgate.adapters.pyarrow_profiler.sketch import Sketch, quantiles_of
from headgate.core.profile import QUANTILES, TOP_CATEGORIES, ColumnProfile, Kind

_CUTS = 2001
"""At how many values at most the mixture of many parts is computed: 0.05 % of the rows lie between two of them."""


def merged(sketches: Sequence[Sketch]) -> ColumnProfile:
    """Return the statistics of a column from the sketches of its parts; at least one is given."""
    rows, nulls = (sum(getattr(sketch, name) for sketch in sketches) for name in ("rows", "nulls"))
    mean, std = _moments(sketches)
    categories = _categories(sketches)
    named = categories.most_common() if categories else []
    top = sorted(named, key=lambda pair: (-pair[1], pair[0]))[:TOP_CATEGORIES]
    return ColumnProfile(
        name=sketches[0].name,
        type=sketches[0].type,
        kind=sketches[0].kind,
        rows=rows,
        nulls=nulls,
        distinct=_distinct(sketches),
        mean=mean,
        std=std,
        quantiles=tuple(_quantiles(sketches).tolist()),
        categories=tuple(top),
        other=rows - nulls - sum(count for _, count in top) if sketches[0].kind is Kind.TEXT else 0,
    )


def _distinct(sketches: Sequence[Sketch]) -> int | None:
    counted = [sketch.distinct for sketch in sketches if sketch.distinct is not None]
    return Distinct.union(*counted).count if len(counted) == len(sketches) else None


def _moments(sketches: Sequence[Sketch]) -> tuple[float | None, float | None]:
    """Return mean and sample standard deviation of all.

    Chan, Golub and LeVeque, "Updating Formulae and a Pairwise Algorithm for Computing Sample Variances", 1983,
    eq. 1.5, for all parts at once: the squares within the parts, and those between their means.
    """
    parts = [(sketch.values, sketch.moments) for sketch in sketches if sketch.moments is not None]
    known = [(count, part.mean, part.m2) for count, part in parts if part.mean is not None and part.m2 is not None]
    if not known or len(known) < len(parts):
        return None, None
    total = sum(count for count, _, _ in known)
    try:
        mean = math.fsum(count / total * part for count, part, _ in known)
        m2 = math.fsum(within + count * (part - mean) ** 2 for count, part, within in known)
    except OverflowError:
        return None, None
    return mean, math.sqrt(m2 / (total - 1)) if total > 1 else None


def _categories(sketches: Sequence[Sketch]) -> Counter[str] | None:
    counts: Counter[str] = Counter()
    for sketch in sketches:
        if sketch.categories is None and sketch.values:
            return None
        counts.update(sketch.categories or {})
    too_many = sketches[0].kind is Kind.NUMBER and len(counts) > TOP_CATEGORIES
    return None if too_many else counts


def _quantiles(sketches: Sequence[Sketch]) -> Floats:
    """Return the quantiles of all: those of the mixture of the parts' distributions, weighted by their values."""
    parts = [(sketch.values, sketch.points) for sketch in sketches if sketch.points is not None]
    if not parts:
        return np.empty(0)
    if all(count <= QUANTILES for count, _ in parts):
        return quantiles_of(np.concatenate([points for _, points in parts]))
    if len(parts) == 1:
        return parts[0][1]
    cuts = _cuts(parts)
    total = sum(count for count, _ in parts)
    below, up_to = np.zeros(len(cuts)), np.zeros(len(cuts))
    for count, points in parts:
        below += count / total * _cumulative(cuts, points, every=count <= QUANTILES, side="left")
        up_to += count / total * _cumulative(cuts, points, every=count <= QUANTILES, side="right")
    return _inverted(cuts, below, up_to)


def _cuts(parts: Sequence[tuple[int, Floats]]) -> Floats:
    """Return values to compute the mixture at, with about as many rows between any two of them."""
    points = np.concatenate([points for _, points in parts])
    weights = np.concatenate([np.full(len(points), count / len(points)) for count, points in parts])
    order = np.argsort(points, kind="stable")
    points, shares = points[order], np.cumsum(weights[order])
    if len(points) > _CUTS:
        places = np.searchsorted(shares, np.linspace(0, shares[-1], _CUTS)).clip(max=len(points) - 1)
        points = points[np.concatenate([[0], places, [len(points) - 1]])]
    return np.unique(points)


def _cumulative(cuts: Floats, points: Floats, *, every: bool, side: Literal["left", "right"]) -> Floats:
    """Return the share of a part's values below each cut (`left`), or up to and including it (`right`).

    Of a part whose `every` value is known that is a step function; between quantiles it is linear.
    """
    places = np.searchsorted(points, cuts, side=side)
    if every:
        return places / len(points)
    last = len(points) - 1
    lower = points[np.maximum(places - 1, 0)] / 2  # a difference of halves is one that a double holds
    gap = points[np.minimum(places, last)] / 2 - lower
    part = np.divide(cuts / 2 - lower, gap, out=np.zeros(len(cuts)), where=gap > 0)
    return np.clip((places - 1 + np.minimum(part, 1.0)) / last, 0.0, 1.0)


def _inverted(cuts: Floats, below: Floats, up_to: Floats) -> Floats:
    """Return the quantiles of a distribution that rises to `below` before each cut, and to `up_to` at it."""
    shares = np.maximum.accumulate(np.stack([below, up_to], axis=1).ravel())
    values = np.repeat(cuts, 2)
    wanted = np.linspace(0, 1, QUANTILES) * shares[-1]
    places = np.searchsorted(shares, wanted).clip(1, len(shares) - 1)
    low, high = shares[places - 1], shares[places]
    part = np.divide(wanted - low, high - low, out=np.ones_like(low), where=high > low)
    between = values[places - 1] * (1 - part) + values[places] * part
    found = np.where(values[places - 1] == values[places], values[places], between)
    found[0], found[-1] = cuts[0], cuts[-1]
    return np.maximum.accumulate(found).clip(cuts[0], cuts[-1])
