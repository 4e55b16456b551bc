"""A paired test's answer, and the test that needs no more than an estimate and its variance."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from scipy import special


@dataclass(frozen=True, slots=True, kw_only=True)
class PairedTest:
    """By how much the candidate is better, between which bounds, and how sure that is.

    With alpha = 1 - confidence, `low > limit` exactly where `p_pass <= alpha`, and `high < limit` exactly where
    `p_fail <= alpha`.

    Args:
        improvement: The estimate; not a number where there is no evidence.
        low: Lower bound, one-sided at the confidence.
        high: Upper bound, likewise.
        p_pass: P-value of "the improvement is at most the limit".
        p_fail: P-value of "the improvement is at least the limit".
        method: How it was computed, for a person.
    """

    improvement: float
    low: float
    high: float
    p_pass: float
    p_fail: float
    method: str


def no_evidence(method: str) -> PairedTest:
    """Return the answer where nothing can be said: it neither passes nor fails."""
    return PairedTest(improvement=math.nan, low=-math.inf, high=math.inf, p_pass=1.0, p_fail=1.0, method=method)


def location_test(
    *, estimate: float, variance: float, limit: float, confidence: float, method: str, freedom: float = math.inf
) -> PairedTest:
    """Return the test of an estimate that is normal, or Student's t with an estimated variance.

    A variance of 0 says that no row differs from another: then the estimate is both bounds.

    Args:
        estimate: Of the improvement.
        variance: Of the estimate, >= 0.
        limit: What the improvement is held against.
        confidence: In (0, 1), one-sided.
        method: Handed on.
        freedom: Degrees of freedom of Student's t, > 0; infinite for the normal distribution.
    """
    if not (math.isfinite(estimate) and math.isfinite(variance)):
        return no_evidence(method)
    error = math.sqrt(variance)
    width = float(special.stdtrit(freedom, confidence)) * error
    above = estimate - limit
    ratio = above / error if error else math.copysign(math.inf, above)
    test = PairedTest(
        improvement=estimate,
        low=estimate - width,
        high=estimate + width,
        p_pass=float(special.stdtr(freedom, -ratio)) if error or above else 1.0,
        p_fail=float(special.stdtr(freedom, ratio)) if error or above else 1.0,
        method=method,
    )
    return agreeing(test, limit=limit, confidence=confidence)


def agreeing(test: PairedTest, *, limit: float, confidence: float) -> PairedTest:
    """Return the test with bounds that agree with its p-values where rounding has put them on the other side."""
    alpha = 1 - confidence
    low, high = test.low, test.high
    if (low > limit) != (test.p_pass <= alpha):
        low = math.nextafter(limit, math.inf) if test.p_pass <= alpha else limit
    if (high < limit) != (test.p_fail <= alpha):
        high = math.nextafter(limit, -math.inf) if test.p_fail <= alpha else limit
    return replace(test, low=low, high=high)
