"""What people answered, read back from MLflow runs and from the promotion log."""

from __future__ import annotations

from typing import Any

import pytest

from headgate.core.approval_record import Answer, answer_on, answers_in
from headgate.core.past_runs import past_of, with_answers
from tests.unit.logs import entry
from tests.unit.past import judged

NOON = "2024-05-02T12:00:00+00:00"
ADA = Answer(state="approved", who="ada", at=NOON, why="ada approves: fine")


@pytest.mark.parametrize(
    ("tags", "answer"),
    [
        ({}, None),
        ({"approval": "not needed", "approval_reason": "every gate passed"}, None),
        ({"approval": "closed", "approval_reason": "a replay promotes nothing"}, None),
        (
            {
                "approval": "awaited",
                "approval_reason": "each promotion is approved by people",
                "approval_by": "none",
                "approval_at": "none",
            },
            Answer(state="awaited", why="each promotion is approved by people"),
        ),
        (
            {
                "approval": "approved",
                "approval_reason": "ada approves: fine",
                "approval_by": "ada",
                "approval_at": NOON,
                "approval_rejected_by": "none",
                "approval_rejected_at": "none",
            },
            ADA,
        ),
        (
            {
                "approval": "rejected",
                "approval_reason": "bob approves: fine; eve rejects: no",
                "approval_by": "bob",
                "approval_at": "before",
                "approval_rejected_by": "eve",
                "approval_rejected_at": NOON,
            },
            Answer(state="rejected", who="eve", at=NOON, why="bob approves: fine; eve rejects: no"),
        ),
        (
            {"approval": "rejected", "approval_reason": "eve rejects: no", "approval_by": "none"},
            Answer(state="rejected", why="eve rejects: no"),
        ),
        (
            {"approval": "approved by 1 of 2", "approval_by": "bob", "approval_at": NOON},
            Answer(state="approved by 1 of 2", who="bob", at=NOON),
        ),
    ],
    ids=["before there were approvals", "not needed", "closed", "awaited", "approved", "rejected", "old", "one of two"],
)
def test_a_run_says_who_answered_when_and_why_and_nothing_where_nobody_was_asked(
    tags: dict[str, Any], answer: Answer | None
) -> None:
    assert answer_on(judged(0, **tags)) == answer


def test_a_log_knows_who_approved_which_candidate() -> None:
    kept: dict[str, Any] = {
        "approval": "always",
        "approved_by": "ada, bob",
        "approved_at": f"{NOON}, then",
        "approval_reason": "a; b",
    }
    log = [entry(1), entry(2, **kept), entry(3, approved_by="eve"), entry(4, approved_by="")]
    assert answers_in(log) == {
        "m-2": Answer(state="approved", who="ada, bob", at=f"{NOON}, then", why="a; b"),
        "m-3": Answer(state="approved", who="eve"),
    }


def test_the_log_counts_more_than_a_run_that_missed_the_answer() -> None:
    past = past_of([judged(0, approval="awaited"), judged(1, approval="rejected"), judged(2)])
    log = [entry(1, model_id="m-dag-0", approved_by="ada")]
    assert [run.answer for run in with_answers(past, log).runs] == [
        Answer(state="approved", who="ada"),
        Answer(state="rejected"),
        None,
    ]
    assert with_answers(past, []) == past


@pytest.mark.parametrize(
    ("answer", "short", "full"),
    [
        (Answer(state="awaited"), "awaited", "awaited"),
        (Answer(state="timed out", why="nobody"), "timed out", "timed out: nobody"),
        (ADA, "approved: ada", "approved: ada (2024-05-02 12:00 UTC): ada approves: fine"),
        (
            Answer(state="approved", who="ada, bob", at="2024-05-02T14:00:00+02:00, then"),
            "approved: ada, bob",
            "approved: ada, bob (2024-05-02 12:00 UTC, then)",
        ),
    ],
)
def test_an_answer_is_told_in_short_and_in_full(answer: Answer, short: str, full: str) -> None:
    assert (str(answer), answer.in_full) == (short, full)
