"""AUC of two models on the same rows: DeLong's variance by midranks."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import special

from headgate.core.numeric.paired_test import PairedTest, agreeing, location_test, no_evidence

Array = np.ndarray[Any, Any]
METHOD = "DeLong's test"
LOGIT = "DeLong's variance on the logit scale"


@dataclass(frozen=True, slots=True, kw_only=True)
class Areas:
    """Two AUCs of the same rows.

    Args:
        candidate: The candidate's AUC.
        baseline: The baseline's.
        variance: Of their difference.
        fewest: Rows of the rarer class.
    """

    candidate: float
    baseline: float
    variance: float
    fewest: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """One AUC, its variance, and the rows of the rarer class."""

    value: float
    variance: float
    fewest: int


def compare_auc(positive: Array, candidate: Array, baseline: Array) -> Areas:
    """Return both AUCs and the variance of their difference.

    DeLong, DeLong & Clarke-Pearson (1988), Comparing the areas under two or more correlated receiver operating
    characteristic curves, Biometrics 44, equations (4) to (6), from sorted scores as in Sun & Xu (2014), Fast
    implementation of DeLong's algorithm, IEEE Signal Processing Letters 21: a midrank among all rows less that within
    the row's class is its number of wins over the other class. Counted in whole numbers, equal wins have no variance.

    Args:
        positive: Whether a row is of the positive class, bool, of shape `(rows,)`.
        candidate: The candidate's scores; the greater, the likelier positive. Ties count one half.
        baseline: The baseline's.

    Returns:
        Not numbers where a class has no rows or a score is none; the variance is none where a class has one row.
    """
    of_candidate, of_baseline = _wins(positive, candidate), _wins(positive, baseline)
    differences = (of_candidate[0] - of_baseline[0], of_candidate[1] - of_baseline[1])
    known = not (_has_nan(candidate) or _has_nan(baseline))
    return Areas(
        candidate=_area(*of_candidate) if known else math.nan,
        baseline=_area(*of_baseline) if known else math.nan,
        variance=_variance(*differences) if known else math.nan,
        fewest=min(len(each) for each in differences),
    )


def area_of(positive: Array, scores: Array) -> Area:
    """Return one model's AUC with DeLong's variance; what isn't a number is as in `compare_auc`."""
    wins = _wins(positive, scores)
    known = not _has_nan(scores)
    return Area(
        value=_area(*wins) if known else math.nan,
        variance=_variance(*wins) if known else math.nan,
        fewest=min(len(each) for each in wins),
    )


def areas_test(areas: Areas, *, limit: float, confidence: float) -> PairedTest:
    """Return the paired test of the candidate's less the baseline's AUC: normal, DeLong et al. (1988).

    Where the variance is 0 (two models that order all rows alike, say) `fewest` disjoint pairs of a positive and a
    negative row all showed one difference; the bounds then leave room for what as many pairs may not have shown.
    """
    estimate = areas.candidate - areas.baseline
    if areas.variance:
        return location_test(
            estimate=estimate, variance=areas.variance, limit=limit, confidence=confidence, method=METHOD
        )
    return _unanimous(estimate, areas.fewest, span=(-1.0, 1.0), limit=limit, confidence=confidence, method=METHOD)


def area_test(area: Area, *, limit: float, confidence: float) -> PairedTest:
    """Return the test of one AUC against a limit in (0, 1), on the logit scale, so that bounds stay in (0, 1).

    Pepe (2003), The statistical evaluation of medical tests for classification and prediction, section 5.2.4.
    """
    if not area.variance or area.value in {0.0, 1.0}:
        return _unanimous(area.value, area.fewest, span=(0.0, 1.0), limit=limit, confidence=confidence, method=LOGIT)
    slope = area.value * (1 - area.value)
    test = location_test(
        estimate=float(special.logit(area.value)),
        variance=area.variance / slope**2,
        limit=float(special.logit(limit)),
        confidence=confidence,
        method=LOGIT,
    )
    back = PairedTest(
        improvement=area.value,
        low=float(special.expit(test.low)),
        high=float(special.expit(test.high)),
        p_pass=test.p_pass,
        p_fail=test.p_fail,
        method=LOGIT,
    )
    return agreeing(back, limit=limit, confidence=confidence)


def _wins(positive: Array, scores: Array) -> tuple[Array, Array]:
    """Return twice the number of negatives below each positive, and of positives above each negative; ties are one."""
    above, below = scores[positive], scores[~positive]
    by_above, by_below = np.argsort(above), np.argsort(below)
    sorted_above, sorted_below = above[by_above], below[by_below]
    of_positives, of_negatives = np.empty(len(above), dtype=np.int64), np.empty(len(below), dtype=np.int64)
    of_positives[by_above] = _twice_below(sorted_above, sorted_below)
    of_negatives[by_below] = 2 * len(above) - _twice_below(sorted_below, sorted_above)
    return of_positives, of_negatives


def _twice_below(values: Array, others: Array) -> Array:
    # Of sorted values the search is near at hand: twice as fast as ranking all.
    return others.searchsorted(values, "left") + others.searchsorted(values, "right")


def _has_nan(scores: Array) -> bool:
    return bool(np.isnan(scores).any())


def _area(of_positives: Array, of_negatives: Array) -> float:
    m, n = len(of_positives), len(of_negatives)
    return float(of_positives.sum() / (2 * m * n)) if m and n else math.nan


def _variance(of_positives: Array, of_negatives: Array) -> float:
    m, n = len(of_positives), len(of_negatives)
    if min(m, n) < 2:  # noqa: PLR2004 - one row has no variance
        return math.nan
    shares = np.var(of_positives, ddof=1) / (4 * n**2), np.var(of_negatives, ddof=1) / (4 * m**2)
    return float(shares[0] / m + shares[1] / n)


def _unanimous(
    value: float, count: int, *, span: tuple[float, float], limit: float, confidence: float, method: str
) -> PairedTest:
    """Return the test of a mean of which `count` independent draws, all within `span`, showed one value.

    Had another value the chance q, all draws would miss it with (1 - q)^count: the bound of Clopper & Pearson (1934).
    """
    if not count or math.isnan(value):
        return no_evidence(method)
    unseen = 1 - (1 - confidence) ** (1 / count)
    least, most = span
    test = PairedTest(
        improvement=value,
        low=value - unseen * (value - least),
        high=value + unseen * (most - value),
        p_pass=_p_unseen(value - limit, value - least, count),
        p_fail=_p_unseen(limit - value, most - value, count),
        method=method,
    )
    return agreeing(test, limit=limit, confidence=confidence)


def _p_unseen(gap: float, room: float, count: int) -> float:
    """Return the chance that `count` draws all miss the least share that could close the gap, of the room there is."""
    if gap <= 0:
        return 1.0
    return (1 - gap / room) ** count if gap < room else 0.0
