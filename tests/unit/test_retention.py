from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from headgate.core.irregularity import PRUNED
from headgate.core.projection import Projection
from headgate.core.promotion import foreign_entry
from headgate.core.prune_actions import (
    Action,
    DeleteFile,
    DeleteModel,
    DeleteRun,
    FileKind,
    MarkVersion,
)
from headgate.core.retention import plan_prune
from headgate.core.retention_rule import Holdings, Retention
from headgate.core.snapshots import PartRef, part_path
from headgate.core.span import Span, days, hours, months
from headgate.errors import InputError
from tests.unit.ledgers import LONG_AGO, NOW, logged, manifest, records, run, snapshot, version
from tests.unit.retained import OTHER, ago, digest, holdings, promoted, stored

SECOND = timedelta(seconds=1)
RULE = Retention(older_than=days(90), keep_promotions=2)


def gone(held: Holdings, rule: Retention = RULE) -> list[str]:
    return [_name(action) for action in plan_prune(held, rule, now=NOW).actions]


def _name(action: Action) -> str:
    match action:
        case MarkVersion():
            return f"version {action.version}"
        case DeleteRun():
            return action.mlflow_run
        case DeleteModel():
            return action.model_id
        case DeleteFile():
            return action.path


def test_what_is_older_than_the_last_promotions_goes_with_all_that_only_it_needs() -> None:
    plan = plan_prune(promoted(3), RULE, now=NOW)
    assert [_name(action) for action in plan.actions if not isinstance(action, DeleteFile)] == [
        "version 1",
        "run-1",
        "m-1",
    ]
    assert [_name(action) for action in plan.actions if isinstance(action, DeleteFile)] == [
        manifest(1),
        f"parts/{digest(1)[:2]}/{digest(1)}.profile.json",
        f"parts/{digest(1)[:2]}/{digest(1)}.parquet",
    ]
    assert (plan.runs, plan.models, plan.versions, plan.size) == (1, 1, 1, 10 + 10 + 1000)
    assert [plan.files(kind) for kind in FileKind] == [1, 1, 1, 0]


@pytest.mark.parametrize(("kept", "versions"), [(1, [1, 2]), (2, [1, 2]), (3, [1]), (4, []), (10, [])])
def test_the_last_promotions_stay_and_two_in_any_case(kept: int, versions: list[int]) -> None:
    plan = plan_prune(promoted(4), Retention(keep_promotions=kept), now=NOW)
    assert [action.version for action in plan.actions if isinstance(action, MarkVersion)] == versions


@pytest.mark.parametrize(("age", "goes"), [(-SECOND, 0), (timedelta(), 0), (SECOND, 1)], ids=["below", "at", "above"])
def test_a_run_without_a_version_goes_with_age(age: timedelta, goes: int) -> None:
    at = ago(90) - age
    held = holdings(records(1, runs=(run(1), run(7, at=at)), models=(logged(1), logged(7, created=at))), [1])
    assert gone(held) == ["run-7", "m-7"][: 2 * goes]


@pytest.mark.parametrize(("age", "goes"), [(-SECOND, 0), (timedelta(), 0), (SECOND, 1)], ids=["below", "at", "above"])
def test_a_promotion_that_is_young_stays(age: timedelta, goes: int) -> None:
    entries = (version(1, at=ago(90) - age), version(2, at=NOW), version(3, at=NOW))
    held = holdings(records(1, 2, 3, entries=entries), [1, 2, 3])
    assert ("version 1" in gone(held)) == bool(goes)


def aged(path: str, written: datetime | None, held: Holdings) -> Holdings:
    files = tuple(replace(file, written=written) if file.path == path else file for file in held.snapshots)
    return replace(held, snapshots=files)


@pytest.mark.parametrize(
    ("written", "goes"),
    [(ago(90) + SECOND, 0), (ago(90), 0), (ago(90) - SECOND, 1), (None, 0)],
    ids=["below", "at", "above", "unknown"],
)
def test_a_manifest_goes_with_age(written: datetime | None, goes: int) -> None:
    held = aged(manifest(9), written, holdings(records(1), [1, 9]))
    assert [manifest(9)] * goes == [path for path in gone(held) if path.startswith("snapshots/")]


@pytest.mark.parametrize(
    ("written", "goes"),
    [(ago(1) + SECOND, 0), (ago(1), 0), (ago(1) - SECOND, 1), (None, 0)],
    ids=["below", "at", "above", "unknown"],
)
def test_a_part_that_no_manifest_names_goes_after_a_day(written: datetime | None, goes: int) -> None:
    path = part_path(PartRef(digest=digest(77), rows=1))
    held = promoted(1)
    assert gone(replace(held, parts=(*held.parts, stored(path, written=written)))) == [path] * goes


def test_a_part_that_another_model_needs_stays() -> None:
    held = promoted(3)
    shared = replace(held, named={**held.named, OTHER: frozenset({digest(1)})})
    assert [path for path in gone(shared) if path.startswith("parts/")] == []


def test_parts_stay_while_a_manifest_that_stays_cannot_be_read() -> None:
    plan = plan_prune(replace(promoted(3), unread=(OTHER,)), RULE, now=NOW)
    assert plan.files(FileKind.PART) == 0
    assert plan.notes == (f"no part goes, since nobody knows what these manifests name, which can't be read: {OTHER}",)


def test_a_manifest_that_cannot_be_read_and_goes_is_in_nobodys_way() -> None:
    plan = plan_prune(replace(promoted(3), unread=(manifest(1),)), RULE, now=NOW)
    assert (plan.files(FileKind.PART), plan.notes) == (1, ())


def test_what_killed_writers_left_goes_after_a_day() -> None:
    drafts = [f"parts/00/.{digest(1)}.parquet.12", "snapshots/co2/.a.json.12"]
    held = promoted(1)
    young = stored("parts/00/.b.parquet.12", written=NOW)
    left = replace(
        held,
        parts=(*held.parts, stored(drafts[0]), young),
        snapshots=(*held.snapshots, stored(drafts[1])),
    )
    assert sorted(gone(left)) == sorted(drafts)


def test_what_nobody_here_wrote_into_the_store_is_left_alone() -> None:
    held = promoted(1)
    files = (stored("snapshots/co2/notes.json"), stored("parts/README"))
    assert gone(replace(held, snapshots=(*held.snapshots, files[0]), parts=(*held.parts, files[1]))) == []


def test_a_running_run_stays_whatever_its_age_and_so_does_what_it_uses() -> None:
    running = run(7, status="RUNNING", ended=None)
    held = holdings(records(1, runs=(run(1), running), models=(logged(1), logged(7))), [1, 7])
    assert gone(held) == []


def test_what_a_superseded_run_left_goes_after_a_day() -> None:
    old = run(7, at=ago(2), tags={"superseded_by": "run-1"})
    held = holdings(records(1, runs=(run(1), old), models=(logged(1), logged(7, created=ago(2)))), [1])
    assert gone(held) == ["run-7", "m-7"]
    young = replace(held, records=replace(held.records, runs=(run(1), replace(old, ended=ago(0.5)))))
    assert gone(young) == ["m-7"]


@pytest.mark.parametrize("facts", [{"deleted": True}, {"deleted": True, "tags": {"superseded_by": "run-1"}}])
def test_a_logged_model_that_outlived_its_run_goes_after_a_day(facts: dict[str, Any]) -> None:
    for age, expected in ((2, ["m-7"]), (0.5, [])):
        models = (logged(1), logged(7, created=ago(age)))
        assert gone(holdings(records(1, runs=(run(1), run(7, **facts)), models=models), [1])) == expected


def test_a_logged_model_that_is_not_its_runs_candidate_goes_after_a_day() -> None:
    twin = logged(1, model_id="m-twin", created=ago(2))
    assert gone(holdings(records(1, models=(logged(1), twin)), [1])) == ["m-twin"]


def test_a_logged_model_of_a_run_that_goes_stays_while_it_is_young() -> None:
    late = logged(7, model_id="m-late", created=NOW)
    held = holdings(records(1, runs=(run(1), run(7)), models=(logged(1), logged(7), late)), [1])
    assert gone(held) == ["run-7", "m-7"]


def test_a_history_stays_until_another_took_its_place() -> None:
    kept = run(7, tags={"key": None, "history": "simulated history", "snapshot": None})
    held = holdings(records(1, runs=(run(1), kept)), [1])
    assert gone(held) == []
    old = replace(kept, tags={**kept.tags, "headgate.superseded_by": "run-9"})
    assert gone(replace(held, records=replace(held.records, runs=(run(1), old)))) == ["run-7"]


def test_what_somebody_made_by_hand_is_left_alone() -> None:
    mine = run(7, tags={"key": None})
    models = (logged(1), logged(7, tags={}))
    assert gone(holdings(records(1, runs=(run(1), mine), models=models), [1])) == []


def test_a_version_under_somebodys_alias_keeps_what_it_stands_for() -> None:
    held = promoted(4)
    aliases = {"champion": 4, "previous": 3, "mine": 1}
    named = replace(held, records=replace(held.records, projection=Projection(managed=True, aliases=aliases)))
    assert [path for path in gone(named) if not path.startswith(("parts/", "snapshots/"))] == [
        "version 2",
        "run-2",
        "m-2",
    ]


def test_what_a_foreign_version_stands_for_stays() -> None:
    foreign = foreign_entry(version=1, at=LONG_AGO, model_id="m-1", who="bob")
    held = holdings(records(1, 2, 3, 4, entries=(foreign, version(2), version(3), version(4))), [1, 2, 3, 4])
    assert [path for path in gone(held) if not path.startswith(("parts/", "snapshots/"))] == [
        "version 2",
        "run-2",
        "m-2",
    ]


def test_a_rollback_keeps_the_model_that_it_went_back_to() -> None:
    entries = (version(1), version(2), version(3), version(4, of=1, key="rollback 3 to 1", tags={"rollback_to": "1"}))
    held = holdings(records(1, 2, 3, entries=entries), [1, 2, 3])
    assert gone(held)[:3] == ["version 2", "run-2", "m-2"]
    assert manifest(1) not in gone(held)


def test_a_void_version_of_the_last_promotions_keeps_what_it_stands_for() -> None:
    entries = (version(1), version(2), version(3, of=7, expected_head=1), version(4, of=3, expected_head=3))
    held = holdings(records(1, 2, 3, 7, entries=entries), [1, 2, 3, 7])
    assert [path for path in gone(held) if not path.startswith(("parts/", "snapshots/"))] == [
        "version 1",
        "run-1",
        "m-1",
    ]


def test_a_version_is_marked_once() -> None:
    entries = (version(1, tags={PRUNED: "before"}), version(2), version(3))
    assert "version 1" not in gone(holdings(records(1, 2, 3, entries=entries), [1, 2, 3]))


@pytest.mark.parametrize(
    "facts",
    [
        {"models": (logged(2), logged(3))},
        {"runs": (run(1, deleted=True), run(2), run(3)), "models": (logged(1, created=NOW), logged(2), logged(3))},
    ],
    ids=["model", "run"],
)
def test_a_version_that_lost_something_by_hand_is_marked_in_its_time(facts: dict[str, Any]) -> None:
    held = holdings(records(1, 2, 3, **{"runs": (run(2), run(3)), **facts}), [2, 3])
    assert gone(held) == ["version 1"]


def test_a_snapshot_of_the_rest_keeps_the_one_that_it_was_set_aside_from() -> None:
    held = holdings(records(1, 2, 3), [1, 2, 3, 9])
    named = {**held.named, manifest(3): held.named[manifest(3)] | {snapshot(9)}}
    assert manifest(9) in gone(held)
    assert manifest(9) not in gone(replace(held, named=named))


@pytest.mark.parametrize("span", [Span(), hours(23.9), 90, None])
def test_a_rule_that_would_touch_work_that_goes_on_is_refused(span: Any) -> None:
    with pytest.raises(InputError, match="older_than of a Retention must be a Span of a day or more"):
        Retention(older_than=span)


@pytest.mark.parametrize("span", [hours(24), days(1), months(1)])
def test_a_day_is_long_enough(span: Span) -> None:
    assert Retention(older_than=span).older_than == span


@pytest.mark.parametrize("kept", [0, -1, 2.0, True, None])
def test_a_rule_that_keeps_no_promotion_is_refused(kept: Any) -> None:
    with pytest.raises(InputError, match="keep_promotions of a Retention must be a whole number >= 1"):
        Retention(keep_promotions=kept)


def test_the_rule_says_what_it_is() -> None:
    assert str(Retention()) == "older than 90 days, and not of the last 10 promotions"
    assert str(Retention(older_than=days(1), keep_promotions=1)) == "older than 1 day, and not of the last promotion"
