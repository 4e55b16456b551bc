from __future__ import annotations

from datetime import timedelta

import pytest

from headgate.core.audit import AuditReport
from headgate.core.irregularity import Kind
from headgate.core.journal import journal_path
from headgate.core.ledger import ModelRecord, RunRecord
from headgate.core.mode import RunMode
from headgate.core.span import Span, days
from headgate.errors import InputError, PromotionError
from headgate.ports import RunLedger
from headgate.steps.audit import AuditPorts, audit_model
from headgate.steps.promote import promote_candidate
from headgate.testing.conformance_log import entry_for
from headgate.testing.fake_ledger import FakeRunLedger
from headgate.testing.fake_log import EPOCH
from tests.unit.world import World, later

NOW = EPOCH + timedelta(days=100)


@pytest.fixture
def world() -> World:
    return World()


def audited(world: World, ledger: RunLedger | None = None, idle: Span | None = None) -> AuditReport:
    ports = AuditPorts(ledger=ledger or FakeRunLedger(world.tracker), log=world.log, store=world.store)
    return audit_model("sales", ports=ports, now=NOW, idle=idle or days(1))


def told(world: World, ledger: RunLedger | None = None) -> list[Kind]:
    return [one.kind for one in audited(world, ledger).found]


def test_what_the_chain_leaves_behind_is_as_it_should_be(world: World) -> None:
    for number in range(3):
        promote_candidate(world.judged(later(number)), log=world.log, store=world.store)
    report = audited(world)
    assert report.found == ()
    assert (report.runs, report.models, report.versions, report.snapshots) == (3, 3, 3, 3)


def test_a_chain_that_ended_before_its_promotion_lost_it(world: World) -> None:
    promote_candidate(world.judged(), log=world.log, store=world.store)
    verdict = world.judged(later(1))
    assert verdict.mode == RunMode(mode="live", reason=verdict.mode.reason)  # type: ignore[arg-type]  # a StrEnum's text
    (found,) = audited(world).found
    assert (found.kind, found.about) == (Kind.LOST, verdict.candidate.model_id)


def test_a_chain_that_was_killed_in_its_fit_is_half_written(world: World) -> None:
    validated = world.validated()
    world.tracker.begin_fit(validated.snapshot.run, validated.tracked)
    assert told(world) == [Kind.HALF_WRITTEN]


def test_work_that_went_on_meanwhile_is_no_fault(world: World) -> None:
    promote_candidate(world.judged(), log=world.log, store=world.store)

    class Forgetful(FakeRunLedger):
        """Doesn't know of any logged model the first few times."""

        def __init__(self, world: World, times: int) -> None:
            super().__init__(world.tracker)
            self.times = times

        def runs(self, model: str) -> tuple[RunRecord, ...]:
            self.times -= 1
            return super().runs(model)

        def model_of(self, model_id: str) -> ModelRecord | None:
            return None if self.times >= 0 else super().model_of(model_id)

        def models(self, model: str) -> tuple[ModelRecord, ...]:
            return () if self.times >= 0 else super().models(model)

    assert told(world, Forgetful(world, 1)) == []
    assert told(world, Forgetful(world, 2)) == [Kind.LOST, Kind.LOST]


def test_a_logged_model_of_another_experiment_is_looked_for_by_its_id(world: World) -> None:
    other = world.trained()
    world.tracker.runs[other.tracked.mlflow_run].key = "dag|2000-01-01|another"
    world.log.append("sales", entry_for(other.model_id))
    report = audited(world, idle=Span())
    assert [one.about for one in report.found] == ["alias champion"]


def test_what_the_store_remembers_and_mlflow_does_not_is_lost(world: World) -> None:
    promote_candidate(world.judged(), log=world.log, store=world.store)
    world.log._entries.clear()
    world.log._projections.clear()
    assert [one.about for one in audited(world).found] == ["m-2", "version 1"]


def test_a_journal_that_cannot_be_read_is_refused(world: World) -> None:
    promote_candidate(world.judged(), log=world.log, store=world.store)
    world.store.put_document(journal_path("sales"), "{")
    with pytest.raises(PromotionError, match="delete it"):
        audited(world)


def test_a_model_that_nobody_knows_is_refused(world: World) -> None:
    with pytest.raises(InputError, match=r"model must be one that MLflow knows\. Got 'sales' instead"):
        audited(world)
