"""Where a Delta Lake table lies, and the login to its store."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from headgate.errors import InputError
from headgate.hooks.mlflow import connection_of

if TYPE_CHECKING:
    from headgate.ports import RowsSource
    from headgate.spec import DeltaSource

_S3 = ("s3", "s3a")


def delta_rows(source: DeltaSource) -> RowsSource:
    """Return what reads a table's rows.

    Without a connection, the library finds credentials where it looks for them: in the environment, or the machine's.

    Raises:
        InputError: The extra isn't installed, there is no such connection, or it is none of a store that can be
            reached by one.
    """
    if find_spec("deltalake") is None:
        msg = "DeltaSource must have the library deltalake. Got none: pip install 'headgate[delta]'."
        raise InputError(msg)
    from headgate.adapters.delta_source import DeltaRows

    url = urlsplit(source.url)
    named, _, bucket = url.netloc.rpartition("@")
    conn_id = source.conn_id or named or None
    if conn_id is None or url.scheme in {"", "file"}:
        return DeltaRows(source, source.url)
    if url.scheme not in _S3:
        msg = (
            f"Airflow connection {conn_id} of source {source.url} must be of a store on S3. Got {url.scheme} instead: "
        )
        msg += "give the task's environment the credentials, and the source no connection."
        raise InputError(msg)
    return DeltaRows(source, url._replace(netloc=bucket).geturl(), _s3_options(conn_id))


def _s3_options(conn_id: str) -> dict[str, str]:
    """Return address and credentials of an `aws` connection, as the library's store names them."""
    try:
        from airflow.providers.amazon.aws.hooks.base_aws import AwsGenericHook
    except ImportError as error:
        msg = "DeltaSource on S3 must have Airflow's provider of Amazon. Got none: pip install 'headgate[s3]'."
        raise InputError(msg) from error

    connection_of(conn_id, conn_type="aws")
    hook: AwsGenericHook[Any] = AwsGenericHook(aws_conn_id=conn_id, client_type="s3")
    found = hook.get_session().get_credentials()
    login = found.get_frozen_credentials() if found else None
    endpoint = hook.conn_config.get_service_endpoint_url(service_name="s3")
    told = {
        "AWS_ACCESS_KEY_ID": login and login.access_key,
        "AWS_SECRET_ACCESS_KEY": login and login.secret_key,
        "AWS_SESSION_TOKEN": login and login.token,
        "AWS_REGION": hook.region_name,
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ALLOW_HTTP": "true" if endpoint and endpoint.startswith("http://") else None,
    }
    return {name: value for name, value in told.items() if value}
