"""What a gate of somebody's own may answer: a verdict throughout, or it is undecided."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from headgate.core.asking import asked
from headgate.core.verdict import Bounded, Outcome, Verdict
from tests.unit.predicted import NO_ROWS, NOTHING, Says, compared

VERDICT = Verdict(gate="Says", outcome=Outcome.PASS, reason="so")
BOUNDED = Bounded(
    what="gap",
    rows=9,
    value=0.5,
    low=0.1,
    high=0.9,
    ceiling=0.2,
    confidence=0.95,
    p_pass=0.5,
    p_fail=0.5,
    method="by hand",
)


def answered(answer: Any) -> Verdict:
    return asked(Says(answer), NOTHING, NO_ROWS)


@pytest.mark.parametrize(
    "answer",
    [
        VERDICT,
        replace(VERDICT, comparison=compared()),
        replace(VERDICT, bounded=BOUNDED),
        replace(VERDICT, comparison=compared(), bounded=BOUNDED),
        replace(VERDICT, parts=(VERDICT, replace(VERDICT, parts=(VERDICT,)))),
    ],
    ids=["plain", "compared", "bounded", "both", "parts"],
)
def test_a_verdict_is_the_answer_as_it_came(answer: Verdict) -> None:
    assert answered(answer) is answer


def test_a_gate_is_asked_with_the_evidence_at_hand() -> None:
    class Own(Says):
        def judge(self, evaluation: Any, predictions: Any) -> Verdict:
            assert (evaluation, predictions) == (NOTHING, NO_ROWS)
            return VERDICT

    assert asked(Own(None), NOTHING, NO_ROWS) is VERDICT


def test_a_verdict_under_another_name_is_told_under_the_gates() -> None:
    assert answered(replace(VERDICT, gate="Other")) == VERDICT


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (ValueError("no\n  luck"), "Says broke: ValueError: no luck"),
        (SystemExit(3), "Says broke: SystemExit: 3"),
        (KeyError("x"), "Says broke: KeyError: 'x'"),
    ],
)
def test_a_gate_that_breaks_is_undecided_and_says_how_in_one_line(error: BaseException, said: str) -> None:
    assert answered(error) == Verdict.undecided("Says", said)


def test_what_stops_the_program_is_no_answer() -> None:
    with pytest.raises(KeyboardInterrupt):
        answered(KeyboardInterrupt())


@pytest.mark.parametrize("answer", [None, True, "so", Outcome.PASS])
def test_an_answer_that_is_no_verdict_is_undecided(answer: Any) -> None:
    said = f"Says must answer with a Verdict. Got {answer!r} instead."
    assert answered(answer) == Verdict.undecided("Says", said)


@pytest.mark.parametrize(
    "change",
    [{"outcome": "PASS"}, {"outcome": None}, {"reason": None}, {"reason": 3}],
    ids=["a text", "none", "no reason", "a number"],
)
def test_a_verdict_without_an_outcome_or_a_reason_is_undecided(change: dict[str, Any]) -> None:
    answer = replace(VERDICT, **change)
    got = f"Got {answer.outcome!r} and {answer.reason!r} instead."
    said = f"Says must answer with PASS, FAIL or UNDECIDED, and a reason. {got}"
    assert answered(answer) == Verdict.undecided("Says", said)


@pytest.mark.parametrize(
    "change",
    [
        {"comparison": "better"},
        {"comparison": BOUNDED},
        {"bounded": "narrow"},
        {"bounded": compared()},
        {"comparison": compared(), "bounded": "narrow"},
        {"comparison": "better", "bounded": BOUNDED},
        {"parts": (None,)},
        {"parts": (VERDICT, replace(VERDICT, reason=None))},  # type: ignore[arg-type]
        {"parts": (replace(VERDICT, parts=("PASS",)),)},  # type: ignore[arg-type]
    ],
)
def test_a_verdict_that_is_none_throughout_is_undecided(change: dict[str, Any]) -> None:
    verdict = answered(replace(VERDICT, **change))
    assert verdict.outcome is Outcome.UNDECIDED
    assert verdict.reason.startswith("Says must answer with PASS, FAIL or UNDECIDED, and a reason. Got ")
