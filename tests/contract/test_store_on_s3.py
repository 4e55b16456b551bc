"""Snapshots in an object store: the shared suite on S3 as moto plays it, on loopback; and the ids are the disk's."""

from __future__ import annotations

import json
import socket
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import fsspec
import pyarrow as pa
import pytest
from fsspec.implementations.local import LocalFileSystem

from headgate.adapters.fsspec_store import FsspecStore
from headgate.errors import SnapshotDamagedError, StoreError, TransientError
from headgate.hooks.store import store_at
from headgate.ports import SnapshotStore
from headgate.steps.reading import all_rows, manifest_of
from headgate.testing.conformance_store import StoreConformance
from tests.unit.taking import Given, rows, take

BUCKET = "snapshots"
ROWS = pa.table({"x": pa.array(range(200)), "s": pa.array([f"row {i}" for i in range(200)])})


@pytest.fixture(scope="module")
def bucket(endpoint: str) -> Any:
    files = s3(endpoint)
    files.mkdir(BUCKET)
    return files


def s3(endpoint: str) -> Any:
    return fsspec.filesystem("s3", key="ada", secret="-", endpoint_url=endpoint, skip_instance_cache=True)  # noqa: S106 - moto takes any


class TestFsspecStoreOnS3(StoreConformance):
    @pytest.fixture(autouse=True)
    def _bucket(self, bucket: Any) -> None:
        self.bucket = bucket

    def make(self) -> SnapshotStore:
        return FsspecStore(self.bucket, f"{BUCKET}/{uuid.uuid4().hex}")


def test_the_same_rows_give_the_same_id_on_disk_and_on_s3(bucket: Any, tmp_path: Path) -> None:
    disk, cloud = FsspecStore(LocalFileSystem(), str(tmp_path)), FsspecStore(bucket, f"{BUCKET}/{uuid.uuid4().hex}")
    given = rows(s=[f"text {number}" for number in range(9)])
    on_disk, on_s3 = (take(Given(given), store) for store in (disk, cloud))
    assert on_disk == on_s3
    assert manifest_of(disk, on_disk) == manifest_of(cloud, on_s3)
    pairs = zip(*(all_rows(store, manifest_of(store, on_s3)).parts() for store in (disk, cloud)), strict=True)
    assert all(cast("pa.Table", one).equals(cast("pa.Table", other)) for one, other in pairs)


def test_nothing_but_final_names_is_written(bucket: Any) -> None:
    store = FsspecStore(bucket, f"{BUCKET}/final")
    written: list[str] = []
    pipe = bucket.pipe_file

    def noted(path: str, data: bytes) -> None:
        written.append(path)
        pipe(path, data)

    bucket.pipe_file = noted
    try:
        part = store.put(ROWS)
        store.put(ROWS)
        store.put_document("a.json", "{}")
    finally:
        bucket.pipe_file = pipe
    folder = f"{BUCKET}/final"
    assert written == [f"{folder}/parts/{part.digest[:2]}/{part.digest}.parquet", f"{folder}/a.json"]
    assert sorted(bucket.find(folder)) == sorted(written)


def test_a_damaged_object_is_told(bucket: Any) -> None:
    store = FsspecStore(bucket, f"{BUCKET}/damaged")
    part = store.put(ROWS)
    bucket.pipe_file(store._part_path(part), b"PAR1 no more")
    for columns in (None, ["x"]):
        with pytest.raises(SnapshotDamagedError, match="can't be read"):
            store.get(part, columns)


def test_what_another_process_wrote_is_listed(bucket: Any, endpoint: str) -> None:
    here, elsewhere = (FsspecStore(files, f"{BUCKET}/listed") for files in (bucket, s3(endpoint)))
    here.put_document("snapshots/a.json", "{}")
    assert here.documents("snapshots") == ("snapshots/a.json",)
    elsewhere.put_document("snapshots/b.json", "{}")
    assert here.documents("snapshots") == ("snapshots/a.json", "snapshots/b.json")


def test_a_bucket_that_is_not_there_is_refused_and_not_made(bucket: Any) -> None:
    store = FsspecStore(bucket, "elsewhere/headgate")
    with pytest.raises(StoreError, match=r"must let this task write elsewhere/headgate/.*bucket does not exist"):
        store.put(ROWS)
    assert not bucket.exists("elsewhere")


@pytest.fixture
def nobody() -> str:
    """An address where nothing listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}"


@pytest.mark.parametrize("call", ["put", "has", "get", "columns", "documents", "files", "delete"])
def test_a_store_that_does_not_answer_is_an_outage(nobody: str, call: str) -> None:
    config = {"retries": {"max_attempts": 0}, "connect_timeout": 1}
    files = fsspec.filesystem(
        "s3",
        key="ada",
        secret="-",  # noqa: S106 - nobody asks
        endpoint_url=nobody,
        config_kwargs=config,
        skip_instance_cache=True,
    )
    files.retries = 1
    store = FsspecStore(files, f"{BUCKET}/x")
    part = FsspecStore(fsspec.filesystem("memory"), "/x").put(ROWS)
    calls: dict[str, Callable[[], object]] = {
        "put": lambda: store.put(ROWS),
        "has": lambda: store.has(part),
        "get": lambda: store.get(part),
        "columns": lambda: store.get(part, ["x"]),
        "documents": lambda: store.documents("snapshots"),
        "files": lambda: store.files("snapshots"),
        "delete": lambda: store.delete("snapshots/a.json"),
    }
    with pytest.raises(TransientError, match="can't be reached"):
        calls[call]()


def test_an_airflow_connection_has_the_credentials(endpoint: str, bucket: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    extra = {"endpoint_url": endpoint, "region_name": "us-east-1"}
    login = {"conn_type": "aws", "login": "ada", "password": "-", "extra": extra}
    monkeypatch.setenv("AIRFLOW_CONN_BARN", json.dumps(login))
    store = store_at(f"s3://barn@{BUCKET}/headgate")
    found = take(Given(rows()), store)
    assert bucket.exists(f"{BUCKET}/headgate/{found.manifest}")
    assert manifest_of(store, found).id == found.id
