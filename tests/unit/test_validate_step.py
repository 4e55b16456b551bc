"""The validation step: what is asked of which rows, and what is kept of it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from headgate.adapters.pyarrow_profiler import ArrowProfiler
from headgate.adapters.pyarrow_table import ArrowTable
from headgate.core.drift import Drift
from headgate.core.promotion import Entry
from headgate.core.quarantine import Quarantine
from headgate.core.snapshots import Manifest
from headgate.core.suite import Expectation, Suite
from headgate.core.validation import ExpectationResult, Finding, Severity, ValidationReport
from headgate.core.verdict import Outcome
from headgate.errors import InputError, SnapshotDamagedError
from headgate.ports import RowsScan
from headgate.steps.quarantine import QuarantinePorts
from headgate.steps.reference import drift_results, reference_of
from headgate.steps.validate import ASIDE, NOTE, REPORT, Demands, Validation, ValidationPorts, validate_snapshot
from headgate.testing.fake_log import FakePromotionLog
from headgate.testing.fake_splitter import BETWEEN, FakeSplitter
from headgate.testing.fake_suites import FakeSuites
from headgate.testing.fake_tracking import FakeRun, FakeRunTracker
from headgate.testing.memory_store import MemoryStore
from tests.unit.stored import MAY, ref, snapshot, table

GOOD, BAD = table([1.0, 2.0, 3.0]), table([1.0, -2.0, None])
POSITIVE = Expectation(type=BETWEEN, kwargs={"column": "load", "min_value": 0})
SUITE = Suite(name="suite.json", expectations=(POSITIVE,))
QUARANTINE = Quarantine(max_share=0.5)


class Check:
    """A check that always finds the same, and counts the rows that it sees."""

    def __init__(self, finding: Finding = Finding.MET, severity: Severity = Severity.WARNING) -> None:
        self.finding, self.severity = finding, severity
        self.seen: list[int] = []

    def run(self, rows: RowsScan) -> ExpectationResult:
        self.seen.append(rows.num_rows)
        return ExpectationResult(
            expectation="mine", column="", severity=self.severity, finding=self.finding, sentence="mine: said"
        )


@dataclass
class Pages:
    """Remembers what pages were asked for."""

    asked: list[tuple[Any, ...]] = field(default_factory=list)

    def validation(self, report: ValidationReport, *rest: Any) -> str:
        self.asked.append((report, *rest))
        return "<p>validation</p>"

    def evaluation(self, *_: Any, **__: Any) -> str:
        return ""


class World:
    def __init__(self) -> None:
        self.store, self.log, self.tracker = MemoryStore(), FakePromotionLog(), FakeRunTracker()
        self.engine, self.pages = FakeSuites(), Pages()

    def ports(self) -> ValidationPorts:
        table = ArrowTable()
        return ValidationPorts(
            engines=[self.engine],
            table=table,
            store=self.store,
            log=self.log,
            tracker=self.tracker,
            pages=self.pages,
            quarantine=QuarantinePorts(
                store=self.store, table=table, splitter=FakeSplitter(), profiler=ArrowProfiler()
            ),
        )

    def validate(self, *parts: pa.Table, **asked: Any) -> Validation:
        manifest = snapshot(self.store, *parts)
        demands = Demands(**({"suite": SUITE} | asked))
        return validate_snapshot(ref(self.store, manifest), demands=demands, ports=self.ports())

    def run(self, validation: Validation) -> FakeRun:
        return self.tracker.runs[validation.validated.tracked.mlflow_run]

    def promote(self, manifest: Manifest, **changed: Any) -> None:
        """Let a candidate that learned from a snapshot be the champion."""
        tags = changed.pop("tags", (("snapshot", manifest.id),))
        entry = Entry(
            key=manifest.id,
            expected_head=len(self.log.entries("sales")),
            model_id="m-1",
            as_of=manifest.windows.as_of,
            who="ada",
            reason="better",
            tags=tags,
        )
        self.log.append("sales", replace(entry, **changed))


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
    assert done.validated.summary.notes == ("1 of 9 rows were set aside",)


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


def test_rows_that_may_not_be_set_aside_refuse_the_data(world: World) -> None:
    done = world.validate(GOOD, BAD, GOOD, quarantine=Quarantine(max_share=0.1))
    assert done.validated.verdict.outcome is Outcome.FAIL
    said = "quarantine: 1 of 9 rows (11.11 %) would be set aside, more than 10 %, so none is"
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


LATER = MAY + timedelta(days=31)
DRIFT = Drift(min_rows=2, columns=("load",))


def champion_of(world: World, as_of: datetime = MAY, *parts: pa.Table) -> Manifest:
    manifest = snapshot(world.store, *(parts or (GOOD, GOOD)), as_of=as_of)
    ref(world.store, manifest)
    world.promote(manifest)
    return manifest


def run_of(world: World, as_of: datetime) -> Any:
    return ref(world.store, snapshot(world.store, GOOD, GOOD, as_of=as_of)).run


def test_a_reference_is_what_the_last_champion_of_an_earlier_as_of_learned_from(world: World) -> None:
    first, second = champion_of(world), champion_of(world, LATER, GOOD, BAD)
    assert reference_of(run_of(world, LATER), log=world.log, store=world.store).statistics == first.statistics
    after = reference_of(run_of(world, LATER + timedelta(days=1)), log=world.log, store=world.store)
    assert after.statistics == second.statistics
    assert after.said == f"snapshot {second.id[:16]} of version 2 of sales (as-of 2024-06-01)"


def test_a_void_entry_is_no_champion(world: World) -> None:
    manifest = champion_of(world)
    world.promote(snapshot(world.store, GOOD, BAD), expected_head=0)
    found = reference_of(run_of(world, LATER), log=world.log, store=world.store)
    assert found.statistics == manifest.statistics


def test_a_champion_without_statistics_is_told_and_is_no_pass(world: World) -> None:
    manifest = champion_of(world)
    world.store.put_document(manifest.path, '{"format": 1, "id": "ab"}')
    found = reference_of(run_of(world, LATER), log=world.log, store=world.store)
    assert "has no statistics (format 1)" in found.said
    (result,) = drift_results(found, manifest.statistics, DRIFT)
    assert (result.finding, result.severity, result.engine) == (Finding.UNMET, Severity.INFO, "drift")


def test_a_champion_that_names_no_snapshot_is_told(world: World) -> None:
    world.promote(champion_of(world), tags=())
    assert reference_of(run_of(world, LATER), log=world.log, store=world.store).is_lost


@pytest.mark.parametrize("damaged", ["{", "[]", '{"format": 2}', '{"format": 3}'])
def test_a_champions_manifest_that_is_damaged_is_an_error(world: World, damaged: str) -> None:
    world.store.put_document(champion_of(world).path, damaged)
    with pytest.raises(SnapshotDamagedError):
        reference_of(run_of(world, LATER), log=world.log, store=world.store)


def test_drift_is_measured_on_the_rows_that_are_left(world: World) -> None:
    champion_of(world, MAY - timedelta(days=31))
    done = world.validate(GOOD, BAD, GOOD, drift=DRIFT, quarantine=QUARANTINE)
    assert {result.engine for result in done.report.results} == {"headgate", "drift"}
    statistics, reference = world.pages.asked[0][1:3]
    assert (statistics.rows, reference.rows) == (8, 6)


def test_nobody_looks_for_a_champion_where_drift_is_not_asked_for(world: World) -> None:
    manifest = champion_of(world, MAY - timedelta(days=31))
    world.store.put_document(manifest.path, "{")
    assert world.validate(GOOD, GOOD).report.reference == ""
