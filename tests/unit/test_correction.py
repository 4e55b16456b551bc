"""Multiplicity: what any of several comparisons could decide is corrected for how many there are."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headgate.core.combining import AtLeastOf, WarnOnly, all_of, any_of, folded
from headgate.core.correction import Correction, corrected
from headgate.core.every_slice import EverySlice
from headgate.core.gates import AtMost
from headgate.core.metrics import mae, mse, rmse
from headgate.core.paired import BetterBy, NoWorseThan
from headgate.core.policy import Policy
from headgate.core.settling import settled
from headgate.core.verdict import Answer, Comparison, Doubt, Outcome, Verdict
from tests.unit.predicted import Says, compared, comparison_of, errors, evaluation, pair, says

PASS, FAIL, UNDECIDED = Outcome.PASS, Outcome.FAIL, Outcome.UNDECIDED
HOLM, BH = Correction.HOLM, Correction.BENJAMINI_HOCHBERG


def verdict(p_pass: float, p_fail: float | None = None, *, name: str = "g", doubt: Doubt = Doubt.STAY) -> Verdict:
    return settled(name, compared(p_pass, 1 - p_pass if p_fail is None else p_fail), doubt)


def p_fails(verdicts: tuple[Verdict, ...]) -> list[float | None]:
    return [found.corrected_fail for one in verdicts for found in one.comparisons]


def test_claims_against_the_candidate_are_corrected_over_all_comparisons() -> None:
    raw = (verdict(0.99, 0.01, name="a"), verdict(0.96, 0.04, name="b"), verdict(0.97, 0.03, name="c"))
    assert {one.outcome for one in raw} == {FAIL}
    by_holm, notes = corrected(raw, HOLM)
    assert p_fails(by_holm) == pytest.approx([0.03, 0.06, 0.06])
    assert [one.outcome for one in by_holm] == [FAIL, UNDECIDED, UNDECIDED]
    assert notes == ("p-values against the candidate are corrected over 3 comparisons, Holm (1979)",)
    by_share, notes = corrected(raw, BH)
    assert p_fails(by_share) == pytest.approx([0.03, 0.04, 0.04])
    assert [one.outcome for one in by_share] == [FAIL] * 3
    assert notes[0].endswith("3 comparisons, Benjamini and Hochberg (1995)")


def test_a_failure_that_is_none_any_more_says_why() -> None:
    first, second = corrected((verdict(0.96, 0.04), verdict(0.6)), HOLM)[0]
    assert first.outcome is UNDECIDED
    assert "and corrected for how many comparisons there are, 100 rows can't tell" in first.reason
    assert "corrected" not in second.reason
    go = corrected((verdict(0.96, 0.04, doubt=Doubt.GO), verdict(0.6)), HOLM)[0][0]
    assert (go.outcome, go.doubt) == (PASS, Doubt.GO)


def test_one_comparison_needs_no_correction() -> None:
    raw = (verdict(0.96, 0.04), Verdict.passed("limit", "", value=1.0, limit=2.0))
    assert corrected(raw, HOLM) == (raw, ())


def test_that_all_pass_is_one_claim_and_needs_none() -> None:
    raw = (verdict(0.04), verdict(0.045), verdict(0.001))
    after, _ = corrected(raw, HOLM)
    assert [one.outcome for one in after] == [PASS] * 3
    assert all(found.corrected_pass is None for one in after for found in one.comparisons)
    every = folded("all", raw, enough=3)
    assert corrected([every], HOLM)[0][0].outcome is PASS


def test_that_any_passes_is_corrected_within_them() -> None:
    parts = (verdict(0.03, name="a"), verdict(0.5, name="b"))
    one_of = folded("any", parts, enough=1)
    assert one_of.outcome is PASS
    (after,), notes = corrected([one_of], HOLM)
    assert [found.corrected_pass for found in after.comparisons] == pytest.approx([0.06, 0.5])
    assert (after.outcome, [part.outcome for part in after.parts]) == (UNDECIDED, [UNDECIDED, UNDECIDED])
    assert notes[1] == "where any of several may pass, p-values for the candidate are corrected, Holm (1979)"
    (sure,), _ = corrected([folded("any", (verdict(0.02, name="a"), parts[1]), enough=1)], HOLM)
    assert sure.outcome is PASS
    (outer,), _ = corrected([folded("all", (one_of, verdict(0.01, name="c")), enough=2)], HOLM)
    assert outer.outcome is UNDECIDED


def test_a_claim_within_two_choices_takes_the_harder_correction() -> None:
    inner = folded("any", (verdict(0.015, name="a"), verdict(0.5, name="b")), enough=1)
    outer = folded("outer", (inner, verdict(0.6, name="c"), verdict(0.7, name="d")), enough=1)
    (after,), _ = corrected([outer], HOLM)
    assert after.comparisons[0].corrected_pass == pytest.approx(0.06)
    assert after.outcome is UNDECIDED


def test_a_claim_within_two_choices_is_never_made_easier_by_the_outer_one() -> None:
    """As shares of false alarms are: a sure claim leaves room for others."""
    inner = folded("any", (verdict(0.03, name="a"), verdict(0.9, name="b")), enough=1)
    outer = folded("outer", (inner, verdict(0.001, name="c")), enough=1)
    (after,), _ = corrected([outer], BH)
    assert after.comparisons[0].corrected_pass == pytest.approx(0.06)
    assert after.comparisons[2].corrected_pass == pytest.approx(0.003)


def test_a_gate_of_ones_own_that_answers_otherwise_is_left_alone() -> None:
    own = replace(verdict(0.96, 0.04), outcome=PASS, reason="all the same")
    whole = replace(folded("whole", (verdict(0.96, 0.04, name="a"),)), outcome=PASS, reason="as a whole")
    after, _ = corrected((own, whole, verdict(0.5)), HOLM)
    assert [(one.outcome, one.reason) for one in after[:2]] == [(PASS, "all the same"), (PASS, "as a whole")]
    assert p_fails(after[:2]) == pytest.approx([0.12, 0.12])


def test_what_only_warns_neither_counts_nor_changes() -> None:
    warning = replace(verdict(0.99, 0.01), warn_only=True)
    choice = replace(folded("any", (verdict(0.04), verdict(0.5)), enough=1), warn_only=True)
    nested = replace(folded("all", (folded("any", (verdict(0.04), verdict(0.5)), enough=1),)), warn_only=True)
    raw = (warning, choice, nested, verdict(0.96, 0.04))
    assert corrected(raw, HOLM) == (raw, ())


def test_where_all_that_count_must_pass_there_is_no_choice() -> None:
    warning = replace(verdict(0.5, name="c"), warn_only=True)
    both = folded("k", (verdict(0.03, name="a"), verdict(0.04, name="b"), warning), enough=2)
    assert corrected([both], HOLM)[0][0].outcome is PASS


P = st.floats(0, 1)
LEAVES = st.builds(verdict, P)
TREES = st.recursive(
    LEAVES,
    lambda inside: st.builds(
        lambda parts, enough: folded("k", tuple(parts), enough=min(enough, len(parts)) if enough else None),
        st.lists(inside, min_size=1, max_size=4),
        st.integers(0, 4),
    ),
    max_leaves=8,
)


@settings(max_examples=50, deadline=None)
@given(st.lists(TREES, max_size=5), st.sampled_from(Correction))
def test_a_corrected_policy_never_passes_nor_fails_where_the_plain_one_does_not(
    raw: list[Verdict], correction: Correction
) -> None:
    after, _ = corrected(raw, correction)
    for before, now in zip(leaves(raw), leaves(after), strict=True):
        assert now.outcome in {before.outcome, UNDECIDED}
    for plain, one in zip(raw, after, strict=True):
        assert one.outcome is not FAIL or plain.outcome is FAIL
        assert one.outcome is not PASS or plain.outcome is PASS
        assert (one.gate, one.enough, one.warn_only) == (plain.gate, plain.enough, plain.warn_only)


def leaves(verdicts: Any) -> list[Verdict]:
    return [leaf for one in verdicts for leaf in (leaves(one.parts) if one.parts else [one])]


@settings(max_examples=50, deadline=None)
@given(st.lists(LEAVES, min_size=1, max_size=6), st.lists(TREES, max_size=4))
def test_more_gates_never_make_another_ones_alarm_easier(raw: list[Verdict], more: list[Verdict]) -> None:
    few, many = (corrected(each, HOLM)[0] for each in (raw, raw + more))
    for before, now in zip(few, many, strict=False):
        assert now.outcome is not FAIL or before.outcome is FAIL


@settings(max_examples=50, deadline=None)
@given(st.lists(LEAVES, min_size=2, max_size=6), st.sampled_from(Correction), st.randoms())
def test_the_order_of_gates_changes_nothing(raw: list[Verdict], correction: Correction, random: Any) -> None:
    order = list(range(len(raw)))
    random.shuffle(order)
    straight, mixed = corrected(raw, correction)[0], corrected([raw[place] for place in order], correction)[0]
    assert [mixed[order.index(place)] for place in range(len(raw))] == list(straight)


@settings(max_examples=50, deadline=None)
@given(st.lists(LEAVES, max_size=6), st.sampled_from(Correction))
def test_corrected_p_values_are_never_smaller(raw: list[Verdict], correction: Correction) -> None:
    for one in corrected(raw, correction)[0]:
        found = comparison_of(one)
        assert found.corrected_fail is None or found.p_fail <= found.corrected_fail <= 1


def test_gates_and_slices_of_a_policy_are_corrected_together_and_it_is_said() -> None:
    random = np.random.default_rng(4)
    rows = 400
    season = np.tile(["a", "b", "c", "d"], rows // 4)
    of_baseline = 5 + random.random(rows)
    change = random.normal(0, 0.3, rows) - np.where(season == "c", 0.055, 0.0)
    found = errors(of_baseline - change, of_baseline, slices=("season",), season=season)
    by_slice = EverySlice("season", (NoWorseThan(mae),))
    alone = [
        gate
        for gate in (NoWorseThan(mae, slice=f"season={name}") for name in "abcd")
        if gate.judge(evaluation(found), found).outcome is FAIL
    ]
    judgement = Policy(gates=(AtMost(mae, 9.0), NoWorseThan(rmse), by_slice)).judge(evaluation(found, mae, rmse), found)
    assert judgement.notes == ("p-values against the candidate are corrected over 5 comparisons, Holm (1979)",)
    slices = judgement.verdicts[2]
    assert [len(judgement.verdicts[1].comparisons), len(slices.comparisons)] == [1, 4]
    assert all(each.corrected_fail is not None for each in slices.comparisons)
    assert len(alone) >= sum(part.outcome is FAIL for part in slices.parts)


def test_of_equal_models_hardly_any_of_20_slices_is_an_alarm() -> None:
    """100 holdouts: any false alarm in at most 5 %, give or take 3 standard errors; uncorrected it would be most."""
    gate = NoWorseThan(mae, min_rows=1)
    random = np.random.default_rng(7)
    alarms, plain = 0, 0
    for _ in range(100):
        p_values = random.random(20)
        raw = tuple(settled(gate.name, compared(1 - p, p), Doubt.STAY) for p in p_values)
        plain += any(one.outcome is FAIL for one in raw)
        alarms += any(one.outcome is FAIL for one in corrected(raw, HOLM)[0])
    assert plain > 50
    assert alarms <= 100 * 0.05 + 3 * (100 * 0.05 * 0.95) ** 0.5


def test_a_policy_without_comparisons_has_no_notes() -> None:
    found = pair()
    assert Policy(gates=(AtMost(mae, 9.0),)).judge(evaluation(found), found).notes == ()
    gates = (AtMost(mae, 9.0), NoWorseThan(mae), WarnOnly(NoWorseThan(rmse)), says(PASS, "own"))
    assert Policy(gates=gates).judge(evaluation(found, mae, rmse), found).notes == ()


def test_combinations_of_real_gates_are_corrected_too() -> None:
    found = pair(better=0.037, seed=3)
    assert BetterBy(mae).judge(evaluation(found), found).outcome is PASS
    for gate, expected in (
        (all_of(BetterBy(mae), AtMost(mae, 9.0)), PASS),
        (any_of(BetterBy(mae), AtMost(mae, 9.0)), PASS),
        (AtLeastOf(1, (BetterBy(mae), BetterBy(mse, 0.5), BetterBy(rmse, 0.05))), UNDECIDED),
    ):
        judgement = Policy(gates=(gate,)).judge(evaluation(found, mae, mse, rmse), found)
        assert judgement.outcome is expected, judgement


def test_what_a_gate_says_besides_stays_said() -> None:
    parts = (verdict(0.96, 0.04, name="a"), verdict(0.5, name="b"))
    every = folded("every", parts)
    told = replace(every, reason=f"{every.reason}; passed over: c")
    (after,), _ = corrected([told], HOLM)
    assert (told.outcome, after.outcome) == (FAIL, UNDECIDED)
    assert "corrected for how many comparisons there are" in after.reason
    assert after.reason.endswith("; passed over: c")


def test_answers_go_by_what_was_corrected() -> None:
    found = compared(0.01, 0.99)
    assert found.answer is Answer.BETTER
    assert replace(found, corrected_pass=0.06).answer is Answer.CANT_TELL
    against = compared(0.99, 0.01)
    assert (against.answer, replace(against, corrected_fail=0.06).answer) == (Answer.WORSE, Answer.CANT_TELL)


@pytest.mark.parametrize(
    ("p_value", "expected"),
    [
        (0.24, Answer.BETTER),
        (0.25, Answer.BETTER),
        (math.nextafter(0.25, 1), Answer.CANT_TELL),
        (math.nan, Answer.CANT_TELL),
    ],
)
def test_a_p_value_decides_up_to_the_level(p_value: float, expected: Answer) -> None:
    assert compared(p_value, 0.9, confidence=0.75).answer is expected
    against = compared(0.9, p_value, confidence=0.75).answer
    assert against is (Answer.WORSE if expected is Answer.BETTER else expected)


def test_a_gate_of_ones_own_may_bring_a_comparison_and_is_corrected() -> None:
    def own(title: str, found: Comparison) -> Says:
        return Says(Verdict(gate=title, outcome=FAIL, reason=f"{title} fails", comparison=found), title)

    found = pair()
    p_values = {"one": 0.01, "two": 0.03, "three": 0.5}
    policy = Policy(gates=tuple(own(name, compared(1 - p, p)) for name, p in p_values.items()))
    one, two, _ = policy.judge(evaluation(found), found).verdicts
    assert (one.outcome, one.reason) == (FAIL, "one fails")
    assert two.outcome is UNDECIDED
    assert "corrected for how many comparisons there are" in two.reason
