"""A paired test's answer, a verdict's comparisons, and how verdicts are made."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest

from headgate.core.verdict import Answer, Bounded, Doubt, Outcome, Verdict
from tests.unit.predicted import compared

NAN = math.nan


@pytest.mark.parametrize(
    ("p_pass", "p_fail", "answer"),
    [
        (0.2, 0.8, Answer.BETTER),
        (0.25, 0.75, Answer.BETTER),
        (0.26, 0.74, Answer.CANT_TELL),
        (0.74, 0.26, Answer.CANT_TELL),
        (0.75, 0.25, Answer.WORSE),
        (0.8, 0.2, Answer.WORSE),
        (0.2, 0.2, Answer.BETTER),
        (NAN, 0.2, Answer.WORSE),
        (NAN, NAN, Answer.CANT_TELL),
    ],
)
def test_an_answer_is_sure_where_its_p_value_is_at_most_what_the_confidence_leaves(
    p_pass: float, p_fail: float, answer: Answer
) -> None:
    assert compared(p_pass, p_fail, confidence=0.75).answer is answer


@pytest.mark.parametrize("confidence", [0.5, 0.75, 0.95])
def test_more_confidence_asks_for_a_smaller_p_value(confidence: float) -> None:
    below = 0.99 * (1 - confidence)
    assert compared(below, 1 - below, confidence=confidence).answer is Answer.BETTER
    assert compared(1.1 * (1 - confidence), 1.0, confidence=confidence).answer is Answer.CANT_TELL


@pytest.mark.parametrize(
    ("corrected", "answer"),
    [
        ({"corrected_pass": 0.1}, Answer.CANT_TELL),
        ({"corrected_pass": 0.02}, Answer.BETTER),
        ({"corrected_pass": 0.0}, Answer.BETTER),
        ({"corrected_fail": 0.02}, Answer.BETTER),
        ({"corrected_pass": 0.1, "corrected_fail": 0.02}, Answer.WORSE),
        ({"corrected_pass": 0.1, "corrected_fail": 0.0}, Answer.WORSE),
    ],
)
def test_a_corrected_p_value_counts_instead_of_the_plain_one(corrected: dict[str, float], answer: Answer) -> None:
    assert compared(0.01, 0.99, **corrected).answer is answer


def test_a_corrected_p_value_against_the_candidate_can_take_a_failure_back() -> None:
    assert compared(0.99, 0.01).answer is Answer.WORSE
    assert compared(0.99, 0.01, corrected_fail=0.1).answer is Answer.CANT_TELL


def bounded(low: float, high: float, **change: Any) -> Bounded:
    given: dict[str, Any] = {"what": "gap", "rows": 100, "value": 0.5, "ceiling": 1.0, "confidence": 0.75}
    p_values: dict[str, Any] = {"p_pass": 0.1, "p_fail": 0.1, "method": "by hand"}
    return Bounded(**given | p_values | {"low": low, "high": high} | change)


@pytest.mark.parametrize(
    ("low", "high", "answer"),
    [
        (0.2, 0.9, Answer.BETTER),
        (0.2, 1.0, Answer.BETTER),
        (0.2, math.nextafter(1, 2), Answer.CANT_TELL),
        (1.0, 1.5, Answer.CANT_TELL),
        (math.nextafter(1, 2), 1.5, Answer.WORSE),
        (NAN, 1.5, Answer.CANT_TELL),
        (NAN, NAN, Answer.CANT_TELL),
    ],
)
def test_a_value_is_held_against_its_ceiling_by_its_bounds(low: float, high: float, answer: Answer) -> None:
    assert bounded(low, high).answer is answer


@pytest.mark.parametrize(
    ("corrected", "stays"), [(0.0, True), (0.2, True), (0.25, True), (0.26, False), (1.0, False), (NAN, False)]
)
def test_a_corrected_p_value_can_only_take_back_what_bounds_say(corrected: float, *, stays: bool) -> None:
    for_it = bounded(0.2, 0.9, corrected_pass=corrected, corrected_fail=0.0)
    assert for_it.answer is (Answer.BETTER if stays else Answer.CANT_TELL)
    against = bounded(1.2, 1.5, corrected_pass=0.0, corrected_fail=corrected)
    assert against.answer is (Answer.WORSE if stays else Answer.CANT_TELL)
    assert bounded(0.2, 1.5, corrected_pass=0.0, corrected_fail=corrected).answer is Answer.CANT_TELL


def test_a_verdicts_claim_is_its_comparison_or_its_bounds() -> None:
    comparison, bounds = compared(), bounded(0.2, 0.9)
    plain = Verdict.undecided("q", "so")
    assert plain.claim is None
    assert replace(plain, comparison=comparison).claim is comparison
    assert replace(plain, bounded=bounds).claim is bounds
    assert replace(plain, bounded=bounds).comparisons == ()


def test_a_verdict_has_its_own_comparison_and_then_those_of_its_parts_in_their_order() -> None:
    first, second, third = (compared(slice=name) for name in ("a", "b", "c"))
    part = Verdict(gate="p", outcome=Outcome.PASS, reason="so", comparison=second)
    other = Verdict(gate="o", outcome=Outcome.PASS, reason="so", parts=(Verdict.undecided("q", "so"),))
    last = Verdict(gate="l", outcome=Outcome.PASS, reason="so", parts=(Verdict.undecided("q", "so"), part))
    whole = Verdict(gate="w", outcome=Outcome.PASS, reason="so", comparison=first, parts=(part, other, last))
    assert whole.comparisons == (first, second, second)
    assert Verdict(gate="t", outcome=Outcome.FAIL, reason="so", comparison=third).comparisons == (third,)
    assert Verdict.undecided("q", "so").comparisons == ()


def test_a_verdict_on_a_number_holds_the_number_and_its_limit() -> None:
    passed = Verdict.passed("g", "so", value=0.4, limit=0.6)
    failed = Verdict.failed("g", "so", value=0.7, limit=0.6)
    assert passed == Verdict(gate="g", outcome=Outcome.PASS, reason="so", value=0.4, limit=0.6)
    assert failed == Verdict(gate="g", outcome=Outcome.FAIL, reason="so", value=0.7, limit=0.6)


def test_a_verdict_without_evidence_holds_no_number_and_lets_the_champion_stay() -> None:
    verdict = Verdict.undecided("g", "nobody measured it")
    assert (verdict.gate, verdict.outcome, verdict.reason) == ("g", Outcome.UNDECIDED, "nobody measured it")
    assert (verdict.value, verdict.limit, verdict.comparison, verdict.enough) == (None, None, None, None)
    assert (verdict.doubt, verdict.parts, verdict.warn_only) == (Doubt.STAY, (), False)
