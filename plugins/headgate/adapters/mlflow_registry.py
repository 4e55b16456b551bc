"""The models of an MLflow server that Headgate looks after."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from headgate.adapters.mlflow_client import MlflowServer

FOLDER = "headgate/"
"""What the names of the models' experiments begin with."""

_MANAGED = "tags.`headgate.managed` = 'true'"


def managed_models(tracking_uri: str, *, username: str | None = None, password: str | None = None) -> tuple[str, ...]:
    """Return the names of the registered models that bear Headgate's mark, and of those that only have runs yet.

    Args:
        tracking_uri: The server's address, http or https.
        username: The login, if the server asks for one.
        password: The login's password.
    """
    server = MlflowServer(tracking_uri, username=username, password=password)
    with server.asked("list the models that Headgate looks after"):
        registered = {model.name for model in _paged(server.client.search_registered_models, _MANAGED)}
        found = _paged(server.client.search_experiments, f"name LIKE '{FOLDER}%'")
        with_runs = {experiment.name.removeprefix(FOLDER) for experiment in found}
    return tuple(sorted(registered | with_runs))


def _paged(search: Any, filter_string: str) -> Iterator[Any]:  # noqa: ANN401 - a search of MLflow's client
    token: str | None = None
    while True:
        page = search(filter_string=filter_string, page_token=token)
        yield from page
        token = page.token
        if not token:
            return
