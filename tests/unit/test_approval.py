from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.adapters.dotted_paths import load_object
from headgate.core.approval import Approval, Approved, Asked, When, decide_approval
from headgate.core.approval_replies import Rejected, Reply, ReplyState, decide_reply, open_to
from headgate.core.frozen import build_frozen, dump_frozen
from headgate.core.gates import AtMost
from headgate.core.metrics import mae, r2
from headgate.core.mode import Mode, RunMode
from headgate.core.policy import Policy
from headgate.core.span import Span, days
from headgate.core.verdict import Judgement, Outcome, Verdict
from headgate.errors import InputError

LIVE = RunMode(mode=Mode.LIVE, reason="nothing was promoted yet")
REPLAY = RunMode(mode=Mode.REPLAY, reason="a backfill only records what it would have done")
PASS, FAIL, UNDECIDED = Outcome
ADA = Approved(who="ada", at=datetime(2026, 5, 1, tzinfo=UTC), why="the winter is over")


def judged(outcome: Outcome, **gates: Outcome) -> Judgement:
    verdicts = tuple(Verdict(gate=name, outcome=each, reason=f"{name} said so") for name, each in gates.items())
    return Judgement(outcome=outcome, reason="because", verdicts=verdicts)


def asked(judgement: Judgement, *, mode: RunMode = LIVE, dry_run: bool = False, **given: Any) -> tuple[Asked, str]:
    decision = decide_approval(judgement, mode=mode, dry_run=dry_run, approval=Approval(**given))
    return decision.asked, decision.reason


GOOD, BAD = judged(PASS, a=PASS), judged(FAIL, a=FAIL, b=PASS)
OPEN = judged(UNDECIDED, a=UNDECIDED, b=PASS)


def test_nobody_is_asked_unless_the_policy_says_so() -> None:
    assert asked(GOOD) == (Asked.NOT_NEEDED, "every gate passed")
    assert asked(BAD)[0] is asked(OPEN)[0] is Asked.CLOSED


def test_always_asks_about_what_passes_and_leaves_nothing_else_to_people() -> None:
    assert asked(GOOD, when="always") == (Asked.NEEDED, "each promotion is approved by people")
    assert asked(BAD, when="always") == (Asked.CLOSED, "FAIL isn't left to people here")
    assert asked(OPEN, when="always") == (Asked.CLOSED, "UNDECIDED isn't left to people here")


def test_always_asks_about_the_gates_that_people_may_overrule_too() -> None:
    assert asked(BAD, when="always", may_waive=("a",)) == (Asked.NEEDED, "a failed: people decide")
    assert asked(OPEN, when="always", may_waive=("a",)) == (Asked.NEEDED, "a is undecided: people decide")
    assert asked(OPEN, when="always", may_waive=("b",))[0] is Asked.CLOSED


def test_on_doubt_asks_where_a_gate_is_undecided_and_not_where_all_passed() -> None:
    assert asked(GOOD, when="on_doubt") == (Asked.NOT_NEEDED, "every gate passed")
    assert asked(OPEN, when="on_doubt") == (Asked.NEEDED, "a is undecided: people decide")


def test_on_doubt_asks_about_a_failure_only_where_each_gate_that_failed_is_named() -> None:
    both = judged(FAIL, a=FAIL, b=FAIL, c=UNDECIDED)
    assert asked(both, when="on_doubt")[0] is Asked.CLOSED
    assert asked(both, when="on_doubt", may_waive=("a",))[0] is Asked.CLOSED
    decided = asked(both, when="on_doubt", may_waive=("a", "b"))
    assert decided == (Asked.NEEDED, "a failed; b failed; c is undecided: people decide")


def test_a_gate_that_only_warns_is_no_doubt_and_needs_no_waiver() -> None:
    warned = Verdict(gate="b", outcome=FAIL, reason="old", warn_only=True)
    judgement = Judgement(outcome=UNDECIDED, reason="a", verdicts=(*OPEN.verdicts[:1], warned))
    assert asked(judgement, when="on_doubt") == (Asked.NEEDED, "a is undecided: people decide")


def test_people_cannot_decide_where_no_gate_was_asked() -> None:
    nothing = Judgement(outcome=UNDECIDED, reason="the policy has no gates", verdicts=())
    assert asked(nothing, when="on_doubt")[0] is Asked.CLOSED


def test_nobody_is_asked_again_about_a_candidate_that_is_the_champion_already() -> None:
    decision = decide_approval(GOOD, mode=LIVE, dry_run=False, approval=Approval(when="always"), promoted=True)
    assert (decision.asked, decision.reason) == (Asked.NOT_NEEDED, "it is the champion already")


def test_a_replay_and_a_dry_run_ask_nobody() -> None:
    assert asked(GOOD, when="always", mode=REPLAY) == (Asked.CLOSED, "a replay promotes nothing")
    assert asked(GOOD, when="always", dry_run=True) == (Asked.CLOSED, "a dry run promotes nothing")
    assert asked(GOOD, mode=REPLAY)[0] is Asked.CLOSED


OUTCOMES = st.sampled_from(list(Outcome))
NAMES = st.sets(st.sampled_from("abc")).map(tuple)


@given(st.lists(OUTCOMES, max_size=3), st.sampled_from(list(When)[:1] + list(When)[2:]), NAMES)
def test_a_gate_that_fails_and_is_not_named_is_never_left_to_people(
    outcomes: list[Outcome], when: When, named: tuple[str, ...]
) -> None:
    gates = dict(zip("abc", outcomes, strict=False))
    worst = next((each for each in (FAIL, UNDECIDED) if each in outcomes), PASS if outcomes else UNDECIDED)
    needed = asked(judged(worst, **gates), when=when, may_waive=named)[0] is Asked.NEEDED
    failed = {gate for gate, outcome in gates.items() if outcome is FAIL}
    assert not (needed and failed - set(named))
    assert needed or worst is not UNDECIDED or when is When.ALWAYS or not gates or failed - set(named)


def replied(
    who: str | None, why: str = "all is well", *, approves: bool = True, starter: str | None = None, **given: Any
) -> tuple[ReplyState, str]:
    earlier = (ADA,) * given.pop("earlier", 0)
    reply = Reply(approves=approves, who=who, at=ADA.at, why=why)
    decided = decide_reply(reply, approval=Approval(when="always", **given), starter=starter, earlier=earlier)
    assert (decided.approved is None) is (decided.state is not ReplyState.APPROVED)
    assert (decided.rejected is None) is (decided.state is not ReplyState.REJECTED)
    return decided.state, decided.said


def test_an_approval_keeps_who_when_and_why() -> None:
    reply = Reply(approves=True, who="ada", at=ADA.at, why=" the winter\nis over ")
    assert decide_reply(reply, approval=Approval(when="always"), starter=None).approved == ADA


def test_nobody_in_time_is_a_rejection_whatever_the_answer_would_be() -> None:
    said = "nobody answered within 3 days, which counts as rejected"
    for approves in (True, False):
        assert replied(None, approves=approves, timeout=days(3)) == (ReplyState.TIMED_OUT, said)


def test_a_rejection_counts_from_whoever_answers_with_or_without_a_reason() -> None:
    assert replied("bob", "it is spring", approves=False) == (ReplyState.REJECTED, "bob rejects: it is spring")
    assert replied("bob", " ", approves=False, approvers=("ada",))[1] == "bob rejects: no reason given"
    reply = Reply(approves=False, who="bob", at=ADA.at, why="")
    decided = decide_reply(reply, approval=Approval(when="always"), starter=None)
    assert decided.rejected == Rejected(who="bob", at=ADA.at)


def test_anybody_whom_airflow_lets_answer_may_approve_where_nobody_is_named() -> None:
    assert replied("bob") == (ReplyState.APPROVED, "bob approves: all is well")


def test_only_those_who_are_named_may_approve() -> None:
    assert replied("ada", approvers=("ada",))[0] is replied("ada", approvers=("7:ada",))[0] is ReplyState.APPROVED
    refused = (ReplyState.REFUSED, "whoever approves must be one of ada, eve. Got bob instead.")
    assert replied("bob", approvers=("ada", "eve")) == replied("bob", approvers=("7:ada", "8:eve")) == refused


def test_an_approval_needs_a_reason() -> None:
    said = "an approval must come with a reason, which is kept. Got none from ada."
    assert replied("ada", "  \n") == (ReplyState.REFUSED, said)


def test_an_approval_of_another_verdict_is_none_and_a_rejection_of_one_is_one() -> None:
    outdated = "ada must approve the verdict as it is now. Got an approval of one that was judged anew since."
    for approves, state, said in (
        (True, ReplyState.OUTDATED, outdated),
        (False, ReplyState.REJECTED, "ada rejects: fine"),
    ):
        reply = Reply(approves=approves, who="ada", at=ADA.at, why="fine")
        decided = decide_reply(reply, approval=Approval(when="always"), starter=None, is_same=False)
        assert (decided.state, decided.said, decided.approved) == (state, said, None)


def test_a_long_reason_is_cut() -> None:
    assert replied("ada", "x" * 501)[1] == f"ada approves: {'x' * 499}…"
    assert replied("ada", "x" * 500)[1] == f"ada approves: {'x' * 500}"


def test_two_people_are_two_people() -> None:
    said = "two different people must approve. Got ada twice: somebody else must be the second."
    assert replied("ada", people=2, earlier=1) == (ReplyState.REFUSED, said)
    assert replied("bob", people=2, earlier=1)[0] is ReplyState.APPROVED


@pytest.mark.parametrize("earlier", [0, 1])
def test_of_two_people_neither_may_have_started_the_run(earlier: int) -> None:
    said = "neither of the two who approve may have started the run. Got bob, who did."
    assert replied("bob", people=2, starter="bob", earlier=earlier) == (ReplyState.REFUSED, said)
    assert replied("bob", people=2, starter="eve", earlier=earlier)[0] is ReplyState.APPROVED


def test_who_started_a_run_may_approve_it_where_one_person_is_enough() -> None:
    assert replied("bob", starter="bob")[0] is ReplyState.APPROVED


def test_airflow_is_told_only_those_who_may_still_answer() -> None:
    approval = Approval(when="always", people=2, approvers=("ada", "2:bob", "eve"))
    assert open_to(approval, starter=None) == (("ada", "ada"), ("2", "bob"), ("eve", "eve"))
    assert open_to(approval, starter="bob", earlier=(ADA,)) == (("eve", "eve"),)
    assert open_to(approval, starter="eve", earlier=(ADA, Approved(who="bob", at=ADA.at, why="yes"))) == ()
    assert open_to(Approval(when="always", approvers=("ada",)), starter="ada") == (("ada", "ada"),)
    assert open_to(Approval(when="always", people=2), starter="ada") is None


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"when": "sometimes"}, "when of an Approval must be always, on_doubt or never. Got 'sometimes' instead."),
        ({"when": None}, "when of an Approval must be always, on_doubt or never. Got None instead."),
        ({"people": 3}, "people of an Approval must be 1 or 2. Got 3 instead."),
        ({"people": True}, "people of an Approval must be 1 or 2. Got True instead."),
        ({"timeout": Span()}, "timeout of an Approval must be a length of time such as days(3). Got Span("),
        ({"timeout": 3}, "timeout of an Approval must be a length of time such as days(3). Got 3 instead."),
        ({"approvers": "ada"}, "approvers of an Approval must be names, in a tuple. Got 'ada' instead."),
        ({"approvers": ("ada", "")}, "approvers of an Approval must be names, in a tuple. Got ('ada', '') instead."),
        ({"approvers": ("ada", "ada")}, "approvers of an Approval must differ. Got ada, ada instead."),
        ({"approvers": ("ada", "7:ada")}, "approvers of an Approval must differ. Got ada, ada instead."),
        ({"may_waive": (1,)}, "may_waive of an Approval must be names, in a tuple. Got (1,) instead."),
        (
            {"may_waive": ("barred",)},
            "may_waive of an Approval must not hold barred: a bar is lifted by 'headgate lift'.",
        ),
        (
            {"people": 2, "approvers": ("ada",)},
            "approvers of an Approval must be 2 at least, since 2 people must approve. Got ada instead.",
        ),
    ],
)
def test_what_an_approval_must_be(given: dict[str, Any], sentence: str) -> None:
    with pytest.raises(InputError) as caught:
        Approval(**{"when": "always", **given})
    assert str(caught.value).startswith(sentence)


@pytest.mark.parametrize("given", [{"approvers": ("ada",)}, {"people": 2}, {"may_waive": ("a",)}])
def test_people_who_are_never_asked_are_a_mistake(given: dict[str, Any]) -> None:
    with pytest.raises(InputError) as caught:
        Approval(**given)
    said = "when of an Approval that names people or gates must be always or on_doubt. Got never instead."
    assert str(caught.value) == said


def test_a_gate_that_may_be_waived_is_one_of_the_policys() -> None:
    gates, given = (AtMost(mae, 1.0), AtMost(r2, 1.0)), Approval(when="on_doubt", may_waive=("AtMost(mae)",))
    assert Policy(gates=gates, approval=given).approval == given
    said = "may_waive of policy.approval must name gates of the policy: "
    for asked, names, rest in (
        (gates, ("AtMost(mae)", "a", "b"), "AtMost(mae), AtMost(r2). Got a, b instead."),
        ((), ("a",), "it has none. Got a instead."),
    ):
        with pytest.raises(InputError) as caught:
            Policy(gates=asked, approval=Approval(when="on_doubt", may_waive=names))
        assert str(caught.value) == said + rest


def test_an_approval_can_be_kept_with_its_policy() -> None:
    approval = Approval(when="on_doubt", may_waive=["a"], approvers=["ada", "bob"], people=2, timeout=days(3))  # type: ignore[arg-type]  # users write lists
    assert build_frozen(dump_frozen(approval), load_object) == approval
