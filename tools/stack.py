"""A real local stack: an MLflow server and Airflow, on SQLite by default, on loopback ports, all data in one folder.

    with Stack(home=Path(".demo"), dags_folder=Path("dags")) as stack:
        print(stack.airflow_url, stack.username, stack.password)

Leaving the block, by whatever way, ends every process that was started (see `tools.processes`).
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import secrets
import sys
from dataclasses import asdict, replace
from datetime import UTC, datetime
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import IO, TYPE_CHECKING, Self

import httpx
from cryptography.fernet import Fernet

from tools.airflow_api import AirflowApi
from tools.environment import Identity, airflow_variables, free_ports, passwords_file, process_variables
from tools.processes import Processes, ProcessFailedError, Started

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import TracebackType

DEFAULT_SERVER = "headgate_server_default"
HEARTBEATS = ("scheduler", "dag_processor", "triggerer")
START_SECONDS = 240.0


class Stack:
    """An MLflow server and, unless told otherwise, Airflow; a context manager.

    Started again on the same home, it finds its data, its password and, if they are free, its ports.

    Args:
        home: The folder for everything that the stack writes; made if it isn't there.
        dags_folder: Where Airflow looks for Dag files; `None` starts the MLflow server only.
        parallelism: How many tasks run at once.
        preload: Whether the scheduler imports the heavy libraries once, for all the tasks that it forks.
        served: Registered models, each served by a model server of its own, by its Airflow connection.
        mlflow_database: SQLAlchemy's address of MLflow's database; SQLite below `home` by default.
        extra_env: Variables for every process; they win over the stack's own.

    Attributes:
        env: The environment of every process.
        username: The user of Airflow, an admin.
    """

    username = "admin"

    def __init__(
        self,
        *,
        home: Path,
        dags_folder: Path | None,
        parallelism: int = 2,
        preload: bool = True,
        served: Mapping[str, str] | None = None,
        mlflow_database: str | None = None,
        extra_env: Mapping[str, str] | None = None,
    ) -> None:
        self.home = home.resolve()
        self.dags_folder = dags_folder
        self.parallelism = parallelism
        self.preload = preload
        self.served = dict(served or {})
        self.mlflow_database = mlflow_database or f"sqlite:///{self.home / 'mlflow' / 'mlflow.db'}"
        self.extra_env = dict(extra_env or {})
        self.env: dict[str, str] = {}
        self._processes = Processes(logs=self.home / "logs")
        self._identity: Identity | None = None
        self._lock: IO[str] | None = None

    def __enter__(self) -> Self:
        for folder in ("airflow", "mlflow", "user", "tmp"):
            (self.home / folder).mkdir(parents=True, exist_ok=True)
        self._lock = _locked(self.home)
        self._identity = _kept_identity(self.home, servers=tuple(self.served))
        self.env = self._environment(self._identity)
        self._processes.__enter__()
        try:
            self._start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def airflow_url(self) -> str:
        """Where Airflow's UI and REST API answer, without a slash at the end."""
        return self._require_identity().airflow_url

    @property
    def mlflow_url(self) -> str:
        """Where the MLflow server answers, without a slash at the end."""
        return self._require_identity().mlflow_url

    @property
    def password(self) -> str:
        """The password of `username` in Airflow; made once a home."""
        return self._require_identity().password

    def server_url(self, conn_id: str = DEFAULT_SERVER) -> str:
        """Return where the model server of that Airflow connection answers, without a slash at the end."""
        return self._require_identity().server_url(conn_id)

    @cached_property
    def api(self) -> AirflowApi:
        """A client of Airflow's REST API for `username`; open as long as the stack."""
        return AirflowApi(url=self.airflow_url, username=self.username, password=self.password)

    def spawn(self, name: str, argv: Sequence[str], *, ready_url: str | None = None) -> Started:
        """Start another process that lives and ends with the stack.

        Args:
            name: Names its log, `<home>/logs/<name>.log`.
            argv: The command; it runs in `home` with the stack's `env`.
            ready_url: Wait until this address answers with a success.

        Raises:
            ProcessFailedError: It ended, or `ready_url` didn't answer in time.
        """
        started = self._processes.start(name, argv, env=self.env, cwd=self.home)
        if ready_url is not None:
            self._wait_for(name, ready_url)
        return started

    def process(self, name: str) -> Started:
        """Return a process of the stack by its log's name: `mlflow`, `scheduler`, `dag-processor`, ...

        Raises:
            ProcessFailedError: The stack has none of that name.
        """
        return self._processes.named(name)

    def start_again(self, name: str) -> Started:
        """Start a process of the stack that has ended with the same command, as a supervisor does."""
        return self._processes.start_again(name, env=self.env, cwd=self.home)

    def pids(self) -> frozenset[int]:
        """Return the ids of all live processes of the stack, with everything that they forked."""
        return self._processes.pids()

    def require_alive(self) -> None:
        """Raise `ProcessFailedError` if a process of the stack has ended; Airflow's API doesn't tell at once."""
        self._processes.require_alive()

    def stop(self) -> None:
        """End every process of the stack. Running it again does nothing."""
        if api := self.__dict__.pop("api", None):
            api.close()
        self._processes.stop()
        if self._lock:
            self._lock.close()

    def _start(self) -> None:
        began = datetime.now(UTC)
        self.spawn("mlflow", self._mlflow_command())
        for conn_id, model in self.served.items():
            self.spawn(f"model-server-{model}", self._server_command(conn_id, model))
        if self.dags_folder is not None:
            self._migrate()
            for name, arguments in _airflow_commands(self._require_identity()).items():
                self.spawn(name, (sys.executable, "-m", "airflow", *arguments))
            self._processes.wait("api-server", lambda: self._beats_since(began), timeout=START_SECONDS)
        self._wait_for("mlflow", f"{self.mlflow_url}/health")
        for conn_id, model in self.served.items():
            self._wait_for(f"model-server-{model}", f"{self.server_url(conn_id)}/version")

    def _wait_for(self, name: str, url: str) -> None:
        self._processes.wait(name, lambda: _answer_of(url) is not None, timeout=START_SECONDS)

    def _migrate(self) -> None:
        stamp = self.home / "airflow" / "migrated"
        installed = version("apache-airflow")
        if stamp.exists() and stamp.read_text() == installed:
            return
        argv = (sys.executable, "-m", "airflow", "db", "migrate")
        self._processes.run("airflow-db-migrate", argv, env=self.env, cwd=self.home, timeout=START_SECONDS)
        stamp.write_text(installed)

    def _beats_since(self, began: datetime) -> bool:
        execution = f"http://127.0.0.1:{self._require_identity().execution_port}/execution/health/ping"
        health = _answer_of(f"{self.airflow_url}/api/v2/monitor/health")
        if health is None or _answer_of(execution) is None:
            return False
        beats = [health.json()[name][f"latest_{name}_heartbeat"] for name in HEARTBEATS]
        return all(beat is not None and datetime.fromisoformat(beat) >= began for beat in beats)

    def _mlflow_command(self) -> tuple[str, ...]:
        return (
            *(sys.executable, "-m", "mlflow", "server"),
            *("--host", "127.0.0.1", "--port", str(self._require_identity().mlflow_port), "--workers", "1"),
            *("--backend-store-uri", self.mlflow_database),
            *("--serve-artifacts", "--artifacts-destination", (self.home / "mlflow" / "artifacts").as_uri()),
        )

    def _server_command(self, conn_id: str, model: str) -> tuple[str, ...]:
        headgate = str(Path(sys.executable).with_name("headgate"))
        port = self._require_identity().server_ports[conn_id]
        return (headgate, "serve", model, "--mlflow", self.mlflow_url, "--port", str(port))

    def _environment(self, identity: Identity) -> dict[str, str]:
        variables = process_variables(self.home, os.environ)
        if self.dags_folder is not None:
            passwords_file(self.home).write_text(json.dumps({self.username: identity.password}))
            variables |= airflow_variables(
                self.home,
                identity,
                username=self.username,
                dags_folder=self.dags_folder,
                parallelism=self.parallelism,
                preload=self.preload,
            )
        return variables | self.extra_env

    def _require_identity(self) -> Identity:
        if self._identity is None:
            message = "The stack must be entered before its addresses are known. Got one that isn't instead."
            raise RuntimeError(message)
        return self._identity


def _airflow_commands(identity: Identity) -> dict[str, tuple[str, ...]]:
    """Return Airflow's components by name.

    The tasks' API has a server of its own: in one process with the REST API, a request that waits for SQLite's
    lock blocks the event loop, which the holder of that lock needs to commit (tried: 30 s, then an error).
    """
    return {
        "api-server": ("api-server", "--apps", "core", "--port", str(identity.airflow_port)),
        "execution-api": ("api-server", "--apps", "execution", "--port", str(identity.execution_port)),
        "scheduler": ("scheduler", "--skip-serve-logs"),
        "dag-processor": ("dag-processor",),
        "triggerer": ("triggerer", "--skip-serve-logs"),
    }


def _locked(home: Path) -> IO[str]:
    """Return the home's lock, held until it is closed, or until this process ends in whatever way.

    Raises:
        ProcessFailedError: Another stack runs on this home.
    """
    lock = (home / "lock").open("w")
    with contextlib.suppress(BlockingIOError):
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return lock
    lock.close()
    message = f"{home} must be free. Got one that another stack runs on: end that first."
    raise ProcessFailedError(message)


def _kept_identity(home: Path, *, servers: Sequence[str]) -> Identity:
    """Load what the home keeps, or make it; ports that something else has taken meanwhile are replaced."""
    file = home / "identity.json"
    kept = Identity(**json.loads(file.read_text())) if file.exists() else _new_identity()
    wanted = [kept.server_ports.get(conn_id, 0) for conn_id in servers]
    airflow, execution, mlflow, *free = free_ports(kept.airflow_port, kept.execution_port, kept.mlflow_port, *wanted)
    ports = dict(zip(servers, free, strict=True))
    identity = replace(kept, airflow_port=airflow, execution_port=execution, mlflow_port=mlflow, server_ports=ports)
    file.touch(mode=0o600)
    file.write_text(json.dumps(asdict(identity)))
    return identity


def _new_identity() -> Identity:
    return Identity(
        password=secrets.token_urlsafe(9),
        fernet_key=Fernet.generate_key().decode(),
        jwt_secret=secrets.token_urlsafe(48),
        airflow_port=0,
        execution_port=0,
        mlflow_port=0,
        server_ports={},
    )


def _answer_of(url: str) -> httpx.Response | None:
    """Return the answer to a GET if it is a success, else `None`."""
    try:
        answer = httpx.get(url, timeout=5.0, trust_env=False)
    except httpx.HTTPError:
        return None
    return answer if answer.is_success else None
