"""Rows from a database in a real Airflow: waited for, snapshotted, set aside, warned about, measured for drift."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from mlflow import MlflowClient

from tests.e2e import meters
from tools.airflow_api import FINISHED_STATES, AirflowApi, wait_for
from tools.stack import Stack

SECONDS = 240.0


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("meters") / "readings.db"
    meters.create(path)
    return path


@pytest.fixture(scope="module")
def api(stack: Stack, dags_folder: Path, database: Path) -> AirflowApi:
    connection = {"connection_id": "meters", "conn_type": "sqlite", "host": str(database)}
    stack.api.call("POST", "/connections", json=connection)
    (dags_folder / "meters.py").write_text('"""An Airflow Dag."""\n' + meters.DAG)
    stack.api.wait_for_dag("meters", timeout=SECONDS)
    return stack.api


def is_waiting(task: dict[str, Any]) -> bool:
    return task["state"] == "deferred" and "so far" in task["rendered_fields"].get("waits_for", "")


def instance(api: AirflowApi, dag_run_id: str, task_id: str) -> dict[str, Any]:
    return next(task for task in api.task_instances("meters", dag_run_id) if task["task_id"] == task_id)


def finished(api: AirflowApi, dag_run_id: str) -> str:
    runs = wait_for(
        lambda: [
            run for run in api.dag_runs("meters") if run["dag_run_id"] == dag_run_id and run["state"] in FINISHED_STATES
        ],
        what=f"the end of {dag_run_id}",
        timeout=SECONDS,
    )
    return str(runs[0]["state"])


@pytest.fixture(scope="module")
def waiting(api: AirflowApi) -> dict[str, Any]:
    """A run that finds no rows: its sensor, deferred."""
    dag_run_id = api.trigger("meters", conf={"as_of": "2024-03-21"})
    deferred = wait_for(  # its fields are rendered again just after it was deferred
        lambda: [task for task in api.task_instances("meters", dag_run_id) if is_waiting(task)],
        what="the sensor's deferral",
        timeout=SECONDS,
    )
    return deferred[0]


@pytest.fixture(scope="module")
def first(api: AirflowApi, waiting: dict[str, Any], database: Path) -> str:
    """The same run after the rows came; the id of the dag run."""
    meters.deliver(database, days=80)
    dag_run_id = str(waiting["dag_run_id"])
    assert finished(api, dag_run_id) == "success"
    return dag_run_id


def test_a_run_waits_in_the_triggerer_and_says_what_for(waiting: dict[str, Any]) -> None:
    assert waiting["rendered_fields"]["waits_for"] == "waiting for 20 rows in [2024-03-01, 2024-03-21): 0 so far"
    assert waiting["trigger"]["classpath"] == "headgate.triggers.rows_ready.RowsReadyTrigger"


def test_the_rows_arrive_and_the_run_goes_on(api: AirflowApi, first: str) -> None:
    assert "20 rows" in instance(api, first, "data_ready")["rendered_fields"]["waits_for"]
    snapshot = api.xcom("meters", first, "snapshot")
    assert (snapshot["training_rows"], snapshot["holdout_rows"]) == (60, 20)


def test_refused_rows_are_set_aside_and_the_rest_is_what_is_trained_on(
    api: AirflowApi, stack: Stack, first: str
) -> None:
    validated = api.xcom("meters", first, "validate")
    assert validated["snapshot"]["training_rows"] == 58
    assert validated["snapshot"]["id"] != api.xcom("meters", first, "snapshot")["id"]
    assert api.xcom("meters", first, "train")["snapshot"]["id"] == validated["snapshot"]["id"]
    client = MlflowClient(stack.mlflow_url)
    kept = {file.path for file in client.list_artifacts(validated["tracked"]["mlflow_run"], "validation")}
    assert {"validation/report.html", "validation/report.json", "validation/quarantine.parquet"} <= kept


def test_a_warning_is_marked_where_people_look(api: AirflowApi, stack: Stack, first: str) -> None:
    warnings = api.xcom("meters", first, "validate", key="warnings")
    assert any("expect_column_max_to_be_between(load" in warning for warning in warnings)
    log = api.task_log("meters", first, "validate")
    assert "PASS with 1 warning" in log
    links = api.call("GET", f"/dags/meters/dagRuns/{first}/taskInstances/validate/links")["extra_links"]
    assert links["Unmet warnings"] == links["Validation report"]
    assert links["Rows set aside"]
    version = MlflowClient(stack.mlflow_url).get_model_version("meters", "1")
    assert "expect_column_max_to_be_between(load" in (version.description or "")


def test_without_a_champion_drift_is_said_not_to_be_measured(api: AirflowApi, first: str) -> None:
    assert "no champion yet" in api.task_log("meters", first, "validate")


def test_the_next_run_measures_drift_against_the_champion(api: AirflowApi, database: Path, first: str) -> None:
    meters.deliver(database, days=30, since=80)
    dag_run_id = api.trigger("meters", conf={"as_of": "2024-04-20"})
    assert finished(api, dag_run_id) == "success"
    log = api.task_log("meters", dag_run_id, "validate")
    assert "drift: " in log
    assert "version 1" in log
