"""Fits in MLflow's runs: who may write to a run, and which of several fits at once is kept."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping

from mlflow import MlflowClient
from mlflow.entities import LoggedModel, Run

from headgate.adapters.mlflow_client import quoted
from headgate.adapters.mlflow_models import tags_of
from headgate.adapters.mlflow_runs import (
    CANDIDATE,
    FINGERPRINT,
    KEY,
    NOTE,
    REASON,
    SUPERSEDED_BY,
    delete_model,
    is_live,
    models_of,
    precedence,
    runs_of,
    supersede_others,
)
from headgate.core.refs import RunRef

FIT = "headgate.fit"
"""Set when a fit begins; its value lists the tags that were there, which are those that outlive the fit."""
CLAIM = f"{FIT}."
"""Each fit that begins sets one of its own, too; its value is the dag run."""


def mark_of(run: RunRef, before: Mapping[str, str]) -> dict[str, str]:
    """Return the tags of a new fit, one of which nobody else sets."""
    return {FIT: json.dumps(sorted(before)), f"{CLAIM}{uuid.uuid4().hex[:8]}": run.dag_run_id}


def is_clean(found: Run) -> bool:
    """Return whether a run is live and no fit ever began in it."""
    return is_live(found) and FIT not in found.data.tags


def claim(client: MlflowClient, mlflow_run: str, mark: Mapping[str, str]) -> bool:
    """Return whether the run is this fit's alone.

    Of several that claim it at once, at most one is told so: each says that it is there before it looks for others.
    """
    client.log_batch(mlflow_run, tags=tags_of(mark))
    found = client.get_run(mlflow_run)
    return is_live(found) and _claims_on(found).keys() == {name for name in mark if name.startswith(CLAIM)}


def tags_before_fit(found: Run) -> dict[str, str]:
    """Return the tags that a run had when its fit began, its note among them; those it has, if none did."""
    tags = {name: value for name, value in found.data.tags.items() if name.startswith(("headgate.", NOTE))}
    kept = json.loads(tags[FIT]) if FIT in tags else tags.keys() - {SUPERSEDED_BY, REASON}
    return {name: tags[name] for name in kept if name in tags}


def supersede_earlier(client: MlflowClient, experiment: str, run: RunRef, fresh: str) -> None:
    """Let a new fit's run take the place of the key's others, but for those that another dag run is fitting in.

    Which of these is kept is decided at the end, by `keep_only`: two that supersede each other at the beginning could
    go on so for ever.
    """
    found = runs_of(client, experiment, run.key)
    supersede_others(client, (one for one in found if not _is_fitted_by_another(one, run)), fresh)


def keep_only(client: MlflowClient, experiment: str, run: RunRef, *, mlflow_run: str, model_id: str) -> bool:
    """Supersede every other run of the key, delete every other logged model of it, and return whether the run is live.

    The others are what killed tries and lost replies left behind, and fits of other dag runs. What was promoted stays.
    Where the same fit is finished in another run, one of them yields.
    """
    found = runs_of(client, experiment, run.key)
    own = next((one for one in found if one.info.run_id == mlflow_run and is_live(one)), None)
    if own is None or any(_is_same_fit(one, own) and precedence(one) < precedence(own) for one in found):
        return False
    supersede_others(client, found, mlflow_run)
    for model in models_of(client, experiment, f"tags.`{KEY}` = {quoted(run.key)}"):
        if model.model_id != model_id and model.tags.get(KEY) == run.key and not _is_promoted(client, model):
            delete_model(client, model.model_id)
    return len(found) == 1 or is_live(client.get_run(mlflow_run))


def _claims_on(found: Run) -> dict[str, str]:
    return {name: dag_run for name, dag_run in found.data.tags.items() if name.startswith(CLAIM)}


def _is_fitted_by_another(found: Run, run: RunRef) -> bool:
    is_open = found.info.status == "RUNNING" and CANDIDATE not in found.data.tags
    return is_open and is_live(found) and any(dag_run != run.dag_run_id for dag_run in _claims_on(found).values())


def _is_same_fit(found: Run, own: Run) -> bool:
    if found.info.run_id == own.info.run_id or not is_live(found) or CANDIDATE not in found.data.tags:
        return False
    return found.data.tags.get(FINGERPRINT) == own.data.tags.get(FINGERPRINT)


def _is_promoted(client: MlflowClient, model: LoggedModel) -> bool:
    versions = client.search_model_versions(f"run_id = '{model.source_run_id}'") if model.source_run_id else ()
    return any(version.source == f"models:/{model.model_id}" for version in versions)
