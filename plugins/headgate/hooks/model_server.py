"""Airflow's connection to a model server."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseHook

from headgate.errors import HeadgateError
from headgate.hooks.mlflow import address_of, connection_of

if TYPE_CHECKING:
    from headgate.adapters.httpx_serving import HttpServingTarget
    from headgate.ports import ServingTarget

_TEST_SECONDS = 10.0


class ModelServerHook(BaseHook):
    """Reaches a model server (`headgate serve`) with the address and the login of an Airflow connection.

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
    def connection(self) -> Any:  # noqa: ANN401 - Airflow's Connection
        """The Airflow connection.

        Raises:
            InputError: There is none.
        """
        return connection_of(self.server_conn_id, conn_type=self.conn_type)

    @cached_property
    def serving_target(self) -> ServingTarget:
        """The serving target."""
        return self._reached(self.timeout)

    def get_conn(self) -> ServingTarget:
        """Return the serving target."""
        return self.serving_target

    def test_connection(self) -> tuple[bool, str]:
        """Tell whether the server answers: the button in Airflow's connection form."""
        try:
            said = self._reached(_TEST_SECONDS).described()
        except HeadgateError as error:
            return False, f"{self.server_conn_id}: {error}"
        return True, f"the model server answers at {address_of(self.connection, self.server_conn_id)}: {said}"

    def _reached(self, timeout: float) -> HttpServingTarget:
        from headgate.adapters.httpx_serving import HttpServingTarget

        url = address_of(self.connection, self.server_conn_id)
        return HttpServingTarget(
            url, timeout=timeout, username=self.connection.login, password=self.connection.password
        )
