"""Where snapshots lie: an ObjectStoragePath."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from headgate.errors import InputError
from headgate.hooks.mlflow import connection_of

if TYPE_CHECKING:
    from headgate.ports import SnapshotStore

_WITHOUT_LOGIN = frozenset({"file", "memory", "local"})
_MLFLOW = "mlflow://"
_CONNECTIONS = {
    "s3": "aws",
    "s3a": "aws",
    "gs": "google_cloud_platform",
    "gcs": "google_cloud_platform",
    "abfs": "wasb",
}
"""Airflow's types of connections by scheme."""


def store_at(url: str | None = None) -> SnapshotStore:
    """Return the snapshot store at an ObjectStoragePath's URL, such as `s3://conn_id@bucket/headgate`.

    Beside those, `mlflow://conn_id/experiment` is the artifact store behind an MLflow server, below an experiment.

    Args:
        url: By default Airflow's setting `[headgate] store`.

    Raises:
        InputError: Neither is given, or no filesystem knows the URL.
    """
    from airflow.sdk.configuration import conf

    from headgate.adapters.fsspec_store import FsspecStore

    chosen = url or conf.get("headgate", "store", fallback="")
    if not chosen:
        msg = (
            "snapshot store must be given as an URL such as file:///var/lib/headgate or s3://conn_id@bucket/headgate, "
            "by the operator's store_url or by Airflow's setting [headgate] store. Got none."
        )
        raise InputError(msg)
    if chosen.startswith(_MLFLOW):
        return FsspecStore(*_behind_mlflow(chosen))
    filesystem, path = opened(chosen, None)
    return FsspecStore(filesystem, path)


def _behind_mlflow(url: str) -> tuple[Any, str]:
    """Return the filesystem of `mlflow://conn_id/experiment`, and the folder in it."""
    from headgate.adapters.mlflow_artifacts import MlflowArtifactsFileSystem
    from headgate.hooks.mlflow import MlflowHook, address_of

    conn_id, _, experiment = url.removeprefix(_MLFLOW).partition("/")
    if not conn_id or not experiment.strip("/"):
        msg = f"snapshot store behind MLflow must be mlflow://conn_id/experiment. Got {url!r} instead."
        raise InputError(msg)
    connection = connection_of(conn_id, conn_type=MlflowHook.conn_type)
    address = address_of(connection, conn_id)
    filesystem = MlflowArtifactsFileSystem(address, username=connection.login, password=connection.password)
    return filesystem, f"{filesystem.experiment_of(experiment.strip('/'))}/headgate"


def opened(url: str, conn_id: str | None, *, what: str = "store") -> tuple[Any, str]:
    """Return the fsspec filesystem of a URL, with its credentials, and the path in it.

    Args:
        url: What Airflow's ObjectStoragePath knows.
        conn_id: Airflow connection with the credentials; a URL such as `s3://conn_id@bucket/path` names it too.
        what: What the URL is of, for the sentence.

    Raises:
        InputError: No filesystem knows the URL, or there is no such connection.
    """
    from airflow.sdk import ObjectStoragePath

    try:
        place = ObjectStoragePath(url, conn_id=conn_id) if conn_id else ObjectStoragePath(url)
        if place.conn_id and place.protocol not in _WITHOUT_LOGIN:
            # Amazon's filesystem goes on without a login when the connection isn't there.
            connection_of(place.conn_id, conn_type=_CONNECTIONS.get(place.protocol, place.protocol))
        filesystem = place.fs
    except (ValueError, ImportError) as error:
        msg = f"URL of the {what} must be one that Airflow's ObjectStoragePath knows. Got {url!r} instead: {error}."
        raise InputError(msg) from error
    return filesystem, place.path
