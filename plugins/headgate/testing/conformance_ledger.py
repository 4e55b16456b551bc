"""What every `RunLedger` must do, as tests that anybody's adapter can run."""

# ruff: noqa: D102, S101 - a suite that pytest runs

from __future__ import annotations

from datetime import timedelta

import pytest

from headgate.core.refs import RunRef, TrackedRun
from headgate.ports import RunLedger, RunTracker
from headgate.testing.conformance_tracking import TrackingWorld
from headgate.testing.tracking_samples import OTHER_SNAPSHOT, SNAPSHOT, log_candidate, run_of


class RunLedgerConformance:
    """Subclass it, and define the fixtures `ledger`, `tracker` (of the same server) and `world`."""

    @pytest.fixture
    def run(self, world: TrackingWorld) -> RunRef:
        return run_of(world.new_model())

    def test_a_model_that_nobody_ran_has_nothing(self, ledger: RunLedger, run: RunRef) -> None:
        assert (ledger.runs(run.model), ledger.models(run.model)) == ((), ())

    def test_a_run_says_what_it_is(self, ledger: RunLedger, tracker: RunTracker, run: RunRef) -> None:
        tracked = tracker.open(run, SNAPSHOT)
        (found,) = ledger.runs(run.model)
        assert (found.mlflow_run, found.experiment) == (tracked.mlflow_run, tracked.experiment)
        assert (found.status, found.deleted, found.is_live, found.ended) == ("RUNNING", False, True, None)
        assert (found.key, found.as_of, found.tag_of("snapshot")) == (run.key, run.as_of.instant, SNAPSHOT)
        assert found.started.utcoffset() == timedelta(0)

    def test_a_closed_run_says_how_and_when_it_ended(self, ledger: RunLedger, tracker: RunTracker, run: RunRef) -> None:
        tracker.close(tracker.open(run, SNAPSHOT), failed="no luck")
        (found,) = ledger.runs(run.model)
        assert (found.status, found.tag_of("reason")) == ("FAILED", "no luck")
        assert found.ended is not None
        assert found.started <= found.ended

    def test_a_superseded_run_is_there_and_says_by_which(
        self, ledger: RunLedger, tracker: RunTracker, run: RunRef
    ) -> None:
        first, second = tracker.open(run, SNAPSHOT), tracker.open(run, OTHER_SNAPSHOT)
        old, new = ledger.runs(run.model)
        assert (old.mlflow_run, new.mlflow_run) == (first.mlflow_run, second.mlflow_run)
        assert (old.deleted, old.is_live, old.tag_of("superseded_by")) == (True, False, second.mlflow_run)
        assert (new.deleted, new.is_live, new.tag_of("superseded_by")) == (False, True, None)

    def test_a_fit_that_began_is_told(self, ledger: RunLedger, tracker: RunTracker, run: RunRef) -> None:
        tracked = tracker.open(run, SNAPSHOT)
        assert [one.tag_of("fit") for one in ledger.runs(run.model)] == [None]
        tracker.begin_fit(run, tracked)
        assert [one.tag_of("fit") is not None for one in ledger.runs(run.model)] == [True]

    def test_runs_are_oldest_first(self, ledger: RunLedger, tracker: RunTracker, run: RunRef) -> None:
        opened = [tracker.open(run_of(run.model, day=day), SNAPSHOT).mlflow_run for day in (3, 1, 2)]
        assert [one.mlflow_run for one in ledger.runs(run.model)] == opened

    def test_two_models_are_apart(self, ledger: RunLedger, tracker: RunTracker, run: RunRef) -> None:
        other = run_of(f"{run.model}_2")
        log_one(tracker, run)
        tracker.open(other, SNAPSHOT)
        assert [one.key for one in ledger.runs(run.model)] == [run.key]
        assert [one.key for one in ledger.runs(other.model)] == [other.key]
        assert (len(ledger.models(run.model)), ledger.models(other.model)) == (1, ())

    def test_a_logged_model_says_which_run_it_came_from(
        self, ledger: RunLedger, tracker: RunTracker, run: RunRef
    ) -> None:
        tracked, model_id = log_one(tracker, run)
        (found,) = ledger.models(run.model)
        assert (found.model_id, found.mlflow_run, found.status) == (model_id, tracked.mlflow_run, "READY")
        assert (found.tags["headgate.key"], found.tags["headgate.snapshot"]) == (run.key, SNAPSHOT)
        assert found.created.utcoffset() == timedelta(0)
        assert [one.tag_of("candidate") for one in ledger.runs(run.model)] == [model_id]

    def test_a_logged_model_is_found_by_its_id_alone(self, ledger: RunLedger, tracker: RunTracker, run: RunRef) -> None:
        _, model_id = log_one(tracker, run)
        assert (ledger.model_of(model_id),) == ledger.models(run.model)
        ledger.delete_model(model_id)
        assert ledger.model_of(model_id) is None

    def test_the_logged_models_of_a_superseded_run_are_gone(
        self, ledger: RunLedger, tracker: RunTracker, run: RunRef
    ) -> None:
        log_one(tracker, run)
        tracker.open(run, OTHER_SNAPSHOT)
        assert ledger.models(run.model) == ()

    def test_a_deleted_run_is_there_as_deleted(self, ledger: RunLedger, tracker: RunTracker, run: RunRef) -> None:
        tracked = tracker.open(run, SNAPSHOT)
        for _ in range(2):
            ledger.delete_run(tracked.mlflow_run)
        (found,) = ledger.runs(run.model)
        assert (found.deleted, found.is_live) == (True, False)

    def test_a_deleted_logged_model_is_gone(self, ledger: RunLedger, tracker: RunTracker, run: RunRef) -> None:
        _, model_id = log_one(tracker, run)
        for _ in range(2):
            ledger.delete_model(model_id)
        assert ledger.models(run.model) == ()

    def test_deleting_what_is_not_there_is_no_error(self, ledger: RunLedger) -> None:
        ledger.delete_run("0" * 32)
        ledger.delete_model("m-0123456789abcdef0123456789abcdef")


def log_one(tracker: RunTracker, run: RunRef) -> tuple[TrackedRun, str]:
    """Log a candidate in a run of its own; return the run, and the logged model's id."""
    tracked = tracker.begin_fit(run, tracker.open(run, SNAPSHOT))
    return tracked, log_candidate(tracker, tracked, run)
