"""MLflow's runs and logged models: one live run for each key."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from mlflow import MlflowClient
from mlflow.entities import LoggedModelOutput, LoggedModelStatus
from mlflow.exceptions import MlflowException

from headgate.adapters.mlflow_client import MlflowServer, download_model, is_whole, settled
from headgate.adapters.mlflow_fits import (
    claim,
    is_clean,
    keep_only,
    mark_of,
    supersede_earlier,
    tags_before_fit,
)
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
    KEY,
    REASON,
    SNAPSHOT,
    create_run,
    current_of,
    delete_model,
    describe,
    experiment_of,
    is_active,
    is_live,
    keep_one,
    set_reason,
)
from headgate.core.refs import RunRef, SnapshotRef, TrackedRun
from headgate.errors import TrackingError, TransientError
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
            experiment = experiment_of(self._client, run)
            kept = settled(lambda: keep_one(self._client, experiment, run, snapshot))
        return TrackedRun(experiment=experiment, mlflow_run=kept)

    def current(self, tracked: TrackedRun) -> TrackedRun | None:
        """Return the run itself while it is live, else the live one of its key about the same snapshot, if any."""
        with self._server.asked(f"look whether the run {tracked.mlflow_run} is live"):
            found = current_of(self._client, self._client.get_run(tracked.mlflow_run))
        return TrackedRun(experiment=tracked.experiment, mlflow_run=found) if found else None

    def candidate_of(self, tracked: TrackedRun, fingerprint: str) -> str | None:
        """Return the id of the finished candidate of that fingerprint, if an earlier try logged one whole."""
        with self._server.asked(f"look for a candidate in the run {tracked.mlflow_run}"):
            found = self._client.get_run(tracked.mlflow_run)
            model_id = found.data.tags.get(CANDIDATE)
            if model_id is None or found.data.tags.get(FINGERPRINT) != fingerprint or not is_active(found):
                return None
            return model_id if is_whole(self._client, model_id) else None

    def begin_fit(self, run: RunRef, tracked: TrackedRun) -> TrackedRun:
        """Return a run that no other fit writes to, marked for this one; supersede what earlier tries left unfinished.

        Raises:
            TransientError: Another try, or another dag run of the same as-of, took its place at once.
        """
        with self._server.asked(f"begin a fit in the run {tracked.mlflow_run}"):
            found = self._client.get_run(tracked.mlflow_run)
            before = tags_before_fit(found)
            mark = mark_of(run, before)
            if is_clean(found) and settled(lambda: claim(self._client, tracked.mlflow_run, mark)):
                return tracked
            tags = {**before, **describe(run, found.data.tags.get(SNAPSHOT, "")), **mark}
            fresh = create_run(self._client, tracked.experiment, run, tags)
            self._copy_validation(tracked.mlflow_run, fresh)
            settled(lambda: supersede_earlier(self._client, tracked.experiment, run, fresh))
            begun = TrackedRun(experiment=tracked.experiment, mlflow_run=fresh)
            if not self._is_live(begun):
                raise _superseded(begun)
        return begun

    def log_candidate(
        self, tracked: TrackedRun, fitted: Fitted, snapshot: SnapshotRef, evidence: Evidence, *, name: str
    ) -> str:
        """Log the model whole, then the evidence with the dataset; return the logged model's id.

        The tag that makes it a candidate comes last: whatever fails before leaves an unfinished try, which the next
        `begin_fit` supersedes.

        Raises:
            TransientError: The run was superseded meanwhile.
        """
        signature = signature_of(fitted)
        with tempfile.TemporaryDirectory(prefix="headgate-") as parent:
            folder = Path(parent) / "model"
            model = save_folder(fitted, folder, signature, mlflow_run=tracked.mlflow_run)
            with self._written(tracked, f"log the model {name} in the run {tracked.mlflow_run}"):
                logged = self._client.create_logged_model(
                    tracked.experiment,
                    name=name,
                    source_run_id=tracked.mlflow_run,
                    tags={**evidence.tags, SNAPSHOT: snapshot.id, KEY: snapshot.run.key},
                    params=dict(evidence.params),
                    model_type=type(fitted.model).__name__,
                )
                with self._taken_back(tracked, logged.model_id):
                    name_folder(model, folder, logged)
                    self._client.log_model_artifacts(logged.model_id, str(folder))
                    self._client.finalize_logged_model(logged.model_id, LoggedModelStatus.READY)
                    self._link(tracked.mlflow_run, logged.model_id)
                    inputs = dataset_inputs(snapshot, signature)
                    settled(lambda: self._client.log_inputs(tracked.mlflow_run, inputs))
                    if evidence.artifacts:
                        self._upload(tracked.mlflow_run, evidence.artifacts)
                    self._log(tracked, evidence, model_id=logged.model_id)
                    settled(lambda: self._client.set_tag(tracked.mlflow_run, CANDIDATE, logged.model_id))
        return str(logged.model_id)

    def keep_only(self, run: RunRef, tracked: TrackedRun, model_id: str) -> None:
        """Let nothing else of the key stay: supersede its other runs, delete its other logged models.

        Raises:
            TransientError: Another try, or another dag run of the same as-of, was earlier, and its fit stays.
        """
        with self._server.asked(f"keep the run {tracked.mlflow_run} only"):
            is_kept = settled(
                lambda: keep_only(
                    self._client, tracked.experiment, run, mlflow_run=tracked.mlflow_run, model_id=model_id
                )
            )
        if not is_kept:
            raise _superseded(tracked)

    def record(self, tracked: TrackedRun, evidence: Evidence) -> None:
        """Write a step's evidence: its files, then all else in one batch."""
        with self._written(tracked, f"write to the run {tracked.mlflow_run}"):
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

    @contextmanager
    def _written(self, tracked: TrackedRun, request: str) -> Iterator[None]:
        """Tell a refusal because the run was superseded, which another try mends, from all others."""
        try:
            with self._server.asked(request):
                yield
        except TrackingError as error:
            if self._is_live(tracked):
                raise
            raise _superseded(tracked) from error

    @contextmanager
    def _taken_back(self, tracked: TrackedRun, model_id: str) -> Iterator[None]:
        """Delete a model whose run was superseded while it was logged: who did that may have looked for it before."""
        try:
            yield
        except MlflowException:
            if not self._is_live(tracked):
                delete_model(self._client, model_id)
            raise

    def _is_live(self, tracked: TrackedRun) -> bool:
        with self._server.asked(f"look whether the run {tracked.mlflow_run} is live"):
            return is_live(self._client.get_run(tracked.mlflow_run))

    def _link(self, mlflow_run: str, model_id: str) -> None:
        """Make a logged model an output of the run. MLflow refuses the second time, which a lost reply makes."""
        try:
            self._client.log_outputs(mlflow_run, [LoggedModelOutput(model_id, step=0)])
        except MlflowException:
            outputs = self._client.get_run(mlflow_run).outputs
            if outputs is None or model_id not in {one.model_id for one in outputs.model_outputs}:
                raise

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
        settled(lambda: self._client.log_batch(tracked.mlflow_run, metrics=metrics, params=params, tags=tags))


def _superseded(tracked: TrackedRun) -> TransientError:
    return TransientError(
        f"run {tracked.mlflow_run} must stay live while it is written to. Got superseded by another try, or by another "
        "dag run of the same as-of. Where another try doesn't help: clear the task 'train' and what follows."
    )
