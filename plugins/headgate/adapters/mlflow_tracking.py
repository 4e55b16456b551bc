"""MLflow's runs and logged models: one live run for each key."""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from mlflow import MlflowClient
from mlflow.entities import Experiment, LoggedModelOutput, LoggedModelStatus
from mlflow.exceptions import MlflowException

from headgate.adapters.mlflow_client import EXISTS, MlflowServer, download_model, is_whole, settled
from headgate.adapters.mlflow_models import (
    dataset_inputs,
    metrics_of,
    name_folder,
    params_of,
    save_folder,
    signature_of,
    tags_of,
)
from headgate.adapters.mlflow_runs import (
    CANDIDATE,
    FINGERPRINT,
    FIT,
    KEY,
    OWNER,
    REASON,
    SNAPSHOT,
    create_run,
    describe,
    is_active,
    is_live,
    keep_one,
    live_runs,
    set_reason,
    supersede_others,
    tags_before_fit,
)
from headgate.core.refs import RunRef, SnapshotRef, TrackedRun
from headgate.errors import InputError, TrackingError
from headgate.ports import Evidence, Fitted

VALIDATION = "validation"


class MlflowRunTracker:
    """Runs and logged models of one MLflow server.

    A run whose model was promoted is evidence: when it is superseded it is tagged so, and it and its models stay.

    Args:
        tracking_uri: The server's address, http or https.
        username: The login, if the server asks for one.
        password: The login's password.
    """

    def __init__(self, tracking_uri: str, *, username: str | None = None, password: str | None = None) -> None:
        self._server = MlflowServer(tracking_uri, username=username, password=password)

    def open(self, run: RunRef, snapshot: str) -> TrackedRun:
        """Return the one live run of the key that is about that snapshot, or make it.

        Running it again: finds the run, says which dag run it belongs to now, and sets it to running.

        Raises:
            InputError: The model belongs to another Dag, or its experiment was deleted.
        """
        with self._server.asked(f"open the run {run.key}"):
            experiment = self._experiment_of(run)
            kept = settled(lambda: keep_one(self._client, experiment, run, snapshot))
        return TrackedRun(experiment=experiment, mlflow_run=kept)

    def candidate_of(self, tracked: TrackedRun, fingerprint: str) -> str | None:
        """Return the id of the finished candidate of that fingerprint, if an earlier try logged one whole."""
        with self._server.asked(f"look for a candidate in the run {tracked.mlflow_run}"):
            found = self._client.get_run(tracked.mlflow_run)
            model_id = found.data.tags.get(CANDIDATE)
            if model_id is None or found.data.tags.get(FINGERPRINT) != fingerprint or not is_active(found):
                return None
            return model_id if is_whole(self._client, model_id) else None

    def begin_fit(self, run: RunRef, tracked: TrackedRun) -> TrackedRun:
        """Return a run that no fit has written to, marked for this one."""
        with self._server.asked(f"begin a fit in the run {tracked.mlflow_run}"):
            found = self._client.get_run(tracked.mlflow_run)
            before = tags_before_fit(found)
            mark = {FIT: json.dumps(sorted(before))}
            if is_live(found) and FIT not in found.data.tags:
                self._client.set_tag(tracked.mlflow_run, FIT, mark[FIT])
                return tracked
            tags = {**before, **describe(run, found.data.tags.get(SNAPSHOT, "")), **mark}
            fresh = create_run(self._client, tracked.experiment, run, tags)
            self._copy_validation(tracked.mlflow_run, fresh)
            settled(lambda: self._supersede_others(tracked.experiment, run, fresh))
        return TrackedRun(experiment=tracked.experiment, mlflow_run=fresh)

    def log_candidate(
        self, tracked: TrackedRun, fitted: Fitted, snapshot: SnapshotRef, evidence: Evidence, *, name: str
    ) -> str:
        """Log the model whole, then the evidence with the dataset; return the logged model's id.

        The tag that makes it a candidate comes last: whatever fails before leaves an unfinished try, which the next
        `begin_fit` supersedes.

        """
        signature = signature_of(fitted)
        with tempfile.TemporaryDirectory(prefix="headgate-") as parent:
            folder = Path(parent) / "model"
            model = save_folder(fitted, folder, signature, mlflow_run=tracked.mlflow_run)
            with self._server.asked(f"log the model {name} in the run {tracked.mlflow_run}"):
                logged = self._client.create_logged_model(
                    tracked.experiment,
                    name=name,
                    source_run_id=tracked.mlflow_run,
                    tags={**evidence.tags, SNAPSHOT: snapshot.id, KEY: snapshot.run.key},
                    params=dict(evidence.params),
                    model_type=type(fitted.model).__name__,
                )
                name_folder(model, folder, logged)
                self._client.log_model_artifacts(logged.model_id, str(folder))
                self._client.finalize_logged_model(logged.model_id, LoggedModelStatus.READY)
                self._client.log_outputs(tracked.mlflow_run, [LoggedModelOutput(logged.model_id, step=0)])
                self._client.log_inputs(tracked.mlflow_run, dataset_inputs(snapshot, signature))
                self._log(tracked, evidence, model_id=logged.model_id)
                self._client.set_tag(tracked.mlflow_run, CANDIDATE, logged.model_id)
        return str(logged.model_id)

    def record(self, tracked: TrackedRun, evidence: Evidence) -> None:
        """Write a step's evidence: its files, then all else in one batch."""
        with self._server.asked(f"write to the run {tracked.mlflow_run}"):
            if evidence.artifacts:
                self._upload(tracked.mlflow_run, evidence.artifacts)
            self._log(tracked, evidence, model_id=evidence.model_id)

    def close(self, tracked: TrackedRun, *, failed: str | None = None) -> None:
        """Mark the run finished, or failed with its reason. What was said last counts."""
        status = "FINISHED" if failed is None else "FAILED"
        with self._server.asked(f"close the run {tracked.mlflow_run}"):
            found = self._client.get_run(tracked.mlflow_run)
            if (found.info.status, found.data.tags.get(REASON)) == (status, failed):
                return
            set_reason(self._client, found, failed)
            self._client.set_terminated(tracked.mlflow_run, status)

    def read(self, tracked: TrackedRun, path: str) -> bytes:
        """Return an artifact of the run.

        Raises:
            TrackingError: It isn't there.
        """
        with (
            tempfile.TemporaryDirectory(prefix="headgate-") as folder,
            self._server.asked(f"give the artifact {path} of the run {tracked.mlflow_run}"),
        ):
            parent = path.rpartition("/")[0]
            if path not in {one.path for one in self._client.list_artifacts(tracked.mlflow_run, parent or None)}:
                msg = f"artifact {path} must be in the run {tracked.mlflow_run}. Got none: its task has to run again."
                raise TrackingError(msg)
            return Path(self._client.download_artifacts(tracked.mlflow_run, path, folder)).read_bytes()

    def fetch_model(self, model_id: str, folder: Path) -> Path:
        """Download a logged model below a folder, and return where it lies.

        Raises:
            TrackingError: There is no such model, or it isn't whole.
        """
        place = folder / model_id
        place.mkdir(parents=True, exist_ok=True)
        with self._server.asked(f"give the model {model_id}"):
            if not is_whole(self._client, model_id):
                msg = f"model {model_id} must be whole in MLflow. Got none that is: its task has to run again."
                raise TrackingError(msg)
            download_model(self._client, model_id, place)
        return place

    @property
    def _client(self) -> MlflowClient:
        return self._server.client

    def _experiment_of(self, run: RunRef) -> str:
        name = f"headgate/{run.model}"
        found = self._client.get_experiment_by_name(name) or self._create_experiment(name, run.dag_id)
        if found.lifecycle_stage != "active":
            msg = (
                f"MLflow's experiment {name} must not be deleted. Got a deleted one: restore it with "
                f"'mlflow experiments restore -x {found.experiment_id}', or give the pipeline another model name."
            )
            raise InputError(msg)
        owner = found.tags.get(OWNER)
        if owner is None:
            self._client.set_experiment_tag(found.experiment_id, OWNER, run.dag_id)
        elif owner != run.dag_id:
            msg = (
                f"model {run.model!r} belongs to Dag {owner!r}. Got Dag {run.dag_id!r} instead: give each pipeline its "
                f"own model name, or hand the model over by the experiment's tag {OWNER}."
            )
            raise InputError(msg)
        return str(found.experiment_id)

    def _create_experiment(self, name: str, owner: str) -> Experiment:
        try:
            self._client.create_experiment(name, tags={OWNER: owner})
        except MlflowException as error:
            if error.error_code not in EXISTS:
                raise
        found = self._client.get_experiment_by_name(name)
        if found is None:
            msg = f"MLflow's experiment {name} must be there once it was made. Got none: somebody renamed it just now."
            raise TrackingError(msg)
        return found

    def _supersede_others(self, experiment: str, run: RunRef, kept: str) -> None:
        supersede_others(self._client, live_runs(self._client, experiment, run), kept)

    def _copy_validation(self, old: str, fresh: str) -> None:
        if self._client.list_artifacts(old, VALIDATION):
            with tempfile.TemporaryDirectory(prefix="headgate-") as folder:
                copied = self._client.download_artifacts(old, VALIDATION, folder)
                self._client.log_artifacts(fresh, copied, VALIDATION)

    def _upload(self, mlflow_run: str, artifacts: Mapping[str, bytes]) -> None:
        with tempfile.TemporaryDirectory(prefix="headgate-") as folder:
            for path, content in artifacts.items():
                file = Path(folder) / path
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(content)
            self._client.log_artifacts(mlflow_run, folder)

    def _log(self, tracked: TrackedRun, evidence: Evidence, *, model_id: str | None) -> None:
        metrics = metrics_of(evidence.metrics, evidence.measures, model_id=model_id, at=time.time_ns() // 1_000_000)
        tags, params = tags_of(evidence.tags), params_of(evidence.params)
        self._client.log_batch(tracked.mlflow_run, metrics=metrics, params=params, tags=tags)
