from __future__ import annotations

import pytest

from headgate.adapters import mlflow_ledger
from headgate.adapters.mlflow_ledger import MlflowRunLedger
from headgate.adapters.mlflow_tracking import MlflowRunTracker
from headgate.core.refs import RunRef
from headgate.errors import InputError
from headgate.ports import RunLedger, RunTracker
from headgate.testing.conformance_ledger import RunLedgerConformance, log_one
from headgate.testing.fake_ledger import FakeRunLedger
from headgate.testing.fake_tracking import FakeRunTracker
from headgate.testing.tracking_samples import SNAPSHOT, run_of
from tests.contract.tracking.mlflow_world import MlflowWorld
from tests.contract.tracking.test_tracker import FakeWorld


class TestFake(RunLedgerConformance):
    @pytest.fixture
    def world(self) -> FakeWorld:
        return FakeWorld()

    @pytest.fixture
    def tracker(self, world: FakeWorld) -> FakeRunTracker:
        return world.tracker

    @pytest.fixture
    def ledger(self, tracker: FakeRunTracker) -> RunLedger:
        return FakeRunLedger(tracker)


class TestMlflow(RunLedgerConformance):
    @pytest.fixture
    def ledger(self, mlflow_url: str) -> RunLedger:
        return MlflowRunLedger(mlflow_url)


@pytest.fixture
def ledger(mlflow_url: str) -> MlflowRunLedger:
    return MlflowRunLedger(mlflow_url)


def test_more_than_a_page_is_read_whole(
    ledger: MlflowRunLedger, tracker: RunTracker, run: RunRef, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mlflow_ledger, "RUNS_PAGE", 2)
    monkeypatch.setattr(mlflow_ledger, "MODELS_PAGE", 2)
    logged = [log_one(tracker, run_of(run.model, day=day)) for day in range(1, 6)]
    assert [one.mlflow_run for one in ledger.runs(run.model)] == [tracked.mlflow_run for tracked, _ in logged]
    assert [one.model_id for one in ledger.models(run.model)] == [model_id for _, model_id in logged]


def test_a_deleted_experiment_shows_its_runs_as_deleted(
    ledger: MlflowRunLedger, tracker: MlflowRunTracker, world: MlflowWorld, run: RunRef
) -> None:
    tracked = tracker.open(run, SNAPSHOT)
    world.client.delete_experiment(tracked.experiment)
    assert [(one.mlflow_run, one.is_live) for one in ledger.runs(run.model)] == [(tracked.mlflow_run, False)]


def test_a_run_that_somebody_made_by_hand_is_in_the_ledger_without_a_key(
    ledger: MlflowRunLedger, tracker: MlflowRunTracker, world: MlflowWorld, run: RunRef
) -> None:
    tracked = tracker.open(run, SNAPSHOT)
    by_hand = world.client.create_run(tracked.experiment).info.run_id
    world.client.create_logged_model(tracked.experiment, name="mine", source_run_id=by_hand)
    found = {one.mlflow_run: (one.key, one.as_of) for one in ledger.runs(run.model)}
    assert found[by_hand] == (None, None)
    (model,) = ledger.models(run.model)
    assert (model.mlflow_run, model.status) == (by_hand, "PENDING")


def test_a_name_that_mlflow_would_not_take_is_of_no_experiment(ledger: MlflowRunLedger) -> None:
    assert ledger.runs('it\'s "x"') == ()


def test_only_a_server_has_a_ledger() -> None:
    with pytest.raises(InputError, match="must start with http"):
        MlflowRunLedger("sqlite:///mlflow.db").runs("m")
