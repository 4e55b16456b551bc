"""What goes wrong around the chain: MLflow is down, the store refuses, a part is damaged."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from airflow.sdk.io import attach
from fsspec.implementations.local import LocalFileSystem

from tests.contract.loopback import Proxy, proxy_to
from tests.dagrun.chain import TASKS, Chain, connection
from tests.mlflow_server import free_port

CONNECTION = "AIRFLOW_CONN_MLFLOW_DEFAULT"


@pytest.fixture
def proxy(chain: Chain, mlflow_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Proxy]:
    """What the chain's connection leads to: MLflow, until a test cuts it off."""
    with proxy_to(mlflow_url) as running:
        monkeypatch.setenv(CONNECTION, connection(running.url))
        yield running


def require_one_of_each(chain: Chain) -> None:
    """Require one whole MLflow run with one whole logged model, promoted once."""
    (run,) = chain.runs()
    (model,) = chain.models()
    assert (run.info.status, model.status) == ("FINISHED", "READY")
    assert run.data.tags["headgate.candidate"] == model.model_id == chain.outputs["train"]["model_id"]
    assert "headgate.reason" not in run.data.tags
    assert chain.versions() == ["1"]


def test_mlflow_down_at_the_start_is_tried_again_and_goes_well_once_it_is_up(
    chain: Chain, mlflow_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    nowhere = f"http://127.0.0.1:{free_port()}"
    monkeypatch.setenv(CONNECTION, connection(nowhere))
    sentence = chain.put_off("validate")
    assert sentence.startswith(
        f"MLflow at {nowhere} does not answer when asked to open the run {chain.dag_id}|2024-05-01"
    )
    assert "Is the server up, and is the address in the Airflow connection right?" in sentence
    monkeypatch.setenv(CONNECTION, connection(mlflow_url))
    chain.run("promote")
    require_one_of_each(chain)


@pytest.mark.parametrize("task_id", TASKS[1:])
def test_mlflow_gone_between_two_tasks_is_tried_again_and_makes_nothing_twice(
    chain: Chain, proxy: Proxy, task_id: str
) -> None:
    chain.run(TASKS[TASKS.index(task_id) - 1])
    proxy.refuse = lambda method, path: True
    assert f"MLflow at {proxy.url} " in chain.put_off(task_id)
    proxy.refuse = None
    chain.run("promote")
    require_one_of_each(chain)


@pytest.mark.parametrize("call", ["logged-models", "artifacts", "outputs", "log-inputs", "log-batch", "set-tag"])
def test_mlflow_gone_while_the_model_is_logged_leaves_one_whole_model_once_it_is_back(
    chain: Chain, proxy: Proxy, call: str
) -> None:
    chain.run("validate")
    logged: list[str] = []

    def refuse(method: str, path: str) -> bool:
        if method != "GET" and "logged-models" in path:
            logged.append(path)
        return method != "GET" and call in path and bool(logged)

    proxy.refuse = refuse
    assert "when asked to log the model" in chain.put_off("train")
    assert all("headgate.candidate" not in run.data.tags for run in chain.runs())
    proxy.refuse = None
    chain.run("promote")
    require_one_of_each(chain)


def test_a_connection_that_is_not_there_says_its_name(chain: Chain, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(CONNECTION)
    sentence = chain.refused("validate")
    assert "Airflow connection mlflow_default must" in sentence


class ReadOnly(LocalFileSystem):  # type: ignore[misc]  # fsspec ships no types
    """A disk that is mounted read-only: it answers as the kernel does there (tried on such a mount, as root)."""

    def makedirs(self, path: str, exist_ok: bool = False) -> None:  # noqa: FBT001, FBT002 - fsspec's signature
        if not Path(path).is_dir():
            raise OSError(errno.EROFS, os.strerror(errno.EROFS), path)

    def open(self, path: str, mode: str = "rb", **options: Any) -> Any:
        if mode != "rb":
            raise OSError(errno.EROFS, os.strerror(errno.EROFS), path)
        return super().open(path, mode, **options)


def turn_read_only(chain: Chain) -> None:
    attach("file", conn_id="readonly", fs=ReadOnly())
    chain.store_url = f"file://readonly@{chain.store}"


def test_a_store_that_is_read_only(chain: Chain) -> None:
    turn_read_only(chain)
    sentence = chain.refused("snapshot")
    assert f"snapshot store must let this task write {chain.store}/parts/" in sentence
    assert "Read-only file system" in sentence
    assert (chain.files(), chain.runs()) == ([], [])


def test_a_store_that_turned_read_only_refuses_the_manifest_and_is_still_read(chain: Chain) -> None:
    chain.run("snapshot")
    before = chain.files()
    turn_read_only(chain)
    taken = chain.outputs.pop("snapshot")
    assert "must let this task write" in chain.refused("snapshot")
    chain.outputs["snapshot"] = taken
    chain.run("promote")
    assert chain.files() == before


def test_a_store_below_a_file(chain: Chain) -> None:
    (chain.store / "taken").write_text("a file")
    chain.store_url = f"{chain.store_url}/taken"
    sentence = chain.refused("snapshot")
    assert f"snapshot store must let this task write {chain.store}/taken/parts/" in sentence
    assert chain.files() == ["taken"]


def part_of(chain: Chain, window: str) -> Path:
    manifest = json.loads((chain.store / chain.outputs["snapshot"]["manifest"]).read_text())
    digest = manifest[window][0]["content"]["digest"]
    (path,) = (chain.store / "parts").rglob(f"{digest}.parquet")
    return path


def other_content(path: Path, other: Path) -> None:
    path.write_bytes(other.read_bytes())


def a_flipped_bit(path: Path, other: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 3] ^= 1
    path.write_bytes(content)


def half_of_it(path: Path, other: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def nothing_left(path: Path, other: Path) -> None:
    path.unlink()


@pytest.mark.parametrize("damage", [other_content, a_flipped_bit, half_of_it, nothing_left])
@pytest.mark.parametrize("task_id", ["validate", "train"])
def test_a_damaged_part_is_told_by_its_hash_and_nothing_is_trained_on_it(
    chain: Chain, task_id: str, damage: Any
) -> None:
    chain.run(TASKS[TASKS.index(task_id) - 1])
    path = part_of(chain, "training")
    damage(path, part_of(chain, "holdout"))
    sentence = chain.refused(task_id)
    assert str(path) in sentence
    assert "un the snapshot task again" in sentence
    assert (chain.models(), chain.versions()) == ([], [])
    if task_id == "train":
        assert chain.failed_with() == sentence


def test_an_outage_while_a_refusal_is_written_down_is_tried_again(chain: Chain, proxy: Proxy) -> None:
    chain.run("validate")
    nothing_left(part_of(chain, "training"), chain.store)
    proxy.refuse = lambda method, path: "runs/update" in path
    assert "does not answer when asked to close the run" in chain.put_off("train")
    proxy.refuse = None
    assert chain.refused("train") == chain.failed_with()


def test_a_part_that_was_damaged_is_mended_as_its_sentence_says(chain: Chain) -> None:
    chain.run("snapshot")
    path = part_of(chain, "training")
    path.write_bytes(b"")
    assert f"Delete the file {path} and run the snapshot task again." in chain.refused("validate")
    path.unlink()
    chain.outputs.clear()
    chain.run("promote")
    require_one_of_each(chain)


def test_a_damaged_holdout_is_never_scored(chain: Chain) -> None:
    chain.run("train")
    half_of_it(part_of(chain, "holdout"), chain.store)
    sentence = chain.refused("evaluate")
    (run,) = chain.runs()
    assert (run.info.status, run.data.tags["headgate.reason"]) == ("FAILED", sentence)
    assert chain.versions() == []
