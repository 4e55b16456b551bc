"""Run the bench: `python -m tools.bench [PART]...`, all of them by default.

The parts are parse, steps, log, backfill, snapshots, gates and validation (of `HEADGATE_BENCH_ROWS` rows).

Every figure is a ratio or a difference of two things measured in this one run; absolute times are of this machine.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rich.console import Console

from tools.bench import gates, snapshots, validation
from tools.bench.bike import AS_OFS, DATA
from tools.environment import REPOSITORY
from tools.stack import Stack

ROUNDS = 5
HERE = Path(__file__).parent
HEAVY = ("mlflow", "sklearn", "pandas", "numpy", "great_expectations", "scipy", "duckdb", "pyarrow", "plotly")

console = Console(highlight=False)


def main(chosen: list[str]) -> int:
    """Run the chosen parts; return 2 for an unknown one."""
    parts: dict[str, Callable[[], None]] = {
        "parse": parse,
        "steps": steps,
        "log": log,
        "backfill": backfill,
        "snapshots": snapshots.main,
        "gates": gates.main,
        "validation": validation.main,
    }
    unknown = [name for name in chosen if name not in parts]
    if unknown:
        console.print(f"part must be one of {', '.join(parts)}. Got {', '.join(unknown)} instead.")
        return 2
    for name, part in parts.items():
        if name in (chosen or parts):
            console.rule(name, align="left")
            part()
    return 0


def parse() -> None:
    """Time what Airflow does at each parse of a Dag file, against a file with one empty operator."""
    script = (
        "import sys, time, runpy; import airflow.sdk;"
        "from airflow.providers.standard.operators.empty import EmptyOperator;"
        "began = time.perf_counter(); runpy.run_path(sys.argv[1]); print(time.perf_counter() - began);"
        f"print(','.join(m for m in {HEAVY!r} if m in sys.modules))"
    )
    co2, empty, heavy = [], [], ""
    for _ in range(ROUNDS):
        seconds, heavy = _run([sys.executable, "-c", script, str(REPOSITORY / "dags" / "co2.py")]).split("\n")[:2]
        co2.append(float(seconds))
        empty.append(float(_run([sys.executable, "-c", script, str(HERE / "dags" / "empty.py")]).split("\n")[0]))
    more = (statistics.median(co2) - statistics.median(empty)) * 1000
    console.print(f"parsing dags/co2.py takes {more:.0f} ms more than one empty operator (at most 50)")
    console.print(f"heavy libraries imported by it: {heavy or 'none'}")


def steps() -> None:
    """Time the steps in one process against a bare script that does the same work, in turn, on one MLflow server."""
    if not _has_data():
        return
    with tempfile.TemporaryDirectory() as home, Stack(home=Path(home), dags_folder=None) as stack:
        ratios, spent = [], []
        for _ in range(3):
            bare = _worker("tools.bench.bare", stack)
            ours = _worker("tools.bench.steps", stack)
            ratios.append(sum(ours["runs"][1:]) / sum(bare["runs"][1:]))
            spent.append((sum(bare["runs"][1:]), sum(ours["runs"][1:]), ours["parts"]))
    console.print(f"steps in one process: {statistics.median(ratios):.2f} times the bare script (at most 1.10)")
    console.print(
        f"  each round: {', '.join(f'{ratio:.2f}' for ratio in ratios)}; the first month of each isn't counted"
    )
    bare_seconds, our_seconds, parts = spent[-1]
    console.print(f"  last round, {len(AS_OFS) - 1} months: bare {bare_seconds:.1f} s, steps {our_seconds:.1f} s")
    console.print("  of all its months: " + ", ".join(f"{name} {seconds:.1f} s" for name, seconds in parts.items()))


def log() -> None:
    """Time logging and registering one small model."""
    with tempfile.TemporaryDirectory() as home, Stack(home=Path(home), dags_folder=None) as stack:
        found = json.loads(_run([sys.executable, "-m", "tools.bench.log", stack.mlflow_url], env=stack.env))
    for name, seconds in found.items():
        console.print(f"log and register {name}: {seconds * 1000:.0f} ms (at most 300)")


def backfill() -> None:
    """Time a real Airflow backfill of 18 runs against the bare loop."""
    if not _has_data():
        return
    with tempfile.TemporaryDirectory() as home, Stack(home=Path(home), dags_folder=None) as stack:
        began = time.perf_counter()
        bare = _worker("tools.bench.bare", stack, threads=None)
        bare_seconds = time.perf_counter() - began
    with tempfile.TemporaryDirectory() as home, Stack(home=Path(home), dags_folder=HERE / "dags") as stack:
        stack.api.wait_for_dag("bike", timeout=120)
        began = time.perf_counter()
        stack.api.backfill("bike", first=AS_OFS[0], last=AS_OFS[-1], max_active_runs=4)
        runs = stack.api.wait_for_runs("bike", count=len(AS_OFS), timeout=900)
        seconds = time.perf_counter() - began
        tasks = stack.api.task_instances("bike", "~")
    console.print(
        "Airflow here is the local stack's: preloaded, and with tools/airflow_settings' two repairs of Airflow"
    )
    states = {run["state"] for run in runs}
    ran = [task for task in tasks if task["duration"] is not None]
    console.print(
        f"backfill of {len(AS_OFS)} runs: {seconds:.1f} s, {seconds / bare_seconds:.1f} times the bare loop "
        f"({bare_seconds:.1f} s, {bare['imports']:.1f} s of it imports) (at most 3); runs ended {states}"
    )
    console.print(f"  {len(ran)} tasks ran, {sum(task['duration'] for task in ran):.1f} s of task time on 2 slots:")
    for task_id in dict.fromkeys(task["task_id"] for task in tasks):
        durations = [task["duration"] for task in ran if task["task_id"] == task_id]
        if durations:
            console.print(f"  {task_id:<10} {len(durations):>3} x {statistics.median(durations):.2f} s (median)")


def _worker(module: str, stack: Stack, *, threads: str | None = "1") -> dict[str, Any]:
    """Run a worker on the stack's MLflow server and return what it measured; `threads=None` gives a fit all cores."""
    env = {name: value for name, value in stack.env.items() if name != "OMP_NUM_THREADS"}
    if threads is not None:
        env["OMP_NUM_THREADS"] = threads
    command = [sys.executable, "-m", module, stack.mlflow_url, str(len(AS_OFS))]
    found: dict[str, Any] = json.loads(_run(command, env=env).strip().rpartition("\n")[2])
    return found


def _run(command: list[str], env: dict[str, str] | None = None) -> str:
    done = subprocess.run(command, env=env, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    if done.returncode:
        message = f"{' '.join(command)} must end well. It ended with {done.returncode} instead:\n{done.stderr[-3000:]}"
        raise RuntimeError(message)
    return done.stdout


def _has_data() -> bool:
    if not DATA.exists():
        console.print(f"skipped: the bike sharing data must lie at {DATA} (or $HEADGATE_BENCH_DATA)")
    return DATA.exists()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
