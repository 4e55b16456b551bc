"""People approve and reject in a real Airflow, over the REST API that its page of required actions uses."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from mlflow import MlflowClient

from tools.airflow_api import AirflowApi, AirflowApiError, wait_for
from tools.environment import passwords_file
from tools.stack import Stack

SECONDS = 240.0
DAGS = """
from dataclasses import replace
from datetime import timedelta

from airflow.sdk import DAG

from headgate import Approval, AtMost, Policy, hours, mae, retraining_dag
from include.co2.pipeline import pipeline


def asking(dag_id, **approval):
    policy = Policy(gates=(AtMost(mae, 0.5),), approval=Approval(when="always", **approval))
    told = replace(pipeline, model=dag_id, serving=None, policy=policy)
    return retraining_dag(told, dag_id=dag_id, default_args={"retry_delay": timedelta(seconds=1)})


listed = asking("asks_one", approvers=("ada", "bob"))
two = asking("asks_two", people=2)
late = asking("asks_late", timeout=hours(0.0001))
"""
NAMES = ("asks_one", "asks_two", "asks_late")


@dataclass(frozen=True, kw_only=True)
class Run:
    """A dag run whose approval is asked for, as `admin` sees it."""

    api: AirflowApi
    dag_id: str
    dag_run_id: str

    def details(self, task_id: str) -> str:
        return f"/dags/{self.dag_id}/dagRuns/{self.dag_run_id}/taskInstances/{task_id}/-1/hitlDetails"

    def state(self, task_id: str) -> str | None:
        tasks = self.api.task_instances(self.dag_id, self.dag_run_id)
        found: str | None = next(task["state"] for task in tasks if task["task_id"] == task_id)
        return found

    def is_over(self, task_id: str) -> Callable[[], bool]:
        return lambda: self.state(task_id) in {"success", "failed"}

    def wait_for(self, task_id: str, *states: str) -> None:
        what = f"{task_id} of {self.dag_id} being {' or '.join(states)}"
        wait_for(lambda: self.state(task_id) in {*states, "failed"}, what=what, timeout=SECONDS)

    def settle(self, task_id: str, user: AirflowApi, answer: tuple[str, str], done: Callable[[], bool]) -> None:
        """Answer, and again where Airflow asks again, until it is done.

        A task that is answered while the scheduler has yet to hear that it waits is retried, and asks again (tried).
        """
        body = {"chosen_options": [answer[0]], "params_input": {"why": answer[1]}}
        path = self.details(task_id)

        def look() -> bool:
            if done():
                return True
            if self.state(task_id) == "awaiting_input" and not user.call("GET", path)["response_received"]:
                user.call("PATCH", path, json=body)
            return False

        wait_for(look, what=f"{task_id} of {self.dag_id} answered", timeout=SECONDS, every=1.0)


@pytest.fixture(scope="module")
def runs(stack: Stack, dags_folder: Path) -> dict[str, Run]:
    """A run of each Dag, all started at once by `admin`."""
    (dags_folder / "asking.py").write_text(DAGS)
    for name in NAMES:
        stack.api.wait_for_dag(name, timeout=SECONDS)
    started = {name: stack.api.trigger(name, conf={"as_of": "1996-06-01"}) for name in NAMES}
    return {name: Run(api=stack.api, dag_id=name, dag_run_id=started[name]) for name in NAMES}


@pytest.fixture(scope="module")
def users(stack: Stack) -> Iterator[dict[str, AirflowApi]]:
    """A client for each of the three users, by name."""
    words = json.loads(passwords_file(stack.home).read_text())
    clients = {name: AirflowApi(url=stack.airflow_url, username=name, password=word) for name, word in words.items()}
    yield clients
    for client in clients.values():
        client.close()


@pytest.fixture(scope="module")
def client(stack: Stack) -> MlflowClient:
    return MlflowClient(stack.mlflow_url, registry_uri=stack.mlflow_url)


def tags(client: MlflowClient, model: str) -> dict[str, str]:
    """Return what the model's one MLflow run says of its approval."""
    experiment = client.get_experiment_by_name(f"headgate/{model}")
    (run,) = client.search_runs([experiment.experiment_id]) if experiment else []
    return {name.removeprefix("headgate."): value for name, value in run.data.tags.items()}


def versions(client: MlflowClient, model: str) -> list[Any]:
    return list(client.search_model_versions(f"name = '{model}'"))


def test_nobody_in_time_promotes_nothing(runs: dict[str, Run], client: MlflowClient) -> None:
    run = runs["asks_late"]
    run.wait_for("promote", "skipped")
    assert (tags(client, run.dag_id)["approval"], versions(client, run.dag_id)) == ("timed out", [])
    told = run.api.xcom(run.dag_id, run.dag_run_id, "approve")["explanation"]
    assert "nothing is promoted: nobody answered within" in told


def test_the_question_shows_what_matters_and_only_those_who_are_named_may_answer(
    runs: dict[str, Run], users: dict[str, AirflowApi]
) -> None:
    run = runs["asks_one"]
    run.wait_for("approve", "awaiting_input")
    question = run.api.call("GET", run.details("approve"))
    assert question["subject"] == "Promote asks_one, as-of 1996-06-01?"
    assert [user["name"] for user in question["assigned_users"]] == ["ada", "bob"]
    for told in ("its first champion", "| AtMost(mae) | PASS |", "| training rows | 521 |", "[MLflow run](http"):
        assert told in question["body"]
    answer = {"chosen_options": ["Approve"], "params_input": {"why": "it is mine"}}
    with pytest.raises(AirflowApiError, match="403"):
        users["admin"].call("PATCH", run.details("approve"), json=answer)


def test_a_rejection_promotes_nothing_and_what_is_cleared_is_asked_again(
    runs: dict[str, Run], users: dict[str, AirflowApi], client: MlflowClient
) -> None:
    run = runs["asks_one"]
    run.wait_for("approve", "awaiting_input")
    run.settle("approve", users["bob"], ("Reject", "spring is off"), run.is_over("approve"))
    run.wait_for("promote", "skipped")
    found = tags(client, run.dag_id)
    assert (found["approval"], found["approval_reason"]) == ("rejected", "bob rejects: spring is off")
    assert versions(client, run.dag_id) == []

    cleared = {"dag_run_id": run.dag_run_id, "task_ids": ["approve"], "include_downstream": True}
    what = {**cleared, "dry_run": False, "only_failed": False}
    run.api.call("POST", f"/dags/{run.dag_id}/clearTaskInstances", json=what)
    run.settle("approve", users["ada"], ("Approve", "it isn't"), run.is_over("promote"))
    (version,) = versions(client, run.dag_id)
    told = {key.removeprefix("headgate."): value for key, value in version.tags.items()}
    assert (told["approved_by"], told["approval_reason"]) == ("ada", "it isn't")
    assert told["approved_at"].startswith("20")


def test_the_wrong_second_person_promotes_nothing_and_the_right_one_does(
    runs: dict[str, Run], users: dict[str, AirflowApi], client: MlflowClient
) -> None:
    run, yes = runs["asks_two"], ("Approve", "all is well")

    def says(said: str) -> Callable[[], bool]:
        return lambda: said in tags(client, run.dag_id).get("approval_reason", "")

    run.wait_for("approve", "awaiting_input")
    run.settle("approve", users["admin"], yes, says("Got admin, who did."))
    run.settle("approve", users["ada"], yes, run.is_over("approve"))
    run.wait_for("approve_second", "awaiting_input")
    run.settle("approve_second", users["ada"], yes, says("Got ada twice"))
    assert versions(client, run.dag_id) == []
    run.settle("approve_second", users["bob"], yes, run.is_over("promote"))
    (version,) = versions(client, run.dag_id)
    assert version.tags["headgate.approved_by"] == "ada, bob"
