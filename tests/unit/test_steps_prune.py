from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from headgate.core.irregularity import PRUNED, Kind
from headgate.core.journal import journal_path
from headgate.core.promotion import LogEntry
from headgate.core.prune_actions import FileKind, PrunePlan
from headgate.core.retention_rule import Retention
from headgate.core.snapshots import Manifest
from headgate.core.span import days
from headgate.errors import InputError, PromotionError
from headgate.steps.audit import AuditPorts, audit_model
from headgate.steps.promote import promote_candidate
from headgate.steps.prune import PrunePorts, apply_prune, plan_of
from headgate.steps.reading import all_rows, manifest_at
from headgate.steps.verify import Verifier
from headgate.testing.fake_ledger import FakeRunLedger
from headgate.testing.fake_log import EPOCH
from headgate.testing.memory_store import MemoryStore
from tests.unit.world import World, later

NOW = EPOCH + timedelta(days=100)
RULE = Retention(older_than=days(90), keep_promotions=2)


@pytest.fixture
def world() -> World:
    """Four promotions, and a replay of another as-of, all a hundred days ago."""
    world = World()
    for number in range(4):
        promote_candidate(world.judged(later(number)), log=world.log, store=world.store)
    world.judged(later(0) - timedelta(days=5))
    return world


def ports_of(world: World, store: MemoryStore | None = None) -> PrunePorts:
    return PrunePorts(ledger=FakeRunLedger(world.tracker), log=world.log, store=store or world.store)


def planned(world: World, rule: Retention = RULE) -> PrunePlan:
    return plan_of("sales", rule, ports=ports_of(world), now=NOW)


def manifests(world: World) -> list[Manifest]:
    return [manifest_at(world.store, path) for path in world.store.documents("snapshots")]


def state(world: World) -> Any:
    ledger = FakeRunLedger(world.tracker)
    files = [file.path for folder in ("snapshots", "parts") for file in world.store.files(folder)]
    return ledger.runs("sales"), ledger.models("sales"), world.log.entries("sales"), files


def test_planning_changes_nothing(world: World) -> None:
    before = state(world)
    assert planned(world).actions != ()
    assert state(world) == before


def test_what_is_old_goes_and_what_the_last_promotions_need_stays(world: World) -> None:
    plan = planned(world)
    apply_prune(plan, ports=ports_of(world))
    assert (plan.runs, plan.models, plan.versions, plan.files(FileKind.MANIFEST)) == (3, 3, 2, 3)
    assert [entry.tag_of(PRUNED) is not None for entry in world.log.entries("sales")] == [True, True, False, False]
    assert {manifest.windows.as_of for manifest in manifests(world)} == {later(2), later(3)}
    verifier = Verifier(world.store)
    assert [verifier.problems(manifest) for manifest in manifests(world)] == [(), ()]
    assert {entry.entry.model_id for entry in world.log.entries("sales")[2:]} == set(world.tracker.models)


def test_what_was_pruned_is_no_fault(world: World) -> None:
    apply_prune(planned(world), ports=ports_of(world))
    ports = AuditPorts(ledger=FakeRunLedger(world.tracker), log=world.log, store=world.store)
    assert audit_model("sales", ports=ports, now=NOW, idle=days(1)).found == ()


def test_the_second_time_does_nothing_more(world: World) -> None:
    apply_prune(planned(world), ports=ports_of(world))
    assert planned(world).actions == ()


def test_the_journal_stays(world: World) -> None:
    apply_prune(planned(world), ports=ports_of(world))
    assert world.store.documents("promotions") == (journal_path("sales"),)


class KilledError(Exception):
    pass


class Mortal:
    """Dies before the given number of changes is done."""

    def __init__(self, world: World, lives: int) -> None:
        self._world, self._lives = world, lives
        self._ledger = FakeRunLedger(world.tracker)

    def ports(self) -> PrunePorts:
        ledger, log, store = (
            Through(self._ledger, self),
            Through(self._world.log, self),
            Through(self._world.store, self),
        )
        return PrunePorts(ledger=ledger, log=log, store=store)

    def spend(self) -> None:
        if not self._lives:
            raise KilledError
        self._lives -= 1


class Through:
    """Hands every call on, those that change something only while its life lasts."""

    def __init__(self, inner: Any, life: Mortal) -> None:
        self._inner, self._life = inner, life

    def __getattr__(self, name: str) -> Any:
        call = getattr(self._inner, name)
        if name not in ("tag", "delete", "delete_run", "delete_model"):
            return call

        def counted(*arguments: Any) -> Any:
            self._life.spend()
            return call(*arguments)

        return counted


def copy_of(world: World) -> World:
    lock = world.log._lock  # which can't be copied
    return deepcopy(world, {id(lock): lock})


def test_who_is_killed_anywhere_leaves_nothing_that_points_to_what_is_gone(world: World) -> None:
    changes = len(planned(world).actions)
    whole = copy_of(world)
    apply_prune(planned(whole), ports=ports_of(whole))
    for lives in range(changes):
        killed = copy_of(world)
        with pytest.raises(KilledError):
            apply_prune(planned(killed), ports=Mortal(killed, lives).ports())
        verifier = Verifier(killed.store)
        assert [problem for manifest in manifests(killed) for problem in verifier.problems(manifest)] == []
        ports = AuditPorts(ledger=FakeRunLedger(killed.tracker), log=killed.log, store=killed.store)
        kinds = {one.kind for one in audit_model("sales", ports=ports, now=NOW, idle=days(1)).found}
        assert kinds <= {Kind.HALF_WRITTEN}
        apply_prune(planned(killed), ports=ports_of(killed))
        assert state(killed) == state(whole)


def test_a_snapshot_that_is_taken_between_plan_and_deed_keeps_its_parts(world: World) -> None:
    plan = planned(world)
    (replayed,) = [one for one in manifests(world) if one.windows.as_of < later(0)]
    again = replace(replayed, windows=replace(replayed.windows, as_of=later(6)))
    world.store.put_document(again.path, _text(again))
    assert apply_prune(plan, ports=ports_of(world)) == ()
    assert sum(part.num_rows for part in all_rows(world.store, again).parts()) == again.statistics.rows


def test_a_manifest_that_is_written_anew_between_plan_and_deed_stays_with_its_parts(world: World) -> None:
    plan = planned(world)
    (replayed,) = [one for one in manifests(world) if one.windows.as_of < later(0)]
    world.store.now = NOW
    world.store.put_document(replayed.path, _text(replayed))
    apply_prune(plan, ports=ports_of(world))
    assert Verifier(world.store).problems(manifest_at(world.store, replayed.path)) == ()


def test_a_manifest_that_nobody_can_read_keeps_all_parts(world: World) -> None:
    plan = planned(world)
    world.store.put_document("snapshots/other/20000101T000000Z-0123456789abcdef.json", "{")
    before = world.store.files("parts")
    apply_prune(plan, ports=ports_of(world))
    assert world.store.files("parts") == before
    assert planned(world).notes[0].startswith("no part goes, since nobody knows what these manifests name")


class Taking(MemoryStore):
    """A store in which a snapshot is finished while parts are deleted."""

    def __init__(self, inner: MemoryStore, finish: Callable[[], None]) -> None:
        self.__dict__ = inner.__dict__
        self._finish = finish

    def delete(self, path: str) -> None:
        super().delete(path)
        if path.endswith(".parquet"):
            self._finish()


def test_a_snapshot_that_lost_a_part_all_the_same_is_told(world: World) -> None:
    (replayed,) = [one for one in manifests(world) if one.windows.as_of < later(0)]
    again = replace(replayed, windows=replace(replayed.windows, as_of=later(6)))
    store = Taking(world.store, lambda: world.store.put_document(again.path, _text(again)))
    (said,) = apply_prune(planned(world), ports=ports_of(world, store))
    assert said.startswith(f"snapshot {again.path} was taken meanwhile and lost")


def test_progress_is_told_for_each_action(world: World) -> None:
    plan, steps = planned(world), []
    apply_prune(plan, ports=ports_of(world), step=lambda: steps.append(1))
    assert len(steps) == len(plan.actions)


def test_parts_of_another_model_stay(world: World) -> None:
    (replayed,) = [one for one in manifests(world) if one.windows.as_of < later(0)]
    others = replace(replayed, model="other")
    world.store.put_document(others.path, _text(others))
    apply_prune(planned(world), ports=ports_of(world))
    assert Verifier(world.store).problems(manifest_at(world.store, others.path)) == ()


def test_nothing_is_pruned_by_an_older_backup(world: World) -> None:
    entries: list[LogEntry] = world.log._entries["sales"]
    del entries[-1]
    with pytest.raises(PromotionError, match=r"MLflow was restored from an older backup.*Nothing is pruned"):
        planned(world)


def test_a_model_that_nobody_knows_is_refused(world: World) -> None:
    with pytest.raises(InputError, match="model must be one that MLflow knows"):
        plan_of("nobody", RULE, ports=ports_of(world), now=NOW)


def _text(manifest: Manifest) -> str:
    from headgate import wire

    return wire.text(manifest)
