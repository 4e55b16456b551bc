from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.core.evaluation import Evaluation, Measure
from headgate.core.gates import AtLeast, AtMost
from headgate.core.metrics import mae, r2, rmse
from headgate.core.paired import NoWorseThan
from headgate.core.policy import Policy
from headgate.core.verdict import Outcome
from headgate.errors import InputError


def evaluation(*, baseline: str | None = "7", **values: tuple[float | None, float | None]) -> Evaluation:
    measures = tuple(
        Measure(metric=name, slice="overall", rows=9, candidate=candidate, baseline=before)
        for name, (candidate, before) in values.items()
    )
    return Evaluation(candidate="m-1", baseline=baseline, baseline_error=None, measures=measures)


CEILING, FLOOR, COMPARISON = AtMost(mae, 1.0), AtLeast(r2, 0.5), NoWorseThan(rmse, 0.0)
GOOD: dict[str, Any] = {"mae": (0.5, 0.6), "r2": (0.9, 0.8), "rmse": (1.0, 2.0)}


def test_no_gates_open_no_door() -> None:
    judgement = Policy().judge(evaluation(**GOOD))
    assert (judgement.outcome, judgement.reason) == (Outcome.UNDECIDED, "the policy has no gates")


def test_all_gates_must_pass() -> None:
    judgement = Policy(gates=(CEILING, FLOOR, COMPARISON)).judge(evaluation(**GOOD))
    assert (judgement.outcome, judgement.reason) == (Outcome.PASS, "3 gates passed")
    assert [verdict.gate for verdict in judgement.verdicts] == ["AtMost(mae)", "AtLeast(r2)", "NoWorseThan(rmse)"]


def test_one_that_fails_decides_and_says_why() -> None:
    judgement = Policy(gates=(CEILING, FLOOR)).judge(evaluation(mae=(1.5, 1.0), r2=(None, None)))
    assert (judgement.outcome, judgement.reason) == (Outcome.FAIL, "mae 1.5 is above the ceiling 1.0")


def test_one_that_is_undecided_keeps_the_door_shut() -> None:
    judgement = Policy(gates=(CEILING, FLOOR)).judge(evaluation(mae=(0.5, 1.0)))
    assert (judgement.outcome, judgement.reason) == (Outcome.UNDECIDED, "r2 was not measured")


def test_a_first_candidate_is_judged_by_the_gates_that_need_no_baseline() -> None:
    judgement = Policy(gates=(CEILING, COMPARISON)).judge(evaluation(baseline=None, mae=(0.5, None), rmse=(1.0, None)))
    assert (judgement.outcome, judgement.reason) == (Outcome.PASS, "no baseline, and 1 gate without one passed")
    assert [verdict.outcome for verdict in judgement.verdicts] == [Outcome.PASS, Outcome.UNDECIDED]


def test_a_first_candidate_that_nothing_judges_is_undecided() -> None:
    judgement = Policy(gates=(COMPARISON,)).judge(evaluation(baseline=None, rmse=(1.0, None)))
    assert judgement.outcome is Outcome.UNDECIDED
    assert "add AtLeast or AtMost" in judgement.reason


def test_a_baseline_that_was_not_measured_is_no_first_candidate() -> None:
    judgement = Policy(gates=(CEILING, COMPARISON)).judge(evaluation(mae=(0.5, None), rmse=(1.0, None)))
    assert judgement.outcome is Outcome.UNDECIDED


VALUES = st.tuples(*[st.none() | st.floats()] * 2)
FOUND = st.builds(evaluation, baseline=st.none() | st.just("7"), mae=VALUES, r2=VALUES, rmse=VALUES)


@given(st.sets(st.sampled_from([CEILING, FLOOR, COMPARISON])), FOUND)
def test_the_door_opens_only_when_every_gate_that_could_be_asked_passed(gates: set[Any], found: Evaluation) -> None:
    judgement = Policy(gates=tuple(gates)).judge(found)
    asked = [gate for gate in gates if found.baseline or not gate.needs_baseline]
    passed = bool(asked) and all(gate.judge(found).outcome is Outcome.PASS for gate in asked)
    assert (judgement.outcome is Outcome.PASS) is passed
    assert len(judgement.verdicts) == len(gates)
    assert judgement.reason


@pytest.mark.parametrize("gate", [AtMost, "AtMost(mae, 1)", None, 1])
def test_what_is_no_gate_is_refused_by_its_place(gate: Any) -> None:
    with pytest.raises(InputError, match=r"policy\.gates\.1 must be a gate such as AtMost"):
        Policy(gates=(CEILING, gate))


def test_two_gates_of_one_name_are_refused() -> None:
    with pytest.raises(InputError, match=r"must differ by name. Got AtMost\(mae\) twice"):
        Policy(gates=(AtMost(mae, 1.0), FLOOR, AtMost(mae, 2.0)))


def test_one_metric_may_have_several_gates() -> None:
    gates = (AtMost(mae, 1.0), NoWorseThan(mae), AtMost(mae, 1.0, slice="a=b"))
    assert Policy(gates=list(gates)).gates == gates  # type: ignore[arg-type]
