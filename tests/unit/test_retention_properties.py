"""Whatever the state, what must stay stays."""

from __future__ import annotations

import posixpath

from hypothesis import given, settings
from hypothesis import strategies as st

from headgate.core.promotion import effective_of, fold_log
from headgate.core.prune_actions import DeleteFile, DeleteModel, DeleteRun, FileKind, MarkVersion, PrunePlan
from headgate.core.retention import plan_prune
from headgate.core.retention_rule import Holdings, Retention
from headgate.core.span import days
from tests.unit.ledgers import NOW
from tests.unit.retained import ago, applied, states

RULES = st.builds(
    Retention, older_than=st.sampled_from([days(1), days(30), days(90)]), keep_promotions=st.integers(1, 4)
)
MANY = settings(max_examples=80)


def planned(held: Holdings, rule: Retention) -> tuple[PrunePlan, Holdings]:
    plan = plan_prune(held, rule, now=NOW)
    return plan, applied(held, plan.actions)


@MANY
@given(states(), RULES)
def test_the_champions_that_stay_keep_all_that_they_stand_for(held: Holdings, rule: Retention) -> None:
    entries = held.records.entries
    head = fold_log(entries)
    kept = {entry.version for entry in effective_of(entries)[-rule.keep_promotions :]}
    kept |= {entry.version for entry in (head.champion, head.previous) if entry is not None}
    plan, left = planned(held, rule)
    models, runs = (
        {one.model_id for one in left.records.models},
        {one.mlflow_run for one in left.records.runs if one.deleted},
    )
    for entry in entries:
        if entry.version not in kept:
            continue
        assert entry.entry.model_id in models or all(
            one.model_id != entry.entry.model_id for one in held.records.models
        )
        assert entry.tag_of("mlflow_run") not in runs - {one.mlflow_run for one in held.records.runs if one.deleted}
        assert not any(isinstance(action, MarkVersion) and action.version == entry.version for action in plan.actions)
        assert _has_snapshot(left, entry.tag_of("snapshot")) == _has_snapshot(held, entry.tag_of("snapshot"))


@MANY
@given(states(), RULES)
def test_every_manifest_that_stays_keeps_its_parts_and_the_snapshots_it_names(held: Holdings, rule: Retention) -> None:
    _, left = planned(held, rule)
    named = {one for names in left.named.values() for one in names}
    gone = {file.path for file in held.parts} - {file.path for file in left.parts}
    assert not {posixpath.basename(path).partition(".")[0] for path in gone} & named
    paths = {file.path for file in left.snapshots}
    for file in held.snapshots:
        if file.path not in paths:
            assert not any(_digits(file.path) == one[:16] for path in paths for one in left.named.get(path, ()))


@MANY
@given(states(), RULES)
def test_every_run_and_model_that_stays_keeps_its_snapshot(held: Holdings, rule: Retention) -> None:
    _, left = planned(held, rule)
    needed = {one.tag_of("snapshot") for one in left.records.runs if not one.deleted}
    needed |= {one.tags.get("headgate.snapshot") for one in left.records.models}
    assert all(_has_snapshot(left, one) == _has_snapshot(held, one) for one in needed)


@MANY
@given(states(), RULES)
def test_what_is_young_or_running_stays(held: Holdings, rule: Retention) -> None:
    plan, _ = planned(held, rule)
    runs = {one.mlflow_run: one for one in held.records.runs}
    models = {one.model_id: one for one in held.records.models}
    files = {file.path: file for file in (*held.snapshots, *held.parts)}
    for action in plan.actions:
        if isinstance(action, DeleteRun):
            gone = runs[action.mlflow_run]
            assert gone.touched < ago(1)
            assert not (gone.is_live and gone.status == "RUNNING")
            assert gone.key is not None or not gone.is_live
        elif isinstance(action, DeleteModel):
            assert models[action.model_id].created < ago(1)
        elif isinstance(action, DeleteFile):
            written = files[action.path].written
            assert written is not None
            assert written < (rule.older_than.before(NOW) if action.kind is FileKind.MANIFEST else ago(1))


@MANY
@given(states(), RULES)
def test_the_second_time_does_nothing_more(held: Holdings, rule: Retention) -> None:
    _, left = planned(held, rule)
    assert plan_prune(left, rule, now=NOW).actions == ()


@MANY
@given(states(), RULES, st.integers(0, 40))
def test_who_was_killed_in_the_middle_goes_on_to_the_same_end(held: Holdings, rule: Retention, killed: int) -> None:
    plan, whole = planned(held, rule)
    half = applied(held, plan.actions[:killed])
    _, resumed = planned(half, rule)
    assert resumed == whole


@MANY
@given(states(), RULES)
def test_a_part_goes_before_nothing_that_names_it(held: Holdings, rule: Retention) -> None:
    plan, _ = planned(held, rule)
    kinds = [action.kind for action in plan.actions if isinstance(action, DeleteFile)]
    order = [FileKind.MANIFEST, FileKind.SKETCH, FileKind.PART, FileKind.DRAFT]
    assert [kind for kind in kinds if kind is FileKind.MANIFEST] == kinds[: kinds.count(FileKind.MANIFEST)]
    assert set(kinds) <= set(order)
    types = [type(action) for action in plan.actions]
    assert types == sorted(types, key=[MarkVersion, DeleteRun, DeleteModel, DeleteFile].index)


def _digits(path: str) -> str:
    return posixpath.basename(path).rpartition("-")[2].partition(".")[0]


def _has_snapshot(held: Holdings, identity: str | None) -> bool:
    return any(_digits(file.path) == (identity or "")[:16] for file in held.snapshots)
