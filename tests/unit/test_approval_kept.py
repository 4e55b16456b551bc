"""What becomes of people's answers: the verdict, the MLflow run, the log and those who read them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from headgate import wire
from headgate.cli.log import _data, _table
from headgate.cli.status_text import status_data, status_text
from headgate.core.adoption import Append, plan_adoption
from headgate.core.approval import Approval, Approved, Awaited
from headgate.core.approval_replies import Reply, ReplyState
from headgate.core.asof import RunType
from headgate.core.gates import AtMost
from headgate.core.metrics import mae
from headgate.core.mode import Mode
from headgate.core.policy import Policy
from headgate.core.projection import Projection
from headgate.core.promotion import fold_log
from headgate.core.refs import VerdictRef
from headgate.core.rollback import plan_rollback
from headgate.core.status import run_said, status_of
from headgate.core.terms import terms_of
from headgate.core.verdict import Outcome
from headgate.errors import PromotionError, TransientError
from headgate.steps.approve import answered, approval_question, name_of, record_approval
from headgate.steps.judge import explain
from headgate.steps.promote import promote_candidate
from tests.unit.logs import entry
from tests.unit.test_status import NOW, record
from tests.unit.world import World, later

NOON = datetime(2024, 5, 2, 12, tzinfo=UTC)
ADA, BOB = (Approved(who=who, at=NOON, why="fine") for who in ("ada", "bob"))
TWICE = "two different people must approve. Got bob twice: somebody else must be the second."
KEPT: dict[str, Any] = {"approval": "always", "approved_by": "ada", "approved_at": "then", "approval_reason": "fine"}


@pytest.fixture
def world() -> World:
    return World()


def policy(**approval: Any) -> Policy:
    return Policy(gates=(AtMost(mae, 5.0),), approval=Approval(**{"when": "always", **approval}))


def waiting(world: World, *, people: int = 1) -> VerdictRef:
    return world.judged(policy=policy(people=people))


def reply(who: str | None = "bob", why: str = "fine", *, approves: bool = True) -> Reply:
    return Reply(approves=approves, who=who, at=NOON, why=why)


def tags(world: World, verdict: VerdictRef) -> dict[str, str]:
    found = world.tracker.runs[verdict.candidate.tracked.mlflow_run].tags
    return {name.removeprefix("headgate."): value for name, value in found.items() if "approv" in name}


def test_a_verdict_that_waits_opens_when_all_the_people_approved(world: World) -> None:
    verdict = waiting(world, people=2)
    assert (verdict.judgement.outcome, verdict.opens) == (Outcome.PASS, False)
    assert not replace(verdict, approvals=(ADA,)).opens
    assert not replace(verdict, approvals=(ADA, ADA)).opens
    assert replace(verdict, approvals=(ADA, BOB)).opens


@pytest.mark.parametrize("outcome", list(Outcome))
def test_what_people_approved_opens_whatever_the_gates_say_but_never_a_replay_or_a_dry_run(
    world: World, outcome: Outcome
) -> None:
    verdict = waiting(world)
    approved = replace(verdict, approvals=(ADA,), judgement=replace(verdict.judgement, outcome=outcome))
    assert approved.opens
    assert not replace(approved, dry_run=True).opens
    assert not replace(approved, mode=replace(approved.mode, mode=Mode.REPLAY)).opens


def test_a_verdict_that_waits_goes_through_xcom_whole(world: World) -> None:
    verdict = replace(waiting(world, people=2), approvals=(ADA,))
    assert wire.load(VerdictRef, wire.dump(verdict)) == verdict


def test_what_follows_is_said(world: World) -> None:
    one, two = waiting(world), replace(waiting(world, people=2), approvals=(ADA,))
    why = "(each promotion is approved by people)"
    assert explain(one).endswith(f"and nothing is promoted yet: a person must approve {why}")
    assert explain(two).endswith(f"nothing is promoted yet: 2 people must approve, of whom ada did {why}")
    assert "approved by ada, to be promoted: live" in explain(replace(one, approvals=(ADA,)))


def test_a_replay_waits_for_nobody(world: World) -> None:
    verdict = world.judge(world.evaluated(later(0), RunType.BACKFILL), policy=policy())
    assert (verdict.awaits, verdict.opens) == (None, False)
    assert tags(world, verdict)["approval"] == "closed"


def test_a_policy_that_asks_nobody_says_nothing_of_approval(world: World) -> None:
    assert tags(world, world.judged(policy=Policy(gates=(AtMost(mae, 5.0),)))) == {}


def test_an_answer_is_about_the_verdict_that_was_asked_about_and_no_other(world: World) -> None:
    verdict = waiting(world, people=2)
    about, approval = name_of(verdict), Approval(when="always", people=2)
    assert name_of(replace(verdict, approvals=(ADA,))) == about
    other = replace(verdict, reason="judged anew")
    assert answered(other, reply(), approval=approval, about=about)[1].state is ReplyState.OUTDATED
    same, decided = answered(verdict, reply(), approval=approval, about=about)
    assert (decided.state, same.approvals) == (ReplyState.APPROVED, (BOB,))
    unchanged, _ = answered(verdict, reply(approves=False), approval=approval, about=about)
    assert unchanged == verdict


def test_the_same_verdict_gets_the_same_question_and_it_is_about_what_is_judged(world: World) -> None:
    promote_candidate(world.judged(), log=world.log, store=world.store)
    evaluation = world.evaluated(later(1))
    verdict = world.judge(evaluation, policy=policy())
    first, again = (
        approval_question(verdict, evaluation, links={}, log=world.log, tracker=world.tracker) for _ in range(2)
    )
    assert first == again
    assert first.about in first.body
    assert "takes the place of version 1" in first.body
    assert "| params | the same |   |" in first.body.splitlines()


def test_a_champion_that_does_not_say_how_it_was_fitted_is_asked_about_all_the_same(world: World) -> None:
    evaluation = world.evaluated()
    verdict = replace(world.judge(evaluation, policy=policy()), awaits=Awaited(reason="so it is"))
    world.log.append("sales", entry(1).entry)
    champion = fold_log(world.log.entries("sales")).champion
    assert champion is not None
    known = world.judge(world.evaluated(later(1)), policy=policy()).champion
    asked = replace(verdict, champion=known)
    question = approval_question(asked, evaluation, links={}, log=world.log, tracker=world.tracker)
    assert "| not known |" in question.body


def test_what_people_decided_is_on_the_run_and_replaces_what_they_decided_before(world: World) -> None:
    verdict, approval = waiting(world, people=2), Approval(when="always", people=2)
    about = name_of(verdict)
    seen = []
    for answer in (reply(None), reply("eve", "no", approves=False), reply("bob"), reply("bob"), reply("eve")):
        verdict, decided = answered(verdict, answer, approval=approval, about=about)
        assert record_approval(verdict, decided, tracker=world.tracker) is None
        told = tags(world, verdict)
        seen.append(tuple(told[f"approval{part}"] for part in ("", "_by", "_rejected_by", "_reason")))
        assert (told["approval_rejected_at"] == NOON.isoformat()) is (told["approval"] == "rejected")
    assert seen == [
        ("timed out", "none", "none", "nobody answered within 1 week, which counts as rejected"),
        ("rejected", "none", "eve", "eve rejects: no"),
        ("approved by 1 of 2", "bob", "none", "bob approves: fine"),
        ("refused", "bob", "none", f"bob approves: fine; {TWICE}"),
        ("approved", "bob, eve", "none", "bob approves: fine; eve approves: fine"),
    ]


def test_who_rejects_after_somebody_approved_is_told_with_both_reasons(world: World) -> None:
    verdict, approval = replace(waiting(world, people=2), approvals=(ADA,)), Approval(when="always", people=2)
    verdict, decided = answered(verdict, reply("eve", "no", approves=False), approval=approval, about=name_of(verdict))
    record_approval(verdict, decided, tracker=world.tracker)
    assert tags(world, verdict) == {
        "approval": "rejected",
        "approval_by": "ada",
        "approval_at": NOON.isoformat(),
        "approval_rejected_by": "eve",
        "approval_rejected_at": NOON.isoformat(),
        "approval_reason": "ada approves: fine; eve rejects: no",
    }


def test_an_outage_does_not_undo_what_people_decided(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def outage(*_: Any) -> None:
        raise TransientError("MLflow must answer. Got no reply.")  # noqa: EM101, TRY003 - the test's

    verdict = waiting(world)
    verdict, decided = answered(verdict, reply(), approval=Approval(when="always"), about=name_of(verdict))
    monkeypatch.setattr(world.tracker, "record", outage)
    assert record_approval(verdict, decided, tracker=world.tracker) == "MLflow must answer. Got no reply."
    assert verdict.opens


def test_what_people_have_not_approved_is_not_promoted(world: World) -> None:
    with pytest.raises(PromotionError, match=r"must be a live PASS, or approved\. Got PASS, 1 to approve\."):
        promote_candidate(waiting(world), log=world.log, store=world.store)


def test_a_champion_that_changed_meanwhile_asks_people_anew(world: World) -> None:
    asked = replace(world.judged(later(1), policy=policy()), approvals=(ADA,))
    promote_candidate(world.judged(later(2)), log=world.log, store=world.store)
    with pytest.raises(PromotionError, match=r"Start the Dag anew with the as-of 2024-06-01T00:00:00Z, to judge"):
        promote_candidate(asked, log=world.log, store=world.store)


def test_who_approved_is_on_the_version_in_the_log_and_in_the_status(world: World) -> None:
    promote_candidate(replace(waiting(world), approvals=(ADA,)), log=world.log, store=world.store)
    (term,) = terms_of(world.log.entries("sales"))
    data = _data(term)
    assert [data[name] for name in ("approved_by", "approved_at", "approval_reason")] == [
        "ada",
        NOON.isoformat(),
        "fine",
    ]
    assert "approved by ada: fine" in _table([term])
    found = status_of("sales", entries=world.log.entries("sales"), changes=(), runs=(), problems=(), now=NOW)
    assert "by ada, approved by ada; PASS" in status_text(found, now=NOW)
    assert status_data(found)["champion"]["approved_by"] == "ada"


def test_a_rollback_and_an_adoption_were_approved_by_nobody() -> None:
    log = [entry(1, **KEPT, snapshot="s1"), entry(2, **KEPT)]
    rolled = plan_rollback(log, model="sales", to=1, who="ann", reason="off").entry
    by_hand = Projection(managed=True, aliases={"champion": 1}, projected={"champion": 2, "previous": 1})
    adopted = plan_adoption(log, by_hand, None, model="sales", who="ann", reason="we chose it")
    (append,) = [one.entry for one in adopted if isinstance(one, Append)]
    assert rolled is not None
    for kept in (dict(rolled.tags), dict(append.tags)):
        assert not set(KEPT) & set(kept)
        assert kept["snapshot"] == "s1"


def test_the_status_says_that_a_run_waits_or_was_rejected_and_nothing_where_nobody_was_asked() -> None:
    told: dict[str, Any] = {"verdict": "PASS", "verdict_reason": "1 gate passed", "mode": "live"}
    rejected = record(1, **told, approval="rejected", approval_reason="bob rejects: spring")
    assert run_said(rejected) == "PASS: 1 gate passed (live); approval rejected: bob rejects: spring"
    assert run_said(record(1, **told, approval="not needed", approval_reason="x")) == "PASS: 1 gate passed (live)"
