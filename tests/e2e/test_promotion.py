"""Promotion in a real Airflow: assets, rollback by its form and by the command, and a history that has no order."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from headgate.core.history_document import comparable
from tools.airflow_api import FINISHED_STATES, AirflowApi, AirflowApiError, wait_for
from tools.environment import REPOSITORY
from tools.stack import Stack

SECONDS = 240.0
FIRST, LAST = datetime(1980, 1, 1, tzinfo=UTC), datetime(1987, 1, 1, tzinfo=UTC)
MODEL = "co2_weekly"
DOWNSTREAM = """
from airflow.sdk import DAG, task

from headgate import champion_asset

with DAG(dag_id="uses_the_champion", schedule=[champion_asset("co2_weekly")]):

    @task
    def read(triggering_asset_events=None):
        return [event.extra for events in triggering_asset_events.values() for event in events]

    read()
"""
HISTORY = """
from dataclasses import replace

import pendulum
from airflow.timetables.events import EventsTimetable

from headgate import retraining_dag
from include.co2.pipeline import pipeline

years = EventsTimetable([pendulum.datetime(year, 1, 1) for year in range(1950, 2003)], description="yearly, to 2002")
for name in ("by_four", "by_one"):
    globals()[name] = retraining_dag(
        replace(pipeline, model=f"co2_{name}", serving=None), dag_id=f"co2_{name}", schedule=years
    )
"""


@pytest.fixture(scope="module")
def api(stack: Stack, dags_folder: Path) -> AirflowApi:
    shutil.copy(REPOSITORY / "dags" / "co2.py", dags_folder)
    (dags_folder / "downstream.py").write_text(DOWNSTREAM)
    (dags_folder / "history.py").write_text(HISTORY)
    for name in ("co2", "co2_rollback", "uses_the_champion", "co2_by_four", "co2_by_one"):
        stack.api.wait_for_dag(name, timeout=SECONDS)
    return stack.api


def headgate(stack: Stack, *arguments: str, code: int = 0) -> Any:
    """Run the command as a user does, and return the JSON that it writes."""
    program = Path(sys.executable).with_name("headgate")
    env = {**os.environ, "MLFLOW_TRACKING_URI": stack.mlflow_url, "AIRFLOW__HEADGATE__STORE": store_of(stack)}
    ended = subprocess.run(
        [program, *arguments, "--json"], env=env, cwd=REPOSITORY, capture_output=True, text=True, check=False
    )
    assert ended.returncode == code, f"{arguments}\n{ended.stdout}\n{ended.stderr}"
    return json.loads(ended.stdout) if ended.stdout else ended.stderr


def store_of(stack: Stack) -> str:
    return stack.env["AIRFLOW__HEADGATE__STORE"]


def finished(api: AirflowApi, dag_id: str, conf: dict[str, Any]) -> str:
    dag_run_id = api.trigger(dag_id, conf=conf)
    wait_for(lambda: state(api, dag_id, dag_run_id) in FINISHED_STATES, what=f"{dag_id} {conf}", timeout=SECONDS)
    assert state(api, dag_id, dag_run_id) == "success", failures(api, dag_id, dag_run_id)
    return dag_run_id


def state(api: AirflowApi, dag_id: str, dag_run_id: str) -> str:
    return str(next(run["state"] for run in api.dag_runs(dag_id) if run["dag_run_id"] == dag_run_id))


def failures(api: AirflowApi, dag_id: str, dag_run_id: str) -> str:
    tasks = [task for task in api.task_instances(dag_id, dag_run_id) if task["state"] == "failed"]
    return "\n".join(api.task_log(dag_id, dag_run_id, task["task_id"], try_number=task["try_number"]) for task in tasks)


def downstream(api: AirflowApi, *, count: int) -> list[dict[str, Any]]:
    return api.wait_for_runs("uses_the_champion", count=count, timeout=SECONDS)


@pytest.fixture(scope="module")
def promoted(api: AirflowApi, stack: Stack) -> list[str]:
    """Two live runs, each promoted; their versions."""
    for as_of in ("1996-06-01", "1997-06-01"):
        finished(api, "co2", {"as_of": as_of, "reason": "a better one"})
    rows = headgate(stack, "log", MODEL)
    assert [row["as_of"][:10] for row in rows[-2:]] == ["1996-06-01", "1997-06-01"]
    return [str(row["version"]) for row in rows[-2:]]


def test_a_dag_that_uses_the_champion_runs_once_for_each_promotion(api: AirflowApi, promoted: list[str]) -> None:
    runs = downstream(api, count=2)
    seen = [api.xcom("uses_the_champion", run["dag_run_id"], "read") for run in runs]
    told = [extra for extras in seen for extra in extras]
    assert [extra["version"] for extra in told][-2:] == promoted
    assert told[-1]["as_of"] == "1997-06-01T00:00:00Z"


def test_a_backfill_and_a_cleared_run_wake_nobody(api: AirflowApi, stack: Stack, promoted: list[str]) -> None:
    before, log = len(downstream(api, count=2)), headgate(stack, "log", MODEL)
    year = datetime(1989, 1, 1, tzinfo=UTC)
    api.wait_for_backfill(api.backfill("co2", first=year, last=year, max_active_runs=1), timeout=SECONDS)
    live = next(run for run in api.dag_runs("co2") if run["conf"].get("as_of") == "1997-06-01")["dag_run_id"]
    api.call("POST", f"/dags/co2/dagRuns/{live}/clear", json={"dry_run": False, "only_failed": False})
    wait_for(lambda: state(api, "co2", live) in FINISHED_STATES, what="its second end", timeout=SECONDS)
    assert state(api, "co2", live) == "success"

    assert len(api.dag_runs("uses_the_champion")) == before
    assert headgate(stack, "log", MODEL) == log


def test_a_second_backfill_at_the_same_time_is_refused_by_airflow(api: AirflowApi) -> None:
    first = api.backfill("co2_by_one", first=LAST.replace(year=1990), last=LAST.replace(year=1991), max_active_runs=1)
    with pytest.raises(AirflowApiError, match="409"):
        api.backfill("co2_by_one", first=LAST.replace(year=1990), last=LAST.replace(year=1991), max_active_runs=1)
    api.wait_for_backfill(first, timeout=SECONDS)
    for run in api.dag_runs("co2_by_one", run_type="backfill"):
        assert run["state"] == "success"


def test_a_backfill_from_before_the_first_row_fails_at_once_with_a_sentence(api: AirflowApi) -> None:
    early = datetime(1955, 1, 1, tzinfo=UTC)  # the record begins in 1958
    runs = api.wait_for_backfill(
        api.backfill("co2_by_four", first=early, last=early, max_active_runs=1), timeout=SECONDS
    )
    (task,) = [
        task
        for task in api.task_instances("co2_by_four", runs[0]["dag_run_id"])
        if (task["task_id"], task["state"]) == ("snapshot", "failed")
    ]
    assert task["try_number"] == 1
    assert "must have rows. Got none instead" in api.task_log("co2_by_four", runs[0]["dag_run_id"], "snapshot")


def test_the_form_of_the_rollback_dag_puts_the_earlier_model_back(
    api: AirflowApi, stack: Stack, promoted: list[str]
) -> None:
    with pytest.raises(AirflowApiError, match="400"):
        api.trigger("co2_rollback", conf={})
    back = finished(api, "co2_rollback", {"to_version": int(promoted[0]), "reason": "it is off in spring"})

    told = api.xcom("co2_rollback", back, "roll_back")
    assert (told["to_version"], told["again"]) == (promoted[0], False)
    assert httpx.get(f"{stack.server_url()}/version").json()["version"] == told["version"]
    last = headgate(stack, "log", MODEL)[-1]
    assert (str(last["version"]), last["reason"], last["who"]) == (told["version"], "it is off in spring", "admin")


def test_a_rollback_by_the_command_takes_seconds_and_is_safe_to_repeat(
    api: AirflowApi, stack: Stack, promoted: list[str]
) -> None:
    finished(api, "co2", {"as_of": "1998-06-01", "reason": "a better one"})
    first = promoted[0]
    began = time.monotonic()
    done = headgate(
        *(stack, "rollback", MODEL, "--to", first, "--reason", "older still", "--server", stack.server_url())
    )
    print(f"\nheadgate rollback took {time.monotonic() - began:.1f} s")  # noqa: T201 - a figure, never asserted
    again = headgate(
        *(stack, "rollback", MODEL, "--to", first, "--reason", "older still", "--server", stack.server_url())
    )
    assert (done["again"], again["again"], done["version"]) == (False, True, again["version"])
    assert httpx.get(f"{stack.server_url()}/version").json()["version"] == done["version"]
    assert headgate(stack, "audit", MODEL)["clean"] is True


def test_backfills_four_at_a_time_and_one_at_a_time_have_the_same_history(api: AirflowApi, stack: Stack) -> None:
    for name, at_once in (("co2_by_four", 4), ("co2_by_one", 1)):
        backfill = api.backfill(name, first=FIRST, last=LAST, max_active_runs=at_once)
        for run in api.wait_for_backfill(backfill, timeout=SECONDS):
            assert run["state"] == "success"
    limits = ("--from", "1980-01-01", "--to", "1987-12-31")
    four, one = (headgate(stack, "history", f"co2_{name}", *limits) for name in ("by_four", "by_one"))
    assert len(one["rows"]) == LAST.year - FIRST.year + 1
    assert "PASS" in {row["verdict"] for row in one["rows"]}
    assert comparable(four) == comparable(one)
