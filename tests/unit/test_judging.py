"""A gate has so much time, and whatever it does with it, judging goes on."""

from __future__ import annotations

import math
import threading
from dataclasses import dataclass, field
from typing import Any

import pytest

from headgate.core.gates import AtMost
from headgate.core.metrics import mae
from headgate.core.policy import Policy
from headgate.core.verdict import Outcome, Verdict
from headgate.steps.judging import ask_within
from tests.unit.predicted import Says, evaluation, pair, says

FOUND = pair(40)


@dataclass(frozen=True)
class Waits:
    """A gate that answers once it may."""

    may: threading.Event = field(default_factory=threading.Event)
    name: str = "Waits"
    needs: tuple[Any, ...] = (mae,)
    needs_baseline: bool = False

    def judge(self, evaluation: object, predictions: object) -> Verdict:
        self.may.wait(60)
        return Verdict.passed(self.name, "at last", value=1.0, limit=1.0)


def ask(gate: Any, seconds: float = 60.0) -> Verdict:
    return ask_within(seconds)(gate, evaluation(FOUND), FOUND)


def test_a_gate_that_takes_too_long_is_undecided_and_left_behind() -> None:
    gate = Waits()
    verdict = ask(gate, 0.01)
    assert (verdict.gate, verdict.outcome) == ("Waits", Outcome.UNDECIDED)
    assert verdict.reason == "Waits took longer than 0.01 s: see policy.gate_seconds"
    gate.may.set()


def test_one_that_takes_too_long_keeps_the_door_shut_and_the_others_are_asked() -> None:
    gate = Waits()
    policy = Policy(gates=(gate, AtMost(mae, 9.0)))
    judgement = policy.judge(evaluation(FOUND), FOUND, ask=ask_within(0.5))
    gate.may.set()
    assert judgement.outcome is Outcome.UNDECIDED
    assert "Waits took longer than 0.5 s" in judgement.reason
    assert [verdict.outcome for verdict in judgement.verdicts] == [Outcome.UNDECIDED, Outcome.PASS]


@pytest.mark.parametrize("seconds", [60, math.inf, 1e300])
def test_a_gate_that_answers_in_time_is_heard_whatever_the_time(seconds: float) -> None:
    assert ask(says(Outcome.FAIL), seconds) == says(Outcome.FAIL).answer


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (ValueError("no luck"), "Says broke: ValueError: no luck"),
        (SystemExit(1), "Says broke: SystemExit: 1"),
        (True, "must answer with a Verdict"),
    ],
)
def test_a_gate_that_breaks_is_undecided_in_its_own_words(answer: Any, said: str) -> None:
    verdict = ask(Says(answer))
    assert (verdict.outcome, said in verdict.reason) == (Outcome.UNDECIDED, True)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_gate_that_ends_its_thread_did_not_take_too_long() -> None:
    verdict = ask(Says(KeyboardInterrupt()))
    assert (verdict.outcome, verdict.reason) == (
        Outcome.UNDECIDED,
        "Says broke: it ended the thread that it was asked in",
    )
