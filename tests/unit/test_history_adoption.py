"""An empty promotion log is started from a simulated history, once."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from headgate import wire
from headgate.core.gates import AtMost
from headgate.core.metrics import mae
from headgate.core.mode import Mode
from headgate.core.policy import Policy
from headgate.core.promotion import effective_of
from headgate.core.refs import CandidateRef, PromotionRef
from headgate.core.rollback import CANDIDATE
from headgate.errors import PromotionError
from headgate.steps.card import CardPorts
from headgate.steps.history_adoption import adopt_history
from headgate.steps.promote import promote_candidate
from headgate.steps.rollback import roll_back
from tests.unit.pasts import Past
from tests.unit.world import NoPages, later


def adopt(past: Past, *, reason: str = "we start with this", **more: Any) -> PromotionRef:
    history = past.history(**more)
    cards = CardPorts(tracker=past.tracker, pages=NoPages())
    return adopt_history(history, who="eve", reason=reason, log=past.log, store=past.store, cards=cards)


def test_the_last_champion_of_the_history_is_promoted_once_with_its_evidence() -> None:
    past = Past()
    verdicts = past.replay(2, 0, 1)
    promotion = adopt(past)
    (entry,) = past.log.entries("sales")
    assert (promotion.version, promotion.again, promotion.serves) == ("1", False, True)
    assert entry.is_effective
    assert (entry.entry.key, entry.entry.as_of, entry.entry.who) == (verdicts[0].candidate.model_id, later(2), "eve")
    assert entry.entry.reason == "adopted from the simulated history: we start with this"
    assert (entry.tag_of("verdict"), entry.tag_of("mode_reason")) == ("PASS", "adopted from the simulated history")
    assert "of version 2024-06-01 (simulated)" in str(entry.tag_of("verdicts"))
    assert wire.parse(CandidateRef, str(entry.tag_of(CANDIDATE))) == verdicts[0].candidate
    assert past.log.aliases("sales") == {"champion": "1"}
    assert past.store.documents("promotions") == ("promotions/sales.json",)


def test_adopting_again_changes_nothing() -> None:
    past = Past()
    past.replay(0, 1)
    first, again = adopt(past), adopt(past, reason="once more")
    assert (first.version, again.version, again.again) == ("1", "1", True)
    assert len(past.log.entries("sales")) == 1


def test_a_live_run_of_a_later_as_of_goes_on_from_the_adopted_champion() -> None:
    past = Past()
    past.replay(0, 1)
    adopt(past)
    verdict = past.judged(later(2))
    assert (verdict.mode.mode, verdict.champion.version if verdict.champion else None) == (Mode.LIVE, "1")
    assert promote_candidate(verdict, log=past.log, store=past.store).version == "2"


def test_a_log_with_another_champion_is_refused() -> None:
    past = Past()
    promote_candidate(past.judged(later(0)), log=past.log, store=past.store)
    past.replay(1)
    with pytest.raises(
        PromotionError, match=r"must have no champion .* Got version 1, as-of 2024-05-01, by ada instead"
    ):
        adopt(past)
    assert len(past.log.entries("sales")) == 1


def test_a_history_in_which_nobody_passed_has_nobody_to_adopt() -> None:
    past = Past()
    past.replay(0, policy=Policy(gates=(AtMost(mae, 0.0),)))
    with pytest.raises(PromotionError, match=r"must have a champion to be adopted\. Got none"):
        adopt(past)


@pytest.mark.parametrize("reason", ["", "  "])
def test_an_adoption_needs_a_reason(reason: str) -> None:
    past = Past()
    past.replay(0)
    with pytest.raises(PromotionError, match="must have a reason"):
        adopt(past, reason=reason)
    assert past.log.entries("sales") == ()


def test_who_was_rolled_back_from_is_not_adopted() -> None:
    past = Past()
    past.replay(0)
    promote_candidate(past.judged(later(1)), log=past.log, store=past.store)
    promote_candidate(past.judged(later(2)), log=past.log, store=past.store)
    roll_back("sales", to=None, who="ada", reason="it was wrong", log=past.log, store=past.store)
    with pytest.raises(PromotionError, match="must have no champion"):
        adopt(past)


def test_an_alias_that_somebody_set_by_hand_is_never_overwritten() -> None:
    past = Past()
    past.replay(0)
    past.log.append_foreign("sales", model_id="m-by-hand")
    with pytest.raises(PromotionError, match="somebody else registered it"):
        adopt(past)
    assert effective_of(past.log.entries("sales")) == ()


def test_a_registry_that_forgot_is_told_before_anything_is_adopted() -> None:
    past, other = Past(), Past()
    past.replay(0)
    promote_candidate(other.judged(later(0)), log=other.log, store=past.store)
    with pytest.raises(PromotionError, match="restored from an older backup"):
        adopt(past)
    assert past.log.entries("sales") == ()


def test_evidence_about_another_candidate_is_refused() -> None:
    past = Past()
    (verdict,) = past.replay(0)
    run = past.tracker.runs[verdict.candidate.tracked.mlflow_run]
    other = replace(verdict, candidate=replace(verdict.candidate, model_id="m-other"))
    run.artifacts["verdict.json"] = wire.text(other).encode()
    with pytest.raises(PromotionError, match=r"must be about its candidate .* Got m-other instead"):
        adopt(past)
