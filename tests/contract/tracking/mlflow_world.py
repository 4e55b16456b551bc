"""A real MLflow server as the tracker's tests see it."""

from __future__ import annotations

import uuid

from mlflow import MlflowClient
from mlflow.entities import Run
from mlflow.exceptions import MlflowException

from headgate.core.refs import RunRef, TrackedRun
from headgate.testing.conformance_tracking import SeenRun


class MlflowWorld:
    def __init__(self, url: str) -> None:
        self.client = MlflowClient(url, registry_uri=url)

    def new_model(self) -> str:
        return f"model_{uuid.uuid4().hex}"

    def live(self, run: RunRef) -> list[str]:
        experiment = self.client.get_experiment_by_name(f"headgate/{run.model}")
        assert experiment is not None
        found = self.client.search_runs([experiment.experiment_id], f"tags.`headgate.key` = '{run.key}'")
        return [one.info.run_id for one in found if "headgate.superseded_by" not in one.data.tags]

    def see(self, tracked: TrackedRun) -> SeenRun:
        run = self.run(tracked)
        data = run.data
        return SeenRun(status=run.info.status, tags=data.tags, params=data.params, metrics=data.metrics)

    def run(self, tracked: TrackedRun) -> Run:
        return self.client.get_run(tracked.mlflow_run)

    def has_model(self, model_id: str) -> bool:
        try:
            self.client.get_logged_model(model_id)
        except MlflowException:
            return False
        return True

    def promote(self, model: str, model_id: str) -> None:
        self.client.create_registered_model(model)
        source_run = self.client.get_logged_model(model_id).source_run_id
        self.client.create_model_version(model, f"models:/{model_id}", source_run, model_id=model_id)
