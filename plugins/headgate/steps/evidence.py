"""Gather what gates need besides predictions: facts about candidate, baseline and data."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace

from headgate import wire
from headgate.core.evaluation import Evaluation, Fact
from headgate.core.evidence import contested, fact_needs, facts_of, missing
from headgate.core.mode import Mode
from headgate.core.needs import Need
from headgate.core.past_runs import PastRun
from headgate.core.refs import TrackedRun
from headgate.errors import InputError, TrackingError
from headgate.ports import RunTracker
from headgate.steps.gathering import Gatherer
from headgate.steps.subject import EvidencePorts, Subject

EVALUATION = "evaluation/evaluation.json"
"""Measures and facts of a run's candidate."""


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


def recorded_facts(run: PastRun, tracker: RunTracker) -> tuple[Fact, ...]:
    """Return the facts that a run of the past gathered; none where it gathered none, or they can't be read any more.

    They are as they were then, since what they are about may not be there any more, and a cost is of its day. So what
    is told of a baseline is told of the champion that the run met for real, and so are drift and wear, whoever a
    simulated history lets it meet: a gate on a ratio of costs, on drift from the champion or on wear answers in a
    history what it answered the run.

    Raises:
        TransientError: MLflow can't be reached.
    """
    tracked = TrackedRun(experiment=run.experiment, mlflow_run=run.mlflow_run)
    try:
        return wire.parse(Evaluation, tracker.read(tracked, EVALUATION).decode()).facts
    except (TrackingError, InputError, UnicodeDecodeError):
        return ()


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
