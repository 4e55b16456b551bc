"""How a model is doing: what is told, and what needs a person."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from headgate.core.ledger import RunRecord
from headgate.core.projection import HandChange, HandChangeKind
from headgate.core.status import IDLE, ModelStatus, run_said, status_of
from tests.unit.test_terms import LOG

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def record(
    number: int,
    *,
    status: str = "FINISHED",
    started: datetime = NOW - timedelta(hours=2),
    deleted: bool = False,
    **tags: str,
) -> RunRecord:
    told = {"key": f"dag|{number}|sales", **tags}
    return RunRecord(
        mlflow_run=f"run-{number}",
        experiment="1",
        status=status,
        started=started,
        ended=None if status == "RUNNING" else started + timedelta(minutes=number),
        deleted=deleted,
        tags={f"headgate.{name}": value for name, value in told.items() if value},
    )


def status(
    *runs: RunRecord, entries: bool = True, changes: tuple[HandChange, ...] = (), problems: tuple[str, ...] = ()
) -> ModelStatus:
    log = LOG if entries else ()
    return status_of("sales", entries=log, changes=changes, runs=runs, problems=problems, now=NOW)


def test_champion_and_previous_are_the_last_two_terms() -> None:
    found = status()
    assert found.champion is not None
    assert found.previous is not None
    assert (found.champion.entry.version, found.previous.entry.version) == (4, 2)
    assert found.needs == ()


def test_a_model_that_nobody_promoted_needs_nobody() -> None:
    found = status(record(1), entries=False)
    assert (found.champion, found.previous, found.needs) == (None, None, ())


def test_the_last_run_is_the_one_that_ended_last() -> None:
    found = status(record(2), record(1))
    assert found.last_run is not None
    assert found.last_run.mlflow_run == "run-2"


def test_superseded_deleted_and_other_runs_are_no_last_run() -> None:
    found = status(record(1), record(2, superseded_by="x"), record(3, deleted=True), record(4, key=""))
    assert found.last_run is not None
    assert found.last_run.mlflow_run == "run-1"


def test_a_run_that_goes_on_is_told_and_needs_nobody_yet() -> None:
    just = record(1, status="RUNNING", started=NOW - IDLE)
    found = status(just, record(2))
    assert (found.last_run, found.running, found.needs) == (just, (just,), ())


def test_a_run_that_goes_on_for_too_long_needs_a_person() -> None:
    found = status(record(1, status="RUNNING", started=NOW - IDLE - timedelta(seconds=1)))
    assert len(found.needs) == 1
    assert found.needs[0].startswith("run run-1 of dag|1|sales is RUNNING since ")


def test_a_failed_last_run_needs_a_person_and_says_why() -> None:
    assert status(record(1, status="FAILED", reason="the data was refused")).needs == (
        "the last run, dag|1|sales, failed: the data was refused",
    )
    assert status(record(1, status="FAILED"), record(2)).needs == ()


def test_a_refusal_by_a_gate_needs_nobody() -> None:
    refused = record(1, verdict="FAIL", verdict_reason="mae 0.7 is above the ceiling 0.6", mode="live")
    found = status(refused)
    assert found.needs == ()
    assert run_said(refused) == "FAIL: mae 0.7 is above the ceiling 0.6 (live)"


def test_a_hand_change_that_stops_promotions_needs_a_person_and_others_are_notes() -> None:
    moved = HandChange(kind=HandChangeKind.ALIAS, said="alias champion must be on 4", version=2, stops=True)
    made = HandChange(kind=HandChangeKind.VERSION, said="version 5 must be Headgate's", version=5, stops=False)
    found = status(changes=(moved, made), problems=("the registry forgot",))
    assert found.needs == ("the registry forgot", "alias champion must be on 4: headgate adopt sales")
    assert found.notes == (
        "version 5 must be Headgate's",
        "the fit of version 2 is barred since version 4, by ann: better",
    )


def test_a_run_without_a_verdict_is_told_by_its_status() -> None:
    assert run_said(record(1, status="RUNNING")) == "RUNNING"
    assert run_said(record(1, status="FAILED", reason="why")) == "FAILED: why"
