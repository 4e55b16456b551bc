"""One MLflow server over HTTP: its client, its login, and its errors as Headgate's. Shared by the mlflow adapters.

Variables of the process are set unless somebody set them: `MLFLOW_HTTP_REQUEST_MAX_RETRIES=2` (MLflow's default blocks
four minutes on a dead server, two retries block five seconds), and those that keep it quiet. MLflow reads them at each
call and offers no other way.

A login never gets into the environment. MLflow's own ways are variables or the address; the first is inherited by every
child process, the second is printed in every error. Its third way is a provider of requests' authentication, chosen by
name in `MLFLOW_TRACKING_AUTH`: Headgate's holds the logins in memory, and adds one only to requests to its address. A
process has one login for an address; the last one given counts.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from mlflow import MlflowClient
from mlflow.entities import LoggedModelStatus
from mlflow.exceptions import MlflowException, RestException
from mlflow.tracking.request_auth.abstract_request_auth_provider import RequestAuthProvider
from mlflow.tracking.request_auth.registry import _request_auth_provider_registry
from requests import PreparedRequest, RequestException
from requests.auth import AuthBase, HTTPBasicAuth
from requests.utils import get_auth_from_url

from headgate.errors import HeadgateError, InputError, TrackingError, TransientError

T = TypeVar("T")

ROUNDS = 4
MISSING = frozenset({"RESOURCE_DOES_NOT_EXIST", "NOT_FOUND"})
EXISTS = frozenset({"RESOURCE_ALREADY_EXISTS", "ALREADY_EXISTS"})
LOGIN = frozenset({"UNAUTHENTICATED", "CUSTOMER_UNAUTHORIZED", "PERMISSION_DENIED"})
ENVIRONMENT = frozenset({"conda.yaml", "input_example.json", "python_env.yaml", "requirements.txt"})
OUTAGES = frozenset(
    {
        "ABORTED",
        "CANCELLED",
        "COULD_NOT_ACQUIRE_LOCK",
        "DEADLINE_EXCEEDED",
        "DEPLOYMENT_TIMEOUT",
        "INTERNAL_ERROR",  # also what the client calls a refused connection and a timeout
        "IO_ERROR",
        "PROJECTS_OPERATION_TIMEOUT",
        "REQUEST_LIMIT_EXCEEDED",
        "RESOURCE_CONFLICT",
        "RESOURCE_EXHAUSTED",
        "SERVICE_UNDER_MAINTENANCE",
        "TEMPORARILY_UNAVAILABLE",
        "UNPARSEABLE_HTTP_ERROR",
        "WORKSPACE_TEMPORARILY_UNAVAILABLE",
    }
)

_AUTH = "MLFLOW_TRACKING_AUTH"
_AUTH_NAME = "headgate"
_TOO_MANY_REQUESTS = 429
_SERVER_ERRORS = 500
_SETTINGS = {
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",  # which costs a request, too
}


class MlflowServer:
    """An MLflow tracking server and registry.

    Args:
        url: Its address; http or https, since a database address skips the server's login and webhooks.
        username: The login, if the server asks for one.
        password: The login's password.
    """

    def __init__(self, url: str, *, username: str | None = None, password: str | None = None) -> None:
        self.url = url.rstrip("/")
        self._login = (username, password or "") if username else None

    @cached_property
    def client(self) -> MlflowClient:
        """MLflow's client, always with explicit ids: it never looks at the fluent API's active run.

        Raises:
            InputError: The address isn't http or https, holds a password, or another way to log in was chosen.
        """
        _require_plain_http(self.url)
        for name, value in _SETTINGS.items():
            os.environ.setdefault(name, value)
        if self._login:
            _LOGINS.add(self.url, *self._login)
        return MlflowClient(tracking_uri=self.url, registry_uri=self.url)

    @contextmanager
    def asked(self, request: str) -> Iterator[None]:
        """Translate what MLflow's client raises inside.

        Args:
            request: What MLflow is asked, as in "MLflow was asked to ...".

        Raises:
            TransientError: The server doesn't answer, is overloaded, or fails by its own fault.
            TrackingError: It refuses.
        """
        try:
            yield
        except (MlflowException, RequestException) as error:
            raise self._translated(error, request) from error

    def _translated(self, error: MlflowException | RequestException, request: str) -> HeadgateError:
        said = said_by(error)
        if _is_outage(error):
            answers = "answers with a fault of its own" if isinstance(error, RestException) else "does not answer"
            return TransientError(
                f"MLflow at {self.url} {answers} when asked to {request}: {said_by(_origin_of(error))}. "
                "Is the server up, and is the address in the Airflow connection right?"
            )
        if _is_login(error):
            return TrackingError(
                f"MLflow at {self.url} must let this login {request}. Got {said} instead. "
                "Check login and password in the Airflow connection, and the user's permissions in MLflow."
            )
        return TrackingError(f"MLflow at {self.url} refuses to {request}: {said}.")


def said_by(error: BaseException) -> str:
    """Return the first line of what MLflow says, without a full stop."""
    message = error.message if isinstance(error, MlflowException) else str(error)
    return str(message).partition("\n")[0].strip().removesuffix(".")


def is_missing(error: MlflowException) -> bool:
    """Return whether the server says that there is no such thing."""
    return error.error_code in MISSING


def is_whole(client: MlflowClient, model_id: str) -> bool:
    """Return whether there is such a logged model, with all its files."""
    try:
        return bool(client.get_logged_model(model_id).status == LoggedModelStatus.READY)
    except MlflowException as error:
        if is_missing(error):
            return False
        raise


def download_model(client: MlflowClient, model_id: str, folder: Path) -> None:
    """Download the files of a logged model that loading it reads; the ones about its environment stay behind."""
    tracking = client._tracking_client  # noqa: SLF001 - nothing public downloads from a given server
    repository = tracking._get_artifact_repo(model_id, resource="logged_model")  # noqa: SLF001
    for file in repository.list_artifacts():
        if not file.is_dir and file.path not in ENVIRONMENT:
            repository._download_file(file.path, str(folder / file.path))  # noqa: SLF001 - the public one lists first


def settled(work: Callable[[], T]) -> T:
    """Return what work returns, once MLflow lets it.

    Two writers at once can make MLflow refuse one of them (a tag that both set first, a run that the other deleted).
    Work that looks before it writes does the right thing the next time.
    """
    for _ in range(ROUNDS - 1):
        try:
            return work()
        except MlflowException as error:
            if error.error_code in OUTAGES | LOGIN:
                raise
    return work()


def quoted(text: str) -> str:
    """Return text as a string of MLflow's search language, which knows no escapes.

    Raises:
        InputError: It holds both kinds of quotes.
    """
    if "'" not in text:
        return f"'{text}'"
    if '"' not in text:
        return f'"{text}"'
    msg = f"names of Dags and models must not hold both kinds of quotes. Got {text} instead."
    raise InputError(msg)


def _require_plain_http(url: str) -> None:
    if not url.startswith(("http://", "https://")):
        scheme = url.partition(":")[0]
        msg = (
            f"MLflow's address must start with http:// or https://. Got one that starts with {scheme!r} instead: start "
            "a server with 'mlflow server', since a database or a folder skips its login."
        )
        raise InputError(msg)
    if any(get_auth_from_url(url)):
        msg = "MLflow's address must hold no login. Got one instead: put it into login and password of the connection."
        raise InputError(msg)


def _is_outage(error: MlflowException | RequestException) -> bool:
    if isinstance(error, MlflowException):
        return error.error_code in OUTAGES
    status = _status_of(error)
    return status is None or status == _TOO_MANY_REQUESTS or status >= _SERVER_ERRORS


def _is_login(error: MlflowException | RequestException) -> bool:
    if isinstance(error, MlflowException):
        return error.error_code in LOGIN
    return _status_of(error) in (401, 403)


def _origin_of(error: BaseException) -> BaseException:
    """Return where an error of the network began: each library around it repeats the address."""
    inner = error.__cause__ or error.__context__
    if inner is None or isinstance(inner, HeadgateError | MlflowException):
        return error
    return _origin_of(inner)


def _status_of(error: RequestException) -> int | None:
    return None if error.response is None else error.response.status_code


class _Logins(AuthBase):
    """Adds the login of an address to requests to it, and to no others."""

    def __init__(self) -> None:
        self._logins: dict[str, HTTPBasicAuth] = {}

    def add(self, url: str, username: str, password: str) -> None:
        chosen = os.environ.setdefault(_AUTH, _AUTH_NAME)
        if chosen != _AUTH_NAME:
            msg = f"{_AUTH} must not be set where the Airflow connection has a login. Got {chosen!r} instead."
            raise InputError(msg)
        if not self._logins:
            _request_auth_provider_registry.register(_LoginProvider)
        self._logins[url] = HTTPBasicAuth(username, password)

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        for url, login in self._logins.items():
            if (request.url or "").startswith(f"{url}/"):
                login(request)
        return request


class _LoginProvider(RequestAuthProvider):
    def get_name(self) -> str:
        return _AUTH_NAME

    def get_auth(self) -> _Logins:
        return _LOGINS


_LOGINS = _Logins()
