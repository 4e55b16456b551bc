"""What every `RunTracker` must do, as tests that anybody's adapter can run."""

# ruff: noqa: D102, S101 - a suite that pytest runs

from __future__ import annotations

import math
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

import pytest

from headgate.core.evaluation import Measure
from headgate.core.refs import RunRef, TrackedRun
from headgate.errors import InputError, TrackingError, TransientError
from headgate.ports import Evidence, RunTracker
from headgate.testing.tracking_samples import FINGERPRINT, OTHER_SNAPSHOT, SNAPSHOT, log_candidate, run_of


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenRun:
    """What a person sees of a run."""

    status: str
    tags: Mapping[str, str]
    params: Mapping[str, str]
    metrics: Mapping[str, float]


class TrackingWorld(Protocol):
    """The world around the tracker under test."""

    def new_model(self) -> str:
        """Return the name of a model that nobody used yet."""

    def live(self, run: RunRef) -> list[str]:
        """Return the ids of the live runs of the run's key."""

    def see(self, tracked: TrackedRun) -> SeenRun:
        """Return what is in a run."""

    def has_model(self, model_id: str) -> bool:
        """Return whether a logged model is still there."""

    def promote(self, model: str, model_id: str) -> None:
        """Promote a logged model."""


class RunTrackerConformance:
    """Subclass it, and define the fixtures `tracker` and `world`."""

    @pytest.fixture
    def run(self, world: TrackingWorld) -> RunRef:
        return run_of(world.new_model())

    def test_a_run_opened_twice_is_one_run(self, tracker: RunTracker, world: TrackingWorld, run: RunRef) -> None:
        first = tracker.open(run, SNAPSHOT)
        assert tracker.open(run, SNAPSHOT) == first
        assert world.live(run) == [first.mlflow_run]
        assert world.see(first).status == "RUNNING"

    def test_runs_of_two_as_ofs_are_two(self, tracker: RunTracker, world: TrackingWorld, run: RunRef) -> None:
        later = run_of(run.model, day=2)
        assert tracker.open(run, SNAPSHOT) != tracker.open(later, SNAPSHOT)
        assert (len(world.live(run)), len(world.live(later))) == (1, 1)

    def test_another_dag_run_of_the_same_key_takes_the_run_up(
        self, tracker: RunTracker, world: TrackingWorld, run: RunRef
    ) -> None:
        first = tracker.open(run, SNAPSHOT)
        tracker.close(first, failed="no luck")
        again = tracker.open(replace(run, dag_run_id="another"), SNAPSHOT)
        seen = world.see(again)
        assert again == first
        assert (seen.tags["headgate.dag_run_id"], seen.status) == ("another", "RUNNING")
        assert "headgate.reason" not in seen.tags

    def test_another_snapshot_supersedes_the_run(self, tracker: RunTracker, world: TrackingWorld, run: RunRef) -> None:
        first = tracker.open(run, SNAPSHOT)
        second = tracker.open(run, OTHER_SNAPSHOT)
        assert first != second
        assert world.live(run) == [second.mlflow_run]

    def test_a_model_of_another_dag_is_refused(self, tracker: RunTracker, run: RunRef) -> None:
        tracker.open(run, SNAPSHOT)
        with pytest.raises(InputError, match=r"belongs to Dag 'dag'.*Got Dag 'thief' instead"):
            tracker.open(replace(run, dag_id="thief"), SNAPSHOT)

    def test_a_clean_run_is_fitted_in(self, tracker: RunTracker, run: RunRef) -> None:
        tracked = tracker.open(run, SNAPSHOT)
        assert tracker.begin_fit(run, tracked) == tracked

    def test_an_unfinished_fit_is_superseded_and_keeps_its_validation(
        self, tracker: RunTracker, world: TrackingWorld, run: RunRef
    ) -> None:
        first = tracker.open(run, SNAPSHOT)
        validated = Evidence(tags={"headgate.validation": "PASS"}, artifacts={"validation/report.html": b"<p>fine"})
        tracker.record(first, validated)
        tracker.begin_fit(run, first)
        tracker.record(first, Evidence(params={"depth": "1"}, tags={"headgate.half": "done"}))
        second = tracker.begin_fit(run, first)
        seen = world.see(second)
        assert world.live(run) == [second.mlflow_run]
        assert seen.tags["headgate.validation"] == "PASS"
        assert ("headgate.half" in seen.tags, dict(seen.params)) == (False, {})
        assert tracker.read(second, "validation/report.html") == b"<p>fine"

    def test_a_fit_begun_from_a_superseded_run_supersedes_every_other(
        self, tracker: RunTracker, world: TrackingWorld, run: RunRef
    ) -> None:
        first = tracker.open(run, SNAPSHOT)
        tracker.begin_fit(run, first)
        tracker.begin_fit(run, first)  # whose answer was lost
        third = tracker.begin_fit(run, first)
        assert world.live(run) == [third.mlflow_run]

    def test_a_finished_candidate_is_found_by_its_fingerprint(self, tracker: RunTracker, run: RunRef) -> None:
        tracked = tracker.begin_fit(run, tracker.open(run, SNAPSHOT))
        assert tracker.candidate_of(tracked, FINGERPRINT) is None
        model_id = log_candidate(tracker, tracked, run)
        assert tracker.candidate_of(tracked, FINGERPRINT) == model_id
        assert tracker.candidate_of(tracked, "0" * 64) is None
        assert tracker.open(run, SNAPSHOT) == tracked

    def test_a_candidates_evidence_is_in_its_run(self, tracker: RunTracker, world: TrackingWorld, run: RunRef) -> None:
        tracked = tracker.begin_fit(run, tracker.open(run, SNAPSHOT))
        log_candidate(tracker, tracked, run)
        assert world.see(tracked).params == {"seed": "7"}
        assert tracker.read(tracked, "training/recipe.json") == b"{}"

    def test_a_fit_of_another_dag_run_is_left_until_one_of_them_is_whole(
        self, tracker: RunTracker, world: TrackingWorld, run: RunRef
    ) -> None:
        other = replace(run, dag_run_id="another")
        ours, theirs = _two_at_once(tracker, run, other)
        assert sorted(world.live(run)) == sorted([ours.mlflow_run, theirs.mlflow_run])
        model_id = log_candidate(tracker, ours, run)
        tracker.keep_only(run, ours, model_id)
        assert world.live(run) == [ours.mlflow_run]
        with pytest.raises(TransientError, match="superseded"):
            log_candidate(tracker, theirs, other)
        assert tracker.current(theirs) == ours
        assert tracker.candidate_of(ours, FINGERPRINT) == model_id

    def test_of_the_same_fit_finished_twice_one_yields(
        self, tracker: RunTracker, world: TrackingWorld, run: RunRef
    ) -> None:
        other = replace(run, dag_run_id="another")
        ours, theirs = _two_at_once(tracker, run, other)
        finished = {one: log_candidate(tracker, one, run) for one in (theirs, ours)}
        kept = []
        for one, model_id in finished.items():
            with suppress(TransientError):
                tracker.keep_only(run, one, model_id)
                kept.append(one)
        assert world.live(run) == [one.mlflow_run for one in kept]
        assert [world.has_model(model_id) for one, model_id in finished.items() if one not in kept] == [False]

    def test_a_live_run_is_its_own_current_one(self, tracker: RunTracker, run: RunRef) -> None:
        tracked = tracker.open(run, SNAPSHOT)
        assert tracker.current(tracked) == tracked

    def test_nothing_is_current_after_a_run_about_another_snapshot(self, tracker: RunTracker, run: RunRef) -> None:
        first = tracker.open(run, SNAPSHOT)
        tracker.open(run, OTHER_SNAPSHOT)
        assert tracker.current(first) is None

    def test_a_superseded_run_is_not_kept(self, tracker: RunTracker, run: RunRef) -> None:
        first = tracker.begin_fit(run, tracker.open(run, SNAPSHOT))
        tracker.begin_fit(run, first)
        with pytest.raises(TransientError, match="superseded"):
            tracker.keep_only(run, first, "m-0123456789abcdef0123456789abcdef")

    def test_what_is_kept_twice_is_kept_once(self, tracker: RunTracker, world: TrackingWorld, run: RunRef) -> None:
        tracked = tracker.begin_fit(run, tracker.open(run, SNAPSHOT))
        model_id = log_candidate(tracker, tracked, run)
        for _ in range(2):
            tracker.keep_only(run, tracked, model_id)
        assert (world.live(run), world.has_model(model_id)) == ([tracked.mlflow_run], True)

    def test_a_superseded_candidate_is_gone(self, tracker: RunTracker, world: TrackingWorld, run: RunRef) -> None:
        first = tracker.begin_fit(run, tracker.open(run, SNAPSHOT))
        model_id = log_candidate(tracker, first, run)
        second = tracker.begin_fit(run, first)
        assert not world.has_model(model_id)
        assert tracker.candidate_of(first, FINGERPRINT) is None
        assert tracker.candidate_of(second, FINGERPRINT) is None

    def test_a_promoted_candidate_outlives_its_run(
        self, tracker: RunTracker, world: TrackingWorld, run: RunRef, tmp_path: Path
    ) -> None:
        first = tracker.begin_fit(run, tracker.open(run, SNAPSHOT))
        model_id = log_candidate(tracker, first, run)
        tracker.record(first, Evidence(artifacts={"evaluation/evaluation.json": b"{}"}))
        world.promote(run.model, model_id)
        second = tracker.open(run, OTHER_SNAPSHOT)
        assert world.live(run) == [second.mlflow_run]
        assert tracker.fetch_model(model_id, tmp_path).is_dir()
        assert tracker.read(first, "evaluation/evaluation.json") == b"{}"

    def test_measures_become_metrics_and_what_was_not_measured_does_not(
        self, tracker: RunTracker, world: TrackingWorld, run: RunRef
    ) -> None:
        tracked = tracker.begin_fit(run, tracker.open(run, SNAPSHOT))
        model_id = log_candidate(tracker, tracked, run)
        measures = (
            Measure(metric="mae", slice="overall", rows=9, candidate=1.5, baseline=2.0),
            Measure(metric="mae", slice="season=winter", rows=4, candidate=1.25, baseline=None),
            Measure(metric="mae", slice="season=summer", rows=5, candidate=math.nan, baseline=math.inf),
        )
        tracker.record(tracked, Evidence(metrics={"rows": 9.0}, measures=measures, model_id=model_id))
        assert dict(world.see(tracked).metrics) == {
            "fit_seconds": 0.25,
            "rows": 9.0,
            "mae": 1.5,
            "baseline_mae": 2.0,
            "mae/season:winter": 1.25,
        }

    def test_evidence_recorded_twice_counts_once(self, tracker: RunTracker, world: TrackingWorld, run: RunRef) -> None:
        tracked = tracker.open(run, SNAPSHOT)
        for text in (b"old", b"new"):
            tags, artifacts = {"headgate.is": text.decode()}, {"deep/er/report.txt": text}
            tracker.record(tracked, Evidence(tags=tags, params={"p": "1"}, metrics={"m": 1.0}, artifacts=artifacts))
        seen = world.see(tracked)
        assert (seen.tags["headgate.is"], seen.params, seen.metrics) == ("new", {"p": "1"}, {"m": 1.0})
        assert tracker.read(tracked, "deep/er/report.txt") == b"new"

    def test_a_changed_param_is_refused(self, tracker: RunTracker, run: RunRef) -> None:
        tracked = tracker.open(run, SNAPSHOT)
        tracker.record(tracked, Evidence(params={"p": "1"}))
        with pytest.raises(TrackingError):
            tracker.record(tracked, Evidence(params={"p": "2"}))

    def test_a_superseded_run_takes_no_evidence(self, tracker: RunTracker, run: RunRef) -> None:
        first = tracker.open(run, SNAPSHOT)
        tracker.open(run, OTHER_SNAPSHOT)
        with pytest.raises(TransientError, match="superseded"):
            tracker.record(first, Evidence(tags={"headgate.late": "yes"}))

    def test_a_closed_run_says_how_it_ended(self, tracker: RunTracker, world: TrackingWorld, run: RunRef) -> None:
        tracked = tracker.open(run, SNAPSHOT)
        for _ in range(2):
            tracker.close(tracked, failed="the data is bad")
        seen = world.see(tracked)
        assert (seen.status, seen.tags["headgate.reason"]) == ("FAILED", "the data is bad")
        for _ in range(2):
            tracker.close(tracked)
        seen = world.see(tracked)
        assert (seen.status, "headgate.reason" in seen.tags) == ("FINISHED", False)

    @pytest.mark.parametrize("path", ["nothing.json", "no/such/folder.json"])
    def test_an_artifact_that_is_not_there_is_no_outage(self, tracker: RunTracker, run: RunRef, path: str) -> None:
        tracked = tracker.open(run, SNAPSHOT)
        with pytest.raises(TrackingError, match=path):
            tracker.read(tracked, path)

    def test_a_model_is_fetched_whole(self, tracker: RunTracker, run: RunRef, tmp_path: Path) -> None:
        tracked = tracker.begin_fit(run, tracker.open(run, SNAPSHOT))
        folder = tracker.fetch_model(log_candidate(tracker, tracked, run), tmp_path)
        assert folder.is_relative_to(tmp_path)
        assert (folder / "MLmodel").is_file()

    def test_a_model_that_is_not_there_is_no_outage(self, tracker: RunTracker, tmp_path: Path) -> None:
        with pytest.raises(TrackingError, match="m-0123456789abcdef0123456789abcdef"):
            tracker.fetch_model("m-0123456789abcdef0123456789abcdef", tmp_path)


def _two_at_once(tracker: RunTracker, run: RunRef, other: RunRef) -> tuple[TrackedRun, TrackedRun]:
    """Begin a fit in two dag runs of one as-of."""
    opened = tracker.open(run, SNAPSHOT)
    ours = tracker.begin_fit(run, opened)
    return ours, tracker.begin_fit(other, opened)
