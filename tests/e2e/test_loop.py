"""The whole loop in a real Airflow with a real MLflow: what a user of the two example projects sees."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from mlflow import MlflowClient
from mlflow.entities import Run

from tools.airflow_api import FINISHED_STATES, AirflowApi, AirflowApiError, wait_for
from tools.environment import REPOSITORY
from tools.stack import Stack

SECONDS = 240.0
FIRST, LAST = datetime(1990, 1, 1, tzinfo=UTC), datetime(1992, 1, 1, tzinfo=UTC)
BY_ASSET = """
from dataclasses import replace

from airflow.sdk import Asset

from headgate import retraining_dag
from include.co2.pipeline import pipeline

dag = retraining_dag(
    replace(pipeline, model="co2_by_asset", serving=None), dag_id="co2_by_asset", schedule=[Asset("co2_weeks")]
)
"""
CHAIN = ("snapshot", "validate", "train", "evaluate", "judge", "promote", "deploy")

pytestmark = pytest.mark.usefixtures("example_dags")


@pytest.fixture(scope="module")
def example_dags(stack: Stack, dags_folder: Path) -> None:
    for name in ("co2", "digits"):
        shutil.copy(REPOSITORY / "dags" / f"{name}.py", dags_folder)
    for name in ("co2", "digits"):
        stack.api.wait_for_dag(name, timeout=SECONDS)


@pytest.fixture(scope="module")
def api(stack: Stack, example_dags: None) -> AirflowApi:
    return stack.api


@pytest.fixture(scope="module")
def client(stack: Stack) -> MlflowClient:
    return MlflowClient(stack.mlflow_url, registry_uri=stack.mlflow_url)


@pytest.fixture(scope="module")
def backfilled(api: AirflowApi) -> list[dict[str, Any]]:
    """Three years of history, backfilled before anything was promoted."""
    api.wait_for_backfill(api.backfill("co2", first=FIRST, last=LAST, max_active_runs=2), timeout=SECONDS)
    return api.dag_runs("co2", run_type="backfill")


@pytest.fixture(scope="module")
def live(api: AirflowApi, backfilled: list[dict[str, Any]]) -> str:
    """One live run after that; the id of the dag run."""
    return finished(api, "co2", {"as_of": "1995-01-01", "reason": "the first champion"})


def finished(api: AirflowApi, dag_id: str, conf: dict[str, Any]) -> str:
    dag_run_id = api.trigger(dag_id, conf=conf)
    wait_for(lambda: run_of(api, dag_id, dag_run_id)["state"] in FINISHED_STATES, what="its end", timeout=SECONDS)
    return dag_run_id


def run_of(api: AirflowApi, dag_id: str, dag_run_id: str) -> dict[str, Any]:
    found: dict[str, Any] = api.call("GET", f"/dags/{dag_id}/dagRuns/{dag_run_id}")
    return found


def states(api: AirflowApi, dag_id: str, dag_run_id: str) -> dict[str, str]:
    return {task["task_id"]: task["state"] for task in api.task_instances(dag_id, dag_run_id)}


def live_runs(client: MlflowClient, model: str) -> list[Run]:
    experiment = client.get_experiment_by_name(f"headgate/{model}")
    assert experiment is not None
    return list(client.search_runs([experiment.experiment_id]))


def test_a_backfill_is_green_and_promotes_nothing(
    api: AirflowApi, client: MlflowClient, backfilled: list[dict[str, Any]]
) -> None:
    assert [run["state"] for run in backfilled] == ["success"] * 3
    for run in backfilled:
        assert states(api, "co2", run["dag_run_id"]) == {
            **dict.fromkeys(CHAIN[:5], "success"),
            "promote": "skipped",
            "deploy": "skipped",
        }
        verdict = api.xcom("co2", run["dag_run_id"], "judge")
        assert verdict["mode"]["mode"] == "replay"
        assert "a backfill only records" in verdict["explanation"]


def test_each_run_has_one_live_mlflow_run_with_params_dataset_and_model(
    client: MlflowClient, live: str, backfilled: list[dict[str, Any]]
) -> None:
    runs = live_runs(client, "co2_weekly")
    assert len({run.data.tags["headgate.key"] for run in runs}) == len(runs) >= 4
    for run in runs:
        assert run.info.status == "FINISHED"
        assert run.data.params["params.alpha"] == "0.1"
        assert run.data.metrics["mae"] > 0
        assert run.inputs is not None
        assert [inputs.dataset.digest for inputs in run.inputs.dataset_inputs]
        assert run.data.tags["headgate.verdict"] in {"PASS", "FAIL", "UNDECIDED"}
        assert client.get_logged_model(run.data.tags["headgate.candidate"]).status == "READY"


def test_a_live_run_promotes_deploys_and_answers(
    api: AirflowApi, client: MlflowClient, stack: Stack, live: str
) -> None:
    assert set(states(api, "co2", live).values()) == {"success"}
    version = client.get_model_version_by_alias("co2_weekly", "champion")
    assert (str(version.version), version.tags["headgate.reason"]) == ("1", "the first champion")
    assert version.tags["headgate.who"] == stack.username
    answer = httpx.get(f"{stack.server_url()}/version").json()
    assert (answer["model"], answer["version"]) == ("co2_weekly", "1")


@pytest.mark.parametrize("task_id", CHAIN[1:])
def test_each_tasks_links_lead_somewhere(api: AirflowApi, live: str, task_id: str) -> None:
    links = api.call("GET", f"/dags/co2/dagRuns/{live}/taskInstances/{task_id}/links")["extra_links"]
    made = [address for address in links.values() if address]  # Airflow's UI shows no button for the others
    assert made
    for address in made:
        assert httpx.get(address).is_success


def test_what_travels_between_tasks_is_small_plain_json(api: AirflowApi, live: str) -> None:
    for task_id in CHAIN:
        assert len(json.dumps(api.xcom("co2", live, task_id))) < 10_000


def test_the_first_line_of_each_tasks_log_says_as_of_its_origin_and_windows(api: AirflowApi, live: str) -> None:
    for task_id in CHAIN:
        assert "as-of 1995-01-01 (from the trigger form), training [" in api.task_log("co2", live, task_id)


def test_a_run_that_is_cleared_and_runs_again_doubles_nothing(api: AirflowApi, client: MlflowClient, live: str) -> None:
    before = {run.info.run_id for run in live_runs(client, "co2_weekly")}
    api.call("POST", f"/dags/co2/dagRuns/{live}/clear", json={"dry_run": False, "only_failed": False})
    wait_for(lambda: run_of(api, "co2", live)["state"] in FINISHED_STATES, what="its second end", timeout=SECONDS)

    assert set(states(api, "co2", live).values()) == {"success"}
    assert api.xcom("co2", live, "train")["reused"] is True
    assert {run.info.run_id for run in live_runs(client, "co2_weekly")} == before
    assert len(client.search_model_versions("name = 'co2_weekly'")) == 1


def test_an_older_as_of_by_hand_is_a_replay_and_the_champion_stays(
    api: AirflowApi, client: MlflowClient, live: str
) -> None:
    older = finished(api, "co2", {"as_of": "1994-01-01"})

    assert states(api, "co2", older)["promote"] == "skipped"
    assert "is not after the champion's 1995-01-01" in api.xcom("co2", older, "judge")["explanation"]
    assert len(client.search_model_versions("name = 'co2_weekly'")) == 1


def test_a_dry_run_never_promotes(api: AirflowApi, client: MlflowClient, live: str) -> None:
    dry = finished(api, "co2", {"as_of": "1996-01-01", "dry_run": True})

    assert states(api, "co2", dry)["promote"] == "skipped"
    assert "dry run" in api.xcom("co2", dry, "judge")["explanation"]
    assert api.xcom("co2", dry, "evaluate")["evaluation"]["baseline"] == "1"
    assert len(client.search_model_versions("name = 'co2_weekly'")) == 1


def test_a_params_value_of_the_wrong_type_is_refused_where_it_is_typed(api: AirflowApi) -> None:
    with pytest.raises(AirflowApiError, match=r"400.*strong"):
        api.trigger("co2", conf={"alpha": "strong"})


def test_rows_that_are_not_there_fail_at_once_with_a_sentence(api: AirflowApi) -> None:
    late = finished(api, "co2", {"as_of": "2020-01-01"})

    task = next(task for task in api.task_instances("co2", late) if task["task_id"] == "snapshot")
    assert (task["state"], task["try_number"]) == ("failed", 1)
    assert "of the as-of 2020-01-01 must have rows. Got none instead" in api.task_log("co2", late, "snapshot")


def test_the_written_out_chain_of_digits_runs_and_promotes(api: AirflowApi, client: MlflowClient) -> None:
    dag_run_id = finished(api, "digits", {"as_of": "2024-02-25"})

    found = states(api, "digits", dag_run_id)
    assert set(found.values()) == {"success"}
    assert client.get_model_version_by_alias("digits", "champion").version == "1"


def test_a_run_that_an_asset_triggers_takes_its_as_of_from_the_event(api: AirflowApi, dags_folder: Path) -> None:
    (dags_folder / "co2_by_asset.py").write_text(BY_ASSET)
    api.wait_for_dag("co2_by_asset", timeout=60)
    asset = next(one for one in api.call("GET", "/assets")["assets"] if one["name"] == "co2_weeks")
    api.call("POST", "/assets/events", json={"asset_id": asset["id"], "extra": {"as_of": "1993-01-01"}})
    (run,) = api.wait_for_runs("co2_by_asset", count=1, timeout=SECONDS)

    as_of = api.xcom("co2_by_asset", run["dag_run_id"], "snapshot")["run"]["as_of"]
    assert (run["run_type"], run["state"]) == ("asset_triggered", "success")
    assert as_of == {"instant": "1993-01-01T00:00:00Z", "origin": "the asset event"}


def test_a_mistake_in_a_pipeline_is_an_import_error_that_says_what_to_change(
    api: AirflowApi, dags_folder: Path
) -> None:
    digits = (REPOSITORY / "dags" / "digits.py").read_text()
    mistaken = digits.replace("AtLeast(accuracy, 0.85)", "AtLeast(accuracy, 85)")
    (dags_folder / "mistaken.py").write_text(mistaken.replace('dag_id="digits"', 'dag_id="mistaken"'))

    errors = wait_for(api.import_errors, what="an import error", timeout=60)
    assert "floor of AtLeast(accuracy) must be a number in [0, 1]. Got 85 instead." in errors[0]["stack_trace"]
