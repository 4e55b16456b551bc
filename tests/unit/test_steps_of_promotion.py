"""Promotion and deployment in one process, and what keeps them from happening."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import pyarrow as pa
import pytest

from headgate.adapters.pyarrow_cutter import ArrowCutter
from headgate.adapters.pyarrow_table import ArrowTable
from headgate.core.mode import Mode
from headgate.core.promotion import Entry, fold_log
from headgate.core.refs import DeploymentRef, PromotionRef
from headgate.core.windows import Window, Windows
from headgate.errors import DataError, DeploymentError, PromotionError
from headgate.ports import Answer, Rows
from headgate.steps.deploy import deploy_version
from headgate.steps.keeping import Wanted
from headgate.steps.promote import promote_candidate
from headgate.steps.snapshot import SnapshotPorts, take_snapshot
from headgate.testing.fake_serving import FakeServingTarget
from tests.unit.taking import Counting
from tests.unit.world import MAY, Days, World, later


@pytest.fixture
def world() -> World:
    return World()


def test_promoting_appends_with_the_evidence_and_sets_the_aliases(world: World) -> None:
    first = promote_candidate(world.judged(), log=world.log, store=world.store)
    second = promote_candidate(world.judged(later(1)), log=world.log, store=world.store)
    assert (first.version, second.version) == ("1", "2")
    assert world.log.aliases("sales") == {"champion": "2", "previous": "1"}
    entry = world.log.entries("sales")[1].entry
    assert (entry.who, entry.as_of, dict(entry.tags)["verdict"]) == ("ada", later(1), "PASS")


def test_promoting_again_finds_what_the_first_try_did(world: World) -> None:
    verdict = world.judged()
    first, again = (
        promote_candidate(verdict, log=world.log, store=world.store),
        promote_candidate(verdict, log=world.log, store=world.store),
    )
    assert (first.version, first.again, again.version, again.again) == ("1", False, "1", True)
    assert len(world.log.entries("sales")) == 1


def test_a_promoter_that_died_before_the_aliases_is_made_good(world: World) -> None:
    verdict = world.judged()
    appended = Entry(
        key=verdict.candidate.model_id,
        expected_head=0,
        model_id=verdict.candidate.model_id,
        as_of=MAY,
        who="ada",
        reason="",
    )
    world.log.append("sales", appended)
    assert world.log.aliases("sales") == {}
    promote_candidate(verdict, log=world.log, store=world.store)
    assert world.log.aliases("sales") == {"champion": "1"}
    assert len(world.log.entries("sales")) == 1


def test_who_lost_says_so_and_appends_nothing(world: World) -> None:
    loser = world.judged(later(1))
    promote_candidate(world.judged(later(2)), log=world.log, store=world.store)
    with pytest.raises(PromotionError, match=r"Got another promotion in between: the champion is version 1"):
        promote_candidate(loser, log=world.log, store=world.store)
    assert len(world.log.entries("sales")) == 1


def test_a_run_that_is_judged_again_after_its_promotion_goes_on_to_deploy(world: World) -> None:
    promote_candidate(world.judged(), log=world.log, store=world.store)
    again = world.judged()
    assert (again.mode.mode, again.opens) == (Mode.LIVE, True)
    assert promote_candidate(again, log=world.log, store=world.store).again


def deploy(world: World, promotion: PromotionRef, serving_target: FakeServingTarget) -> DeploymentRef:
    return deploy_version(
        promotion,
        probe_rows=5,
        table=world.table,
        store=world.store,
        tracker=world.tracker,
        log=world.log,
        serving_target=serving_target,
    )


def threefold(rows: Rows) -> tuple[float, ...]:
    return tuple(3.0 * size for size in ArrowTable().values(rows, "size"))


class Mislabelled(FakeServingTarget):
    """Says that another version answered."""

    def ask(self, rows: Rows) -> Answer:
        return replace(super().ask(rows), version="0")


def test_a_deployment_is_done_when_the_server_answers_as_the_candidate_did(world: World) -> None:
    serving_target = FakeServingTarget("sales", {"1": threefold})
    deployment = deploy(world, promote_candidate(world.judged(), log=world.log, store=world.store), serving_target)
    assert (deployment.rows, serving_target.serving) == (5, "1")


@pytest.mark.parametrize(
    ("serving_target", "said"),
    [
        (FakeServingTarget("sales", {"1": lambda rows: tuple(0.0 for _ in range(rows.num_rows))}), "probe row"),
        (FakeServingTarget("sales", {"1": lambda rows: ()}), "must answer 5 probe rows"),
        (FakeServingTarget("sales", {}), "refuses version 1"),
        (FakeServingTarget("other", {"1": threefold}), "must serve sales"),
        (Mislabelled("sales", {"1": threefold}), "must answer with version 1"),
    ],
)
def test_a_server_that_answers_otherwise_is_no_deployment(
    world: World, serving_target: FakeServingTarget, said: str
) -> None:
    promotion = promote_candidate(world.judged(), log=world.log, store=world.store)
    with pytest.raises(DeploymentError, match=said):
        deploy(world, promotion, serving_target)


def test_a_version_that_is_no_longer_the_champion_is_not_deployed(world: World) -> None:
    old = promote_candidate(world.judged(), log=world.log, store=world.store)
    promote_candidate(world.judged(later(1)), log=world.log, store=world.store)
    with pytest.raises(DeploymentError, match=r"must be its champion\. Got version 1 instead; it is version 2"):
        deploy(world, old, FakeServingTarget("sales", {"1": threefold}))


def test_rows_that_do_not_fill_the_windows_leave_nothing_behind(world: World) -> None:
    class NoRows(Days):
        def read(self, windows: Windows, spans: Sequence[Window]) -> Iterator[pa.Table]:
            yield from (batch.slice(0, 0) for batch in super().read(windows, spans))

    ports = SnapshotPorts(cutter=ArrowCutter(), store=world.store, profiler=Counting(), table=world.table)
    with pytest.raises(DataError, match="no rows"):
        take_snapshot(world.run(), wanted=Wanted(source=NoRows(), event_time="day", label="sold"), ports=ports)
    assert world.tracker.runs == {}


def test_the_fold_of_the_log_is_what_the_aliases_say(world: World) -> None:
    for month in range(3):
        promote_candidate(world.judged(later(month)), log=world.log, store=world.store)
    head = fold_log(world.log.entries("sales"))
    assert head.champion is not None
    assert world.log.aliases("sales")["champion"] == str(head.champion.version) == "3"
