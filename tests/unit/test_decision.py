from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from headgate.core.approval import Approved, Awaited
from headgate.core.decision import decision_of
from headgate.core.verdict import Judgement, Outcome
from tests.unit.verdicts import (
    CHAMPION,
    DOUBTFUL,
    FAILED,
    LIMIT,
    NO_BASELINE,
    PASSED,
    REPLAY,
    WORSE,
    judgement,
    verdict,
)

WHICH = "1 of 3 gates failed: EverySlice(season)."
NOT_GOOD = f"the candidate isn't good enough. {WHICH}"
ALTHOUGH = "approved by ada, although not every gate passed"
NOBODY = "nobody can tell yet whether the candidate is good enough."
WOULD_HAVE = (
    "Nothing changes, though the candidate would have been promoted: 2 gates passed. "
    "A backfill only records what it would have done."
)
GATELESS = Judgement(outcome=Outcome.UNDECIDED, reason="the policy has no gates", verdicts=())


@pytest.mark.parametrize(
    ("told", "change", "said"),
    [
        (PASSED, {}, "The candidate takes the place of the champion, version 4: 2 gates passed."),
        (PASSED, {"champion": None}, "The candidate becomes the first champion: 2 gates passed."),
        (
            PASSED,
            {"champion": replace(CHAMPION, model_id="m-7e1")},
            "The candidate is the champion already, as version 4: 2 gates passed.",
        ),
        (
            PASSED,
            {"dry_run": True},
            "Nothing changes, though the candidate would be promoted: 2 gates passed. This is a dry run.",
        ),
        (
            PASSED,
            {"mode": REPLAY},
            WOULD_HAVE,
        ),
        (
            FAILED,
            {},
            f"The champion, version 4, stays: {NOT_GOOD}",
        ),
        (
            FAILED,
            {"champion": None},
            f"There is still no champion: {NOT_GOOD}",
        ),
        (
            FAILED,
            {"mode": REPLAY},
            f"Nothing changes, and nothing would have: {NOT_GOOD}",
        ),
        (
            judgement(Outcome.UNDECIDED, LIMIT, DOUBTFUL),
            {},
            f"The champion, version 4, stays: {NOBODY} 1 of 2 gates can't tell yet: BetterBy(mae).",
        ),
        (
            GATELESS,
            {},
            f"The champion, version 4, stays: {NOBODY} The policy has no gates.",
        ),
    ],
)
def test_a_decision_is_a_sentence_that_asks_for_no_statistics(
    told: Judgement, change: dict[str, Any], said: str
) -> None:
    assert decision_of(verdict(told, **change)) == said


def test_gates_that_had_nobody_to_compare_with_are_counted_apart() -> None:
    one = judgement(Outcome.PASS, LIMIT, NO_BASELINE)
    assert "1 gate passed, and one had no champion to meet" in decision_of(verdict(one, champion=None))
    two = judgement(Outcome.PASS, LIMIT, NO_BASELINE, replace(NO_BASELINE, gate="BetterBy(rmse)"))
    assert "1 gate passed, and 2 had no champion to compare with" in decision_of(verdict(two, champion=None))


def test_a_warning_is_named_and_doesnt_count_as_a_gate() -> None:
    told = judgement(Outcome.PASS, LIMIT, replace(WORSE, gate="WarnOnly(BetterBy(mae))", warn_only=True))
    assert decision_of(verdict(told)).endswith("1 gate passed; 1 warning: WarnOnly(BetterBy(mae)).")


def test_of_many_gates_three_are_named() -> None:
    told = judgement(Outcome.FAIL, *(replace(WORSE, gate=f"g{place}") for place in range(5)))
    assert decision_of(verdict(told)).endswith("5 of 5 gates failed: g0, g1, g2 and 2 more.")


@pytest.mark.parametrize(
    ("told", "people", "who", "said"),
    [
        (PASSED, 1, (), "The champion, version 4, stays until one person approves: 2 gates passed."),
        (PASSED, 2, ("ada",), "The champion, version 4, stays until 2 people approve: 2 gates passed."),
        (FAILED, 1, (), f"The champion, version 4, stays unless one person approves: {WHICH}"),
        (
            PASSED,
            2,
            ("ada", "bob"),
            "The candidate takes the place of the champion, version 4, approved by ada and bob: 2 gates passed.",
        ),
        (
            FAILED,
            1,
            ("ada",),
            f"The candidate takes the place of the champion, version 4, {ALTHOUGH}: {WHICH}",
        ),
    ],
)
def test_what_people_are_to_say_and_have_said_is_in_the_decision(
    told: Judgement, people: int, who: tuple[str, ...], said: str
) -> None:
    approvals = tuple(Approved(who=name, at=CHAMPION.as_of, why="looks fine") for name in who)
    waiting = verdict(told, awaits=Awaited(reason="asked", people=people), approvals=approvals)
    assert decision_of(waiting) == said


def test_of_a_single_gate_nobody_counts() -> None:
    assert decision_of(verdict(judgement(Outcome.FAIL, WORSE))).endswith("The only gate failed: BetterBy(mae).")
