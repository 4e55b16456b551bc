"""Any Airflow connection whose hook reaches a database by PEP 249."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow.sdk.exceptions import AirflowException

from headgate.errors import InputError
from headgate.hooks.mlflow import connection_of

if TYPE_CHECKING:
    from headgate.ports import RowsSource
    from headgate.spec import SqlSource


def sql_rows(source: SqlSource) -> RowsSource:
    """Return what reads a query's rows.

    Raises:
        InputError: There is no such connection, or it isn't a database's; or the query or its zone isn't one.
    """
    from headgate.adapters.dbapi_source import DbapiRows

    hook = _database_of(source.conn_id)
    return DbapiRows(source, hook.get_conn, paramstyle="qmark" if hook.placeholder == "?" else "format")


def _database_of(conn_id: str) -> Any:  # noqa: ANN401 - a DbApiHook
    from airflow.providers.common.sql.hooks.sql import DbApiHook

    connection = connection_of(conn_id, conn_type="a database's, such as postgres")
    wanted = f"Airflow connection {conn_id} must be a database's: of a type whose provider has a DbApiHook."
    try:
        hook = connection.get_hook()
    except (AirflowException, ImportError) as error:
        msg = f"{wanted} Got type {connection.conn_type!r} instead, and its provider isn't installed: {error}."
        raise InputError(msg) from error
    if not isinstance(hook, DbApiHook):
        msg = f"{wanted} Got type {connection.conn_type!r} instead."
        raise InputError(msg)
    return hook
