from __future__ import annotations

from datetime import timedelta

import pytest

from headgate.core.irregularity import Gravity, Kind
from tests.unit.ledgers import NOW, key, logged, records, run
from tests.unit.test_audit_runs import IDLE, SECOND, found_in, kinds


def test_two_live_logged_models_of_one_run_are_duplicates() -> None:
    twin = logged(1, model_id="m-twin")
    (found,) = found_in(records(1, models=(logged(1), twin)))
    assert (found.kind, found.gravity, found.about) == (Kind.DUPLICATE, Gravity.WRONG, key(1))
    assert found.said == f"{key(1)} must have one live logged model. Got 2: m-1, m-twin."


def test_a_logged_model_of_a_superseded_run_is_half_written() -> None:
    old = run(1, mlflow_run="old", deleted=True, tags={"superseded_by": "run-1"})
    left = logged(1, model_id="m-old", mlflow_run="old")
    (found,) = found_in(records(1, runs=(old, run(1)), models=(left, logged(1))))
    assert (found.kind, found.gravity, found.about) == (Kind.HALF_WRITTEN, Gravity.WRONG, "m-old")
    assert "must go with its run old, which run run-1 took the place of. Got one that is READY" in found.said


@pytest.mark.parametrize("status", ["READY", "PENDING"])
def test_a_logged_model_of_a_run_that_somebody_deleted_is_half_written(status: str) -> None:
    known = records(1, runs=(run(1), run(2, deleted=True)), models=(logged(1), logged(2, status=status)))
    assert kinds(known) == [(Kind.HALF_WRITTEN, Gravity.WRONG, "m-2")]


def test_a_logged_model_of_a_run_that_is_not_there_is_half_written() -> None:
    assert kinds(records(1, models=(logged(1), logged(2)))) == [(Kind.HALF_WRITTEN, Gravity.WRONG, "m-2")]


def test_a_logged_model_that_a_version_stands_for_outlives_its_run() -> None:
    old = run(1, tags={"superseded_by": "run-2"})
    second = run(2, tags={"key": key(1), "candidate": "m-2"})
    assert found_in(records(1, runs=(old, second), models=(logged(1), logged(2, tags={"headgate.key": key(1)})))) == []


@pytest.mark.parametrize(
    ("age", "told"), [(IDLE - SECOND, 0), (IDLE, 0), (IDLE + SECOND, 1)], ids=["below", "at", "above"]
)
@pytest.mark.parametrize("status", ["PENDING", "FAILED"])
def test_a_logged_model_that_stays_unfinished_is_half_written(age: timedelta, told: int, status: str) -> None:
    left = logged(1, model_id="m-left", status=status, created=NOW - age)
    expected = [(Kind.HALF_WRITTEN, Gravity.WRONG, "m-left")] * told
    assert kinds(records(1, models=(logged(1), left))) == expected


def test_an_unfinished_logged_model_is_no_duplicate() -> None:
    left = logged(1, model_id="m-left", status="PENDING")
    assert [one.kind for one in found_in(records(1, models=(logged(1), left)))] == [Kind.HALF_WRITTEN]


def test_logged_models_that_somebody_made_by_hand_are_left_alone() -> None:
    by_hand = logged(1, model_id="m-mine", mlflow_run="mine", tags={})
    mine = run(1, mlflow_run="mine", tags={"key": None, "candidate": None})
    assert found_in(records(1, runs=(run(1), mine), models=(logged(1), by_hand))) == []


def test_a_logged_model_is_known_by_its_runs_key() -> None:
    untagged = logged(1, model_id="m-twin", tags={})
    assert [one.kind for one in found_in(records(1, models=(logged(1), untagged)))] == [Kind.DUPLICATE]
