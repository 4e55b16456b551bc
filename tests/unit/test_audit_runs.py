from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from headgate.core.audit import audit
from headgate.core.bars import BARS, BARS_FINGERPRINT, BARS_MODEL
from headgate.core.irregularity import Gravity, Irregularity, Kind, Records
from headgate.core.span import Span, days
from tests.unit.ledgers import LONG_AGO, NOW, key, logged, records, run, version

IDLE = timedelta(days=1)
SECOND = timedelta(seconds=1)


def found_in(known: Records, idle: Span | None = None) -> list[Irregularity]:
    return list(audit(known, now=NOW, idle=days(1) if idle is None else idle))


def kinds(known: Records) -> list[tuple[Kind, Gravity, str]]:
    return [(one.kind, one.gravity, one.about) for one in found_in(known)]


def test_a_model_as_it_should_be_has_no_findings() -> None:
    assert found_in(records(1, 2, 3)) == []


def test_two_live_runs_of_one_key_are_duplicates() -> None:
    twin = run(1, mlflow_run="twin", tags={"candidate": None, "fit": None})
    (found,) = found_in(records(1, runs=(run(1), twin)))
    assert (found.kind, found.gravity, found.about) == (Kind.DUPLICATE, Gravity.WRONG, key(1))
    assert found.said == f"{key(1)} must have one live MLflow run. Got 2: run-1, twin."
    assert found.remedy.startswith("Clear the task 'validate' of the dag run run of 1 of dag in Airflow")


@pytest.mark.parametrize(
    ("age", "told"),
    [(IDLE - SECOND, []), (IDLE, []), (IDLE + SECOND, [Kind.DUPLICATE, Kind.HALF_WRITTEN])],
    ids=["below", "at", "above"],
)
def test_two_dag_runs_that_fit_the_same_at_once_are_a_duplicate_when_one_is_left(
    age: timedelta, told: list[Kind]
) -> None:
    tags = {"candidate": None, "fit": "[]", "verdict": None}
    at_work = run(1, mlflow_run="at work", status="RUNNING", started=NOW - age, ended=None, tags=tags)
    assert [one.kind for one in found_in(records(1, runs=(run(1), at_work)))] == told


@pytest.mark.parametrize("over", [{"deleted": True}, {"tags": {"superseded_by": "run-1"}, "deleted": True}])
def test_a_run_whose_place_was_taken_is_no_duplicate(over: dict[str, Any]) -> None:
    assert found_in(records(1, runs=(run(1), run(1, mlflow_run="old", **over)))) == []


def test_runs_that_somebody_made_by_hand_are_left_alone() -> None:
    by_hand = [run(1, mlflow_run=name, tags={"key": None, "candidate": None}) for name in ("a", "b")]
    assert found_in(records(1, runs=(run(1), *by_hand))) == []


@pytest.mark.parametrize(
    ("age", "told"), [(IDLE - SECOND, 0), (IDLE, 0), (IDLE + SECOND, 1)], ids=["below", "at", "above"]
)
@pytest.mark.parametrize("status", ["RUNNING", "SCHEDULED"])
def test_a_run_that_nobody_works_on_is_half_written(age: timedelta, told: int, status: str) -> None:
    left = run(2, started=NOW - age, ended=None, status=status, tags={"candidate": None, "verdict": None})
    known = records(1, runs=(run(1), left))
    assert kinds(known) == [(Kind.HALF_WRITTEN, Gravity.WRONG, "run-2")] * told


def test_a_run_that_was_taken_up_again_counts_from_when_it_ended_before() -> None:
    again = run(2, started=LONG_AGO, ended=NOW - timedelta(hours=1), status="RUNNING")
    assert found_in(records(1, runs=(run(1), again), models=(logged(1), logged(2)))) == []


def test_a_fit_that_was_killed_says_so() -> None:
    left = run(2, ended=None, status="RUNNING", tags={"candidate": None})
    (found,) = found_in(records(1, runs=(run(1), left)))
    assert found.said.endswith(
        "Got one that is RUNNING since 2025-11-13 00:00 UTC, and a fit that began and left no candidate."
    )


def test_a_run_that_ended_without_the_candidate_of_its_fit_is_half_written() -> None:
    assert kinds(records(1, runs=(run(1), run(2, tags={"candidate": None})))) == [
        (Kind.HALF_WRITTEN, Gravity.WRONG, "run-2")
    ]


def test_a_fit_that_failed_with_a_reason_is_as_it_should_be() -> None:
    assert found_in(records(1, runs=(run(1), run(2, status="FAILED", tags={"candidate": None})))) == []


def test_a_candidate_whose_logged_model_is_gone_is_lost() -> None:
    (found,) = found_in(records(1, runs=(run(1), run(2)), models=(logged(1),)))
    assert (found.kind, found.gravity, found.about) == (Kind.LOST, Gravity.WRONG, "m-2")
    assert "must be a whole logged model. Got none" in found.said


@pytest.mark.parametrize("status", ["PENDING", "FAILED"])
def test_a_candidate_whose_logged_model_is_not_whole_is_half_written(status: str) -> None:
    known = records(1, runs=(run(1), run(2)), models=(logged(1), logged(2, status=status)))
    assert kinds(known) == [(Kind.HALF_WRITTEN, Gravity.WRONG, "m-2")]


def test_a_superseded_run_that_is_still_there_is_half_written() -> None:
    old = run(2, tags={"superseded_by": "run-1", "candidate": None})
    (found,) = found_in(records(1, runs=(run(1), old)))
    assert (found.kind, found.gravity, found.about) == (Kind.HALF_WRITTEN, Gravity.WRONG, "run-2")
    assert found.remedy.startswith("headgate prune co2 --yes")


def test_a_history_is_no_run_of_a_dag() -> None:
    history = {"key": None, "history": "simulated history"}
    volumes = [run(number, tags={**history, "candidate": None, "snapshot": None}) for number in (7, 8)]
    assert found_in(records(1, runs=(run(1), *volumes))) == []
    half = run(9, tags={**history, "superseded_by": "run-8"})
    (found,) = found_in(records(1, runs=(run(1), half)))
    assert found.said.startswith("run run-9 of simulated history must be deleted")


def test_a_superseded_run_that_a_version_needs_stays() -> None:
    old = run(1, tags={"superseded_by": "run-2"})
    assert found_in(records(1, runs=(old, run(2)), models=(logged(1), logged(2)))) == []


def test_a_superseded_run_that_only_a_void_version_needs_stays() -> None:
    old = run(2, tags={"superseded_by": "run-3"})
    void = version(2, expected_head=0)
    known = records(1, runs=(run(1), old), models=(logged(1), logged(2)), entries=(version(1), void))
    assert kinds(known) == [(Kind.VOID, Gravity.NOTE, "versions 2")]


LIVE = {"mode": "live", "baseline": "1"}


def test_a_promotion_that_never_came_is_lost() -> None:
    known = records(1, runs=(run(1), run(2, tags=LIVE)), models=(logged(1), logged(2)))
    (found,) = found_in(known)
    assert (found.kind, found.gravity, found.about) == (Kind.LOST, Gravity.WRONG, "m-2")
    assert found.remedy.startswith("Clear the task 'promote' of the dag run run of 2 of dag in Airflow")


@pytest.mark.parametrize(
    ("age", "told"), [(IDLE - SECOND, 0), (IDLE, 0), (IDLE + SECOND, 1)], ids=["below", "at", "above"]
)
def test_a_promotion_that_may_still_come_is_not_lost(age: timedelta, told: int) -> None:
    known = records(1, runs=(run(1), run(2, at=NOW - age, tags=LIVE)), models=(logged(1), logged(2)))
    assert len(found_in(known)) == told


@pytest.mark.parametrize(
    "tags",
    [
        {"verdict": "FAIL"},
        {"verdict": "UNDECIDED"},
        {"verdict": None},
        {"mode": "replay"},
        {"mode": None},
        {"dry_run": "true"},
        {"dry_run": None},
        {"approval": "awaited"},
        {"approval": "rejected"},
        {"approval": "approved by 1 of 2"},
    ],
)
def test_what_the_door_stayed_shut_for_is_not_lost(tags: dict[str, str | None]) -> None:
    known = records(1, runs=(run(1), run(2, tags={**LIVE, **tags})), models=(logged(1), logged(2)))
    assert found_in(known) == []


@pytest.mark.parametrize("approval", ["approved", "not needed"])
def test_what_people_approved_or_were_not_asked_about_is_lost_like_the_rest(approval: str) -> None:
    known = records(1, runs=(run(1), run(2, tags={**LIVE, "approval": approval})), models=(logged(1), logged(2)))
    assert [found.kind for found in found_in(known)] == [Kind.LOST]


def test_a_run_that_failed_after_its_verdict_lost_nothing() -> None:
    failed = run(2, tags=LIVE, status="FAILED")
    assert found_in(records(1, runs=(run(1), failed), models=(logged(1), logged(2)))) == []


@pytest.mark.parametrize("baseline", ["1", "none", None])
def test_who_lost_to_another_promotion_is_noted(baseline: str | None) -> None:
    loser = run(3, tags={**LIVE, "baseline": baseline})
    champions = (version(1, at=LONG_AGO - IDLE), version(2))
    runs, models = (run(1), run(2), loser), (logged(1), logged(2), logged(3))
    known = records(
        1, 2, runs=runs, models=models, entries=champions if baseline != "none" else (version(1), version(2))
    )
    (found,) = found_in(known)
    assert (found.kind, found.gravity, found.about) == (Kind.LOST, Gravity.NOTE, "m-3")
    assert f"version {1 if baseline == 'none' else 2} was promoted in between, by ann" in found.said


def test_one_that_was_promoted_by_a_rollback_alone_is_not_lost() -> None:
    known = records(1, 2, runs=(run(1), run(2, tags=LIVE)))
    assert found_in(known) == []


@pytest.mark.parametrize("bar", [{BARS_MODEL: "m-2"}, {BARS_FINGERPRINT: "f-2"}])
def test_who_is_barred_is_not_lost(bar: dict[str, str]) -> None:
    rolled_back = version(3, of=1, key="rollback 2 to 1", tags={"rollback_to": "1", BARS: "2", **bar})
    void = version(4, of=2, expected_head=1)
    entries = (version(1), version(2, of=9), rolled_back, void)
    known = records(
        1,
        2,
        9,
        runs=(run(1), run(9), run(2, tags={**LIVE, "baseline": "3"})),
        entries=entries,
    )
    assert kinds(known) == [(Kind.VOID, Gravity.NOTE, "versions 4")]


def test_nothing_is_idle_for_less_than_no_time() -> None:
    left = run(2, started=NOW - SECOND, ended=None, status="RUNNING", tags={"candidate": None})
    known = records(1, runs=(run(1), left))
    assert found_in(known) == []
    assert [one.about for one in found_in(known, idle=Span())] == ["run-2"]
