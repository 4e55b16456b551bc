"""A server between the tasks and MLflow that loses replies, and that is away for a while."""

from __future__ import annotations

import contextlib
import http.client
import random
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from types import TracebackType

WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
UPSTREAM_SECONDS = 60.0


class Proxy:
    """Forwards every request to MLflow; a context manager. Its port stays the same while it is away.

    Args:
        chance: Decides which replies are lost.

    Attributes:
        upstream: MLflow's address; to be set before the first request.
        losing: The share of writes whose reply is lost after MLflow has done the work, in `[0, 1]`.
        asked: How many requests came: how far the tasks are.
        lost: How many replies were lost, by what was asked.
        port: Where it listens, on loopback.
    """

    def __init__(self, chance: random.Random) -> None:
        self.upstream = ""
        self.losing = 0.0
        self.asked = 0
        self.lost: Counter[str] = Counter()
        self.port = 0
        self._chance = chance
        self._lock = threading.Lock()
        self._server: ThreadingHTTPServer | None = None
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        self.come_back()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.go_away()

    @property
    def is_away(self) -> bool:
        """Whether connections are refused."""
        return self._server is None

    def come_back(self) -> None:
        """Listen; the second time does nothing."""
        if self._server is None:
            server = _Server(("127.0.0.1", self.port), _handler_of(self))
            self._server, self.port = server, server.server_port
            self._thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
            self._thread.start()

    def go_away(self) -> None:
        """Refuse connections from now on; requests that have begun are answered. The second time does nothing."""
        if self._server is not None and self._thread is not None:
            self._server.shutdown()
            self._server.server_close()
            self._thread.join()
            self._server = self._thread = None

    def loses(self, method: str, path: str) -> bool:
        """Return whether the reply to this request is lost, and count it."""
        with self._lock:
            self.asked += 1
            if method not in WRITES or path.endswith("/search") or self._chance.random() >= self.losing:
                return False
            self.lost[_kind_of(method, path)] += 1
            return True


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False  # who goes away doesn't wait for those that are still answered
    request_queue_size = 64

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: tasks are killed while they are answered."""


def _handler_of(proxy: Proxy) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.close_connection = True
            with contextlib.suppress(OSError, http.client.HTTPException):  # MLflow is down: the connection just ends
                status, kind, content = _forwarded(proxy.upstream, self, body)
                if not proxy.loses(self.command, urlsplit(self.path).path):
                    self._answer(status, kind, content)

        do_POST = do_PUT = do_PATCH = do_DELETE = do_GET  # noqa: N815 - the standard library's names

        def _answer(self, status: int, kind: str, content: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the standard library's name
            pass

    return Handler


def _forwarded(upstream: str, request: BaseHTTPRequestHandler, body: bytes) -> tuple[int, str, bytes]:
    connection = http.client.HTTPConnection(urlsplit(upstream).netloc, timeout=UPSTREAM_SECONDS)
    with contextlib.closing(connection):
        kept = {name: value for name, value in request.headers.items() if name != "Transfer-Encoding"}
        connection.request(request.command, request.path, body, kept)
        reply = connection.getresponse()
        return reply.status, reply.headers.get("Content-Type", "text/plain"), reply.read()


def _kind_of(method: str, path: str) -> str:
    """Return a request without what is different each time: `POST runs/create`, `PUT artifacts`."""
    parts = path.partition("/mlflow")[2].lstrip("-/").split("/")
    known = [part for part in parts[:2] if part.isascii() and part.replace("-", "").isalpha()]
    return f"{method} {'/'.join(known)}"
