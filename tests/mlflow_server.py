"""A real MLflow server for tests, on SQLite, that serves artifacts itself."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

START_SECONDS = 120.0
LOGINS = """[mlflow]
default_permission = READ
database_uri = {database}
authorization_function = deploy.mlflow_login:authenticate
auth_cache_ttl_seconds = 60
"""
"""As `deploy/mlflow_server.py` has it."""


@contextmanager
def mlflow_server(
    home: Path, *, database: str | None = None, admin: str | None = None, s3: tuple[str, str] | None = None
) -> Iterator[str]:
    """Run a server with everything in one folder, and yield its address; its processes are gone afterwards.

    Args:
        home: The folder.
        database: Its database; SQLite in the folder when `None`.
        admin: Password of the user `admin`; it asks for no login when `None`.
        s3: Address of an S3 and the `s3://` address of its artifacts there; they lie in the folder when `None`.
    """
    port = free_port()
    with (home / "server.log").open("wb") as log:
        server = subprocess.Popen(
            _command(home, port, database, admin, s3),
            cwd=home,
            env=_environment(home, admin, s3),
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        try:
            url = f"http://127.0.0.1:{port}"
            _wait_until_healthy(url, server, home / "server.log")
            yield url
        finally:
            os.killpg(server.pid, signal.SIGKILL)
            server.wait()


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _command(home: Path, port: int, database: str | None, admin: str | None, s3: tuple[str, str] | None) -> list[str]:
    return [
        *(sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(port), "--workers", "1"),
        *("--backend-store-uri", database or f"sqlite:///{home / 'mlflow.db'}?timeout=30"),
        *("--artifacts-destination", s3[1] if s3 else str(home / "artifacts")),
        *(("--app-name", "basic-auth") if admin else ()),
    ]


def _environment(home: Path, admin: str | None, s3: tuple[str, str] | None) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    kept |= {"MLFLOW_DISABLE_TELEMETRY": "true", "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}
    if s3:
        kept |= {"MLFLOW_S3_ENDPOINT_URL": s3[0], "AWS_ACCESS_KEY_ID": "ada", "AWS_SECRET_ACCESS_KEY": "-"}
    if admin is None:
        return kept
    settings = home / "logins.ini"
    settings.write_text(LOGINS.format(database=f"sqlite:///{home / 'logins.db'}"))
    return kept | {
        "MLFLOW_AUTH_CONFIG_PATH": str(settings),
        "MLFLOW_AUTH_ADMIN_USERNAME": "admin",
        "MLFLOW_AUTH_ADMIN_PASSWORD": admin,
        "MLFLOW_FLASK_SERVER_SECRET_KEY": admin,
        "PYTHONPATH": str(Path(__file__).parents[1]),
    }


def _wait_until_healthy(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while server.poll() is None and time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"{url}/health", timeout=5):  # noqa: S310
                return
        except OSError:
            time.sleep(0.1)
    pytest.fail(f"the MLflow server did not start:\n{log.read_text()[-3000:]}")
