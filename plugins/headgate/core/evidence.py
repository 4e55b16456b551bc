"""Which facts a need brings, and what is said where they can't be had."""

from __future__ import annotations

from collections.abc import Iterable
from typing import assert_never

from headgate.core.evaluation import Fact
from headgate.core.needs import (
    Adversarial,
    ChampionDrift,
    Costs,
    DataFacts,
    Need,
    Perturbed,
    ShuffledScore,
    TrainingScore,
    Wear,
)

FactNeed = Costs | TrainingScore | ShuffledScore | Perturbed | DataFacts | ChampionDrift | Adversarial | Wear
"""The needs that bring facts; metrics, columns and slices are the scorer's."""


def fact_needs(needs: Iterable[Need]) -> tuple[FactNeed, ...]:
    """Return the needs that bring facts, each once, in order."""
    return tuple(dict.fromkeys(need for need in needs if isinstance(need, FactNeed)))


def facts_of(need: FactNeed) -> tuple[tuple[str, str], ...]:
    """Return name and unit of each fact that a need brings.

    >>> facts_of(Adversarial())
    (('adversarial_auc', 'share'),)
    """
    match need:
        case Costs():
            latencies = [f"latency_{what}_{which}" for what in ("row", "batch") for which in ("p50", "p99")]
            named = [*((name, "ms") for name in latencies), ("size", "bytes"), ("memory", "bytes")]
        case TrainingScore():
            named = [(f"training_{need.metric}", need.metric.unit)]
        case ShuffledScore():
            named = [(f"shuffled_{need.metric}", need.metric.unit)]
        case Perturbed():
            named = [(f"{what}_{need.who}", "share") for what in ("changed", "rose", "fell")]
        case DataFacts():
            named = [("training_rows", "rows"), ("holdout_rows", "rows"), ("freshness", "days")]
        case ChampionDrift():
            named = [("champion_psi", "PSI")]
        case Adversarial():
            named = [("adversarial_auc", "share")]
        case Wear():
            named = [("wear", "decisions"), ("wear_mean", "decisions")]
        case unknown:
            assert_never(unknown)
    return tuple(named)


def missing(need: FactNeed, why: str) -> tuple[Fact, ...]:
    """Return the facts of a need that can't be measured."""
    return tuple(Fact(name=name, unit=unit, candidate=None, note=why) for name, unit in facts_of(need))


def contested(needs: Iterable[FactNeed]) -> dict[str, str]:
    """Return why there is no value of each fact that several needs would give different values.

    >>> sorted(contested([Costs(batch=10), Costs(batch=20)]))
    ['latency_batch_p50', 'latency_batch_p99']
    """
    asked: dict[str, list[FactNeed]] = {}
    for need in needs:
        for name in _names_of_its_own(need):
            asked.setdefault(name, []).append(need)
    return {
        name: f"{name} must be asked for in one way. Got {' and '.join(map(repr, several))} instead."
        for name, several in asked.items()
        if len(several) > 1
    }


def _names_of_its_own(need: FactNeed) -> list[str]:
    """Return the facts that the need's arguments make what they are."""
    names = [name for name, _ in facts_of(need)]
    return [name for name in names if "batch" in name] if isinstance(need, Costs) else names
