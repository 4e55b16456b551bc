"""What nobody may do without a login, what the read-only login may not do, and what no process may be."""

from __future__ import annotations

import json
from typing import Any

import httpx

from tools.compose.stack import ComposeStack, docker
from tools.compose.story import MODEL, Tell, require

REFUSED = {401, 403}
AIRFLOW = ("/api/v2/dags", "/api/v2/connections", "/api/v2/variables", "/api/v2/dags/co2/dagRuns", "/api/v2/pools")
MLFLOW = (
    ("GET", "/api/2.0/mlflow/registered-models/search"),
    ("GET", "/api/2.0/mlflow/experiments/search?max_results=1"),
    ("GET", "/api/2.0/mlflow-artifacts/artifacts"),
    ("PUT", "/api/2.0/mlflow-artifacts/artifacts/1/x"),
    ("POST", "/api/2.0/mlflow/runs/create"),
    ("GET", "/"),
)
OURS = ("airflow-api-server", "airflow-scheduler", "airflow-worker", "mlflow", "model-server")


def closed_doors(stack: ComposeStack, tell: Tell) -> None:
    """Try each, and raise at the first that is open."""
    without_login(stack, tell)
    read_only_login(stack, tell)
    processes(stack, tell)
    no_secret_in_logs(stack, tell)


def without_login(stack: ComposeStack, tell: Tell) -> None:
    """Ask without a login."""
    for path in AIRFLOW:
        status = httpx.get(f"{stack.url('AIRFLOW_PORT')}{path}", timeout=20).status_code
        require(status in REFUSED, f"Airflow refuses {path} without a login: {status}")
    for method, path in MLFLOW:
        status = httpx.request(method, f"{stack.url('MLFLOW_PORT')}{path}", timeout=20).status_code
        require(status in REFUSED, f"MLflow refuses {method} {path} without a login: {status}")
    tell(f"refused without a login: {len(AIRFLOW)} of Airflow's addresses, {len(MLFLOW)} of MLflow's")


def read_only_login(stack: ComposeStack, tell: Tell) -> None:
    """Let the model server's login try to promote."""
    login = ("reader", stack.env["MLFLOW_READER_PASSWORD"])
    api = f"{stack.url('MLFLOW_PORT')}/api/2.0/mlflow"
    with httpx.Client(auth=login, timeout=20) as reader:
        found = reader.get(f"{api}/registered-models/alias", params={"name": MODEL, "alias": "champion"})
        require(found.is_success, f"the reader reads the champion: {found.status_code} {found.text[:200]}")
        tries: dict[str, tuple[str, str, dict[str, Any]]] = {
            "append a version": ("POST", "model-versions/create", {"name": MODEL, "source": "models:/m-1"}),
            "move the alias": ("POST", "registered-models/alias", {"name": MODEL, "alias": "champion", "version": "1"}),
            "tag a version": (
                "POST",
                "model-versions/set-tag",
                {"name": MODEL, "version": "1", "key": "a", "value": "b"},
            ),
            "delete the model": ("DELETE", "registered-models/delete", {"name": MODEL}),
        }
        for what, (method, path, body) in tries.items():
            reply = reader.request(method, f"{api}/{path}", json=body)
            require(reply.status_code in REFUSED, f"the reader may not {what}: {reply.status_code} {reply.text[:200]}")
    tell(f"the read-only login reads the champion, and may not {', '.join(tries)}")


def processes(stack: ComposeStack, tell: Tell) -> None:
    """Look at what runs: no root, no capability, a read-only file system."""
    for service in OURS:
        for container in stack.containers(service):
            (found,) = json.loads(docker("inspect", container["ID"]))
            who = stack.run_in(service, "id", "-u").strip()
            host = found["HostConfig"]
            require(who != "0", f"{service} doesn't run as root: {who}")
            require(
                host["CapDrop"] == ["ALL"] and not host["CapAdd"], f"{service} has no capabilities: {host['CapAdd']}"
            )
            require(host["ReadonlyRootfs"], f"{service} has a read-only file system")
    tell(f"no root, no capability, a read-only file system: {', '.join(OURS)}")


def no_secret_in_logs(stack: ComposeStack, tell: Tell) -> None:
    """Look for each generated secret in every log, and in the image's history."""
    secrets = {name: value for name, value in stack.env.items() if name.endswith(("PASSWORD", "SECRET", "KEY"))}
    logs = stack.compose("logs", "--no-color") + docker("history", "--no-trunc", "headgate:local")
    leaked = [name for name, value in secrets.items() if value in logs]
    require(not leaked, f"no secret stands in a log or in the image: {', '.join(leaked)}")
    tell(f"none of {len(secrets)} secrets stands in a log or in the image's history")
