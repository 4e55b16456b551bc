"""Where snapshots lie: an ObjectStoragePath."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headgate.errors import InputError

if TYPE_CHECKING:
    from headgate.ports import RowsSource, SnapshotStore
    from headgate.spec import FunctionSource, ParquetSource


def store_at(url: str | None = None) -> SnapshotStore:
    """Return the snapshot store at an ObjectStoragePath's URL, such as `s3://conn_id@bucket/headgate`.

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
    filesystem, path = _opened(chosen, None)
    return FsspecStore(filesystem, path)


def source_of(source: FunctionSource | ParquetSource) -> RowsSource:
    """Return what reads a source's rows.

    Raises:
        InputError: No filesystem knows its URL.
    """
    from headgate.spec import FunctionSource

    if isinstance(source, FunctionSource):
        from headgate.adapters.function_source import FunctionRows

        return FunctionRows(source)
    from headgate.adapters.pyarrow_source import ParquetRows

    filesystem, path = _opened(source.url, source.conn_id)
    return ParquetRows(source, filesystem, path)


def _opened(url: str, conn_id: str | None) -> tuple[object, str]:
    from airflow.sdk import ObjectStoragePath

    try:
        place = ObjectStoragePath(url, conn_id=conn_id) if conn_id else ObjectStoragePath(url)
        filesystem = place.fs
    except (ValueError, ImportError) as error:
        msg = f"URL of the store must be one that Airflow's ObjectStoragePath knows. Got {url!r} instead: {error}."
        raise InputError(msg) from error
    return filesystem, place.path
