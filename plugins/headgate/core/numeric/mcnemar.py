"""Accuracy of two classifiers on the same rows: McNemar's exact test, and Tango's score test for any limit."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import special

from headgate.core.numeric.paired_test import PairedTest, agreeing, no_evidence

EXACT = "McNemar's exact test"
SCORE = "Tango's score test"
HALVINGS = 54
"""Of [-1, 1], until no float lies between: 100 microseconds, where importing `scipy.optimize` takes 300 ms."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Discordant:
    """How often just one of the two was right.

    Args:
        won: Rows on which the candidate alone was right.
        lost: Rows on which the baseline alone was right.
        rows: All rows.
    """

    won: int
    lost: int
    rows: int

    @property
    def difference(self) -> float:
        """The candidate's accuracy less the baseline's."""
        return (self.won - self.lost) / self.rows


def compare_accuracy(
    candidate_right: np.ndarray[Any, Any], baseline_right: np.ndarray[Any, Any], *, limit: float, confidence: float
) -> PairedTest:
    """Return the paired test of candidate's less baseline's accuracy.

    At limit 0 McNemar's exact test decides, at any other Tango's score test. The bounds are Tango's; one that at limit
    0 lies on the other side of 0 than the exact test says gives way to the exact conditional bound, which never does.

    Args:
        candidate_right: Whether the candidate was right, of shape `(rows,)`.
        baseline_right: Whether the baseline was.
        limit: What the difference is held against, in (-1, 1).
        confidence: In (0, 1), one-sided.
    """
    won = int(np.count_nonzero(candidate_right & ~baseline_right))
    lost = int(np.count_nonzero(baseline_right & ~candidate_right))
    return discordant_test(
        Discordant(won=won, lost=lost, rows=len(candidate_right)), limit=limit, confidence=confidence
    )


def discordant_test(counts: Discordant, *, limit: float, confidence: float) -> PairedTest:
    """Return what `compare_accuracy` does, of the counts."""
    if not counts.rows:
        return no_evidence(SCORE)
    if limit == 0:
        return _exact(counts, confidence)
    score = tango_score(counts, limit)
    test = PairedTest(
        improvement=counts.difference,
        low=tango_bound(counts, float(special.ndtri(confidence))),
        high=tango_bound(counts, -float(special.ndtri(confidence))),
        p_pass=float(special.ndtr(-score)),
        p_fail=float(special.ndtr(score)),
        method=SCORE,
    )
    return agreeing(test, limit=limit, confidence=confidence)


def exact_p(won: int, lost: int) -> float:
    """Return the chance of at least `won` of `won + lost` even tosses: McNemar's exact one-sided p-value.

    McNemar (1947), Note on the sampling error of the difference between correlated proportions, Psychometrika 12; the
    binomial form is the sign test's.

    >>> exact_p(5, 0)
    0.03125
    """
    return float(special.bdtrc(won - 1, won + lost, 0.5)) if won else 1.0


def tango_score(counts: Discordant, limit: float) -> float:
    """Return the score statistic of a difference of paired proportions, standard normal where it is the limit.

    Tango (1998), Equivalence test and confidence interval for the difference in proportions for the paired-sample
    design, Statistics in Medicine 17, equations (8) to (10). At limit 0 it is McNemar's uncorrected z.
    """
    if limit < 0:
        return -tango_score(Discordant(won=counts.lost, lost=counts.won, rows=counts.rows), -limit)
    n, won, lost = counts.rows, counts.won, counts.lost
    # The share of rows lost solves 2 n x^2 + b x - c = 0, in the form that loses no digits.
    b = (2 * n - won + lost) * limit - (won + lost)
    c = lost * limit * (1 - limit)
    root = math.hypot(b, math.sqrt(8 * n * c))
    share_lost = 2 * c / (b + root) if b > 0 else (root - b) / (4 * n)
    variance = n * (2 * share_lost + limit * (1 - limit))
    above = won - lost - n * limit
    if variance <= 0:
        return math.copysign(math.inf, above) if above else 0.0
    return above / math.sqrt(variance)


def tango_bound(counts: Discordant, score: float) -> float:
    """Return the limit at which Tango's statistic, which falls as the limit rises, is `score`; in [-1, 1]."""
    if tango_score(counts, -1.0) <= score:
        return -1.0
    if tango_score(counts, 1.0) >= score:
        return 1.0
    low, high = -1.0, 1.0
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        found = tango_score(counts, middle)
        if found == score:
            return middle
        low, high = (middle, high) if found > score else (low, middle)
    return (low + high) / 2


def _exact(counts: Discordant, confidence: float) -> PairedTest:
    alpha, score = 1 - confidence, float(special.ndtri(confidence))
    p_pass, p_fail = exact_p(counts.won, counts.lost), exact_p(counts.lost, counts.won)
    low, high = tango_bound(counts, score), tango_bound(counts, -score)
    if (low > 0) != (p_pass <= alpha):
        low = _conditional_low(counts.won, counts.lost, counts.rows, alpha)
    if (high < 0) != (p_fail <= alpha):
        high = -_conditional_low(counts.lost, counts.won, counts.rows, alpha)
    test = PairedTest(improvement=counts.difference, low=low, high=high, p_pass=p_pass, p_fail=p_fail, method=EXACT)
    return agreeing(test, limit=0.0, confidence=confidence)


def _conditional_low(won: int, lost: int, rows: int, alpha: float) -> float:
    """Return the bound given the number of discordant rows, of which the share won is Clopper & Pearson's (1934)."""
    share = float(special.betaincinv(won, lost + 1, alpha)) if won else 0.0
    return (2 * share - 1) * (won + lost) / rows
