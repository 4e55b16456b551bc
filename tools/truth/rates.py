"""How often something happened among simulations, and how often it may have."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

SIGMAS = 4.0
"""Simulations scatter; what lies further than that many standard errors from its level isn't scatter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """One claim and how often it was wrong.

    Args:
        claim: What was simulated, and counted.
        hits: How often it happened; the sum of shares where a simulation has one.
        trials: How many simulations there were.
        level: How often it should happen.
        at_most: Whether less is right too, as with exact tests of counts.
        slack: What an approximate method may be off besides, in the level's unit.
    """

    claim: str
    hits: float
    trials: int
    level: float
    at_most: bool = False
    slack: float = 0.0

    @property
    def observed(self) -> float:
        """The share of simulations in which it happened."""
        return self.hits / self.trials

    @property
    def band(self) -> tuple[float, float]:
        """Between which shares it may lie."""
        room = SIGMAS * math.sqrt(self.level * (1 - self.level) / self.trials) + self.slack
        return 0.0 if self.at_most else max(0.0, self.level - room), min(1.0, self.level + room)

    @property
    def is_inside(self) -> bool:
        """Whether it lies there."""
        low, high = self.band
        return low <= self.observed <= high

    def __str__(self) -> str:
        low, high = self.band
        told = f"{100 * self.observed:6.2f} %  {100 * low:5.2f} to {100 * high:5.2f} %  of {self.trials:,}"
        return f"{self.claim:<76} {told}{'' if self.is_inside else '  OUTSIDE'}"


def told(title: str, rates: Iterable[Rate]) -> list[str]:
    """Print a table, and return the claims that lie outside."""
    print(f"\n{title}\n{'':<76} {'rate':>8}  {'allowed':<16}  simulations")
    outside = []
    for rate in rates:
        print(rate, flush=True)
        if not rate.is_inside:
            outside.append(f"{title}: {rate}")
    return outside
