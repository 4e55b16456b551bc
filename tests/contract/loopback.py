"""A server between a client and the real one, that loses or refuses what a test tells it to."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

Matches = Callable[[str, str], bool]


@dataclass(slots=True, kw_only=True)
class Proxy:
    """Forwards requests.

    Attributes:
        url: Its own address.
        lose: The reply to the first request that it matches is lost after the real server has done its work.
        refuse: Requests that it matches are answered 503, and never reach the real server.
        logins: The Authorization header of each request.
    """

    url: str = ""
    lose: Matches | None = None
    refuse: Matches | None = None
    logins: list[str | None] = field(default_factory=list)


@contextmanager
def proxy_to(url: str) -> Iterator[Proxy]:
    """Run a proxy to the server at that address."""
    proxy, upstream = Proxy(), urlsplit(url).netloc

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            proxy.logins.append(self.headers.get("Authorization"))
            if proxy.refuse and proxy.refuse(self.command, self.path):
                self._answer(503, {}, b"{}")
                return
            status, headers, content = self._forward(body)
            if proxy.lose and proxy.lose(self.command, self.path):
                proxy.lose = None
                self.close_connection = True
                return
            self._answer(status, headers, content)

        do_POST = do_PUT = do_PATCH = do_DELETE = do_GET  # noqa: N815 - the standard library's names

        def _forward(self, body: bytes) -> tuple[int, dict[str, str], bytes]:
            connection = http.client.HTTPConnection(upstream, timeout=30)
            kept = {name: value for name, value in self.headers.items() if name != "Transfer-Encoding"}
            connection.request(self.command, self.path, body, kept)
            reply = connection.getresponse()
            content = reply.read()
            connection.close()
            return reply.status, {"Content-Type": reply.headers.get("Content-Type", "text/plain")}, content

        def _answer(self, status: int, headers: dict[str, str], content: bytes) -> None:
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(content))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the standard library's name
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    proxy.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield proxy
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
