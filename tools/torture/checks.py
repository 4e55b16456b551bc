"""What must hold when a torture has settled, as pure functions of what was seen: a second opinion beside the audit."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from mlflow.entities import LoggedModel, LoggedModelStatus, Run

from headgate.core.verdict import Outcome
from tools.torture.reference import Expected
from tools.torture.seen import Seen, as_of, is_there, model_of

DUPLICATE, LOST, HALF, ALIAS, OTHER = "duplicate", "lost", "half-written", "alias", "differs"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something that isn't as it would be after undisturbed runs: what kind, and a sentence."""

    kind: str
    said: str


def find(seen: Seen, expected: Mapping[datetime, Expected], *, promotable: Collection[datetime]) -> list[Finding]:
    """Return everything that isn't as it should be.

    Args:
        seen: What MLflow holds.
        expected: What undisturbed runs end with, by as-of; of every dag run that there was.
        promotable: The as-ofs of the dag runs that may promote, which those of backfills may not.
    """
    by_key = {one.key: one for one in expected.values()}
    return [
        *_runs(seen, by_key),
        *_evidence(seen, by_key),
        *_models(seen),
        *_versions(seen),
        *_champion(seen, expected, promotable),
    ]


def _runs(seen: Seen, expected: Mapping[str, Expected]) -> Iterator[Finding]:
    live = seen.live()
    for key in expected.keys() - live.keys():
        yield Finding(kind=LOST, said=f"{key} has no live MLflow run")
    for key in live.keys() - expected.keys():
        yield Finding(kind=DUPLICATE, said=f"{key} has a live MLflow run, and no dag run asked for it")
    for key, runs in live.items():
        if len(runs) > 1:
            yield Finding(kind=DUPLICATE, said=f"{key} has {len(runs)} live MLflow runs: {_ids(runs)}")
    promoted = {model.source_run_id for model in seen.models if model.model_id in seen.promoted()}
    for run in seen.runs:
        if is_there(run) and run.info.status in {"RUNNING", "SCHEDULED"}:
            yield Finding(kind=HALF, said=f"run {run.info.run_id} is {run.info.status}")
        is_superseded = "headgate.superseded_by" in run.data.tags
        if is_there(run) and is_superseded and run.info.run_id not in promoted:
            yield Finding(kind=HALF, said=f"run {run.info.run_id} is superseded and still there")


def _evidence(seen: Seen, expected: Mapping[str, Expected]) -> Iterator[Finding]:
    """Yield where what a live run holds isn't what an undisturbed one does."""
    whole = {model.model_id: model for model in seen.models if model.status == LoggedModelStatus.READY}
    for key, (run, *_) in seen.live().items():
        one, tags = expected.get(key), run.data.tags
        if one is None:
            continue
        model = whole.get(tags.get("headgate.candidate", ""))
        if model is None or model.source_run_id != run.info.run_id:
            yield Finding(kind=HALF, said=f"{key}: run {run.info.run_id} has no whole candidate of its own")
        if run.info.status != "FINISHED":
            yield Finding(kind=HALF, said=f"{key}: run {run.info.run_id} is {run.info.status}")
        yield from _differences(key, one, run)


def _differences(key: str, one: Expected, run: Run) -> Iterator[Finding]:
    tags = run.data.tags
    found = {"snapshot": one.snapshot, "fingerprint": one.fingerprint, "verdict": str(one.outcome)}
    for name, wanted in found.items():
        if (got := tags.get(f"headgate.{name}")) != wanted:
            kind = HALF if got is None else OTHER
            yield Finding(kind=kind, said=f"{key}: {name} must be {wanted}. Got {got} in run {run.info.run_id}")
    measured = run.data.metrics.get("mae", math.nan)
    if not math.isclose(measured, one.mae, rel_tol=1e-6):
        kind = HALF if math.isnan(measured) else OTHER
        yield Finding(kind=kind, said=f"{key}: mae must be {one.mae}. Got {measured} in run {run.info.run_id}")


def _models(seen: Seen) -> Iterator[Finding]:
    candidates = {run.data.tags.get("headgate.candidate") for runs in seen.live().values() for run in runs}
    promoted = seen.promoted()
    for model in seen.models:
        if model.status != LoggedModelStatus.READY:
            yield Finding(kind=HALF, said=f"logged model {model.model_id} ({_key(model)}) is {model.status.name}")
        elif model.model_id not in candidates | promoted:
            yield Finding(kind=DUPLICATE, said=f"logged model {model.model_id} ({_key(model)}) is nobody's candidate")
    there = {model.model_id for model in seen.models}
    for version in seen.versions:
        if model_of(version) not in there:
            yield Finding(kind=LOST, said=f"version {version.version} has lost its model {model_of(version)}")


def _versions(seen: Seen) -> Iterator[Finding]:
    champions = seen.champions()
    for model_id, count in Counter(model_of(version) for version in champions).items():
        if count > 1:
            yield Finding(kind=DUPLICATE, said=f"logged model {model_id} was promoted {count} times")
    for earlier, later in pairwise(champions):
        if as_of(later) <= as_of(earlier):
            numbers = f"{earlier.version} ({as_of(earlier):%Y-%m-%d}) to {later.version} ({as_of(later):%Y-%m-%d})"
            yield Finding(kind=OTHER, said=f"the champion went back in as-of, from version {numbers}")
    wanted = {"champion": champions[-1:], "previous": champions[-2:-1]}
    for alias, versions in wanted.items():
        number = int(versions[0].version) if versions else None
        if (got := seen.aliases.get(alias)) != number:
            yield Finding(kind=ALIAS, said=f"alias {alias} must be on version {number}. Got {got}")


def _champion(seen: Seen, expected: Mapping[datetime, Expected], promotable: Collection[datetime]) -> Iterator[Finding]:
    """Yield that another one serves than after undisturbed runs: the newest that passed and may be promoted."""
    passed = [one for one in promotable if one in expected and expected[one].outcome is Outcome.PASS]
    wanted = max(passed, default=None)
    champions = seen.champions()
    got = as_of(champions[-1]) if champions else None
    if got != wanted:
        yield Finding(kind=LOST, said=f"the champion must be of as-of {wanted}. Got one of {got}")


def _ids(runs: Collection[Run]) -> str:
    return ", ".join(f"{run.info.run_id} ({run.info.status})" for run in runs)


def _key(model: LoggedModel) -> str:
    return str(model.tags.get("headgate.key", "no key"))
