"""One torture: start a stack, disturb it while it works, let it settle, and look at what is left."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools.airflow_api import FINISHED_STATES, AirflowApi, wait_for
from tools.environment import REPOSITORY
from tools.stack import Stack
from tools.torture.aftermath import Aftermath, look
from tools.torture.driver import Driver, NeverEndsError
from tools.torture.pipeline import DAG, FIRST
from tools.torture.plan import TASKS, Blow, blows, plan_actions
from tools.torture.proxy import Proxy
from tools.torture.storm import Storm

PARSED = 180.0
FIRST_RUN = 600.0
SETTINGS = {
    "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "30",
    "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT_DETECTION_INTERVAL": "5",
    "AIRFLOW__SCHEDULER__ORPHANED_TASKS_CHECK_INTERVAL": "10",
    "AIRFLOW__SCHEDULER__TASK_QUEUED_TIMEOUT": "60",
    "AIRFLOW__SCHEDULER__SCHEDULER_HEALTH_CHECK_THRESHOLD": "15",
}
"""A task whose supervisor or scheduler is gone is noticed within half a minute; Airflow's defaults are ten minutes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Torture:
    """What a torture did, and found.

    Args:
        seed: Its seed.
        seconds: How long it took.
        runs: How many dag runs there were.
        driver: What counted what was done.
        proxy: What counted the replies that were lost.
        aftermath: What was found.
    """

    seed: int
    seconds: float
    runs: int
    driver: Driver
    proxy: Proxy
    aftermath: Aftermath


def torture(
    *,
    runs: int,
    seed: int,
    seconds: float,
    home: Path,
    tell: Callable[[str], None],
    deck: Callable[[random.Random], Iterator[Blow]] = blows,
) -> Torture:
    """Start a stack, torture it, let it settle, and look at what is left; every process ends with that.

    Args:
        runs: How many dag runs, at least.
        seed: Decides everything that the clock doesn't.
        seconds: When to stop disturbing at the latest.
        home: An empty folder for the stack.
        tell: Takes a line of progress now and then.
        deck: Gives the disturbances.

    Raises:
        NeverEndsError: Dag runs go on or fail with nothing to disturb them.
        ProcessFailedError: The stack doesn't start.
    """
    began = time.monotonic()
    chances = [random.Random(f"{seed} {what}") for what in ("plan", "driver", "storm", "proxy", "deck")]  # noqa: S311
    plan, drive, hit, lose, shuffle = chances
    with Proxy(lose) as proxy, _stack(home, proxy) as stack:
        tell("starting Airflow and MLflow")
        proxy.upstream = stack.mlflow_url
        stack.api.wait_for_dag(DAG, timeout=PARSED)
        tell("one run undisturbed, to see how fast this machine is")
        unit = _first_run(stack.api) / (len(TASKS) - 1)
        storm = Storm(stack, proxy, hit, unit=unit)
        driver = Driver(api=stack.api, storm=storm, progress=lambda: proxy.asked, chance=drive, unit=unit, tell=tell)
        dealt = deck(shuffle)
        driver.rage(plan_actions(plan, runs - 1), lambda: next(dealt), until=time.monotonic() + seconds)
        dag_runs = driver.settle()
        tell("looking at what is left")
        aftermath = look(stack, dag_runs)
    took = time.monotonic() - began
    return Torture(seed=seed, seconds=took, runs=len(dag_runs), driver=driver, proxy=proxy, aftermath=aftermath)


def _stack(home: Path, proxy: Proxy) -> Stack:
    mlflow = {"conn_type": "mlflow", "host": "http://127.0.0.1", "port": proxy.port}
    extra = {**SETTINGS, "AIRFLOW_CONN_MLFLOW_DEFAULT": json.dumps(mlflow)}
    return Stack(home=home, dags_folder=REPOSITORY / "tools" / "torture" / "dags", parallelism=3, extra_env=extra)


def _first_run(api: AirflowApi) -> float:
    """Run the first day undisturbed, and return how many seconds that took."""
    dag_run_id = api.trigger(DAG, conf={"as_of": f"{FIRST:%Y-%m-%d}"})

    def ended() -> dict[str, Any] | None:
        found: dict[str, Any] = api.call("GET", f"/dags/{DAG}/dagRuns/{dag_run_id}")
        return found if found["state"] in FINISHED_STATES else None

    began = time.monotonic()
    run = wait_for(ended, what=f"the end of {dag_run_id}", timeout=FIRST_RUN)
    if run is None or run["state"] != "success":
        message = f"the first dag run, which nothing disturbed, must succeed. Got {run and run['state']} instead."
        raise NeverEndsError(message)
    return time.monotonic() - began
