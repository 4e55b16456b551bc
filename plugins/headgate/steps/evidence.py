"""Gather what gates need besides predictions: facts about candidate, baseline and data."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace

from headgate.core.evaluation import Fact
from headgate.core.evidence import contested, fact_needs, facts_of, missing
from headgate.core.mode import Mode
from headgate.core.needs import Need
from headgate.steps.gathering import Gatherer
from headgate.steps.subject import EvidencePorts, Subject


def gather(
    needs: Iterable[Need], *, subject: Subject, trusted: Sequence[str], mode: Mode, ports: EvidencePorts
) -> tuple[Fact, ...]:
    """Return the facts that gates need, each once, in order; metrics, columns and slices bring none.

    What can't be measured is a fact without a value, whose note says why: no evaluation fails for it. So is one that
    two needs would give different values.

    What it does not do: judge, or write.

    Running it again: measures latency and memory anew; all else is the same.

    Args:
        needs: What the policy's gates need.
        subject: What it is about.
        trusted: Types of the user's own that a model may hold.
        mode: What the run may do: a replay's holdout is worn by what was decided at earlier as-ofs only.
        ports: What it needs of the world.

    Raises:
        TransientError: The store or MLflow can't be reached.
    """
    asked = fact_needs(needs)
    refusals = contested(asked)
    gatherer = Gatherer(asked, subject=subject, trusted=tuple(trusted), mode=mode, ports=ports)
    facts: dict[str, Fact] = {}
    for need in asked:
        open_ones = {name for name, _ in facts_of(need)} - refusals.keys() - facts.keys()
        for fact in gatherer.gathered(need) if open_ones else missing(need, ""):
            facts.setdefault(fact.name, _refused(fact, refusals) if fact.name in refusals else _told(fact))
    return tuple(facts.values())


def _refused(fact: Fact, refusals: dict[str, str]) -> Fact:
    return Fact(name=fact.name, unit=fact.unit, candidate=None, note=refusals[fact.name])


def _told(fact: Fact) -> Fact:
    """Return the fact with numbers that are numbers."""
    candidate, baseline = (_finite(value) for value in (fact.candidate, fact.baseline))
    if candidate is None and not fact.note:
        return replace(fact, candidate=None, baseline=baseline, note="it came out as no finite number")
    return replace(fact, candidate=candidate, baseline=baseline)


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None
