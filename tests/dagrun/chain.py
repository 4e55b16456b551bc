"""A retraining Dag whose tasks run in this process, as Airflow's task runner would run them, against a real MLflow."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import pytest
from airflow.sdk import DAG
from airflow.sdk.bases.operator import ExecutorSafeguard
from airflow.sdk.exceptions import AirflowException, AirflowFailException, DownstreamTasksSkipped
from airflow.sdk.execution_time import task_runner
from airflow.sdk.execution_time.comms import AssetEventsResult, GetAssetEventByAsset
from airflow.sdk.execution_time.context import OutletEventAccessors
from mlflow import MlflowClient
from mlflow.entities import LoggedModel, Run

from headgate import AtMost, Estimator, FunctionSource, Label, Param, Pipeline, Policy, Rolling, days, mae
from headgate.dag import retraining_dag

MAY = datetime(2024, 5, 1, tzinfo=UTC)
TASKS = ("snapshot", "validate", "train", "evaluate", "judge", "promote")
SUITE = [{"type": "expect_column_values_to_not_be_null", "kwargs": {"column": "size"}}]


@dataclass(kw_only=True)
class Chain:
    """One dag run of one pipeline.

    Attributes:
        pipeline: Fields of the pipeline; a test changes what it is about.
        params: What the trigger form holds, besides its defaults.
        facts: What the dag run's facts are, where they are other than those of a manual run of May 1st.
        outputs: What each task that ran has returned.
        skipped: The tasks that another one skipped.
        events: The asset events so far: the asset's name, and the extra.
    """

    client: MlflowClient
    store: Path
    dag_id: str
    pipeline: dict[str, Any]
    store_url: str = ""
    params: dict[str, Any] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)
    outputs: dict[str, Any] = field(default_factory=dict)
    skipped: list[str] = field(default_factory=list)
    events: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    @property
    def model(self) -> str:
        return str(self.pipeline["model"])

    def dag(self) -> DAG:
        return retraining_dag(Pipeline(**self.pipeline), dag_id=self.dag_id, store_url=self.store_url)

    def run(self, until: str = "promote", *, dag: DAG | None = None) -> Any:
        """Run the tasks that have not run yet, up to that one, and return what it returns."""
        dag = dag or self.dag()
        tasks = list(dag.task_ids)
        for task_id in tasks[: tasks.index(until) + 1]:
            if task_id not in self.outputs and task_id not in self.skipped:
                self._execute(dag, task_id)
        return self.outputs.get(until)

    def refused(self, task_id: str, *, dag: DAG | None = None) -> str:
        """Run up to a task that must fail for good, and return its sentence."""
        dag = dag or self.dag()
        self._run_before(task_id, dag)
        with pytest.raises(AirflowFailException) as caught:
            self._execute(dag, task_id)
        return _sentence(task_id, caught.value)

    def put_off(self, task_id: str) -> str:
        """Run up to a task that must fail in a way that Airflow retries, and return its sentence."""
        dag = self.dag()
        self._run_before(task_id, dag)
        with pytest.raises(AirflowException) as caught:
            self._execute(dag, task_id)
        assert not isinstance(caught.value, AirflowFailException)
        return _sentence(task_id, caught.value)

    def _run_before(self, task_id: str, dag: DAG) -> None:
        if before := TASKS[: TASKS.index(task_id)]:
            self.run(before[-1], dag=dag)

    def _execute(self, dag: DAG, task_id: str) -> None:
        self._work(dag, task_id, lambda task, context, sentinel: task.execute(context, **sentinel))

    def _work(self, dag: DAG, task_id: str, work: Callable[[Any, Any, dict[str, Any]], Any]) -> None:
        task: Any = dag.get_task(task_id).prepare_for_execution()
        context = self._context(dag, task)
        task.render_template_fields(context)
        sentinel = {f"{type(task).__name__}__sentinel": ExecutorSafeguard.sentinel_value}
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(task_runner, "SUPERVISOR_COMMS", SimpleNamespace(send=self._answered), raising=False)
            try:
                self.outputs[task_id] = json.loads(json.dumps(work(task, context, sentinel)))
            except DownstreamTasksSkipped:
                tasks = list(dag.task_ids)
                self.skipped += tasks[tasks.index(task_id) + 1 :]  # as Airflow does, one after the other
        self.events += [(asset.name, context["outlet_events"][asset].extra) for asset in task.outlets]

    def _answered(self, asked: GetAssetEventByAsset) -> Any:
        """Answer as the supervisor of a task does that asks for an asset's events."""
        asset = {"id": 1, "name": asked.name, "uri": asked.uri, "group": "headgate"}
        times = {"timestamp": MAY, "created_dagruns": []}
        found = [
            {"id": place, "asset": asset, "extra": extra, **times}
            for place, (name, extra) in enumerate(self.events)
            if name == asked.name
        ]
        return AssetEventsResult.model_validate({"asset_events": found})

    def _context(self, dag: DAG, task: Any) -> Any:
        dag_run = {
            "dag_id": self.dag_id,
            "run_id": "manual 1",
            "run_type": "manual",
            "run_after": MAY,
            "data_interval_end": MAY,
            "triggering_user_name": "ada",
            **self.facts,
        }
        ti = SimpleNamespace(
            map_index=-1,
            xcom_push=lambda key, value: self.outputs.update({task.task_id: value} if key == "return_value" else {}),
            xcom_pull=lambda task_ids, **_: self.outputs[task_ids],
        )
        params = {**dag.params.dump(), **self.params}
        known = {"dag_run": SimpleNamespace(**dag_run), "params": params, "ti": ti, "task": task}
        return {**known, "outlet_events": OutletEventAccessors()}

    def runs(self) -> list[Run]:
        """Return the model's MLflow runs that aren't superseded."""
        experiment = self.client.get_experiment_by_name(f"headgate/{self.model}")
        return list(self.client.search_runs([experiment.experiment_id])) if experiment else []

    def models(self) -> list[LoggedModel]:
        experiment = self.client.get_experiment_by_name(f"headgate/{self.model}")
        return list(self.client.search_logged_models([experiment.experiment_id])) if experiment else []

    def versions(self) -> list[str]:
        return [str(version.version) for version in self.client.search_model_versions(f"name = '{self.model}'")]

    def files(self) -> list[str]:
        """Return what lies in the store, drafts too."""
        return sorted(str(path.relative_to(self.store)) for path in self.store.rglob("*") if path.is_file())

    def failed_with(self) -> str:
        """Return the reason of the one MLflow run there is, which must be failed, and have made nothing."""
        (run,) = self.runs()
        assert (run.info.status, self.models(), self.versions()) == ("FAILED", [], [])
        assert "headgate.candidate" not in run.data.tags
        return str(run.data.tags["headgate.reason"])


def pipeline_fields(model: str, suite: Path) -> dict[str, Any]:
    return {
        "model": model,
        "source": FunctionSource("tests.dagrun.shop:daily", event_time="day"),
        "label": Label("sold"),
        "windows": Rolling(lookback=days(30), holdout=days(7)),
        "expectations": str(suite),
        "estimator": Estimator("tests.dagrun.shop:build", params={"alpha": Param(default=1.0, minimum=0.0)}),
        "metrics": (mae,),
        "policy": Policy(gates=(AtMost(mae, 5.0),)),
    }


def connection(url: str) -> str:
    """Return an Airflow connection to MLflow, as a variable of the environment holds it."""
    at = urlsplit(url)
    return json.dumps({"conn_type": "mlflow", "host": f"{at.scheme}://{at.hostname}", "port": at.port})


def _sentence(task_id: str, error: Exception) -> str:
    sentence = str(error)
    print(f"\n[{task_id}] {sentence}")  # noqa: T201 - `pytest -rP` shows what a person would read
    assert "\n" not in sentence
    return sentence
