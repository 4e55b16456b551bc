"""The artifact store behind a real MLflow server as a snapshot store."""

from __future__ import annotations

import json
import socket
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fsspec
import httpx
import pyarrow as pa
import pytest
from fsspec.implementations.local import LocalFileSystem

from headgate.adapters.fsspec_store import FsspecStore
from headgate.adapters.mlflow_artifacts import MlflowArtifactsFileSystem
from headgate.errors import InputError, SnapshotDamagedError, TransientError
from headgate.hooks.store import store_at
from headgate.ports import SnapshotStore
from headgate.testing.conformance_store import StoreConformance
from tests.mlflow_server import mlflow_server

ROWS = pa.table({"x": pa.array(range(200)), "s": pa.array([f"row {i}" for i in range(200)])})


@pytest.fixture(scope="module")
def behind_s3(endpoint: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of an MLflow server that keeps its artifacts in S3."""
    fsspec.filesystem("s3", key="ada", secret="-", endpoint_url=endpoint, skip_instance_cache=True).mkdir("artifacts")  # noqa: S106 - moto takes any
    with mlflow_server(tmp_path_factory.mktemp("s3"), s3=(endpoint, "s3://artifacts/mlflow")) as url:
        yield url


@pytest.fixture(params=["mlflow_url", "behind_s3"], ids=["disk", "s3"])
def files(request: pytest.FixtureRequest) -> MlflowArtifactsFileSystem:
    return MlflowArtifactsFileSystem(request.getfixturevalue(request.param))


def root_of(files: MlflowArtifactsFileSystem) -> str:
    return f"{files.experiment_of('snapshots')}/{uuid.uuid4().hex}"


class TestConformance(StoreConformance):
    @pytest.fixture(autouse=True)
    def _files(self, files: MlflowArtifactsFileSystem) -> None:
        self.files = files

    def make(self) -> SnapshotStore:
        return FsspecStore(self.files, root_of(self.files))


def test_the_same_rows_give_the_same_id_on_disk_and_behind_mlflow(files: Any, tmp_path: Path) -> None:
    remote = FsspecStore(files, root_of(files))
    assert remote.put(ROWS) == FsspecStore(LocalFileSystem(), str(tmp_path)).put(ROWS)


def test_a_file_that_was_cut_off_is_told(files: Any) -> None:
    root = root_of(files)
    store = FsspecStore(files, root)
    part = store.put(ROWS)
    (path,) = files.find(root)
    files.pipe_file(path, files.cat_file(path)[:-50])
    for columns in (None, ["x"]):
        with pytest.raises(SnapshotDamagedError, match="damaged"):
            store.get(part, columns)


def test_a_piece_of_a_file_is_read_alone(files: Any) -> None:
    path = f"{root_of(files)}/letters"
    files.pipe_file(path, b"abcdef")
    assert (files.cat_file(path, 2, 4), files.cat_file(path, 4), files.info(path)["size"]) == (b"cd", b"ef", 6)
    with files.open(path) as file:
        file.seek(3)
        assert file.read() == b"def"


def test_nothing_is_opened_to_be_written(files: Any) -> None:
    with pytest.raises(NotImplementedError, match="written whole"):
        files.open("1/x", "wb")


def test_what_is_not_there_is_not_found(files: Any) -> None:
    missing = f"{root_of(files)}/nothing"
    for ask in (files.cat_file, files.info, files.ls, files.rm_file):
        with pytest.raises(FileNotFoundError):
            ask(missing)


@pytest.mark.parametrize("written", [True, False], ids=["meanwhile", "never"])
def test_a_file_that_somebody_writes_between_two_looks_is_read(files: Any, written: bool, monkeypatch: Any) -> None:  # noqa: FBT001
    path, look = f"{root_of(files)}/letters", files.info

    def write_and_look(path: str) -> Any:
        if written:
            files.pipe_file(path, b"abc")
        return look(path)

    def refuse_once(method: str, url: str, **more: Any) -> Any:
        monkeypatch.undo()
        monkeypatch.setattr(files, "info", write_and_look)
        return httpx.Response(500, text="INTERNAL_ERROR", request=httpx.Request(method, url))

    monkeypatch.setattr(files._client, "request", refuse_once)
    if written:
        assert files.cat_file(path) == b"abc"
    else:
        with pytest.raises(FileNotFoundError):
            files.cat_file(path)


def test_a_server_that_is_gone_is_an_outage() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
    store = FsspecStore(MlflowArtifactsFileSystem(url), "1/headgate")
    with pytest.raises(TransientError, match="can't be reached"):
        store.put(ROWS)
    with pytest.raises(TransientError, match="can't be reached"):
        store.documents("")


def test_an_airflow_connection_says_where_it_is(mlflow_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_MLFLOW_SNAPSHOTS", json.dumps({"conn_type": "mlflow", "host": mlflow_url}))
    name = f"snapshots {uuid.uuid4().hex}"
    part = store_at(f"mlflow://mlflow_snapshots/{name}").put(ROWS)
    assert store_at(f"mlflow://mlflow_snapshots/{name}").has(part)
    for wrong in ("mlflow://mlflow_snapshots", "mlflow:///snapshots"):
        with pytest.raises(InputError, match="must be mlflow://conn_id/experiment"):
            store_at(wrong)
