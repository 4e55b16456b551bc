"""The MLflow runs of one key: which of them is live, and how one takes the place of the others."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from mlflow import MlflowClient
from mlflow.entities import Run, ViewType

from headgate.adapters.mlflow_client import quoted
from headgate.adapters.mlflow_models import tags_of
from headgate.core.refs import RunRef
from headgate.errors import TransientError

KEY = "headgate.key"
OWNER = "headgate.dag_id"
SNAPSHOT = "headgate.snapshot"
SUPERSEDED_BY = "headgate.superseded_by"
CANDIDATE = "headgate.candidate"
FINGERPRINT = "headgate.fingerprint"
REASON = "headgate.reason"
NOTE = "mlflow.note.content"
FIT = "headgate.fit"
"""Set when a fit begins; its value lists the tags that were there, which are those that outlive the fit."""


def keep_one(client: MlflowClient, experiment: str, run: RunRef, snapshot: str) -> str:
    """Return the one live run of the key that is about that snapshot, made if need be; supersede all others.

    Raises:
        TransientError: Somebody superseded it meanwhile.
    """
    if not _about(live_runs(client, experiment, run), snapshot):
        create_run(client, experiment, run, describe(run, snapshot))
    # Looked up even when just made: the client may have posted twice, and so may somebody else have.
    live = live_runs(client, experiment, run)
    kept = min(_about(live, snapshot), key=_precedence, default=None)
    if kept is None:
        msg = f"run {run.key} must stay live while it is opened. Got superseded by another dag run of the same as-of."
        raise TransientError(msg)
    _take_up(client, kept, describe(run, snapshot))
    supersede_others(client, live, kept.info.run_id)
    return str(kept.info.run_id)


def live_runs(client: MlflowClient, experiment: str, run: RunRef) -> list[Run]:
    """Return the runs of the key whose place no other has taken."""
    found = client.search_runs([experiment], f"tags.`{KEY}` = {quoted(run.key)}", ViewType.ACTIVE_ONLY)
    return [one for one in found if is_live(one) and one.data.tags[KEY] == run.key]


def create_run(client: MlflowClient, experiment: str, run: RunRef, tags: Mapping[str, str]) -> str:
    """Return the id of a new run."""
    created = client.create_run(experiment, tags=dict(tags), run_name=run.name)
    return str(created.info.run_id)


def supersede_others(client: MlflowClient, live: Iterable[Run], kept: str) -> None:
    """Let one run take the place of all others."""
    for one in live:
        if one.info.run_id != kept:
            _supersede(client, one, kept)


def set_reason(client: MlflowClient, found: Run, reason: str | None) -> None:
    """Write why the run failed, or take that away."""
    if reason is not None:
        client.log_batch(found.info.run_id, tags=tags_of({REASON: reason}))
    elif REASON in found.data.tags:
        client.delete_tag(found.info.run_id, REASON)


def describe(run: RunRef, snapshot: str) -> dict[str, str]:
    """Return the tags that say what a run is about."""
    return {
        KEY: run.key,
        OWNER: run.dag_id,
        SNAPSHOT: snapshot,
        "headgate.dag_run_id": run.dag_run_id,
        "headgate.run_type": run.run_type,
        "headgate.model": run.model,
        "headgate.as_of": run.as_of.instant.isoformat(),
        "headgate.as_of_origin": run.as_of.origin,
        "headgate.training_window": str(run.windows.training),
        "headgate.holdout": str(run.windows.holdout),
        "mlflow.user": run.who,
        "mlflow.source.name": run.dag_id,
        "mlflow.source.type": "JOB",
    }


def tags_before_fit(found: Run) -> dict[str, str]:
    """Return the tags that a run had when its fit began, its note among them; those it has, if none did."""
    tags = {name: value for name, value in found.data.tags.items() if name.startswith(("headgate.", NOTE))}
    kept = json.loads(tags[FIT]) if FIT in tags else tags.keys() - {SUPERSEDED_BY, REASON}
    return {name: tags[name] for name in kept if name in tags}


def is_active(found: Run) -> bool:
    """Return whether nobody deleted the run."""
    return bool(found.info.lifecycle_stage == "active")


def is_live(found: Run) -> bool:
    """Return whether nothing took the run's place."""
    return is_active(found) and SUPERSEDED_BY not in found.data.tags


def _take_up(client: MlflowClient, found: Run, tags: Mapping[str, str]) -> None:
    mlflow_run = found.info.run_id
    changed = {name: value for name, value in tags.items() if found.data.tags.get(name) != value}
    if changed:
        client.log_batch(mlflow_run, tags=tags_of(changed))
    if found.info.status != "RUNNING":
        client.update_run(mlflow_run, status="RUNNING")
        set_reason(client, found, None)


def _supersede(client: MlflowClient, old: Run, kept: str) -> None:
    mlflow_run = old.info.run_id
    promoted = client.search_model_versions(f"run_id = '{mlflow_run}'", max_results=1)
    if not promoted:
        # Before the tag, so that a kill in between is made good when the run is superseded again.
        _delete_models(client, old)
    client.set_tag(mlflow_run, SUPERSEDED_BY, kept)
    if not promoted:
        client.delete_run(mlflow_run)


def _delete_models(client: MlflowClient, old: Run) -> None:
    source = f"source_run_id = '{old.info.run_id}'"
    for model in client.search_logged_models([old.info.experiment_id], filter_string=source):
        client.delete_logged_model(model.model_id)


def _about(live: Iterable[Run], snapshot: str) -> list[Run]:
    return [one for one in live if one.data.tags.get(SNAPSHOT) == snapshot]


def _precedence(found: Run) -> tuple[bool, int, str]:
    return CANDIDATE not in found.data.tags, found.info.start_time, found.info.run_id
