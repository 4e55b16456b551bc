"""Every gate of ours passes the suite for gates of one's own, and no bad one does."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import replace
from pickle import PicklingError
from typing import Any

import pytest

import headgate
from headgate.core.gates import Gate
from headgate.errors import InputError
from headgate.testing.conformance_gates import GateConformance
from tests.unit import bad_gates
from tests.unit.built_in_gates import GATES


class TestOurGates(GateConformance):
    @pytest.fixture(autouse=True, params=GATES, ids=lambda gate: gate.name)
    def _choose(self, request: pytest.FixtureRequest) -> None:
        self.gate: Any = request.param

    def make(self) -> Gate:
        return replace(self.gate)  # type: ignore[no-any-return]


class TestAGoodGate(GateConformance):
    """As a user does it."""

    def make(self) -> Gate:
        return bad_gates.Good()


CAUGHT = (AssertionError, pytest.fail.Exception, InputError, PicklingError, AttributeError)
TESTS = sorted(name for name in dir(GateConformance) if name.startswith("test_"))


def suite_of(make: Callable[[], Any], seconds: float = 20.0) -> GateConformance:
    class Suite(GateConformance):
        def make(self) -> Gate:
            return make()  # type: ignore[no-any-return]

    suite = Suite()
    suite.seconds = seconds
    return suite


def public_gates() -> list[type]:
    found = [getattr(headgate, name) for name, home in headgate._HOME_OF.items() if home.startswith("headgate.core.")]
    return [kind for kind in found if inspect.isclass(kind) and hasattr(kind, "judge") and hasattr(kind, "needs")]


def test_every_public_gate_is_tried() -> None:
    wanted = {kind.__name__ for kind in public_gates() if kind is not headgate.Policy}
    assert len(wanted) >= 17
    assert wanted <= {type(gate).__name__ for gate in GATES}


@pytest.mark.parametrize(
    ("bad", "caught_by"),
    [
        (bad_gates.HasNoNeeds, "test_it_is_a_gate"),
        (bad_gates.IsNeverItself, "test_it_is_a_gate"),
        (bad_gates.NeverDecides, "test_on_sound_evidence_it_decides"),
        (bad_gates.RaisesWithoutFacts, "test_it_answers_whatever_it_gets"),
        (bad_gates.RaisesOnTexts, "test_it_answers_whatever_it_gets"),
        (bad_gates.AnswersABool, "test_it_answers_whatever_it_gets"),
        (bad_gates.AnswersAsAnother, "test_it_answers_whatever_it_gets"),
        (bad_gates.GivesNoReason, "test_it_answers_whatever_it_gets"),
        (bad_gates.PassesOnNothing, "test_no_evidence_is_undecided"),
        (bad_gates.FailsOnNotANumber, "test_no_evidence_is_undecided"),
        (bad_gates.FailsOnNotANumber, "test_a_fact_that_is_missing_is_undecided_and_its_note_is_the_reason"),
        (bad_gates.KeepsTheNote, "test_a_fact_that_is_missing_is_undecided_and_its_note_is_the_reason"),
        (bad_gates.PassesWithoutItsColumn, "test_a_column_that_is_missing_is_undecided"),
        (bad_gates.PassesWithoutABaseline, "test_without_a_baseline_it_says_so_or_needs_none"),
        (bad_gates.NeedsABaselineUnsaid, "test_without_a_baseline_it_says_so_or_needs_none"),
        (bad_gates.MindsAnUnscoredBaselineLittle, "test_a_baseline_that_cannot_be_scored_is_undecided"),
        (bad_gates.ThrowsACoin, "test_the_same_evidence_gets_the_same_answer"),
        (bad_gates.LooksAtTheFirstFact, "test_the_same_evidence_gets_the_same_answer"),
        (bad_gates.ThrowsACoin, "test_it_leaves_the_evidence_and_the_worlds_chance_alone"),
        (bad_gates.Sorts, "test_it_leaves_the_evidence_and_the_worlds_chance_alone"),
        (bad_gates.CanBeChanged, "test_it_cannot_be_changed"),
        (bad_gates.CannotBeKept, "test_it_can_be_kept"),
        (bad_gates.CannotTravel, "test_it_travels"),
        (bad_gates.Sleeps, "test_it_takes_no_long_time"),
    ],
)
def test_a_bad_gate_is_caught(bad: Callable[[], Any], caught_by: str) -> None:
    suite = suite_of(bad, seconds=0.1 if bad is bad_gates.Sleeps else 20.0)
    with pytest.raises(CAUGHT):
        getattr(suite, caught_by)()


def test_each_test_of_the_suite_catches_something() -> None:
    marks = [mark for mark in test_a_bad_gate_is_caught.pytestmark if mark.name == "parametrize"]
    assert {caught_by for _, caught_by in marks[0].args[1]} == set(TESTS)
