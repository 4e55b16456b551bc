"""What is irregular about the logged models of a model."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime

from headgate.core.irregularity import Irregularity, Kind, Records
from headgate.core.ledger import ModelRecord, RunRecord


def audit_models(records: Records, *, before: datetime) -> Iterator[Irregularity]:
    """Yield what is irregular about the logged models; those that somebody logged by hand are left alone.

    Args:
        records: What is known.
        before: What was made earlier isn't being worked on any more.
    """
    runs = {run.mlflow_run: run for run in records.runs}
    candidates, promoted = {run.tag_of("candidate") for run in records.runs}, records.promoted()
    whole: dict[str, list[ModelRecord]] = defaultdict(list)
    for logged in records.models:
        run = runs.get(logged.mlflow_run)
        key = logged.key or (run.key if run else None)
        if key is None:
            continue
        if run is None or not run.is_live:
            if logged.model_id not in promoted:
                yield _left_over(logged, run, key, records.model)
        elif logged.is_whole:
            whole[key].append(logged)
        elif logged.model_id not in candidates and logged.created < before:
            yield _unfinished(logged, key, records.model)
    for key, models in whole.items():
        if len(models) > 1:
            yield _duplicate(models, key, records.model)


def _left_over(logged: ModelRecord, run: RunRecord | None, key: str, model: str) -> Irregularity:
    why = "isn't there any more"
    if run is not None:
        by = run.tag_of("superseded_by")
        why = "was deleted" if by is None else f"run {by} took the place of"
    return Irregularity.wrong(
        Kind.HALF_WRITTEN,
        logged.model_id,
        said=f"logged model {logged.model_id} of {key} must go with its run {logged.mlflow_run}, which {why}. Got one "
        f"that is {logged.status}.",
        remedy=_prune(model),
    )


def _unfinished(logged: ModelRecord, key: str, model: str) -> Irregularity:
    return Irregularity.wrong(
        Kind.HALF_WRITTEN,
        logged.model_id,
        said=f"logged model {logged.model_id} of {key} must be whole. Got one that is {logged.status} since "
        f"{logged.created:%Y-%m-%d %H:%M} UTC.",
        remedy=_prune(model),
    )


def _duplicate(models: list[ModelRecord], key: str, model: str) -> Irregularity:
    ids = ", ".join(logged.model_id for logged in models)
    return Irregularity.wrong(
        Kind.DUPLICATE,
        key,
        said=f"{key} must have one live logged model. Got {len(models)}: {ids}.",
        remedy=f"headgate prune {model} --yes deletes those that are no run's candidate, once they are a day old.",
    )


def _prune(model: str) -> str:
    return f"headgate prune {model} --yes deletes it, once it is a day old."
