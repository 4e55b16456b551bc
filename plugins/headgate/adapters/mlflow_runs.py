"""The MLflow runs of one key: which of them is live, and how one takes the place of the others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from mlflow import MlflowClient
from mlflow.entities import Experiment, LoggedModel, Run, ViewType
from mlflow.exceptions import MlflowException

from headgate.adapters.mlflow_client import EXISTS, is_missing, quoted
from headgate.adapters.mlflow_models import tags_of
from headgate.core.refs import RunRef
from headgate.errors import InputError, TrackingError, TransientError

KEY = "headgate.key"
OWNER = "headgate.dag_id"
SNAPSHOT = "headgate.snapshot"
SUPERSEDED_BY = "headgate.superseded_by"
CANDIDATE = "headgate.candidate"
FINGERPRINT = "headgate.fingerprint"
REASON = "headgate.reason"
NOTE = "mlflow.note.content"


def experiment_of(client: MlflowClient, run: RunRef) -> str:
    """Return the id of the model's experiment, made if need be.

    Raises:
        InputError: The model belongs to another Dag, or its experiment was deleted.
    """
    name = f"headgate/{run.model}"
    found = client.get_experiment_by_name(name) or _create_experiment(client, name, run.dag_id)
    if found.lifecycle_stage != "active":
        msg = (
            f"MLflow's experiment {name} must not be deleted. Got a deleted one: restore it with "
            f"'mlflow experiments restore -x {found.experiment_id}', or give the pipeline another model name."
        )
        raise InputError(msg)
    owner = found.tags.get(OWNER)
    if owner is None:
        client.set_experiment_tag(found.experiment_id, OWNER, run.dag_id)
    elif owner != run.dag_id:
        msg = (
            f"model {run.model!r} belongs to Dag {owner!r}. Got Dag {run.dag_id!r} instead: say 'headgate run --dag "
            f"{owner}' where that is the same pipeline, give each pipeline its own model name, or hand the model over "
            f"by the experiment's tag {OWNER}."
        )
        raise InputError(msg)
    return str(found.experiment_id)


def keep_one(client: MlflowClient, experiment: str, run: RunRef, snapshot: str) -> str:
    """Return the one live run of the key that is about that snapshot, made if need be; supersede all others.

    Raises:
        TransientError: Somebody superseded it meanwhile.
    """
    if not _about(runs_of(client, experiment, run.key), snapshot):
        create_run(client, experiment, run, describe(run, snapshot))
    # Looked up even when just made: the client may have posted twice, and so may somebody else have.
    found = runs_of(client, experiment, run.key)
    kept = min(_about(found, snapshot), key=precedence, default=None)
    if kept is None:
        msg = f"run {run.key} must stay live while it is opened. Got superseded by another dag run of the same as-of."
        raise TransientError(msg)
    _take_up(client, kept, describe(run, snapshot))
    supersede_others(client, found, kept.info.run_id)
    return str(kept.info.run_id)


def current_of(client: MlflowClient, found: Run) -> str | None:
    """Return the run itself while it is live, else the live one of its key about the same snapshot, if there is one."""
    if is_live(found):
        return str(found.info.run_id)
    tags = found.data.tags
    live = _about(runs_of(client, found.info.experiment_id, tags[KEY]), tags.get(SNAPSHOT, ""))
    kept = min(live, key=precedence, default=None)
    return str(kept.info.run_id) if kept else None


def runs_of(client: MlflowClient, experiment: str, key: str) -> list[Run]:
    """Return the runs of the key that nobody deleted: the live one, promoted ones, and those superseded by half."""
    found = client.search_runs([experiment], f"tags.`{KEY}` = {quoted(key)}", ViewType.ACTIVE_ONLY)
    return [one for one in found if one.data.tags[KEY] == key]


def create_run(client: MlflowClient, experiment: str, run: RunRef, tags: Mapping[str, str]) -> str:
    """Return the id of a new run."""
    created = client.create_run(experiment, tags=dict(tags), run_name=run.name)
    return str(created.info.run_id)


def supersede_others(client: MlflowClient, found: Iterable[Run], kept: str) -> None:
    """Let one run take the place of all others."""
    for one in found:
        if one.info.run_id != kept:
            _supersede(client, one, kept)


def models_of(client: MlflowClient, experiment: str, chosen: str) -> list[LoggedModel]:
    """Return the logged models of an experiment that a filter chooses, whether whole or not."""
    found: list[LoggedModel] = []
    token: str | None = None
    while True:
        page = client.search_logged_models([experiment], filter_string=chosen, page_token=token)
        found += page
        token = page.token
        if not token:
            return found


def delete_model(client: MlflowClient, model_id: str) -> None:
    """Delete a logged model, unless somebody did already."""
    try:
        client.delete_logged_model(model_id)
    except MlflowException as error:
        if not is_missing(error):
            raise


def set_reason(client: MlflowClient, found: Run, reason: str | None) -> None:
    """Write why the run failed, or take that away."""
    if reason is not None:
        client.log_batch(found.info.run_id, tags=tags_of({REASON: reason}))
    elif REASON in found.data.tags:
        try:
            client.delete_tag(found.info.run_id, REASON)
        except MlflowException as error:
            if not is_missing(error):  # the client asks again when a reply was lost
                raise


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


def is_active(found: Run) -> bool:
    """Return whether nobody deleted the run."""
    return bool(found.info.lifecycle_stage == "active")


def is_live(found: Run) -> bool:
    """Return whether nothing took the run's place."""
    return is_active(found) and SUPERSEDED_BY not in found.data.tags


def precedence(found: Run) -> tuple[bool, int, str]:
    """Return what sorts the runs of a key: a finished fit comes first, then the older one."""
    return CANDIDATE not in found.data.tags, found.info.start_time, found.info.run_id


def _create_experiment(client: MlflowClient, name: str, owner: str) -> Experiment:
    try:
        client.create_experiment(name, tags={OWNER: owner})
    except MlflowException as error:
        if error.error_code not in EXISTS:
            raise
    found = client.get_experiment_by_name(name)
    if found is None:
        msg = f"MLflow's experiment {name} must be there once it was made. Got none: somebody renamed it just now."
        raise TrackingError(msg)
    return found


def _take_up(client: MlflowClient, found: Run, tags: Mapping[str, str]) -> None:
    mlflow_run = found.info.run_id
    changed = {name: value for name, value in tags.items() if found.data.tags.get(name) != value}
    if changed:
        client.log_batch(mlflow_run, tags=tags_of(changed))
    if found.info.status != "RUNNING":
        client.update_run(mlflow_run, status="RUNNING")
        set_reason(client, found, None)


def _supersede(client: MlflowClient, old: Run, kept: str) -> None:
    """Take a run's place. What a kill leaves half done is done when the key's runs are looked at again."""
    mlflow_run = old.info.run_id
    promoted = client.search_model_versions(f"run_id = '{mlflow_run}'", max_results=1)
    if not promoted:
        for model in models_of(client, old.info.experiment_id, f"source_run_id = '{mlflow_run}'"):
            delete_model(client, model.model_id)
    if is_live(old):
        client.set_tag(mlflow_run, SUPERSEDED_BY, kept)
    if old.info.status == "RUNNING":
        client.set_terminated(mlflow_run, "FINISHED" if promoted else "KILLED")
    if not promoted:
        client.delete_run(mlflow_run)


def _about(found: Iterable[Run], snapshot: str) -> list[Run]:
    """Return the live runs about a snapshot."""
    return [one for one in found if is_live(one) and one.data.tags.get(SNAPSHOT) == snapshot]
