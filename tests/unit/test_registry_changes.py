"""Promotion, rollback and adoption where the registry isn't as it was left."""

from __future__ import annotations

from dataclasses import replace

import pytest

from headgate.core.asof import RunType
from headgate.core.mode import PROMOTE_OLDER, Mode
from headgate.core.promotion import Entry, fold_log
from headgate.core.refs import PromotionRef, VerdictRef
from headgate.errors import InputError, PromotionError, StoreError
from headgate.steps.adopt import apply_adopt, plan_adopt
from headgate.steps.journal import last_seen
from headgate.steps.judge import judge_candidate
from headgate.steps.promote import promote_candidate
from headgate.steps.rollback import RolledBack, lift_bar, roll_back
from headgate.testing.memory_store import MemoryStore
from tests.unit.world import MAY, POLICY, World, judgement_ports, later


@pytest.fixture
def world() -> World:
    return World()


def promote(world: World, verdict: VerdictRef) -> PromotionRef:
    return promote_candidate(verdict, log=world.log, store=world.store)


def promoted(world: World, *months: int) -> None:
    for month in months:
        promote(world, world.judged(later(month)))


def back(world: World, to: int | None = None, reason: str = "off by ten") -> RolledBack:
    return roll_back("sales", to=to, who="ann", reason=reason, log=world.log, store=world.store)


def adopt(world: World, *, restore: bool = False, reason: str = "so be it") -> list[str]:
    actions = plan_adopt("sales", who="ann", reason=reason, log=world.log, store=world.store, restore=restore)
    apply_adopt("sales", actions, log=world.log, store=world.store)
    return [type(action).__name__ for action in actions]


def void(expected: int) -> Entry:
    return Entry(key="lost", expected_head=expected, model_id="m-lost", as_of=MAY, who="bob", reason="")


def test_void_entries_in_between_do_not_make_a_promotion_lose(world: World) -> None:
    promoted(world, 0)
    verdict = world.judged(later(1))
    world.log.append("sales", void(0))
    assert promote(world, verdict).version == "3"
    assert world.log.aliases("sales") == {"champion": "3", "previous": "1"}


def test_a_champion_that_somebody_moved_is_not_overwritten(world: World) -> None:
    promoted(world, 0, 1)
    verdict = world.judged(later(2))
    world.log.move_alias("sales", "champion", 1)
    with pytest.raises(
        PromotionError, match=r"Got version 1 instead: somebody changed it by hand.*headgate adopt sales"
    ):
        promote(world, verdict)
    assert (len(world.log.entries("sales")), world.log.aliases("sales")["champion"]) == (2, "1")


def test_what_somebody_moved_is_adopted_and_promotions_go_on(world: World) -> None:
    promoted(world, 0, 1)
    world.log.move_alias("sales", "champion", 1)
    assert adopt(world) == ["Append", "Project"]
    assert world.log.aliases("sales") == {"champion": "3", "previous": "2"}
    assert world.log.entries("sales")[2].entry.model_id == world.log.entries("sales")[0].entry.model_id
    assert adopt(world) == []
    promoted(world, 2)
    assert world.log.aliases("sales")["champion"] == "4"


def test_what_somebody_moved_is_put_back(world: World) -> None:
    promoted(world, 0, 1)
    world.log.move_alias("sales", "champion", None)
    assert adopt(world, restore=True) == ["Project"]
    assert world.log.aliases("sales") == {"champion": "2", "previous": "1"}


def test_a_version_of_somebody_else_is_told_and_stops_nothing(world: World) -> None:
    promoted(world, 0)
    world.log.append_foreign("sales", model_id="m-x", who="bob")
    promotion = promote(world, world.judged(later(1)))
    assert promotion.version == "3"
    assert promotion.notes == ("version 2 must be written by Headgate. Got one without its tags, by bob: it is void",)


def test_a_model_of_somebody_else_is_not_promoted_into(world: World) -> None:
    world.log.append_foreign("sales", model_id="m-x")
    with pytest.raises(PromotionError, match=r"must bear the mark of Headgate\. Got one without"):
        promote(world, world.judged())
    assert adopt(world) == ["Project"]


def test_a_registry_that_forgot_a_promotion_stops_the_next_one(world: World) -> None:
    promoted(world, 0, 1)
    verdict = world.judged(later(2))
    world.log.restore("sales", 1)
    with pytest.raises(
        PromotionError, match=r"must hold version 2.*restored from an older backup.*headgate adopt sales"
    ):
        promote(world, verdict)
    with pytest.raises(PromotionError, match="must hold version 2"):
        back(world)


def test_after_adopting_a_registry_that_forgot_promotions_go_on(world: World) -> None:
    promoted(world, 0, 1)
    world.log.restore("sales", 1)
    assert "Remember" in adopt(world)
    promoted(world, 2)
    seen = last_seen(world.store, "sales")
    assert seen is not None
    assert seen.version == 2


def test_a_registry_that_forgot_everything_is_adopted_too(world: World) -> None:
    promoted(world, 0)
    world.log.restore("sales", 0)
    adopt(world)
    assert last_seen(world.store, "sales") is None
    promoted(world, 1)
    assert world.log.aliases("sales") == {"champion": "1"}


class Full(MemoryStore):
    def put_document(self, path: str, text: str) -> None:
        if path.startswith("promotions/"):
            raise StoreError("no space is left")  # noqa: EM101, TRY003 - the test's
        super().put_document(path, text)


def test_a_store_that_takes_nothing_more_does_not_undo_a_promotion(world: World) -> None:
    world.store = Full()
    promotion = promote(world, world.judged())
    assert promotion.notes == ("the promotion could not be remembered outside MLflow: no space is left",)
    promoted(world, 1)
    assert world.log.aliases("sales") == {"champion": "2", "previous": "1"}
    assert back(world).notes == promotion.notes


def test_a_journal_that_cannot_be_read_is_said(world: World) -> None:
    world.store.put_document("promotions/sales.json", "{")
    with pytest.raises(PromotionError, match=r"promotions/sales\.json in the snapshot store must say"):
        promote(world, world.judged())


def test_a_rollback_serves_the_earlier_model_and_bars_the_later(world: World) -> None:
    promoted(world, 0, 1)
    rolled = back(world)
    assert (rolled.entry.version, rolled.to.version, rolled.again) == (3, 1, False)
    assert world.log.aliases("sales") == {"champion": "3", "previous": "2"}
    assert rolled.promotion is not None
    assert (rolled.promotion.version, rolled.promotion.candidate.model_id) == ("3", rolled.to.entry.model_id)


def test_rolling_back_again_changes_nothing(world: World) -> None:
    promoted(world, 0, 1)
    back(world)
    assert back(world).again
    assert back(world, to=1).again
    assert len(world.log.entries("sales")) == 3


def test_what_was_rolled_back_fails_its_gates_and_is_not_promoted(world: World) -> None:
    promoted(world, 0, 1)
    back(world)
    verdict = world.judged(later(1))
    assert (verdict.judgement.outcome, verdict.judgement.verdicts[0].gate) == ("FAIL", "barred")
    assert "the fit of version 2 is barred since version 3, by ann: off by ten" in verdict.judgement.reason
    opened = replace(verdict, judgement=replace(verdict.judgement, outcome=world.judged(later(2)).judgement.outcome))
    with pytest.raises(PromotionError, match=r"must not be barred.*headgate lift sales 2"):
        promote(world, opened)


def test_a_promotion_that_runs_again_after_its_rollback_stays_rolled_back(world: World) -> None:
    promoted(world, 0)
    verdict = world.judged(later(1))
    promote(world, verdict)
    back(world)
    with pytest.raises(PromotionError, match="must not be barred"):
        promote(world, verdict)
    assert world.log.aliases("sales")["champion"] == "3"


def test_a_bar_is_lifted_with_a_reason_once(world: World) -> None:
    promoted(world, 0, 1)
    back(world)
    lift_bar("sales", "2", who="ann", reason="mended", log=world.log)
    assert world.judged(later(1)).judgement.outcome == "PASS"
    with pytest.raises(PromotionError, match="version 2 of sales must be barred to be lifted"):
        lift_bar("sales", "2", who="ann", reason="again", log=world.log)


@pytest.mark.parametrize("reason", ["", "  "])
def test_nothing_is_done_by_hand_without_a_reason(world: World, reason: str) -> None:
    promoted(world, 0, 1)
    for act in (lambda: back(world, reason=reason), lambda: adopt(world, reason=reason)):
        with pytest.raises(PromotionError, match="must have a reason"):
            act()
    with pytest.raises(PromotionError, match="must have a reason"):
        lift_bar("sales", "1", who="ann", reason=reason, log=world.log)


def test_an_older_as_of_is_promoted_by_the_override_alone(world: World) -> None:
    promoted(world, 1)
    evaluation = world.evaluate(world.trained(MAY, RunType.MANUAL), override=PROMOTE_OLDER)
    assert evaluation.evaluation.baseline == "1"
    plain = judge_candidate(evaluation, policy=POLICY, dry_run=False, reason="", ports=judgement_ports(world.tracker))
    assert (plain.mode.mode, plain.opens) == (Mode.REPLAY, False)
    forced = judge_candidate(
        evaluation,
        policy=POLICY,
        dry_run=False,
        reason="June is wrong",
        ports=judgement_ports(world.tracker),
        override=PROMOTE_OLDER,
    )
    assert str(forced.mode) == (
        "live: as-of 2024-05-01 is not after the champion's 2024-06-01, overridden by promote_older: June is wrong"
    )
    assert promote(world, forced).version == "2"
    champion = fold_log(world.log.entries("sales")).champion
    assert champion is not None
    assert (champion.tag_of("override"), champion.entry.reason) == (PROMOTE_OLDER, "June is wrong")


def test_no_override_makes_a_backfill_promote(world: World) -> None:
    evaluation = world.evaluate(world.trained(MAY, RunType.BACKFILL), override=PROMOTE_OLDER)
    verdict = judge_candidate(
        evaluation,
        policy=POLICY,
        dry_run=False,
        reason="now",
        ports=judgement_ports(world.tracker),
        override=PROMOTE_OLDER,
    )
    assert (verdict.mode.mode, verdict.opens) == (Mode.REPLAY, False)


@pytest.mark.parametrize(("override", "reason"), [("yes", "because"), (PROMOTE_OLDER, ""), (PROMOTE_OLDER, " ")])
def test_an_override_is_known_and_says_why(world: World, override: str, reason: str) -> None:
    evaluation = world.evaluated()
    with pytest.raises(InputError, match="override"):
        judge_candidate(
            evaluation,
            policy=POLICY,
            dry_run=False,
            reason=reason,
            ports=judgement_ports(world.tracker),
            override=override,
        )
