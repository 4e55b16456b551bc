"""What a team does in its first hour: a backfill, live promotions, a question to the model, a rollback, an audit."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import httpx

from tools.airflow_api import FINISHED_STATES, wait_for
from tools.compose.stack import ComposeStack

MODEL = "co2_weekly"
DAG = "co2"
FIRST, LAST = datetime(1990, 1, 1, tzinfo=UTC), datetime(1992, 1, 1, tzinfo=UTC)
WEEK = {"latest_ppm": 370.2, "above_4_weeks": 0.5, "above_13_weeks": 1.4, "above_52_weeks": 1.6, "day_of_year": 7}
RUN_SECONDS = 900.0

Tell = Callable[[str], None]


class WrongError(Exception):
    """Something isn't as it must be."""


def first_hour(stack: ComposeStack, tell: Tell) -> None:
    """Go through it, and raise at the first thing that isn't as it must be."""
    api = stack.api
    for dag in (DAG, f"{DAG}_rollback"):
        api.wait_for_dag(dag, timeout=300)
    runs = api.wait_for_backfill(api.backfill(DAG, first=FIRST, last=LAST, max_active_runs=2), timeout=RUN_SECONDS)
    require([run["state"] for run in runs] == ["success"] * 3, f"three backfilled runs succeed: {states(runs)}")
    require(audit(stack)["model"] == MODEL and served(stack) is None, "a backfill promotes nothing")
    tell("a backfill of three years: nothing promoted, nothing served")
    for number, as_of in enumerate(("1995-01-01", "1996-01-01"), start=1):
        live(stack, as_of)
        wait_for(lambda: served(stack) == str(number), what=f"version {number} served", timeout=60)  # noqa: B023 - at once
        tell(f"live as of {as_of}: version {number} is promoted and serves {predicted(stack):.1f} ppm")
    finished(stack, f"{DAG}_rollback", {"reason": "compose-test"})
    wait_for(lambda: served(stack) == "3", what="version 3 served", timeout=60)
    tell("rolled back: version 3, which is version 1 again, serves")
    require_clean(stack, tell)


def live(stack: ComposeStack, as_of: str) -> dict[str, Any]:
    """Run the Dag once by hand, and return the run, which succeeded."""
    return finished(stack, DAG, {"as_of": as_of, "reason": "compose-test"})


def finished(stack: ComposeStack, dag: str, conf: dict[str, Any]) -> dict[str, Any]:
    """Start a dag run by hand, wait for its end, and return it."""
    dag_run_id = stack.api.trigger(dag, conf=conf)

    def ended() -> dict[str, Any] | None:
        run: dict[str, Any] = stack.api.call("GET", f"/dags/{dag}/dagRuns/{dag_run_id}")
        return run if run["state"] in FINISHED_STATES else None

    run = wait_for(ended, what=f"the end of {dag} {dag_run_id}", timeout=RUN_SECONDS)
    assert run is not None  # noqa: S101 - `wait_for`
    require(run["state"] == "success", f"{dag} {conf} succeeds: {run['state']}")
    return run


def model_server(stack: ComposeStack) -> httpx.Client:
    """Return a client of the model server with its login."""
    login = ("headgate", stack.env["HEADGATE_SERVER_PASSWORD"])
    return httpx.Client(base_url=stack.url("MODEL_SERVER_PORT"), auth=login, timeout=10)


def serving(stack: ComposeStack) -> dict[str, Any]:
    """Return what the model server says of what it serves, after a look at the registry."""
    with model_server(stack) as client:
        found: dict[str, Any] = client.post("/refresh").raise_for_status().json()
        return found


def served(stack: ComposeStack) -> str | None:
    """Return which version the model server serves; `None` when it has none."""
    found: str | None = serving(stack)["version"]
    return found


def predicted(stack: ComposeStack) -> float:
    """Return what the model server answers for one week."""
    with model_server(stack) as client:
        reply = client.post("/invocations", json={"dataframe_records": [WEEK]}).raise_for_status()
        return float(reply.json()["predictions"][0])


def audit(stack: ComposeStack) -> dict[str, Any]:
    """Return what `headgate audit` says in a worker, with the worker's own connections."""
    script = (
        "import json, subprocess, sys; from headgate.hooks.mlflow import MlflowHook; h = MlflowHook(); "
        "import os; os.environ['MLFLOW_TRACKING_USERNAME'] = h.connection.login; "
        "os.environ['MLFLOW_TRACKING_PASSWORD'] = h.connection.password; "
        f"sys.exit(subprocess.run(['headgate', 'audit', '{MODEL}', '--mlflow', h.url, '--mlflow-only', '--json'])"
        ".returncode)"
    )
    found: dict[str, Any] = json.loads(stack.run_in("airflow-worker", "python", "-W", "ignore", "-c", script))
    return found


def require_clean(stack: ComposeStack, tell: Tell) -> None:
    """Raise unless the audit finds nothing."""
    found = audit(stack)
    require(found["clean"], f"the audit is clean: {json.dumps(found)[:2000]}")
    tell(f"audit: clean ({json.dumps(found.get('counts', {}))})")


def states(runs: list[dict[str, Any]]) -> list[str]:
    """Return the states of dag runs."""
    return [str(run["state"]) for run in runs]


def require(holds: bool, what: str) -> None:  # noqa: FBT001 - what a test asserts
    """Raise unless something holds.

    Raises:
        WrongError: It doesn't.
    """
    if not holds:
        message = f"must be so, and isn't: {what}"
        raise WrongError(message)
