"""The variables that the processes of a local stack run with, as data."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

REPOSITORY = Path(__file__).resolve().parents[1]
INHERITED = ("LANG", "LC_ALL", "TERM", "TZ")
LOCK_SECONDS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """What a home keeps from one start to the next.

    Attributes:
        password: Airflow's password.
        fernet_key: Encrypts connections in Airflow's database.
        jwt_secret: Signs Airflow's tokens.
        airflow_port: Where Airflow's UI and REST API answer.
        execution_port: Where Airflow's tasks report.
        mlflow_port: Where the MLflow server answers.
        server_ports: Where each model server answers, by its Airflow connection.
    """

    password: str
    fernet_key: str
    jwt_secret: str
    airflow_port: int
    execution_port: int
    mlflow_port: int
    server_ports: Mapping[str, int]

    @property
    def airflow_url(self) -> str:
        """Airflow's address, without a slash at the end."""
        return f"http://127.0.0.1:{self.airflow_port}"

    @property
    def mlflow_url(self) -> str:
        """The MLflow server's address, without a slash at the end."""
        return f"http://127.0.0.1:{self.mlflow_port}"

    def server_url(self, conn_id: str) -> str:
        """Return a model server's address, without a slash at the end."""
        return f"http://127.0.0.1:{self.server_ports[conn_id]}"


def process_variables(home: Path, parent: Mapping[str, str]) -> dict[str, str]:
    """Return what every process gets: of the parent's variables its language, terminal and time zone only."""
    return {name: parent[name] for name in INHERITED if name in parent} | {
        "PATH": os.pathsep.join((str(Path(sys.executable).parent), os.defpath)),
        "HOME": str(home / "user"),
        "TMPDIR": str(home / "tmp"),
        "PYTHONPATH": os.pathsep.join((str(REPOSITORY), str(REPOSITORY / "tools" / "airflow_settings"))),
        "PYTHONUNBUFFERED": "1",
        "OMP_NUM_THREADS": "1",
        "GX_ANALYTICS_ENABLED": "False",
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2",
        "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
    }


def airflow_variables(
    home: Path, identity: Identity, *, username: str, dags_folder: Path, parallelism: int, preload: bool
) -> dict[str, str]:
    """Return Airflow's settings and connections.

    `timeout` in the database's address is how long SQLite waits for a lock; its default is 5 s.
    """
    folder = home / "airflow"
    settings = {
        "core.auth_manager": "airflow.api_fastapi.auth.managers.simple.simple_auth_manager.SimpleAuthManager",
        "core.simple_auth_manager_users": f"{username}:admin",
        "core.simple_auth_manager_passwords_file": passwords_file(home),
        "core.dags_folder": dags_folder.resolve(),
        "core.plugins_folder": REPOSITORY / "plugins",
        "core.executor": "LocalExecutor",
        "core.execution_api_server_url": f"http://127.0.0.1:{identity.execution_port}/execution/",
        "core.fernet_key": identity.fernet_key,
        "core.load_examples": False,
        "core.parallelism": parallelism,
        "database.sql_alchemy_conn": f"sqlite:///{folder / 'airflow.db'}?timeout={LOCK_SECONDS}",
        "api.base_url": identity.airflow_url,
        "api.host": "127.0.0.1",
        "api.workers": 1,
        "api.expose_config": False,
        "api.secret_key": identity.jwt_secret,
        "api_auth.jwt_secret": identity.jwt_secret,
        "dag_processor.refresh_interval": 5,
        "dag_processor.min_file_process_interval": 5,
        "dag_processor.parsing_processes": 1,
        "scheduler.scheduler_idle_sleep_time": 0.1,
        "usage_data_collection.enabled": False,
        "workers.min_heartbeat_interval": 1,
        "headgate.preload": preload,
        "headgate.store": (home / "store").as_uri(),
    }
    variables = {f"AIRFLOW__{name.replace('.', '__').upper()}": str(value) for name, value in settings.items()}
    mlflow = {"conn_type": "mlflow", "host": "http://127.0.0.1", "port": identity.mlflow_port}
    connections = {"mlflow_default": mlflow} | {
        conn_id: {"conn_type": "headgate_server", "host": "http://127.0.0.1", "port": port}
        for conn_id, port in identity.server_ports.items()
    }
    variables |= {f"AIRFLOW_CONN_{name.upper()}": json.dumps(value) for name, value in connections.items()}
    return {"AIRFLOW_HOME": str(folder), **variables}


def passwords_file(home: Path) -> Path:
    """Return where the SimpleAuthManager reads its users' passwords, a JSON object."""
    return home / "airflow" / "passwords.json"


def free_ports(*wanted: int) -> tuple[int, ...]:
    """Return a free loopback port for each wanted one: itself if it is free, else any (0 wants any)."""
    with contextlib.ExitStack() as held:
        return tuple(_bound_port(held.enter_context(socket.socket()), port) for port in wanted)


def _bound_port(listener: socket.socket, wanted: int) -> int:
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", wanted))
    except OSError:
        listener.bind(("127.0.0.1", 0))
    return int(listener.getsockname()[1])
