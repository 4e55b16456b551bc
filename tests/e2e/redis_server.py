"""A real Redis on a free port of the loopback, with a password, that keeps nothing."""

from __future__ import annotations

import contextlib
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator

from tests.contract.postgres_server import free_port

PASSWORD = "not-to-be-shown-either"  # noqa: S105 - of a server that lives as long as the tests


def program() -> str | None:
    """Return where Redis is installed, if it is."""
    return shutil.which("redis-server")


@contextlib.contextmanager
def redis_server() -> Iterator[str]:
    """Start a server and yield its address, as Celery's broker is named."""
    found, port = program(), free_port()
    assert found is not None
    settings = f'bind 127.0.0.1\nport {port}\nrequirepass {PASSWORD}\nsave ""\nappendonly no\n'
    server = subprocess.Popen([found, "-"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
    assert server.stdin is not None
    server.stdin.write(settings)
    server.stdin.close()
    try:
        _wait_for(port, server)
        yield f"redis://:{PASSWORD}@127.0.0.1:{port}/0"
    finally:
        server.terminate()
        server.wait(30)


def _wait_for(port: int, server: subprocess.Popen[str]) -> None:
    until = time.monotonic() + 30
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=5).close()
        except OSError:
            assert server.poll() is None
            assert time.monotonic() < until
            time.sleep(0.05)
        else:
            return
