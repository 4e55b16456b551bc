from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from mlflow import MlflowClient
from mlflow.entities import ViewType

from headgate.adapters.mlflow_history import DIGEST, HISTORY, SUPERSEDED_BY, MlflowHistoryBook
from headgate.adapters.mlflow_ledger import MlflowRunLedger
from headgate.core.past_runs import past_of
from headgate.errors import TransientError
from headgate.ports import HistoryBook, Shelved
from headgate.testing.at_once import at_once
from headgate.testing.conformance_history import VOLUME, HistoryBookConformance
from headgate.testing.fake_history import FakeHistoryBook
from tests.contract.loopback import Proxy
from tests.contract.tracking.mlflow_world import MlflowWorld


class FakeShelf:
    def __init__(self) -> None:
        self.book = FakeHistoryBook()

    def new_model(self) -> str:
        name = f"model_{len(self.book.models)}"
        self.book.models.add(name)
        return name

    def live(self, model: str, title: str) -> list[str]:
        return self.book.live(model, title)

    def superseded_by(self, mlflow_run: str) -> str | None:
        return self.book.pages[mlflow_run].superseded_by

    def artifact(self, mlflow_run: str, path: str) -> bytes:
        return self.book.pages[mlflow_run].volume.artifacts[path]


class MlflowShelf:
    def __init__(self, url: str, folder: Path) -> None:
        self.client = MlflowClient(url, registry_uri=url)
        self.folder = folder
        self.names = MlflowWorld(url)

    def new_model(self) -> str:
        name = self.names.new_model()
        self.client.create_experiment(f"headgate/{name}")
        return name

    def live(self, model: str, title: str) -> list[str]:
        runs = self.client.search_runs([self.experiment(model)])
        live = [run for run in runs if run.data.tags.get(HISTORY) == title and SUPERSEDED_BY not in run.data.tags]
        return [run.info.run_id for run in live]

    def superseded_by(self, mlflow_run: str) -> str | None:
        found = self.client.get_run(mlflow_run)
        by: str | None = found.data.tags.get(SUPERSEDED_BY)
        assert (found.info.lifecycle_stage == "deleted") == (by is not None)
        return by

    def artifact(self, mlflow_run: str, path: str) -> bytes:
        return Path(self.client.download_artifacts(mlflow_run, path, str(self.folder))).read_bytes()

    def experiment(self, model: str) -> str:
        found = self.client.get_experiment_by_name(f"headgate/{model}")
        assert found is not None
        return str(found.experiment_id)


class TestFake(HistoryBookConformance):
    @pytest.fixture
    def world(self) -> FakeShelf:
        return FakeShelf()

    @pytest.fixture
    def book(self, world: FakeShelf) -> HistoryBook:
        return world.book


@pytest.fixture
def world(mlflow_url: str, tmp_path: Path) -> MlflowShelf:
    return MlflowShelf(mlflow_url, tmp_path)


@pytest.fixture
def book(mlflow_url: str) -> MlflowHistoryBook:
    return MlflowHistoryBook(mlflow_url)


class TestMlflow(HistoryBookConformance):
    """Its fixtures are those above."""


def test_a_history_is_no_dag_runs_work(mlflow_url: str, world: MlflowShelf, book: MlflowHistoryBook) -> None:
    model = world.new_model()
    kept = book.keep(model, VOLUME).tracked.mlflow_run
    (record,) = MlflowRunLedger(mlflow_url).runs(model)
    assert (record.mlflow_run, record.key, record.status) == (kept, None, "FINISHED")
    assert past_of([record]).runs == ()
    found = world.client.get_run(kept)
    assert (found.info.run_name, found.data.tags["mlflow.note.content"]) == (VOLUME.title, VOLUME.note)
    assert found.data.metrics == VOLUME.metrics


def test_one_that_a_killed_process_left_is_superseded(world: MlflowShelf, book: MlflowHistoryBook) -> None:
    model = world.new_model()
    left = world.client.create_run(world.experiment(model), tags={HISTORY: VOLUME.title}).info.run_id
    kept = book.keep(model, VOLUME).tracked.mlflow_run
    assert (world.live(model, VOLUME.title), world.superseded_by(left)) == ([kept], kept)
    again = world.client.create_run(world.experiment(model), tags={HISTORY: VOLUME.title}).info.run_id
    assert book.keep(model, VOLUME).again
    assert world.superseded_by(again) == kept


def test_a_clock_that_jumped_back_does_not_keep_the_older_one(world: MlflowShelf, book: MlflowHistoryBook) -> None:
    model = world.new_model()
    tags = {HISTORY: VOLUME.title, DIGEST: "of tomorrow"}
    tomorrow = 4_000_000_000_000
    old = world.client.create_run(world.experiment(model), start_time=tomorrow, tags=tags).info.run_id
    kept = book.keep(model, VOLUME).tracked.mlflow_run
    assert (world.live(model, VOLUME.title), world.superseded_by(old)) == ([kept], kept)


def test_a_lost_reply_leaves_one_run(world: MlflowShelf, proxy: Proxy) -> None:
    model = world.new_model()
    proxy.lose = lambda method, path: path.endswith("/runs/create")
    kept = MlflowHistoryBook(proxy.url).keep(model, VOLUME).tracked.mlflow_run
    assert proxy.lose is None
    assert len(world.client.search_runs([world.experiment(model)], run_view_type=ViewType.ALL)) == 2
    assert world.live(model, VOLUME.title) == [kept]


def test_those_who_keep_at_once_leave_one(mlflow_url: str, world: MlflowShelf) -> None:
    model = world.new_model()

    def keep(digest: str) -> Shelved | TransientError:
        try:
            return MlflowHistoryBook(mlflow_url).keep(model, replace(VOLUME, digest=digest))
        except TransientError as error:
            return error

    at_once([partial(keep, digest) for digest in "abcd"])
    assert len(world.live(model, VOLUME.title)) == 1
