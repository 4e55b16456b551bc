from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from headgate.core.audit import audit_report
from headgate.core.irregularity import PRUNED, Gravity, Kind
from headgate.core.journal import LastSeen
from headgate.core.projection import Projection
from headgate.core.promotion import foreign_entry
from tests.unit.ledgers import LONG_AGO, NOW, as_of, logged, manifest, records, run, version
from tests.unit.test_audit_runs import IDLE, SECOND, found_in, kinds

ROLLBACK = {"rollback_to": "1", "bars": "2", "bars_model": "m-2"}


def aliases(champion: int | None, previous: int | None, *, projected: dict[str, int] | None = None) -> Projection:
    both = {"champion": champion, "previous": previous}
    found = {alias: number for alias, number in both.items() if number}
    return Projection(managed=True, aliases=found, projected=found if projected is None else projected)


def test_two_effective_versions_of_one_key_are_duplicates() -> None:
    (found,) = found_in(records(1, entries=(version(1), version(2, of=1, as_of=as_of(5))), manifests=None))
    assert (found.kind, found.gravity, found.about) == (Kind.DUPLICATE, Gravity.WRONG, "versions 1, 2")


def test_two_effective_versions_of_one_dag_and_as_of_are_duplicates() -> None:
    (found,) = found_in(records(1, 2, entries=(version(1), version(2, as_of=as_of(1))), manifests=None))
    assert found.said == "Dag dag as-of 2000-01-02 must have one effective version. Got 2: 1, 2."


@pytest.mark.parametrize("meant", [ROLLBACK, {"override": "promote_older"}, {"adopted": "1"}])
def test_a_second_version_of_an_as_of_that_somebody_asked_for_is_none(meant: dict[str, str]) -> None:
    entries = (version(1), version(2), version(3, of=1, key="asked for", tags=meant))
    assert found_in(records(1, 2, entries=entries)) == []


def test_a_version_whose_logged_model_is_gone_is_lost() -> None:
    known = records(
        1, 2, 3, models=(logged(1), logged(3)), runs=(run(1), run(2, tags={"candidate": None}, status="FAILED"), run(3))
    )
    (found,) = found_in(known)
    assert (found.kind, found.gravity, found.about) == (Kind.LOST, Gravity.WRONG, "version 2")
    assert found.remedy.startswith("Or leave it: headgate prune co2")


def test_a_champion_whose_logged_model_is_gone_says_how_to_get_another() -> None:
    found = found_in(records(1, 2, models=(logged(1),)))
    assert [(one.kind, one.about) for one in found] == [(Kind.LOST, "m-2"), (Kind.LOST, "version 2")]
    assert found[1].remedy == "headgate rollback co2 --reason ... makes another version the champion."


def test_a_version_whose_logged_model_is_not_whole_is_half_written() -> None:
    known = records(1, 2, models=(logged(1), logged(2, status="PENDING")), runs=(run(1),))
    assert (Kind.HALF_WRITTEN, Gravity.WRONG, "version 2") in kinds(known)


def test_a_version_whose_logged_model_is_in_another_experiment_is_as_it_should_be() -> None:
    adopted = version(2, of=7, tags={"adopted": "1"})
    known = records(
        1, entries=(version(1), adopted), elsewhere=(logged(7),), manifests=frozenset({manifest(1), manifest(7)})
    )
    assert found_in(known) == []


def test_what_a_pruned_version_stood_for_may_be_gone() -> None:
    pruned = version(1, tags={PRUNED: "older than 90 days"})
    entries = (pruned, version(2), version(3))
    known = records(2, 3, entries=entries, runs=(run(1, deleted=True), run(2), run(3)))
    assert found_in(known) == []


def test_a_void_version_needs_no_logged_model() -> None:
    known = records(1, entries=(version(1), version(2, expected_head=0)))
    assert kinds(known) == [(Kind.VOID, Gravity.NOTE, "versions 2")]


def test_a_version_whose_snapshot_is_gone_is_lost() -> None:
    known = records(1, 2, manifests=frozenset({manifest(2)}))
    (found,) = found_in(known)
    assert (found.kind, found.gravity, found.about) == (Kind.LOST, Gravity.WRONG, "version 1")
    assert manifest(1) in found.said


def test_without_a_store_nothing_is_said_of_snapshots() -> None:
    known = records(1, 2, manifests=None)
    assert found_in(known) == []
    assert audit_report(known, ()).snapshots is None


def test_a_version_that_says_no_snapshot_misses_none() -> None:
    adopted = version(2, tags={"snapshot": ""})
    assert found_in(records(1, 2, entries=(version(1), adopted))) == []


def test_the_evidence_of_a_version_that_somebody_deleted_can_be_restored() -> None:
    (found,) = found_in(records(1, 2, runs=(run(1), run(2, deleted=True))))
    assert (found.kind, found.gravity, found.about) == (Kind.LOST, Gravity.WRONG, "version 2")
    assert found.remedy == "mlflow runs restore --run-id run-2"


def test_a_deleted_version_in_the_middle_is_noted() -> None:
    known = records(1, 3, entries=(version(1), version(3)))
    assert kinds(known) == [(Kind.LOST, Gravity.NOTE, "versions 2")]


def test_a_registry_that_forgot_is_told() -> None:
    seen = LastSeen(version=3, key="m-3", at=LONG_AGO)
    (found,) = found_in(records(1, 2, seen=seen))
    assert (found.kind, found.gravity, found.about) == (Kind.LOST, Gravity.WRONG, "version 3")
    assert "headgate adopt co2" in found.remedy


def test_void_versions_are_a_note_with_their_count() -> None:
    entries = (version(1), version(2, expected_head=0), version(3, expected_head=0), version(4, of=2, expected_head=3))
    known = records(1, 2, entries=entries, runs=(run(1), run(2)))
    (found,) = found_in(known)
    assert found.said.startswith("2 of 4 versions are void (2, 3)")
    assert audit_report(known, (found,)).is_clean


@pytest.mark.parametrize(("champion", "previous"), [(1, 1), (1, None), (2, None), (None, 1), (9, 1)])
def test_an_alias_that_somebody_moved_differs(champion: int | None, previous: int | None) -> None:
    moved = aliases(champion, previous, projected={"champion": 2, "previous": 1})
    found = found_in(records(1, 2, projection=moved))
    assert {(one.kind, one.gravity) for one in found} == {(Kind.ALIAS, Gravity.WRONG)}
    assert len(found) == (champion != 2) + (previous != 1)
    assert all("headgate adopt co2" in one.remedy for one in found)


def promoted_at(moment: datetime, projection: Projection) -> list[tuple[Kind, Gravity, str]]:
    entries = (version(1), version(2), version(3, at=moment))
    return kinds(records(1, 2, 3, entries=entries, projection=projection))


@pytest.mark.parametrize(
    ("age", "gravity"),
    [(IDLE - SECOND, Gravity.NOTE), (IDLE, Gravity.NOTE), (IDLE + SECOND, Gravity.WRONG)],
    ids=["below", "at", "above"],
)
def test_aliases_that_a_killed_promoter_left_are_half_written(age: timedelta, gravity: Gravity) -> None:
    assert promoted_at(NOW - age, aliases(2, 1)) == [
        (Kind.HALF_WRITTEN, gravity, "alias champion"),
        (Kind.HALF_WRITTEN, gravity, "alias previous"),
    ]


def test_a_promoter_killed_between_two_aliases_left_one() -> None:
    half = aliases(3, 1, projected={"champion": 2, "previous": 1})
    assert promoted_at(LONG_AGO, half) == [(Kind.HALF_WRITTEN, Gravity.WRONG, "alias previous")]


def test_one_alias_left_and_one_moved_are_told_apart() -> None:
    found = promoted_at(LONG_AGO, aliases(1, 1, projected={"champion": 2, "previous": 1}))
    assert found == [
        (Kind.HALF_WRITTEN, Gravity.WRONG, "alias previous"),
        (Kind.ALIAS, Gravity.WRONG, "version 1"),
    ]


def test_a_first_promotion_that_was_killed_left_no_alias() -> None:
    known = records(1, projection=Projection(managed=True))
    assert kinds(known) == [(Kind.HALF_WRITTEN, Gravity.WRONG, "alias champion")]


def test_a_version_that_somebody_made_is_noted() -> None:
    foreign = foreign_entry(version=2, at=LONG_AGO, model_id="", who="bob")
    known = records(1, entries=(version(1), foreign))
    (found,) = found_in(known)
    assert (found.kind, found.gravity, found.about) == (Kind.FOREIGN, Gravity.NOTE, "version 2")
    assert "by bob" in found.said


def test_a_model_that_somebody_else_registered_is_wrong() -> None:
    foreign = foreign_entry(version=1, at=LONG_AGO, model_id="m-9", who="bob")
    known = records(1, entries=(foreign,), projection=Projection(managed=False))
    assert kinds(known) == [(Kind.FOREIGN, Gravity.WRONG, "co2")]


def test_what_is_wrong_comes_first_and_is_counted() -> None:
    foreign = foreign_entry(version=3, at=LONG_AGO, model_id="", who="bob")
    known = records(
        1,
        2,
        entries=(version(1), version(2), foreign),
        models=(logged(1), logged(1, model_id="m-twin"), logged(2)),
        manifests=frozenset({manifest(1)}),
    )
    found = tuple(found_in(known))
    report = audit_report(known, found)
    assert [one.kind for one in found] == [Kind.DUPLICATE, Kind.LOST, Kind.FOREIGN]
    assert [report.count(kind) for kind in Kind] == [1, 1, 0, 0, 0, 0]
    assert (report.runs, report.models, report.versions, report.snapshots, report.is_clean) == (2, 3, 3, 1, False)
