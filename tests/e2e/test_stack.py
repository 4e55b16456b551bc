"""The local stack comes up, runs a backfill over the REST API, and leaves nothing behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import psutil
import pytest

from tools.airflow_api import wait_for
from tools.processes import Processes, ProcessFailedError
from tools.stack import Stack

if TYPE_CHECKING:
    from collections.abc import Collection

TRIVIAL_DAG = """
from datetime import UTC, datetime

from airflow.sdk import DAG, task

with DAG("trivial", schedule="@daily", start_date=datetime(2024, 1, 1, tzinfo=UTC), catchup=False):

    @task
    def day(ds=None):
        return ds

    day()
"""
FORKS_AND_IGNORES_TERM = """
import os, signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
os.fork()
time.sleep(600)
"""
OWNER = """
import sys, time
from pathlib import Path
from tools.processes import Processes

with Processes(logs=Path(sys.argv[1]), patience=0.5) as processes:
    processes.start("sleeper", (sys.executable, "-c", sys.argv[2]), env={}, cwd=Path(sys.argv[1]))
    while len(processes.pids()) < 2:
        pass
    print(*processes.pids(), flush=True)
    time.sleep(600)
"""


def living(pids: Collection[int]) -> list[int]:
    return [pid for pid in pids if psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE]


def test_a_backfill_over_the_rest_api_finishes(stack: Stack, dags_folder: Path) -> None:
    (dags_folder / "trivial.py").write_text(TRIVIAL_DAG)
    api = stack.api

    api.wait_for_dag("trivial", timeout=60)
    first, last = datetime(2024, 3, 1, tzinfo=UTC), datetime(2024, 3, 3, tzinfo=UTC)
    backfill = api.backfill("trivial", first=first, last=last, max_active_runs=2)
    api.wait_for_backfill(backfill, timeout=120)

    runs = api.dag_runs("trivial", run_type="backfill")
    assert [run["state"] for run in runs] == ["success"] * 3
    assert [api.xcom("trivial", run["dag_run_id"], "day") for run in runs] == ["2024-03-01", "2024-03-02", "2024-03-03"]


def test_the_mlflow_server_stores_artifacts_below_the_stacks_home(stack: Stack) -> None:
    answer = httpx.get(f"{stack.mlflow_url}/api/2.0/mlflow/experiments/get", params={"experiment_id": "0"})

    assert answer.json()["experiment"]["artifact_location"].startswith("mlflow-artifacts:")


def test_nothing_of_the_parents_settings_reaches_the_stack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://elsewhere")
    monkeypatch.setenv("AIRFLOW__CORE__FERNET_KEY", "leaked")

    with Stack(home=tmp_path, dags_folder=None) as mlflow_only:
        assert "MLFLOW_TRACKING_URI" not in mlflow_only.env
        assert "AIRFLOW__CORE__FERNET_KEY" not in mlflow_only.env
        assert Path(mlflow_only.env["HOME"]).is_relative_to(tmp_path)


def test_after_stop_no_process_is_alive_and_a_second_start_keeps_password_and_ports(tmp_path: Path) -> None:
    dags = tmp_path / "dags"
    dags.mkdir()
    seen = []
    for _ in range(2):
        with Stack(home=tmp_path / "home", dags_folder=dags) as stack:
            pids = stack.pids()
            seen.append((stack.password, stack.airflow_url, stack.mlflow_url))
        assert len(pids) >= 6
        assert living(pids) == []
    assert seen[0] == seen[1]


def test_two_stacks_never_share_a_home(tmp_path: Path) -> None:
    with (
        Stack(home=tmp_path, dags_folder=None),
        pytest.raises(ProcessFailedError, match="another stack runs on"),
        Stack(home=tmp_path, dags_folder=None),
    ):
        pass


def test_a_process_that_ends_at_the_start_is_an_error_with_the_tail_of_its_log(tmp_path: Path) -> None:
    with Processes(logs=tmp_path) as processes:
        processes.start("broken", (sys.executable, "-c", "raise SystemExit('out of luck')"), env={}, cwd=tmp_path)

        with pytest.raises(ProcessFailedError, match=r"(?s)broken must be running.*code 1.*out of luck"):
            processes.wait("broken", lambda: False, timeout=30)


def test_a_process_that_is_never_ready_is_an_error(tmp_path: Path) -> None:
    with Processes(logs=tmp_path) as processes:
        processes.start("idle", (sys.executable, "-c", "input()"), env={}, cwd=tmp_path)

        with pytest.raises(ProcessFailedError, match="idle must be"):
            processes.wait("idle", lambda: False, timeout=0)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_processes_that_ignore_term_and_fork_die_with_their_owner(tmp_path: Path, number: signal.Signals) -> None:
    argv = (sys.executable, "-c", OWNER, str(tmp_path), FORKS_AND_IGNORES_TERM)
    with subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=Path.cwd()) as owner:
        assert owner.stdout is not None
        pids = [int(pid) for pid in owner.stdout.readline().split()]
        assert len(living(pids)) == 2

        os.kill(owner.pid, number)

    assert wait_for(lambda: not living(pids), what="the end of the processes", timeout=10)
