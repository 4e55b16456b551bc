"""Airflow's connection to a model server."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from airflow.sdk import BaseHook

from headgate.hooks.mlflow import address_of, connection_of

if TYPE_CHECKING:
    from headgate.ports import ServingTarget


class ModelServerHook(BaseHook):
    """Reaches a model server (`headgate serve`) by an Airflow connection.

    Args:
        server_conn_id: A connection of type `headgate_server`.
        timeout: Seconds that a deployment may take.
    """

    conn_name_attr = "server_conn_id"
    default_conn_name = "headgate_server_default"
    conn_type = "headgate_server"
    hook_name = "Headgate model server"

    def __init__(self, server_conn_id: str = default_conn_name, *, timeout: float = 60.0) -> None:
        super().__init__()
        self.server_conn_id = server_conn_id
        self.timeout = timeout

    @cached_property
    def serving_target(self) -> ServingTarget:
        """The serving target."""
        from headgate.adapters.httpx_serving import HttpServingTarget

        url = address_of(connection_of(self.server_conn_id, conn_type=self.conn_type), self.server_conn_id)
        return HttpServingTarget(url, timeout=self.timeout)

    def get_conn(self) -> ServingTarget:
        """Return the serving target."""
        return self.serving_target

    def test_connection(self) -> tuple[bool, str]:
        """Tell whether the server answers: the button in Airflow's connection form."""
        import httpx

        url = address_of(connection_of(self.server_conn_id, conn_type=self.conn_type), self.server_conn_id)
        try:
            answer = httpx.get(f"{url}/version", timeout=10)
            answer.raise_for_status()
        except httpx.HTTPError as error:
            return False, f"{self.server_conn_id} does not answer: {error}"
        return True, f"the model server answers at {url}: {answer.text}"
