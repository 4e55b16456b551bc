"""The shape of production in small: Airflow and MLflow on PostgreSQL, tasks on a Celery worker over Redis."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import psycopg2
import pytest

from tests.contract import postgres_server as postgres
from tests.e2e import redis_server as redis
from tools.airflow_api import FINISHED_STATES, wait_for
from tools.environment import REPOSITORY
from tools.processes import members_of
from tools.stack import Stack

MISSING = [
    name for name, there in (("PostgreSQL", postgres.programs()), ("redis-server", redis.program())) if not there
]
pytestmark = pytest.mark.skipif(bool(MISSING), reason=f"not installed on this machine: {', '.join(MISSING)}")

SECONDS = 240.0
MODEL = "co2_weekly"
SERVER = {"headgate_server_default": MODEL}
PRELOADED = """
import sys
from datetime import UTC, datetime

from airflow.sdk import DAG, task

with DAG("preloaded", start_date=datetime(2024, 1, 1, tzinfo=UTC)):

    @task
    def heavy():
        return sorted({"mlflow", "sklearn", "great_expectations", "pyarrow"} & set(sys.modules))

    heavy()
"""


@pytest.fixture(scope="module")
def production(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Airflow, a worker, MLflow and a model server; what tasks keep goes through MLflow's artifacts."""
    dags = tmp_path_factory.mktemp("celery-dags")
    shutil.copy(REPOSITORY / "dags" / "co2.py", dags)
    dags.joinpath("preloaded.py").write_text(PRELOADED)
    with ExitStack() as parts:
        database = json.loads(parts.enter_context(postgres.postgres_server()))
        broker = parts.enter_context(redis.redis_server())
        airflow, mlflow = (made(database, name) for name in ("airflow", "mlflow"))
        stack = Stack(
            home=tmp_path_factory.mktemp("celery"),
            dags_folder=dags,
            served=SERVER,
            mlflow_database=mlflow,
            extra_env={
                "AIRFLOW__CORE__EXECUTOR": "CeleryExecutor",
                "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": airflow,
                "AIRFLOW__CELERY__BROKER_URL": broker,
                "AIRFLOW__CELERY__RESULT_BACKEND": f"db+{airflow}",
                "AIRFLOW__CELERY__WORKER_CONCURRENCY": "2",
                "AIRFLOW__CELERY__EXTRA_CELERY_CONFIG": '{"imports": ["headgate.preloading"]}',
                "AIRFLOW__HEADGATE__STORE": "mlflow://mlflow_default/snapshots",
                "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "15",
                "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT_DETECTION_INTERVAL": "5",
            },
        )
        parts.enter_context(stack)
        stack.spawn("worker", (sys.executable, "-m", "airflow", "celery", "worker", "--skip-serve-logs"))
        yield stack


def made(database: dict[str, Any], name: str) -> str:
    """Make a database, and return SQLAlchemy's address of it."""
    facts = {"host": "127.0.0.1", "port": database["port"], "user": database["login"], "password": postgres.PASSWORD}
    connection = psycopg2.connect(dbname="postgres", **facts)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
    connection.close()
    return f"postgresql+psycopg2://{facts['user']}:{facts['password']}@{facts['host']}:{facts['port']}/{name}"


def started(stack: Stack, dag_id: str, **conf: str) -> str:
    stack.api.wait_for_dag(dag_id, timeout=SECONDS)
    return stack.api.trigger(dag_id, conf=conf)


def ended(stack: Stack, dag_id: str, dag_run_id: str) -> str:
    def state() -> str:
        return str(stack.api.call("GET", f"/dags/{dag_id}/dagRuns/{dag_run_id}")["state"])

    wait_for(lambda: state() in FINISHED_STATES, what=f"the end of {dag_run_id}", timeout=SECONDS)
    return state()


def headgate(stack: Stack, *arguments: str) -> Any:
    program = Path(sys.executable).with_name("headgate")
    env = {**os.environ, "MLFLOW_TRACKING_URI": stack.mlflow_url}
    done = subprocess.run(
        [program, *arguments, "--json"], env=env, cwd=REPOSITORY, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return json.loads(done.stdout)


def served(stack: Stack) -> str | None:
    version: str | None = httpx.get(f"{stack.server_url()}/version").json()["version"]
    return version


def test_a_workers_tasks_find_the_heavy_libraries_imported(production: Stack) -> None:
    dag_run_id = started(production, "preloaded")
    assert ended(production, "preloaded", dag_run_id) == "success"
    found = production.api.xcom("preloaded", dag_run_id, "heavy")
    assert found == ["great_expectations", "mlflow", "pyarrow", "sklearn"]


def test_a_backfill_promotes_nothing_and_a_live_run_does(production: Stack) -> None:
    production.api.wait_for_dag("co2", timeout=SECONDS)
    year = datetime(1990, 1, 1, tzinfo=UTC)
    backfill = production.api.backfill("co2", first=year, last=year.replace(year=1991), max_active_runs=2)
    runs = production.api.wait_for_backfill(backfill, timeout=SECONDS)
    assert [run["state"] for run in runs] == ["success"] * 2
    assert served(production) is None

    assert ended(production, "co2", started(production, "co2", as_of="1996-06-01")) == "success"
    assert served(production) == "1"
    assert [row["as_of"][:10] for row in headgate(production, "log", MODEL)] == ["1996-06-01"]


def test_a_worker_that_is_killed_in_a_fit_leaves_one_version(production: Stack) -> None:
    dag_run_id = started(production, "co2", as_of="1997-06-01")

    def fits() -> bool:
        tasks = production.api.task_instances("co2", dag_run_id)
        return any((task["task_id"], task["state"]) == ("train", "running") for task in tasks)

    wait_for(fits, what="train at work", timeout=SECONDS, every=0.1)
    for process in members_of({production.process("worker").popen.pid}):
        process.kill()
    production.start_again("worker")

    assert ended(production, "co2", dag_run_id) == "success"
    rows = headgate(production, "log", MODEL)
    assert [row["as_of"][:10] for row in rows] == ["1996-06-01", "1997-06-01"]
    assert served(production) == str(rows[-1]["version"])
    audit = headgate(production, "audit", MODEL, "--mlflow-only")
    assert audit["clean"] is True
