"""How long models take to answer, measured in turns so that what disturbs one disturbs all."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

MOST_CALLS = 1000
LEAST_CALLS = 3
_WARM_UPS = 3

Call = Callable[[int], object]
"""Asks a model for one answer; its argument is the number of the call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timed:
    """What became of the calls.

    Args:
        milliseconds: How long each call took, by whose it was.
        refused: Why somebody was left out.
    """

    milliseconds: Mapping[str, Sequence[float]] = field(default_factory=dict)
    refused: Mapping[str, str] = field(default_factory=dict)


def timed_in_turns(calls: Mapping[str, Call], *, seconds: float) -> Timed:
    """Return how long calls take: each model in turn, and first another one each round, until the time is up.

    Some calls of each go before, untimed. A model that raises is left out from then on.

    Args:
        calls: By who is called.
        seconds: For all together. Each is called `LEAST_CALLS` times at least, and `MOST_CALLS` times at most.
    """
    refused: dict[str, str] = {}
    for number in range(_WARM_UPS):
        _round(calls, list(calls), number, refused)
    taken: dict[str, list[float]] = {who: [] for who in calls}
    until = time.perf_counter() + seconds
    for number in range(MOST_CALLS):
        if number >= LEAST_CALLS and time.perf_counter() >= until:
            break
        order = list(calls) if number % 2 == 0 else list(reversed([*calls]))
        for who, milliseconds in _round(calls, order, number, refused).items():
            taken[who].append(milliseconds)
    return Timed(milliseconds={who: all_ for who, all_ in taken.items() if who not in refused}, refused=refused)


def quantile_of(values: Sequence[float], share: float) -> float:
    """Return the least value that at least this share of the values doesn't exceed (Hyndman and Fan 1996, type 1).

    >>> quantile_of([3.0, 1.0, 2.0], 0.5), quantile_of([3.0, 1.0, 2.0], 0.99)
    (2.0, 3.0)
    """
    return sorted(values)[math.ceil(share * len(values)) - 1]


def _round(calls: Mapping[str, Call], order: Sequence[str], number: int, refused: dict[str, str]) -> dict[str, float]:
    taken = {}
    for who in order:
        if who in refused:
            continue
        started = time.perf_counter_ns()
        try:
            calls[who](number)
        except Exception as error:  # noqa: BLE001 - whatever a user's model raises
            refused[who] = f"{type(error).__name__}: {' '.join(str(error).split())}"
        else:
            taken[who] = (time.perf_counter_ns() - started) / 1e6
    return taken
