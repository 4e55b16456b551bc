"""Simulated histories in MLflow: one live run of each model and title, beside the runs that it is made of."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from mlflow import MlflowClient
from mlflow.entities import Metric, Run, RunTag, ViewType

from headgate.adapters.mlflow_client import MlflowServer, quoted, settled
from headgate.core.refs import TrackedRun
from headgate.errors import InputError, TransientError
from headgate.ports import Shelved, Volume

HISTORY = "headgate.history"
"""Tag of a history's run: its title. Such a run has no `headgate.key`, since no dag run made it."""

DIGEST = "headgate.history_digest"
"""Set last: a run without it isn't whole."""

SUPERSEDED_BY = "headgate.superseded_by"
NOTE = "mlflow.note.content"


class MlflowHistoryBook:
    """`HistoryBook` of one MLflow server.

    Args:
        tracking_uri: The server's address, http or https.
        username: The login, if the server asks for one.
        password: The login's password.
    """

    def __init__(self, tracking_uri: str, *, username: str | None = None, password: str | None = None) -> None:
        self._server = MlflowServer(tracking_uri, username=username, password=password)

    def keep(self, model: str, volume: Volume) -> Shelved:
        """Keep a history; one of other content is superseded: tagged, and soft-deleted.

        The second time changes nothing where the digest is the same. Of several that are kept at once the newest stays.

        Raises:
            InputError: The model has no experiment, or its experiment was deleted.
            TransientError: Another process kept one at the same moment.
        """
        with self._server.asked(f"keep the {volume.title} of the model {model}"):
            experiment = self._experiment_of(model)
            return settled(lambda: self._keep(experiment, model, volume))

    @property
    def _client(self) -> MlflowClient:
        return self._server.client

    def _keep(self, experiment: str, model: str, volume: Volume) -> Shelved:
        before = self._live(experiment, volume.title)
        same = [run for run in before if run.data.tags.get(DIGEST) == volume.digest]
        if not same:
            self._write(experiment, model, volume)
        # Looked up even when just made: the client may have posted twice, and so may somebody else have.
        live = self._live(experiment, volume.title)
        known = {run.info.run_id for run in before}
        fresh = (run for run in live if _is_whole(run) and run.info.run_id not in known)
        kept = max(same or fresh, key=_age, default=None)
        if kept is None:
            msg = f"the {volume.title} of {model} must be kept by one process at a time. Got another one: ask again."
            raise TransientError(msg)
        for run in live:
            if run.info.run_id != kept.info.run_id:
                self._client.set_tag(run.info.run_id, SUPERSEDED_BY, kept.info.run_id)
                self._client.delete_run(run.info.run_id)
        return Shelved(tracked=TrackedRun(experiment=experiment, mlflow_run=kept.info.run_id), again=bool(same))

    def _write(self, experiment: str, model: str, volume: Volume) -> None:
        tags = {HISTORY: volume.title, "headgate.model": model, "mlflow.source.name": "headgate history"}
        run = self._client.create_run(experiment, tags=tags, run_name=volume.title)
        mlflow_run = str(run.info.run_id)
        self._upload(mlflow_run, volume.artifacts)
        at = time.time_ns() // 1_000_000
        metrics = [Metric(name, value, at, 0) for name, value in volume.metrics.items()]
        self._client.log_batch(mlflow_run, metrics=metrics, tags=[RunTag(NOTE, volume.note)])
        self._client.set_terminated(mlflow_run, "FINISHED")
        self._client.set_tag(mlflow_run, DIGEST, volume.digest)

    def _upload(self, mlflow_run: str, artifacts: Mapping[str, bytes]) -> None:
        with tempfile.TemporaryDirectory(prefix="headgate-") as folder:
            for path, content in artifacts.items():
                file = Path(folder) / path
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(content)
            self._client.log_artifacts(mlflow_run, folder)

    def _live(self, experiment: str, title: str) -> list[Run]:
        found = self._client.search_runs([experiment], f"tags.`{HISTORY}` = {quoted(title)}", ViewType.ACTIVE_ONLY)
        return [run for run in found if SUPERSEDED_BY not in run.data.tags and run.data.tags[HISTORY] == title]

    def _experiment_of(self, model: str) -> str:
        name = f"headgate/{model}"
        found = self._client.get_experiment_by_name(name)
        if found is None or found.lifecycle_stage != "active":
            got = "none" if found is None else "a deleted one"
            msg = (
                f"MLflow's experiment {name} must be there to keep a history in. Got {got}: run the model's Dag first."
            )
            raise InputError(msg)
        return str(found.experiment_id)


def _is_whole(run: Run) -> bool:
    return DIGEST in run.data.tags


def _age(run: Run) -> tuple[int, str]:
    return run.info.start_time, run.info.run_id
