"""Who MLflow lets in: whoever has a login; and the login `reader` only to read.

MLflow's own permissions let every user make new experiments and models, one with the name of a model that is yet to be
promoted, too. MLflow calls `authenticate` at each request (`authorization_function` of its settings).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import request
from mlflow.server.auth import authenticate_request_basic_auth, make_forbidden_response

if TYPE_CHECKING:
    from flask import Response
    from werkzeug.datastructures import Authorization

READER = "reader"


def authenticate() -> Authorization | Response:
    """Return the login of this request, or what refuses it."""
    login = authenticate_request_basic_auth()
    if getattr(login, "username", None) == READER and not reads(request.method, request.path):
        return make_forbidden_response()
    return login


def reads(method: str, path: str) -> bool:
    """Tell whether a request changes nothing: MLflow's searches are POSTs."""
    return method in {"GET", "HEAD", "OPTIONS"} or (method == "POST" and path.endswith("/search"))
