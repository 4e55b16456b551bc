from __future__ import annotations

from dataclasses import replace

import pytest

from headgate.adapters.mlflow_tracking import MlflowRunTracker
from headgate.core.refs import RunRef, TrackedRun
from headgate.errors import InputError
from headgate.ports import RunTracker
from headgate.testing.at_once import at_once
from headgate.testing.conformance_log import entry_for
from headgate.testing.conformance_tracking import RunTrackerConformance, SeenRun
from headgate.testing.fake_log import FakePromotionLog
from headgate.testing.fake_tracking import FakeRunTracker
from headgate.testing.tracking_samples import OTHER_SNAPSHOT, SNAPSHOT
from tests.contract.tracking.mlflow_world import MlflowWorld


class FakeWorld:
    def __init__(self) -> None:
        self.log = FakePromotionLog()
        self.tracker = FakeRunTracker(self.log)

    def new_model(self) -> str:
        return "m"

    def live(self, run: RunRef) -> list[str]:
        return self.tracker.live(run.key)

    def see(self, tracked: TrackedRun) -> SeenRun:
        run = self.tracker.runs[tracked.mlflow_run]
        return SeenRun(status=run.status, tags=run.tags, params=run.params, metrics=run.metrics)

    def has_model(self, model_id: str) -> bool:
        return model_id in self.tracker.models

    def promote(self, model: str, model_id: str) -> None:
        self.log.append(model, entry_for(model_id))


class TestFake(RunTrackerConformance):
    @pytest.fixture
    def world(self) -> FakeWorld:
        return FakeWorld()

    @pytest.fixture
    def tracker(self, world: FakeWorld) -> RunTracker:
        return world.tracker


class TestMlflow(RunTrackerConformance):
    """Its fixtures are those of conftest.py."""


def test_a_run_says_what_it_is(tracker: MlflowRunTracker, world: MlflowWorld, run: RunRef) -> None:
    found = world.run(tracker.open(run, SNAPSHOT))
    told = {name.removeprefix("headgate."): value for name, value in found.data.tags.items()}
    assert found.info.run_name == run.name
    assert (
        told.items()
        >= {
            "key": run.key,
            "dag_id": "dag",
            "dag_run_id": "manual__1",
            "run_type": "manual",
            "model": run.model,
            "snapshot": SNAPSHOT,
            "as_of": "2000-01-01T00:00:00+00:00",
            "as_of_origin": "the trigger form",
            "training_window": "[1988-12-04, 1998-12-04)",
            "holdout": "[1998-12-04, 1999-12-04)",
            "mlflow.user": "ann",
            "mlflow.source.name": "dag",
        }.items()
    )


def test_a_superseded_run_is_deleted_and_says_by_which(
    tracker: MlflowRunTracker, world: MlflowWorld, run: RunRef
) -> None:
    first, second = tracker.open(run, SNAPSHOT), tracker.open(run, OTHER_SNAPSHOT)
    old = world.run(first)
    assert old.info.lifecycle_stage == "deleted"
    assert old.data.tags["headgate.superseded_by"] == second.mlflow_run


def test_those_who_open_the_same_run_at_once_get_one(mlflow_url: str, world: MlflowWorld, run: RunRef) -> None:
    opened = at_once([lambda: MlflowRunTracker(mlflow_url).open(run, SNAPSHOT)] * 4)
    (live,) = world.live(run)
    assert live in {one.mlflow_run for one in opened}


def test_a_deleted_experiment_says_how_to_get_it_back(
    tracker: MlflowRunTracker, world: MlflowWorld, run: RunRef
) -> None:
    world.client.delete_experiment(tracker.open(run, SNAPSHOT).experiment)
    with pytest.raises(InputError, match="mlflow experiments restore -x"):
        tracker.open(run, SNAPSHOT)


def test_a_model_is_handed_over_by_its_experiments_tag(
    tracker: MlflowRunTracker, world: MlflowWorld, run: RunRef
) -> None:
    experiment = tracker.open(run, SNAPSHOT).experiment
    world.client.set_experiment_tag(experiment, "headgate.dag_id", "heir")
    assert tracker.open(replace(run, dag_id="heir"), SNAPSHOT).experiment == experiment
