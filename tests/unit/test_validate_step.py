"""The validation step: what is asked of which rows, and what is kept of it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from headgate.core.quarantine import Quarantine
from headgate.core.suite import Expectation, Suite
from headgate.core.validation import Finding, Severity
from headgate.core.verdict import Outcome
from headgate.errors import DataError, InputError
from headgate.steps.validate import ASIDE, NOTE, REPORT, Demands, validate_snapshot
from headgate.testing.fake_splitter import BETWEEN, FakeSplitter
from tests.unit.stored import ref, snapshot
from tests.unit.validating import BAD, GOOD, POSITIVE, QUARANTINE, SUITE, Check, World


@pytest.fixture
def world() -> World:
    return World()


def test_everything_is_asked_of_both_windows(world: World) -> None:
    check = Check()
    done = world.validate(GOOD, GOOD, GOOD, checks=[check])
    assert (done.report.rows, check.seen) == (9, [9])
    assert [result.expectation for result in done.report.results] == [BETWEEN, "mine"]
    assert done.validated.verdict.outcome is Outcome.PASS


def test_a_pass_leaves_the_run_open_for_what_follows(world: World) -> None:
    done = world.validate(GOOD, GOOD)
    assert world.run(done).status == "RUNNING"
    assert sorted(world.run(done).artifacts) == [REPORT, "validation/report.json"]


@pytest.mark.parametrize(("finding", "outcome"), [(Finding.UNMET, Outcome.FAIL), (Finding.BROKEN, Outcome.UNDECIDED)])
def test_anything_but_a_pass_keeps_the_report_and_closes_the_run(
    world: World, finding: Finding, outcome: Outcome
) -> None:
    done = world.validate(GOOD, GOOD, checks=[Check(finding, Severity.CRITICAL)])
    run = world.run(done)
    assert done.validated.verdict.outcome is outcome
    assert (run.status, run.tags["headgate.validation"]) == ("FAILED", outcome)
    assert run.tags["headgate.reason"] == done.validated.verdict.reason
    assert json.loads(run.artifacts["validation/report.json"])["results"][1]["finding"] == finding


def test_warnings_are_on_the_run_and_in_what_is_handed_on(world: World) -> None:
    done = world.validate(GOOD, GOOD, checks=[Check(Finding.UNMET)])
    tags = world.run(done).tags
    assert done.validated.summary.warnings == ("mine: said",)
    assert (tags["headgate.validation"], tags["headgate.unmet_warning"]) == ("PASS with 1 warning", "1")
    assert tags[NOTE].endswith("\n\n* mine: said")


def test_a_suite_without_expectations_does_not_pass(world: World) -> None:
    done = world.validate(GOOD, GOOD, suite=Suite(name="empty.json", expectations=()))
    assert done.validated.verdict.outcome is Outcome.UNDECIDED


def test_after_a_quarantine_everything_is_asked_again_of_the_rest(world: World) -> None:
    check = Check()
    done = world.validate(GOOD, BAD, GOOD, checks=[check], quarantine=QUARANTINE)
    assert done.validated.verdict.outcome is Outcome.PASS
    assert check.seen == [9, 8]
    assert (done.report.rows, done.report.left_out, done.report.left_out_of) == (8, 1, 9)
    assert done.validated.summary.notes == (f"1 of 9 rows were set aside by {BETWEEN}(load) 1",)


def test_what_follows_works_on_the_rest(world: World) -> None:
    before = snapshot(world.store, GOOD, BAD, GOOD)
    done = world.validate(GOOD, BAD, GOOD, quarantine=QUARANTINE)
    final = done.validated.snapshot
    assert final.id == done.report.snapshot != before.id
    assert (final.training_rows, final.holdout_rows) == (5, 3)
    assert world.run(done).snapshot == final.id
    assert final.manifest in world.store.documents("snapshots/sales")


def test_the_rows_that_were_set_aside_are_an_artifact(world: World) -> None:
    done = world.validate(GOOD, BAD, GOOD, quarantine=QUARANTINE)
    rows = pq.read_table(pa.BufferReader(world.run(done).artifacts[ASIDE])).to_pylist()
    assert rows == [{"load": -2.0, "station": "a", "headgate_reasons": [f"{BETWEEN}(load)"]}]
    assert world.run(done).tags["headgate.left_out"] == "1"
    assert done.report.left_out_at == ASIDE


def test_rows_that_may_not_be_set_aside_refuse_the_data(world: World) -> None:
    done = world.validate(GOOD, BAD, GOOD, quarantine=Quarantine(max_share=0.1))
    assert done.validated.verdict.outcome is Outcome.FAIL
    said = "quarantine: 1 of 9 rows (11.11 %) would be set aside, more than 10 %; so none is"
    assert done.validated.verdict.reason.endswith(said)
    assert [result.engine for result in done.report.results] == ["headgate", "quarantine"]
    assert (done.report.rows, done.report.left_out, ASIDE in world.run(done).artifacts) == (9, 0, False)


def test_where_no_row_fails_nothing_is_split(world: World) -> None:
    done = world.validate(GOOD, GOOD, quarantine=QUARANTINE)
    assert (done.report.left_out, len(world.engine.runs)) == (0, 1)


def test_a_table_level_expectation_sets_no_row_aside(world: World) -> None:
    few = Expectation(type="expect_table_row_count_to_be_between", kwargs={"max_value": 1})
    done = world.validate(GOOD, GOOD, suite=Suite(name="s", expectations=(few,)), quarantine=QUARANTINE)
    assert (done.validated.verdict.outcome, len(world.engine.runs)) == (Outcome.FAIL, 1)


def test_a_broken_expectation_stays_broken_after_a_quarantine(world: World) -> None:
    lost = Expectation(type=BETWEEN, kwargs={"column": "laod", "min_value": 0}, place=1)
    done = world.validate(GOOD, BAD, GOOD, suite=replace(SUITE, expectations=(POSITIVE, lost)), quarantine=QUARANTINE)
    assert (done.validated.verdict.outcome, done.report.left_out) == (Outcome.UNDECIDED, 1)


class Baffled(FakeSplitter):
    """Can't ask an expectation of the rows."""

    def split(self, expectations: Any, rows: Any) -> Any:
        msg = "x must be one that can be asked of these rows. Got: text."
        raise DataError(msg)


def test_an_expectation_that_cannot_be_asked_row_by_row_breaks_the_quarantine_and_is_told(world: World) -> None:
    ports = world.ports()
    assert ports.quarantine is not None
    manifest = snapshot(world.store, GOOD, BAD)
    done = validate_snapshot(
        ref(world.store, manifest),
        demands=Demands(suite=SUITE, quarantine=QUARANTINE),
        ports=replace(ports, quarantine=replace(ports.quarantine, splitter=Baffled())),
    )
    (broken,) = done.report.found(Finding.BROKEN)
    assert broken.sentence == "quarantine: broke: x must be one that can be asked of these rows. Got: text."
    assert done.validated.verdict.outcome is Outcome.FAIL  # the unmet expectation


def test_the_second_time_finds_the_same_snapshots_and_the_same_run(world: World) -> None:
    first = world.validate(GOOD, BAD, GOOD, quarantine=QUARANTINE)
    parts, documents = dict(world.store._parts), dict(world.store._documents)
    assert world.validate(GOOD, BAD, GOOD, quarantine=QUARANTINE) == first
    assert (world.store._parts.keys(), world.store._documents) == (parts.keys(), documents)
    assert len(world.tracker.runs) == 1


def test_a_quarantine_without_what_it_needs_is_refused(world: World) -> None:
    manifest = snapshot(world.store, GOOD, BAD)
    with pytest.raises(InputError, match="must hold what a quarantine needs"):
        validate_snapshot(
            ref(world.store, manifest),
            demands=Demands(suite=SUITE, quarantine=QUARANTINE),
            ports=replace(world.ports(), quarantine=None),
        )
