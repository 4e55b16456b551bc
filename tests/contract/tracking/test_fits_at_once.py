from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from mlflow.entities import ViewType

from headgate.adapters.mlflow_fits import claim, mark_of
from headgate.adapters.mlflow_tracking import MlflowRunTracker
from headgate.core.refs import RunRef, TrackedRun
from headgate.errors import TransientError
from headgate.ports import Evidence
from headgate.testing.at_once import at_once
from headgate.testing.tracking_samples import FINGERPRINT, SNAPSHOT, log_candidate
from tests.contract.tracking.mlflow_world import MlflowWorld

TRIES = 6


def dag_run(tracker: MlflowRunTracker, run: RunRef, opened: TrackedRun) -> Callable[[], str]:
    """What the task train of a dag run does to MLflow, with Airflow's retries."""

    def work() -> str:
        for _ in range(TRIES):
            try:
                return one_try(tracker, run, opened)
            except TransientError:
                continue
        pytest.fail("another try never helped")

    return work


def one_try(tracker: MlflowRunTracker, run: RunRef, opened: TrackedRun) -> str:
    tracked = tracker.current(opened) or opened
    model_id = tracker.candidate_of(tracked, FINGERPRINT)
    if model_id is None:
        tracked = tracker.begin_fit(run, tracked)
        model_id = log_candidate(tracker, tracked, run)
    tracker.keep_only(run, tracked, model_id)
    return model_id


# Filters of warnings are the process's: threads take the one that logging a model sets from each other.
@pytest.mark.filterwarnings("ignore:Operation with range is deprecated")
@pytest.mark.parametrize("count", [2, 4])
def test_dag_runs_of_one_as_of_at_once_end_with_one_run_and_one_model(
    tracker: MlflowRunTracker, world: MlflowWorld, run: RunRef, count: int
) -> None:
    opened = tracker.open(run, SNAPSHOT)
    works = [dag_run(tracker, replace(run, dag_run_id=f"manual {one}"), opened) for one in range(count)]
    at_once(works)

    (live,) = world.live(run)
    models = [found.model_id for found in world.client.search_logged_models([opened.experiment])]
    assert models == [world.client.get_run(live).data.tags["headgate.candidate"]]
    left = world.client.search_runs([opened.experiment], run_view_type=ViewType.DELETED_ONLY)
    assert {one.info.status for one in left} <= {"KILLED"}


def test_of_many_that_claim_a_run_at_once_at_most_one_has_it(
    tracker: MlflowRunTracker, world: MlflowWorld, run: RunRef
) -> None:
    opened = tracker.open(run, SNAPSHOT).mlflow_run
    marks = [mark_of(run, {}) for _ in range(8)]
    assert sum(at_once([lambda mark=mark: claim(world.client, opened, mark) for mark in marks])) <= 1  # type: ignore[misc]


def test_evidence_of_two_dag_runs_at_once_is_taken(tracker: MlflowRunTracker, world: MlflowWorld, run: RunRef) -> None:
    tracked = tracker.open(run, SNAPSHOT)
    evidence = Evidence(tags={f"headgate.{name}": "x" for name in "abcdefgh"}, params={"p": "1"})
    at_once([lambda: tracker.record(tracked, evidence)] * 4)
    assert world.see(tracked).params == {"p": "1"}


def test_a_run_that_nobody_else_claims_is_had(world: MlflowWorld, tracker: MlflowRunTracker, run: RunRef) -> None:
    opened = tracker.open(run, SNAPSHOT).mlflow_run
    assert claim(world.client, opened, mark_of(run, {}))
    assert not claim(world.client, opened, mark_of(run, {}))


def test_a_model_that_was_logged_into_a_superseded_run_is_taken_back(
    tracker: MlflowRunTracker, world: MlflowWorld, run: RunRef
) -> None:
    first = tracker.begin_fit(run, tracker.open(run, SNAPSHOT))
    second = tracker.begin_fit(run, first)
    kept = log_candidate(tracker, second, run)
    tracker.keep_only(run, second, kept)
    with pytest.raises(TransientError, match="superseded"):
        log_candidate(tracker, first, run)
    assert [found.model_id for found in world.client.search_logged_models([first.experiment])] == [kept]


def test_what_a_kill_left_behind_goes_with_the_next_fit(
    tracker: MlflowRunTracker, world: MlflowWorld, run: RunRef
) -> None:
    first = tracker.begin_fit(run, tracker.open(run, SNAPSHOT))
    key = {"headgate.key": run.key}
    world.client.create_logged_model(first.experiment, name="half", source_run_id=first.mlflow_run, tags=key)
    other = world.client.create_run(first.experiment, tags={**key, "headgate.superseded_by": first.mlflow_run})
    gone = world.client.create_run(first.experiment).info.run_id
    world.client.create_logged_model(first.experiment, name="orphan", source_run_id=gone, tags=key)

    model_id = log_candidate(tracker, first, run)
    tracker.keep_only(run, first, model_id)

    assert [found.model_id for found in world.client.search_logged_models([first.experiment])] == [model_id]
    left = world.client.get_run(other.info.run_id).info
    assert (left.lifecycle_stage, left.status) == ("deleted", "KILLED")


def test_a_promoted_model_of_the_key_stays(tracker: MlflowRunTracker, world: MlflowWorld, run: RunRef) -> None:
    first = tracker.begin_fit(run, tracker.open(run, SNAPSHOT))
    promoted = log_candidate(tracker, first, run)
    world.promote(run.model, promoted)
    tracker.open(run, SNAPSHOT)
    second = tracker.begin_fit(run, first)
    model_id = log_candidate(tracker, second, run)
    tracker.keep_only(run, second, model_id)
    tracker.keep_only(run, second, model_id)

    found = {one.model_id for one in world.client.search_logged_models([first.experiment])}
    assert found == {promoted, model_id}
    assert world.see(first).status == "FINISHED"
    assert world.live(run) == [second.mlflow_run]
