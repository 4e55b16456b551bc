"""Nobody asks a model server that has a login without it, but for its health."""

from __future__ import annotations

import binascii
import hmac
import json
from base64 import b64decode
from typing import TYPE_CHECKING

from fastapi import Response

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

    from headgate.core.server_login import ServerLogin

OPEN = frozenset({("GET", "/ping"), ("GET", "/health"), ("GET", "/live")})
"""What answers without a login: whether it lives, and whether it has a model."""

_CHALLENGE = {"WWW-Authenticate": 'Basic realm="headgate", charset="UTF-8"'}
_NONE, _WRONG = "none", "one that is wrong"


class RequireLogin:
    """Answers 401 to a request without the login, by HTTP basic authentication (RFC 7617) in UTF-8.

    Args:
        app: The ASGI application behind it.
        login: The login.
    """

    def __init__(self, app: ASGIApp, *, login: ServerLogin) -> None:
        self._app = app
        self._expected = f"{login.user}:{login.password}".encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or refuse it before a byte of its body is read."""
        if scope["type"] != "http" or (scope["method"], scope["path"]) in OPEN:
            await self._app(scope, receive, send)
            return
        given = next((value for name, value in scope["headers"] if name == b"authorization"), None)
        if given is not None and hmac.compare_digest(_decoded(given), self._expected):
            await self._app(scope, receive, send)
            return
        await _refusal(_NONE if given is None else _WRONG)(scope, receive, send)


def _decoded(header: bytes) -> bytes:
    """Return user and password with a colon between them; nothing where the header holds no such thing."""
    scheme, _, token = header.partition(b" ")
    if scheme.lower() != b"basic":
        return b""
    try:
        return b64decode(token.strip(), validate=True)
    except binascii.Error:
        return b""


def _refusal(got: str) -> Response:
    message = f"request must bring the model server's login, by HTTP basic authentication. Got {got} instead."
    text = json.dumps({"error_code": "UNAUTHENTICATED", "message": message})
    return Response(content=text, status_code=401, media_type="application/json", headers=_CHALLENGE)
