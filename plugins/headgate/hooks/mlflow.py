"""Airflow's connection to an MLflow server."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseHook
from airflow.sdk.exceptions import AirflowNotFoundException

from headgate.adapters.mlflow_addresses import MlflowPages
from headgate.errors import InputError

if TYPE_CHECKING:
    from headgate.ports import PromotionLog, RunLedger, RunTracker


class MlflowHook(BaseHook):
    """Reaches an MLflow server with the address and the login of an Airflow connection.

    Args:
        mlflow_conn_id: A connection of type `mlflow`.
    """

    conn_name_attr = "mlflow_conn_id"
    default_conn_name = "mlflow_default"
    conn_type = "mlflow"
    hook_name = "MLflow"

    def __init__(self, mlflow_conn_id: str = default_conn_name) -> None:
        super().__init__()
        self.mlflow_conn_id = mlflow_conn_id

    @cached_property
    def connection(self) -> Any:  # noqa: ANN401 - Airflow's Connection
        """The Airflow connection.

        Raises:
            InputError: There is none.
        """
        return connection_of(self.mlflow_conn_id, conn_type=self.conn_type)

    @cached_property
    def url(self) -> str:
        """Address of the server, without a slash at its end.

        Raises:
            InputError: The connection has no host.
        """
        return address_of(self.connection, self.mlflow_conn_id)

    @cached_property
    def pages(self) -> MlflowPages:
        """Addresses of MLflow's pages, as a person's browser reaches them."""
        return MlflowPages(str(self.connection.extra_dejson.get("ui_url") or self.url))

    def get_conn(self) -> RunTracker:
        """Return the runs and logged models of the server."""
        return self.tracker

    @cached_property
    def tracker(self) -> RunTracker:
        """Runs and logged models of the server."""
        from headgate.adapters.mlflow_tracking import MlflowRunTracker

        return MlflowRunTracker(self.url, username=self.connection.login, password=self.connection.password)

    @cached_property
    def promotion_log(self) -> PromotionLog:
        """Promotion logs of the server."""
        from headgate.adapters.mlflow_log import MlflowPromotionLog

        return MlflowPromotionLog(self.url, username=self.connection.login, password=self.connection.password)

    @cached_property
    def ledger(self) -> RunLedger:
        """Ledgers of the server."""
        from headgate.adapters.mlflow_ledger import MlflowRunLedger

        return MlflowRunLedger(self.url, username=self.connection.login, password=self.connection.password)

    def test_connection(self) -> tuple[bool, str]:
        """Tell whether the server answers: the button in Airflow's connection form."""
        import httpx

        login = (self.connection.login or "", self.connection.password or "") if self.connection.login else None
        try:
            answer = httpx.get(f"{self.url}/version", timeout=10, auth=login)
            answer.raise_for_status()
        except (httpx.HTTPError, InputError) as error:
            return False, f"{self.mlflow_conn_id} does not answer: {error}"
        return True, f"MLflow {answer.text.strip()} answers at {self.url}"


def connection_of(conn_id: str, *, conn_type: str) -> Any:  # noqa: ANN401 - Airflow's Connection
    """Return an Airflow connection.

    Raises:
        InputError: There is none of that id.
    """
    try:
        return BaseHook.get_connection(conn_id)
    except AirflowNotFoundException as error:
        msg = f"Airflow connection {conn_id} must be there. Got none: add one of type {conn_type} under Admin, "
        msg += f"Connections, or by the variable AIRFLOW_CONN_{conn_id.upper()}."
        raise InputError(msg) from error


def address_of(connection: Any, conn_id: str) -> str:  # noqa: ANN401 - Airflow's Connection
    """Return the http address that a connection's host, port and schema make.

    Raises:
        InputError: The connection has no host.
    """
    host = (connection.host or "").rstrip("/")
    if not host:
        msg = f"host of the Airflow connection {conn_id} must be an address such as http://mlflow:5000. Got none."
        raise InputError(msg)
    if "://" not in host:
        host = f"{connection.schema or 'http'}://{host}"
    return f"{host}:{connection.port}" if connection.port else host
