"""`make demo`: the whole loop on real data, in a real Airflow, from nothing.

Starts MLflow, Airflow and the model server, retrains the CO2 forecast for every year from 1985 to 2000 as an Airflow
backfill, runs it once live, and shows what became of it. Run again, it finds what it did and changes nothing.
"""

from __future__ import annotations

import contextlib
import json
import shlex
import signal
import sys
import threading
from datetime import UTC, datetime
from typing import Any, NoReturn

import httpx
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from tools.airflow_api import FINISHED_STATES, AirflowApi, AirflowApiError, wait_for
from tools.environment import REPOSITORY
from tools.processes import ProcessFailedError
from tools.stack import Stack

HOME = REPOSITORY / ".demo"
DAG = "co2"
SERVED = {"headgate_server_default": "co2_weekly", "headgate_server_digits": "digits"}
FIRST, LAST = datetime(1985, 1, 1, tzinfo=UTC), datetime(2000, 1, 1, tzinfo=UTC)
LIVE = "2001-01-01"
BACKFILLED = LAST.year - FIRST.year + 1
PATIENCE = 600.0
PARSED = 60.0
WEEK = {
    "latest_ppm": 370.4,
    "above_4_weeks": 0.5,
    "above_13_weeks": 1.6,
    "above_52_weeks": 0.6,
    "day_of_year": 6,
}
"""The first week of 2001, as the model takes it."""


class LoopFailedError(Exception):
    """The loop did not run to its end."""


def main() -> int:
    """Run the demo; return 0 only if the loop truly ran."""
    console = Console()
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        with console.status("starting MLflow, Airflow and the model server ...") as status:
            stack = Stack(home=HOME, dags_folder=REPOSITORY / "dags", served=SERVED)
            with stack:
                stack.api.wait_for_dag(DAG, timeout=PARSED)
                status.stop()
                _run(console, stack)
    except KeyboardInterrupt:
        return 130
    except (AirflowApiError, ProcessFailedError, LoopFailedError, httpx.HTTPError) as error:
        console.print(f"[red]The loop did not run:[/] {error}", highlight=False)
        return 1
    return 0


def _run(console: Console, stack: Stack) -> None:
    _backfill(console, stack.api)
    live = _run_live(console, stack.api)
    rows = _verdicts(stack.api)
    console.print(_table(rows))
    prediction = _ask(stack)
    console.print(_addresses(stack, prediction), highlight=False, soft_wrap=True)
    if rows[-1]["version"] is None:
        message = f"the live run {live} must have promoted a version. Got: {rows[-1]['explanation']}"
        raise LoopFailedError(message)
    if sys.stdout.isatty():
        console.print("\nCtrl-C stops everything.")
        with contextlib.suppress(KeyboardInterrupt):
            threading.Event().wait()


def _backfill(console: Console, api: AirflowApi) -> None:
    """Backfill the years that have no run yet, and wait for all of them."""
    if len(_backfilled(api)) < BACKFILLED:
        api.backfill(DAG, first=FIRST, last=LAST, max_active_runs=4)
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        bar = progress.add_task(f"backfilling {FIRST.year} to {LAST.year}", total=BACKFILLED)

        def all_done() -> bool:
            done = [run for run in _backfilled(api) if run["state"] in FINISHED_STATES]
            progress.update(bar, completed=len(done))
            return len(done) >= BACKFILLED

        wait_for(all_done, what=f"{BACKFILLED} backfilled runs", timeout=PATIENCE, every=0.5)
    _require_success(api, _backfilled(api))


def _run_live(console: Console, api: AirflowApi) -> str:
    """Run once live, unless an earlier demo did; return the dag run's id."""
    earlier = [run for run in api.dag_runs(DAG) if _is_live(run)]
    dag_run_id = earlier[0]["dag_run_id"] if earlier else _trigger(api)
    with console.status(f"running once live, as of {LIVE} ..."):
        wait_for(lambda: _state(api, dag_run_id) in FINISHED_STATES, what=f"the end of {dag_run_id}", timeout=PATIENCE)
    _require_success(api, [run for run in api.dag_runs(DAG) if run["dag_run_id"] == dag_run_id])
    return str(dag_run_id)


def _trigger(api: AirflowApi) -> str:
    return api.trigger(DAG, conf={"as_of": LIVE, "reason": "the demo's live run"})


def _verdicts(api: AirflowApi) -> list[dict[str, Any]]:
    """Return what became of each run, oldest as-of first."""
    rows = []
    for run in [*_backfilled(api), *(run for run in api.dag_runs(DAG) if _is_live(run))]:
        verdict = api.xcom(DAG, run["dag_run_id"], "judge")
        evaluation = api.xcom(DAG, run["dag_run_id"], "evaluate")["evaluation"]
        promoted = _promotion_of(api, run["dag_run_id"])
        rows.append({"verdict": verdict, "evaluation": evaluation, "version": promoted, **verdict})
    return sorted(rows, key=lambda row: str(row["candidate"]["snapshot"]["run"]["as_of"]["instant"]))


def _promotion_of(api: AirflowApi, dag_run_id: str) -> str | None:
    states = {task["task_id"]: task["state"] for task in api.task_instances(DAG, dag_run_id)}
    return str(api.xcom(DAG, dag_run_id, "promote")["version"]) if states.get("promote") == "success" else None


def _table(rows: list[dict[str, Any]]) -> Table:
    table = Table(title="What became of each run", title_justify="left")
    for name, justify in (("as-of", "left"), ("candidate", "left"), ("MAE, ppm", "right"), ("champion", "left")):
        table.add_column(name, justify=justify)  # type: ignore[arg-type]
    for name in ("mode", "verdict", "version"):
        table.add_column(name)
    for row in rows:
        evaluation = row["evaluation"]
        measure = next(m for m in evaluation["measures"] if (m["metric"], m["slice"]) == ("mae", "overall"))
        outcome = row["judgement"]["outcome"]
        table.add_row(
            row["candidate"]["snapshot"]["run"]["as_of"]["instant"][:10],
            f"{evaluation['candidate'][:10]}…",
            f"{measure['candidate']:.3f}",
            f"version {evaluation['baseline']}" if evaluation["baseline"] else "none yet",
            row["mode"]["mode"],
            f"[{'green' if outcome == 'PASS' else 'yellow'}]{outcome}[/]",
            row["version"] or "-",
        )
    return table


def _ask(stack: Stack) -> str:
    """Ask the model server as the `curl` line does, and return what it answered."""
    answer = httpx.post(f"{stack.server_url()}/invocations", json={"dataframe_records": [WEEK]}, timeout=10)
    if not answer.is_success:
        message = f"the model server must answer. Got {answer.status_code}: {answer.text}"
        raise LoopFailedError(message)
    return answer.text.strip()


def _addresses(stack: Stack, answered: str) -> str:
    body = shlex.quote(json.dumps({"dataframe_records": [WEEK]}))
    return (
        f"\nAirflow       {stack.airflow_url}/dags/{DAG}   login {stack.username} / {stack.password}\n"
        f"MLflow        {stack.mlflow_url}\n"
        f"model server  {stack.server_url()}/version\n\n"
        f"curl -s {stack.server_url()}/invocations -H 'Content-Type: application/json' -d {body}\n{answered}"
    )


def _backfilled(api: AirflowApi) -> list[dict[str, Any]]:
    return api.dag_runs(DAG, run_type="backfill")


def _is_live(run: dict[str, Any]) -> bool:
    return run["run_type"] == "manual" and (run.get("conf") or {}).get("as_of") == LIVE and run["state"] != "failed"


def _state(api: AirflowApi, dag_run_id: str) -> str:
    return str(api.call("GET", f"/dags/{DAG}/dagRuns/{dag_run_id}")["state"])


def _require_success(api: AirflowApi, runs: list[dict[str, Any]]) -> None:
    for run in runs:
        if run["state"] == "success":
            continue
        tasks = api.task_instances(DAG, run["dag_run_id"])
        failed = next((task for task in tasks if task["state"] == "failed"), tasks[0])
        log = api.task_log(DAG, run["dag_run_id"], failed["task_id"], try_number=failed["try_number"])
        message = f"run {run['dag_run_id']} must succeed. Its task {failed['task_id']} ended so:\n{log[-3000:]}"
        raise LoopFailedError(message)


def _interrupt(*_: object) -> NoReturn:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
