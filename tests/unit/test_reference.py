"""What drift is measured against, and what is said where it can't be measured."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest

from headgate.core.drift import Drift
from headgate.core.snapshots import Manifest
from headgate.core.validation import Finding, Severity
from headgate.core.verdict import Outcome
from headgate.errors import SnapshotDamagedError
from headgate.steps.reference import drift_results, reference_of
from tests.unit.stored import MAY, ref, snapshot
from tests.unit.validating import BAD, GOOD, QUARANTINE, World


@pytest.fixture
def world() -> World:
    return World()


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


def test_a_champion_without_statistics_stops_what_drift_is_critical_to(world: World) -> None:
    manifest = champion_of(world, MAY - timedelta(days=31))
    world.store.put_document(manifest.path, '{"format": 1, "id": "ab"}')
    critical = replace(DRIFT, severity=Severity.CRITICAL)
    verdict = world.validate(GOOD, GOOD, drift=critical).validated.verdict
    assert verdict.outcome is Outcome.UNDECIDED
    assert verdict.reason.endswith("has no statistics (format 1), and drift is critical")
    assert world.validate(GOOD, GOOD, drift=DRIFT).validated.verdict.outcome is Outcome.PASS


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
