from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headgate.core.approval import Approval
from headgate.core.combining import AtLeastOf, WarnOnly, all_of, any_of
from headgate.core.correction import Correction
from headgate.core.evaluation import Evaluation, Measure
from headgate.core.every_slice import EverySlice
from headgate.core.gate_rows import RowsAtLeast
from headgate.core.gates import AtLeast, AtMost
from headgate.core.metrics import mae, mse, r2, rmse
from headgate.core.needs import Column
from headgate.core.paired import BetterBy, NoWorseThan
from headgate.core.policy import Policy
from headgate.core.predictions import Predictions
from headgate.core.verdict import Judgement, Outcome, Verdict
from headgate.errors import InputError
from tests.unit.predicted import Says, compared, evaluation, first, pair, says

CEILING, FLOOR, COMPARISON = AtMost(mae, 6.0), AtLeast(r2, -1e9), NoWorseThan(rmse, 0.0)
BETTER, EQUAL, WORSE = (pair(better=by, seed=3) for by in (0.5, 0.0, -0.5))


def judged(*gates: Any, found: Predictions = BETTER, baseline: str | None = "7", **more: Any) -> Judgement:
    found = found if baseline else first(found)
    policy = Policy(gates=gates, **more)
    return policy.judge(evaluation(found, mae, r2, rmse, mse, baseline=baseline), found)


def told(judgement: Judgement) -> tuple[Outcome, str]:
    return judgement.outcome, judgement.reason


def test_no_gates_open_no_door() -> None:
    assert told(judged()) == (Outcome.UNDECIDED, "the policy has no gates")


def test_all_gates_must_pass() -> None:
    judgement = judged(CEILING, FLOOR, COMPARISON)
    assert told(judgement) == (Outcome.PASS, "3 gates passed")
    assert [verdict.gate for verdict in judgement.verdicts] == ["AtMost(mae)", "AtLeast(r2)", "NoWorseThan(rmse)"]


def test_one_that_fails_decides_and_says_why() -> None:
    judgement = judged(AtMost(mae, 1.0), AtLeast(r2, 0.5, slice="nowhere"))
    assert judgement.outcome is Outcome.FAIL
    assert judgement.reason.endswith("is above the ceiling 1.0")
    assert judged(CEILING, COMPARISON, found=WORSE).outcome is Outcome.FAIL


def test_one_that_is_undecided_keeps_the_door_shut() -> None:
    assert told(judged(CEILING, AtLeast(r2, 0.5, slice="nowhere"))) == (
        Outcome.UNDECIDED,
        "r2 of nowhere was not measured",
    )
    assert judged(CEILING, COMPARISON, found=EQUAL).outcome is Outcome.UNDECIDED


def test_a_first_candidate_is_judged_by_the_gates_that_need_no_baseline() -> None:
    judgement = judged(CEILING, COMPARISON, baseline=None)
    assert told(judgement) == (Outcome.PASS, "no baseline, and 1 gate without one passed")
    assert [verdict.outcome for verdict in judgement.verdicts] == [Outcome.PASS, Outcome.UNDECIDED]
    failed = judged(AtMost(mae, 1.0), COMPARISON, baseline=None)
    assert failed.outcome is Outcome.FAIL
    assert failed.reason.startswith("no baseline; mae 5")


ROWS = says(Outcome.PASS, "Rows", needs=(Column(name="x"),))
FAILS = says(Outcome.FAIL, "Fails", needs=(Column(name="x"),))


@pytest.mark.parametrize(
    ("gates", "is_judged"),
    [
        ((COMPARISON,), False),
        ((ROWS,), False),
        ((ROWS, COMPARISON), False),
        ((all_of(ROWS, COMPARISON),), False),
        ((any_of(ROWS, COMPARISON),), False),
        ((all_of(ROWS, WarnOnly(CEILING)),), False),
        ((WarnOnly(CEILING), ROWS), False),
        ((any_of(ROWS, CEILING),), False),
        ((EverySlice("x", (COMPARISON,)), ROWS), False),
        ((AtLeastOf(2, (ROWS, replace(ROWS, title="More rows"), CEILING)),), False),
        ((AtLeastOf(2, (ROWS, FLOOR, CEILING)),), True),
        ((all_of(ROWS, CEILING, COMPARISON),), True),
        ((all_of(ROWS, any_of(CEILING, COMPARISON)),), True),
        ((any_of(CEILING, FLOOR),), True),
        ((CEILING,), True),
    ],
)
def test_a_first_candidate_needs_a_gate_that_judges_it(gates: tuple[Any, ...], *, is_judged: bool) -> None:
    """One that nothing passes but by what the candidate predicts."""
    judgement = judged(*gates, baseline=None)
    assert (judgement.outcome is Outcome.PASS) is is_judged
    assert judgement.reason.startswith("no baseline, and ")
    if not is_judged:
        assert told(judgement) == (
            Outcome.UNDECIDED,
            "no baseline, and no gate that judges a first candidate: add AtLeast or AtMost",
        )


def test_a_later_candidate_needs_one_too() -> None:
    assert told(judged(ROWS)) == (Outcome.UNDECIDED, "no gate judges the candidate: add AtLeast or AtMost")
    assert judged(ROWS, COMPARISON).outcome is Outcome.PASS
    assert judged(RowsAtLeast(training=1, holdout=1)).outcome is Outcome.UNDECIDED


def test_a_baseline_that_was_not_scored_is_no_first_candidate() -> None:
    found = first(BETTER)
    policy = Policy(gates=(CEILING, COMPARISON))
    judgement = policy.judge(evaluation(found, mae, rmse, error="it no longer loads"), found)
    assert judgement.outcome is Outcome.UNDECIDED
    assert "it no longer loads" in judgement.reason


def test_a_gate_that_only_warns_is_told_and_decides_nothing() -> None:
    warning = WarnOnly(AtMost(mae, 1.0))
    judgement = judged(CEILING, warning)
    assert told(judgement) == (Outcome.PASS, "1 gate passed, 1 warned")
    assert [(one.outcome, one.warn_only) for one in judgement.verdicts] == [
        (Outcome.PASS, False),
        (Outcome.FAIL, True),
    ]
    assert told(judged(CEILING, WarnOnly(FLOOR))) == (Outcome.PASS, "1 gate passed")
    assert judged(warning, WarnOnly(FLOOR)).outcome is Outcome.UNDECIDED
    at_first = judged(CEILING, warning, WarnOnly(COMPARISON), baseline=None)
    assert told(at_first) == (Outcome.PASS, "no baseline, and 1 gate without one passed, 1 warned")


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (RuntimeError("no\n luck"), "Says broke: RuntimeError: no luck"),
        (SystemExit(3), "Says broke: SystemExit: 3"),
        (True, "Says must answer with a Verdict. Got True instead."),
        (None, "Says must answer with a Verdict. Got None instead."),
        (Verdict(gate="Says", outcome="FAIL", reason="no"), "must answer with PASS, FAIL or UNDECIDED, and a reason"),  # type: ignore[arg-type]
        (Verdict(gate="Says", outcome="PASS", reason="yes"), "Got 'PASS' and 'yes' instead"),  # type: ignore[arg-type]
        (Verdict(gate="Says", outcome=True, reason="yes"), "Got True and 'yes'"),  # type: ignore[arg-type]
        (Verdict(gate="Says", outcome=Outcome.PASS, reason=None), "Got <Outcome.PASS: 'PASS'> and None"),  # type: ignore[arg-type]
        (Verdict(gate="Says", outcome=Outcome.PASS, reason="", parts=(True,)), "must answer with"),  # type: ignore[arg-type]
        (Verdict(gate="Says", outcome=Outcome.PASS, reason="", comparison=0.1), "must answer with"),  # type: ignore[arg-type]
        (Verdict(gate="Says", outcome=Outcome.PASS, reason="", bounded=0.1), "must answer with"),  # type: ignore[arg-type]
    ],
)
def test_a_gate_that_breaks_or_answers_something_else_is_undecided(answer: Any, said: str) -> None:
    judgement = judged(CEILING, Says(answer))
    assert judgement.outcome is Outcome.UNDECIDED
    assert said in judgement.reason
    assert judgement.verdicts[1].gate == "Says"


def test_a_gate_that_answers_under_another_name_answers_under_its_own() -> None:
    judgement = judged(CEILING, Says(Verdict.failed("AtMost(mae)", "no", value=1.0, limit=0.0)))
    assert told(judgement) == (Outcome.FAIL, "no")
    assert [verdict.gate for verdict in judgement.verdicts] == ["AtMost(mae)", "Says"]


@pytest.mark.parametrize("outcome", [Outcome.FAIL, Outcome.UNDECIDED])
def test_a_gate_of_ones_own_that_goes_by_more_than_its_comparison_keeps_its_answer(outcome: Outcome) -> None:
    """However good the p-values that it shows."""
    shown = Verdict(gate="Says", outcome=outcome, reason="not for me", comparison=compared(p_pass=0.001, p_fail=0.999))
    parts = Verdict(gate="Parts", outcome=outcome, reason="nor me", parts=(replace(shown, outcome=Outcome.PASS),))
    judgement = judged(COMPARISON, Says(shown), Says(parts, "Parts"))
    assert judgement.outcome is outcome
    assert [verdict.reason for verdict in judgement.verdicts[1:]] == ["not for me", "nor me"]


@pytest.mark.parametrize("p_value", [math.nan, -1.0, 2.0, math.inf])
def test_a_p_value_that_is_none_speaks_for_nobody(p_value: float) -> None:
    odd = Verdict(gate="Says", outcome=Outcome.UNDECIDED, reason="odd", comparison=compared(p_value, p_value))
    gates = (NoWorseThan(rmse), NoWorseThan(mae), Says(odd))
    verdicts = judged(*gates, found=WORSE).verdicts
    assert [verdict.outcome for verdict in verdicts] == [Outcome.FAIL, Outcome.FAIL, Outcome.UNDECIDED]
    comparison = verdicts[2].comparison
    assert comparison is not None
    assert comparison.corrected_fail == 1.0


OUTCOMES = st.sampled_from(Outcome)
VALUES = st.none() | st.floats()


@settings(deadline=None, max_examples=60)
@given(
    st.lists(OUTCOMES, max_size=4),
    st.lists(st.booleans(), min_size=4, max_size=4),
    st.sampled_from([None, "7"]),
    VALUES,
)
def test_the_door_opens_only_when_every_gate_that_could_be_asked_passed(
    outcomes: list[Outcome], compare: list[bool], baseline: str | None, value: float | None
) -> None:
    gates = [
        says(each, f"g{place}", needs_baseline=which)
        for place, (each, which) in enumerate(zip(outcomes, compare, strict=False))
    ]
    measure = Measure(metric="mae", slice="overall", rows=9, candidate=value, baseline=None)
    found = Evaluation(candidate="m", baseline=baseline, baseline_error=None, measures=(measure,))
    judgement = Policy(gates=(CEILING, *gates)).judge(found, BETTER)
    asked_of = [gate.answer.outcome for gate in gates if not (baseline is None and gate.needs_baseline)]
    is_met = value is not None and math.isfinite(value) and value <= 6
    assert (judgement.outcome is Outcome.PASS) is (is_met and set(asked_of) <= {Outcome.PASS})
    assert len(judgement.verdicts) == len(gates) + 1
    assert judgement.reason
    assert judgement.reason.startswith("no baseline") is (baseline is None)


def test_the_same_evaluation_gets_the_same_judgement() -> None:
    gates = (CEILING, COMPARISON, BetterBy(mae), EverySlice("x", (FLOOR,)))
    assert judged(*gates) == judged(*gates)


def test_each_gate_is_asked_by_whoever_is_given() -> None:
    def ask(gate: Any, *_: Any) -> Verdict:
        return Verdict.undecided(gate.name, f"nobody asks {gate.name}")

    judgement = Policy(gates=(CEILING,)).judge(evaluation(BETTER), BETTER, ask=ask)
    assert told(judgement) == (Outcome.UNDECIDED, "nobody asks AtMost(mae)")


def test_a_policy_needs_what_its_gates_need_each_once() -> None:
    policy = Policy(gates=(CEILING, NoWorseThan(mae), any_of(FLOOR, ROWS)))
    assert policy.needs == (mae, r2, Column(name="x"))
    assert policy.metrics == (mae, r2)


@pytest.mark.parametrize("gate", [AtMost, "AtMost(mae, 1)", None, 1])
def test_what_is_no_gate_is_refused_by_its_place(gate: Any) -> None:
    with pytest.raises(InputError, match=r"policy\.gates\.1 must be a gate such as AtMost"):
        Policy(gates=(CEILING, gate))


@pytest.mark.parametrize("gates", [None, CEILING, "AtMost(mae, 1)", 3])
def test_gates_that_are_no_tuple_are_refused(gates: Any) -> None:
    with pytest.raises(InputError, match=r"policy.gates must be a tuple such as \(AtMost\(mae, 0.6\),\). Got"):
        Policy(gates=gates)


def test_two_gates_of_one_name_are_refused() -> None:
    with pytest.raises(InputError, match=r"must differ by name. Got AtMost\(mae\) twice"):
        Policy(gates=(AtMost(mae, 1.0), FLOOR, AtMost(mae, 2.0)))


def test_one_metric_may_have_several_gates() -> None:
    gates = (AtMost(mae, 1.0), NoWorseThan(mae), AtMost(mae, 1.0, slice="a=b"))
    assert Policy(gates=list(gates)).gates == gates  # type: ignore[arg-type]


@pytest.mark.parametrize(("floor", "fits"), [(0.9, True), (1.0, True), (math.nextafter(1, 2), False), (2, False)])
@pytest.mark.parametrize("where", ["plain", "all", "slices"])
def test_gates_that_contradict_each_other_are_refused(where: str, floor: float, *, fits: bool) -> None:
    both = (AtLeast(mae, floor), AtMost(mae, 1.0))
    gates = {"plain": both, "all": (all_of(*both),), "slices": (EverySlice("season", both),)}[where]
    if fits:
        assert Policy(gates=gates).gates == gates
        return
    with pytest.raises(
        InputError, match=r"AtLeast\(mae\) and AtMost\(mae\) of a policy must leave room. Got a floor of"
    ):
        Policy(gates=gates)


def test_limits_of_other_slices_or_of_which_one_is_enough_contradict_nothing() -> None:
    low, high = AtLeast(mae, 2.0), AtMost(mae, 1.0)
    for gates in ((low, replace(high, slice="a=b")), (low, AtMost(rmse, 1.0)), (any_of(low, high),)):
        assert Policy(gates=gates).gates == gates


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"correction": "bonferroni"}, "policy.correction must be one of holm, benjamini_hochberg. Got 'bonferroni'"),
        ({"correction": None}, "policy.correction must be one of"),
        ({"approval": "always"}, "policy.approval must be an Approval. Got 'always' instead"),
        ({"gate_seconds": 0}, "policy.gate_seconds must be a number > 0. Got 0 instead"),
        ({"gate_seconds": -1.0}, "must be a number > 0"),
        ({"gate_seconds": math.nan}, "must be a number > 0"),
        ({"gate_seconds": "10"}, "must be a number > 0"),
        ({"gate_seconds": True}, "must be a number > 0"),
    ],
)
def test_an_argument_that_makes_no_sense_is_refused(change: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=said):
        Policy(gates=(CEILING,), **change)


def test_a_policy_may_be_told_otherwise() -> None:
    policy = Policy(gates=(CEILING,), correction="benjamini_hochberg", approval=Approval(), gate_seconds=math.inf)  # type: ignore[arg-type]
    assert (policy.correction, policy.gate_seconds) == (Correction.BENJAMINI_HOCHBERG, math.inf)
