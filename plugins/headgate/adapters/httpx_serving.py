"""The serving target behind `headgate serve`, over HTTP."""

from __future__ import annotations

import math
import time
from datetime import date, datetime
from typing import Any, cast

import httpx

from headgate.core.server_login import DEFAULT_USER, PASSWORD, USER
from headgate.errors import DeploymentError, InputError, TransientError
from headgate.ports import Answer, Rows

_PAUSE = 0.1
_STATE = ("model", "version", "refused", "outage")


class HttpServingTarget:
    """A model server that follows the alias `champion` and speaks MLflow's scoring protocol.

    Args:
        url: Its address.
        timeout: Seconds that a deployment may take, > 0.
        username: The login, if the server asks for one; `headgate` where only a password is given.
        password: The login's password.
    """

    def __init__(self, url: str, *, timeout: float, username: str | None = None, password: str | None = None) -> None:
        self._url = url.rstrip("/")
        self._timeout = timeout
        self._login = (username or DEFAULT_USER, password or "") if username or password else None

    @property
    def url(self) -> str:
        """Address that a person can open."""
        return f"{self._url}/version"

    def deploy(self, model: str, version: str) -> None:
        """Have the server look at the registry, and wait until it serves the version.

        Raises:
            DeploymentError: It refuses the version, or serves another model.
            TransientError: It can't be reached, or didn't get there in time.
        """
        give_up = time.monotonic() + self._timeout
        state = self._look("POST", "/refresh")
        while True:
            if state["model"] != model:
                msg = f"{self._url} must serve {model}. Got a server of {state['model']!r} instead."
                raise DeploymentError(msg)
            if state["version"] == version:
                return
            refused = state["refused"] or {}
            if refused.get("version") == version:
                msg = (
                    f"{self._url} refuses version {version} of {model}, and goes on serving version "
                    f"{state['version']}: {refused.get('reason')}"
                )
                raise DeploymentError(msg)
            if time.monotonic() > give_up:
                msg = (
                    f"{self._url} must serve version {version} of {model} within {self._timeout:g} s. "
                    f"It still serves version {state['version']}{_because(state)}"
                )
                raise TransientError(msg)
            time.sleep(_PAUSE)
            state = self._look("GET", "/version")

    def ask(self, rows: Rows) -> Answer:
        """Return the server's predictions for rows of features.

        Raises:
            DeploymentError: It refuses the rows, or is no model server.
            TransientError: It can't be reached, or has no champion yet.
        """
        plain = cast("Any", rows).to_pylist()
        records = [{name: _json_of(value) for name, value in row.items()} for row in plain]
        answer = self._call("POST", "/invocations", json={"dataframe_records": records})
        try:
            return Answer(version=answer.headers["X-Headgate-Version"], predictions=tuple(answer.json()["predictions"]))
        except (KeyError, TypeError, ValueError) as error:
            raise self._stranger(answer, "/invocations") from error

    def described(self) -> str:
        """Return what the server says of itself, as JSON.

        Raises:
            DeploymentError: It refuses the login, or is no model server.
            TransientError: It can't be reached.
        """
        return self._call("GET", "/version").text

    def _look(self, method: str, path: str) -> dict[str, Any]:
        answer = self._call(method, path)
        try:
            state = dict(answer.json())
            return {name: state[name] for name in _STATE}
        except (KeyError, TypeError, ValueError) as error:
            raise self._stranger(answer, path) from error

    def _stranger(self, answer: httpx.Response, path: str) -> DeploymentError:
        msg = f"{self._url} must be a Headgate model server. Got {answer.text[:80]!r} at {path} instead."
        return DeploymentError(msg)

    def _refused_login(self, path: str) -> DeploymentError:
        got = f"the user {self._login[0]!r} with a password that it doesn't take" if self._login else "none"
        msg = (
            f"model server at {self._url} must be asked with its login. Got {got} instead, so it refused {path} with "
            f"401: give its {USER} and {PASSWORD}, in the Airflow connection (login and password) or, on a command "
            "line, by the same variables."
        )
        return DeploymentError(msg)

    def _call(self, method: str, path: str, **body: Any) -> httpx.Response:  # noqa: ANN401 - httpx's own keywords
        _require_no_login(self._url)
        try:
            answer = httpx.request(method, self._url + path, timeout=self._timeout, auth=self._login, **body)
        except httpx.TransportError as error:
            msg = f"model server at {self._url} does not answer: {error}. Is it up, and its Airflow connection right?"
            raise TransientError(msg) from error
        if answer.status_code >= httpx.codes.INTERNAL_SERVER_ERROR:
            msg = f"model server at {self._url} answered {path} with {answer.status_code}: {answer.text[:300]}"
            raise TransientError(msg)
        if answer.status_code == httpx.codes.UNAUTHORIZED:
            raise self._refused_login(path)
        if answer.is_error:
            msg = f"model server at {self._url} refused {path} with {answer.status_code}: {answer.text[:300]}"
            raise DeploymentError(msg)
        return answer


def _require_no_login(url: str) -> None:
    if "@" in url.partition("://")[2].partition("/")[0]:
        msg = (
            "address of a model server must hold no login, since it is printed and kept. Got one instead: give it in "
            f"the Airflow connection (login and password), or by {USER} and {PASSWORD}."
        )
        raise InputError(msg)


def _because(state: dict[str, Any]) -> str:
    return f": {state['outage']}" if state["outage"] else "."


def _json_of(value: object) -> object:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
