"""What happens in production: parts are killed, restarted, gone for a while, or full; runs go on meanwhile."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import httpx

from tools.airflow_api import FINISHED_STATES, wait_for
from tools.compose.stack import ComposeStack, docker
from tools.compose.story import DAG, RUN_SECONDS, WEEK, Tell, model_server, require, require_clean

OUTAGE_SECONDS = 30.0


@dataclass(slots=True)
class Asked:
    """How often the model server was asked, and how often it didn't answer."""

    times: int = 0
    dropped: list[str] = field(default_factory=list)


def disturb(stack: ComposeStack, tell: Tell) -> None:
    """Disturb one live run after the other; each ends well, and nothing is doubled or lost at the end."""
    blows: tuple[tuple[str, Callable[[ComposeStack], None]], ...] = (
        ("kill -9 of the worker that fits", kill_worker),
        ("kill -9 of the scheduler", lambda one: kill(one, "airflow-scheduler")),
        ("kill -9 of MLflow", lambda one: kill(one, "mlflow")),
        ("a restart of PostgreSQL", lambda one: restart(one, "postgres")),
        (f"Redis gone for {OUTAGE_SECONDS:.0f} s", lambda one: outage(one, "redis")),
        (f"a full artifact volume for {OUTAGE_SECONDS:.0f} s", full_volume),
    )
    with asked_all_along(stack) as asked:
        stop_gently(stack, tell)
        for number, (what, blow) in enumerate(blows):
            as_of = f"{1996 + number}-06-01"
            dag_run_id = stack.api.trigger(DAG, conf={"as_of": as_of, "reason": what})
            wait_for(lambda: task_runs(stack, dag_run_id, "train"), what="train at work", timeout=RUN_SECONDS)  # noqa: B023 - at once
            blow(stack)
            state = wait_for(lambda: ended(stack, dag_run_id), what=f"the end of {dag_run_id}", timeout=RUN_SECONDS)  # noqa: B023 - at once
            require(state == "success", f"a run ends well in spite of {what}: {state}")
            tell(f"{what}: the run of {as_of} ended well")
    require(not asked.dropped, f"the champion serves all along: {asked.dropped[:5]} of {asked.times}")
    tell(f"the model server was asked {asked.times:,} times meanwhile, and dropped none")
    require_clean(stack, tell)


def stop_gently(stack: ComposeStack, tell: Tell) -> None:
    """Stop the workers as `docker compose stop` does, in a fit: it is let end, and nothing is tried twice."""
    dag_run_id = stack.api.trigger(DAG, conf={"as_of": "1995-06-01", "reason": "workers are stopped"})
    wait_for(lambda: task_runs(stack, dag_run_id, "train"), what="train at work", timeout=RUN_SECONDS)
    stack.compose("stop", "airflow-worker")
    stack.compose("start", "airflow-worker")
    state = wait_for(lambda: ended(stack, dag_run_id), what=f"the end of {dag_run_id}", timeout=RUN_SECONDS)
    tries = {task["task_id"]: task["try_number"] for task in stack.api.task_instances(DAG, dag_run_id)}
    require(state == "success" and max(tries.values()) == 1, f"stopped workers end what they do: {state}, {tries}")
    tell(f"workers stopped in a fit: it ended, and no task was tried twice ({len(tries)} tasks)")


def kill_worker(stack: ComposeStack) -> None:
    """Kill every worker: one of them has the fit."""
    kill(stack, "airflow-worker")


def kill(stack: ComposeStack, service: str) -> None:
    """Kill a service's containers as the kernel does, and start them again as a supervisor does."""
    for container in stack.containers(service):
        docker("kill", "--signal", "KILL", container["ID"])
    for container in stack.containers(service):
        docker("start", container["ID"])


def restart(stack: ComposeStack, service: str) -> None:
    """Restart a service."""
    stack.compose("restart", "--timeout", "30", service)


def outage(stack: ComposeStack, service: str) -> None:
    """Stop a service for a while."""
    stack.compose("stop", service)
    time.sleep(OUTAGE_SECONDS)
    stack.compose("start", service)


def full_volume(stack: ComposeStack) -> None:
    """Fill the volume of MLflow's artifacts, and make room again after a while."""
    filler = "/var/lib/mlflow/filler"
    stack.run_in("mlflow", "sh", "-c", f"cat /dev/zero > {filler} 2>/dev/null; ls {filler}")
    time.sleep(OUTAGE_SECONDS)
    stack.run_in("mlflow", "rm", filler)


def task_runs(stack: ComposeStack, dag_run_id: str, task_id: str) -> bool:
    """Tell whether a task is at work, or over already."""
    tasks = stack.api.task_instances(DAG, dag_run_id)
    states = {task["task_id"]: task["state"] for task in tasks}
    return states.get(task_id) in {"running", "success"}


def ended(stack: ComposeStack, dag_run_id: str) -> str | None:
    """Return the state of a dag run that has ended; `None` while it runs, or Airflow is gone for the moment."""
    try:
        run = stack.api.call("GET", f"/dags/{DAG}/dagRuns/{dag_run_id}")
    except Exception:  # noqa: BLE001 - whatever an outage looks like from here
        return None
    return str(run["state"]) if run["state"] in FINISHED_STATES else None


@contextmanager
def asked_all_along(stack: ComposeStack) -> Iterator[Asked]:
    """Ask the model server for a prediction again and again, and note what isn't answered."""
    asked, over = Asked(), threading.Event()

    def ask() -> None:
        with model_server(stack) as client:
            while not over.wait(0.1):
                asked.times += 1
                try:
                    client.post("/invocations", json={"dataframe_records": [WEEK]}).raise_for_status()
                except httpx.HTTPError as error:
                    asked.dropped.append(f"{type(error).__name__}: {error}")

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    try:
        yield asked
    finally:
        over.set()
        thread.join(20)
