"""Health checks that mean ready: one small request, no heavy import. Exits with 0 when the part can do its work.

python deploy/ready.py api-server | scheduler | dag-processor | triggerer | worker | mlflow | model-server
"""

from __future__ import annotations

import base64
import json
import os
import socket
import sys
import urllib.error
import urllib.request
from typing import Any

API = os.environ.get("HEADGATE_API_SERVER", "http://127.0.0.1:8080")
HEARTBEATS = {"scheduler": "scheduler", "dag-processor": "dag_processor", "triggerer": "triggerer"}


def main(part: str) -> str | None:
    """Return why a part isn't ready; `None` when it is."""
    if part == "worker":
        return worker()
    if part == "model-server":
        return model_server("http://127.0.0.1:8000")
    if part == "mlflow":
        status, _ = answer("http://127.0.0.1:5000/health")
        return None if status == 200 else f"MLflow answers {status}"
    status, found = answer(f"{API}/api/v2/monitor/health")
    if status != 200:
        return f"the API server answers {status}"
    state = "healthy" if part == "api-server" else found[HEARTBEATS[part]]["status"]
    return None if state == "healthy" else f"the last heartbeat of the {part} is too old: {state}"


def worker() -> str | None:
    """Ask this container's own worker over the broker."""
    from celery import Celery

    broker = os.environ["AIRFLOW__CELERY__BROKER_URL"]
    name = f"celery@{socket.gethostname()}"
    replies = Celery(broker=broker).control.ping(destination=[name], timeout=5.0)
    return None if replies else f"{name} doesn't answer"


def model_server(url: str) -> str | None:
    """Return why a model server isn't ready; one that has nothing to serve, since nothing was promoted, is."""
    status, _ = answer(f"{url}/ping")
    if status == 200:
        return None
    status, found = answer(f"{url}/version", server_login())
    nothing_yet = status == 200 and found["outage"] is None and found["refused"] is None
    return None if nothing_yet else f"no model is served: {found}"


def server_login() -> dict[str, str]:
    """Return the header that brings the model server's login; none where the environment has no password."""
    if not (password := os.environ.get("HEADGATE_SERVER_PASSWORD")):
        return {}
    login = f"{os.environ.get('HEADGATE_SERVER_USER', 'headgate')}:{password}"
    return {"Authorization": f"Basic {base64.b64encode(login.encode()).decode()}"}


def answer(url: str, headers: dict[str, str] | None = None) -> tuple[int, Any]:
    """Return status and JSON of an address; 0 and the reason where nobody answers."""
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers or {}), timeout=5) as reply:
            return reply.status, parsed(reply.read())
    except urllib.error.HTTPError as error:
        return error.code, parsed(error.read())
    except OSError as error:
        return 0, str(error)


def parsed(body: bytes) -> Any:
    """Return JSON, or the text where it is none."""
    try:
        return json.loads(body)
    except ValueError:
        return body.decode(errors="replace")


if __name__ == "__main__":
    if why := main(sys.argv[1]):
        print(why, file=sys.stderr)
        raise SystemExit(1)
