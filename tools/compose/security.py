"""What a login may not do, what the model server refuses, where secrets stand, and what no process may be."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import httpx

from tools.airflow_api import wait_for
from tools.compose.doors import REFUSED, closed_doors
from tools.compose.stack import ComposeStack, docker
from tools.compose.story import DAG, MODEL, Tell, require, serving

OURS = (
    *("airflow-api-server", "airflow-scheduler", "airflow-dag-processor", "airflow-triggerer", "airflow-worker"),
    *("mlflow", "model-server"),
)
THEIRS = {"postgres": "postgres", "redis": "redis"}
AIRFLOW_TABLES = ("xcom", "dag_run", "serialized_dag", "log", "task_instance", "rendered_task_instance_fields")
AIRFLOW_PAGES = ("/connections", "/variables", "/eventLogs", f"/dags/{DAG}/details", f"/dags/{DAG}/dagRuns")
MLFLOW_TABLES = (
    "tags",
    "params",
    "experiment_tags",
    "model_version_tags",
    "registered_model_tags",
    "logged_model_tags",
)
_BAD_MODELS = """
import os, sys, tempfile
from pathlib import Path
import mlflow.sklearn, numpy as np
from mlflow import MlflowClient
from mlflow.models import infer_signature
from sklearn.linear_model import LinearRegression
from sklearn.preprocessing import FunctionTransformer
from skops.io import dump
from headgate.hooks.mlflow import MlflowHook

hook = MlflowHook()
os.environ["MLFLOW_TRACKING_USERNAME"] = hook.connection.login
os.environ["MLFLOW_TRACKING_PASSWORD"] = hook.connection.password
client = MlflowClient(hook.url, registry_uri=hook.url)
model, kind = sys.argv[1:]
rows = np.zeros((4, 1))
folder = Path(tempfile.mkdtemp()) / "model"
mlflow.sklearn.save_model(
    LinearRegression().fit(rows, rows[:, 0]), folder, serialization_format="skops",
    signature=infer_signature(rows, rows[:, 0]), pip_requirements=[],
)
experiment = client.create_experiment(f"bad-{kind}-{os.getpid()}")
if kind == "outside":  # files that somebody put beside a run
    run = client.create_run(experiment).info
    client.log_artifacts(run.run_id, str(folder), "model")
    source, anchor = f"{run.artifact_uri}/model", {"run_id": run.run_id}
else:
    (pickled,) = folder.glob("*.skops")
    dump(FunctionTransformer(func=os.system), pickled)
    model_id = client.create_logged_model(experiment_id=experiment, name="model").model_id
    client.log_model_artifacts(model_id, str(folder))
    client.finalize_logged_model(model_id, "READY")
    source, anchor = f"models:/{model_id}", {"model_id": model_id}
version = client.create_model_version(model, source, **anchor).version
client.set_registered_model_alias(model, "champion", version)
print(version)
"""


def secure(stack: ComposeStack, tell: Tell) -> None:
    """Try each, and raise at the first that isn't as it must be."""
    closed_doors(stack, tell)
    read_only_login(stack, tell)
    refused_models(stack, tell)
    processes(stack, tell)
    secrets_stay(stack, tell)


def registry(stack: ComposeStack, user: str, password: str) -> httpx.Client:
    """Return a client of MLflow's API with somebody's login."""
    url = f"{stack.url('MLFLOW_PORT')}/api/2.0/mlflow"
    return httpx.Client(base_url=url, auth=(user, stack.env[password]), timeout=30)


def read_only_login(stack: ComposeStack, tell: Tell) -> None:
    """Let the model server's login try to promote."""
    with registry(stack, "reader", "MLFLOW_READER_PASSWORD") as reader:
        found = reader.get("/registered-models/alias", params={"name": MODEL, "alias": "champion"})
        require(found.is_success, f"the reader reads the champion: {found.status_code} {found.text[:200]}")
        tries: dict[str, tuple[str, str, dict[str, Any]]] = {
            "append a version": ("POST", "/model-versions/create", {"name": MODEL, "source": "models:/m-1"}),
            "move the alias": (
                "POST",
                "/registered-models/alias",
                {"name": MODEL, "alias": "champion", "version": "1"},
            ),
            "tag a version": (
                "POST",
                "/model-versions/set-tag",
                {"name": MODEL, "version": "1", "key": "a", "value": "b"},
            ),
            "register a model": ("POST", "/registered-models/create", {"name": "squatted"}),
            "begin a run": ("POST", "/runs/create", {"experiment_id": "0"}),
            "delete the model": ("DELETE", "/registered-models/delete", {"name": MODEL}),
            "delete an experiment": ("POST", "/experiments/delete", {"experiment_id": "0"}),
        }
        for what, (method, path, body) in tries.items():
            reply = reader.request(method, path, json=body)
            require(reply.status_code in REFUSED, f"the reader may not {what}: {reply.status_code} {reply.text[:200]}")
    tell(f"the read-only login reads the champion, and may not {', '.join(tries)}")


def refused_models(stack: ComposeStack, tell: Tell) -> None:
    """Make champions that no task of Headgate's would make: the model server keeps the one that it has."""
    before = serving(stack)
    for kind, said in (("outside", "other files"), ("untrusted", "posix.system")):
        made = stack.run_in("airflow-worker", "python", "-W", "ignore", "-c", _BAD_MODELS, MODEL, kind).split()[-1]
        refused = wait_for(lambda: serving(stack)["refused"], what=f"{kind} refused", timeout=60)
        require(refused["version"] == made and said in json.dumps(refused), f"the server says why: {refused}")
        require(serving(stack)["version"] == before["version"], f"version {before['version']} still serves")
        with registry(stack, "admin", "MLFLOW_ADMIN_PASSWORD") as admin:
            alias = {"name": MODEL, "alias": "champion", "version": before["version"]}
            admin.post("/registered-models/alias", json=alias).raise_for_status()
            gone = {"name": MODEL, "version": made}
            admin.request("DELETE", "/model-versions/delete", json=gone).raise_for_status()
        wait_for(lambda: serving(stack)["refused"] is None, what="the champion again", timeout=60)
    tell("the model server refuses a model outside the registry and one with untrusted types, and serves on")


def processes(stack: ComposeStack, tell: Tell) -> None:
    """Look at what runs: no root, no capability, a read-only file system."""
    for service in (*OURS, *THEIRS):
        for container in stack.containers(service):
            (found,) = json.loads(docker("inspect", container["ID"]))
            lines = docker("top", container["ID"], "-eo", "pid,uid,comm").splitlines()[1:]
            roots = [line for line in lines if line.split()[1] == "0"]
            require(not roots, f"no process of {service} is root's: {roots}")
            host = found["HostConfig"]
            require(host["CapDrop"] == ["ALL"], f"{service} drops its capabilities: {host['CapDrop']}")
            require("no-new-privileges:true" in host["SecurityOpt"], f"{service} can't gain any: {host['SecurityOpt']}")
            if service in OURS:
                require(not host["CapAdd"], f"{service} has no capability: {host['CapAdd']}")
                require(host["ReadonlyRootfs"], f"{service} has a read-only file system")
    tell(f"no root, no capability of ours, a read-only file system: {', '.join(OURS)}; no root: {', '.join(THEIRS)}")


def secrets_stay(stack: ComposeStack, tell: Tell) -> None:
    """Look for each generated secret in logs, XComs, tags, pages, and the image."""
    secrets = {name: value for name, value in stack.env.items() if name.endswith(("PASSWORD", "SECRET", "KEY"))}
    look = f"grep -rohaE '{'|'.join(secrets.values())}' {{}} 2>/dev/null || true"
    image = ("run", "--rm", "--user=0", "--entrypoint=sh", "headgate:local", "-c")
    places = {
        "a container's log": stack.compose("logs", "--no-color"),
        "the image's history": docker("history", "--no-trunc", "headgate:local"),
        "the image's layers": docker(*image, look.format("/opt /etc /home /root /var")),
        "Airflow's database": rows_of(stack, "airflow", AIRFLOW_TABLES),
        "Airflow's pages": json.dumps([stack.api.call("GET", path) for path in AIRFLOW_PAGES]),
        "MLflow's database": rows_of(stack, "mlflow", MLFLOW_TABLES),
        "an artifact": stack.run_in("mlflow", "sh", "-c", look.format("/var/lib/mlflow")),
        "a task's log": "".join(
            docker("exec", worker["ID"], "sh", "-c", look.format("/opt/airflow/logs"))
            for worker in stack.containers("airflow-worker")
        ),
    }
    for place, text in places.items():
        leaked = [name for name, value in secrets.items() if value in text or quote(value, safe="") in text]
        require(not leaked, f"no secret stands in {place}: {', '.join(leaked)}")
    tell(f"none of {len(secrets)} secrets stands in {', '.join(places)}")


def rows_of(stack: ComposeStack, database: str, tables: tuple[str, ...]) -> str:
    """Return all rows of some tables, as text."""
    query = "; ".join(f"SELECT t::text FROM {table} t" for table in tables)  # noqa: S608 - names from below
    psql = ("psql", "--username=postgres", "--no-align", "--tuples-only", f"--dbname={database}")
    return stack.run_in("postgres", *psql, f"--command={query}")
