"""A real PostgreSQL on a free port of the loopback, in a folder of its own."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg2

_PROGRAMS = (*sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True), *sorted(Path("/usr").glob("pgsql*/bin")))
PASSWORD = "not-to-be-shown"  # noqa: S105 - of a server that lives as long as the tests


def programs() -> Path | None:
    """Return the folder of PostgreSQL's programs, if it is installed."""
    found = shutil.which("initdb")
    return Path(found).parent if found else next((path for path in _PROGRAMS if (path / "initdb").exists()), None)


@contextlib.contextmanager
def postgres_server() -> Iterator[str]:
    """Start a server and yield an Airflow connection to it, as a variable of the environment holds it."""
    folder = programs()
    assert folder is not None
    home = Path(tempfile.mkdtemp(prefix="headgate-postgres-"))  # pytest's own folders are closed to other users
    try:
        _create(folder, home)
        port = free_port()
        flags = ("-c", f"port={port}", "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=")
        command: list[str | Path] = [
            *_as_owner(home),
            folder / "postgres",
            "-D",
            home / "data",
            *flags,
            "-c",
            "fsync=off",
        ]
        with home.joinpath("log").open("wb") as log:
            server = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            _wait_for(port, server, home / "log")
            yield connection(port)
        finally:
            server.send_signal(signal.SIGINT)  # "fast": it lets go of its clients
            server.wait(30)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def connection(port: int, **changes: object) -> str:
    """Return an Airflow connection to a server on the loopback."""
    facts = {"host": "127.0.0.1", "port": port, "login": "ada", "password": PASSWORD, "schema": "postgres"}
    return json.dumps({"conn_type": "postgres", **facts, **changes})


def _create(folder: Path, home: Path) -> None:
    secret = home / "password"
    secret.write_text(PASSWORD)
    if os.geteuid() == 0:
        for path in (home, secret):
            shutil.chown(path, _owner())
    init = ("-D", home / "data", "-U", "ada", "--pwfile", secret, "--auth=scram-sha-256", "--no-sync")
    encoding = ("--encoding=UTF8", "--locale=C")
    subprocess.run([*_as_owner(home), folder / "initdb", *init, *encoding], check=True, capture_output=True)


def _as_owner(home: Path) -> list[str]:
    """Return what runs a program as another user: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return []
    return ["setpriv", f"--reuid={_owner()}", f"--regid={_owner()}", "--init-groups", "env", "-C", str(home)]


def _owner() -> str:
    return "postgres"


def free_port() -> int:
    """Return a port of the loopback on which nobody listens now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(port: int, server: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + 30
    while True:
        try:
            login = {"user": "ada", "password": PASSWORD, "dbname": "postgres"}
            psycopg2.connect(host="127.0.0.1", port=port, connect_timeout=5, **login).close()
        except psycopg2.OperationalError:
            assert server.poll() is None, log.read_text()
            assert time.monotonic() < until, log.read_text()
            time.sleep(0.05)
        else:
            return
