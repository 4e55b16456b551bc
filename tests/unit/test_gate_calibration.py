"""Whether probabilities mean what they say."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from sklearn.metrics import brier_score_loss

from headgate.core.gate_calibration import BrierAtMost, Calibrated
from headgate.core.gates import Gate
from headgate.core.numeric.calibrated import calibration_of
from headgate.core.predictions import Predicted, Predictions
from headgate.core.verdict import Outcome
from headgate.errors import InputError
from tests.unit.facts import (
    BADLY_LIMITED,
    FAIL,
    PASS,
    UNDECIDED,
    answer,
    just_above,
    just_below,
    measured,
    outcome,
    predicted,
)

NONE = measured()
GATES: list[Gate] = [Calibrated(min_rows=1), BrierAtMost(0.5, min_rows=1)]


def in_one_bin(positives: int, *, share: float, rows: int = 1000) -> Predictions:
    """Return so many positives among rows that all have one probability."""
    labels = [1] * positives + [0] * (rows - positives)
    return predicted(labels, [int(share > 0.5)] * rows, positive=[share] * rows)


def of_three(rows: int = 600, *, seed: int = 2) -> Predictions:
    draw = np.random.default_rng(seed)
    shares = draw.dirichlet([1, 1, 1], rows)
    labels = (draw.random((rows, 1)) > np.cumsum(shares, axis=1)).sum(axis=1)
    names = np.array(["x", "y", "z"])
    return replace(
        predicted(names[labels].tolist(), names[shares.argmax(axis=1)].tolist(), classes=("x", "y", "z")),
        candidate=Predicted(values=names[shares.argmax(axis=1)], probabilities=shares),
    )


@pytest.mark.parametrize(
    ("positives", "expected"),
    [
        (700, PASS),
        (749, PASS),
        (750, PASS),
        (751, UNDECIDED),  # chance alone makes 0.0116
        (761, UNDECIDED),
        (762, FAIL),
        (650, PASS),
        (649, UNDECIDED),
        (639, UNDECIDED),
        (638, FAIL),
    ],
)
def test_calibration_has_a_ceiling_and_leaves_room_for_chance(positives: int, expected: Outcome) -> None:
    assert outcome(Calibrated(at_most_ece=0.05), NONE, in_one_bin(positives, share=0.7)) is expected


def test_an_error_of_just_the_ceiling_and_chance_is_undecided() -> None:
    rows = in_one_bin(755, share=0.7)
    error, chance = calibration_of(rows, 10)
    ceiling = error - chance
    assert ceiling + chance == error
    assert outcome(Calibrated(at_most_ece=ceiling), NONE, rows) is UNDECIDED
    assert outcome(Calibrated(at_most_ece=ceiling - 1e-9), NONE, rows) is FAIL


def test_what_chance_makes_is_the_mean_error_of_a_model_that_is_calibrated() -> None:
    draw = np.random.default_rng(7)
    errors, chances = [], []
    for _ in range(300):
        shares = draw.uniform(0, 1, 500)
        labels = (draw.random(500) < shares).astype(int)
        rows = predicted(labels.tolist(), labels.tolist(), positive=shares.tolist())
        error, chance = calibration_of(rows, 10)
        errors.append(error)
        chances.append(chance)
    assert np.mean(errors) == pytest.approx(np.mean(chances), rel=0.05)


def test_chance_is_told_where_it_explains_the_rest() -> None:
    verdict = answer(Calibrated(), NONE, in_one_bin(755, share=0.7))
    said = "expected calibration error of 1,000 rows in 10 bins 0.055 is above the ceiling 0.05, but chance alone makes"
    assert verdict.reason == f"{said} 0.012 of so few rows"
    assert (verdict.value, verdict.limit) == (0.055, 0.05)


@pytest.mark.parametrize("bins", [2, 10, 1000])
def test_bins_are_a_choice(bins: int) -> None:
    verdict = answer(Calibrated(bins=bins), NONE, in_one_bin(700, share=0.7))
    said = f"expected calibration error of 1,000 rows in {bins} bins 0 is at most 0.05"
    assert (verdict.outcome, verdict.reason) == (PASS, said)


@pytest.mark.parametrize(
    ("positives", "ceiling", "expected"),
    [(5, 0.25, PASS), (5, just_below(0.25), FAIL), (5, just_above(0.25), PASS), (0, 0.25, PASS), (10, 0.25, PASS)],
)
def test_a_ceiling_on_the_brier_score_is_inclusive(positives: int, ceiling: float, expected: Outcome) -> None:
    assert outcome(BrierAtMost(ceiling, min_rows=1), NONE, in_one_bin(positives, share=0.5, rows=10)) is expected


def test_a_brier_score_is_told_with_its_rows() -> None:
    reason = answer(BrierAtMost(0.2), NONE, in_one_bin(500, share=0.5)).reason
    assert reason == "Brier score of 1,000 rows 0.25 is above the ceiling 0.2"


def test_brier_scores_are_scikit_learns() -> None:
    draw = np.random.default_rng(1)
    shares, labels = draw.uniform(0, 1, 300), draw.integers(0, 2, 300)
    two = answer(BrierAtMost(0), NONE, predicted(labels.tolist(), labels.tolist(), positive=shares.tolist()))
    assert two.value == pytest.approx(brier_score_loss(labels, shares), abs=1e-9)
    three = of_three()
    value = answer(BrierAtMost(0), NONE, three).value
    assert value == pytest.approx(brier_score_loss(three.labels, three.candidate.probabilities), abs=1e-9)


def test_of_more_than_two_classes_the_likeliest_is_looked_at() -> None:
    assert outcome(Calibrated(), NONE, of_three()) is PASS
    rows = of_three()
    shares = rows.candidate.probabilities
    assert shares is not None
    sure = np.eye(3)[shares.argmax(axis=1)]
    assert outcome(Calibrated(), NONE, replace(rows, candidate=replace(rows.candidate, probabilities=sure))) is FAIL


@pytest.mark.parametrize(("kind", "least"), [(Calibrated(), 200), (BrierAtMost(0.5), 100)], ids=["ece", "brier"])
def test_they_take_their_least_rows(kind: Gate, least: int) -> None:
    assert outcome(kind, NONE, in_one_bin(least // 2, share=0.5, rows=least)) is PASS
    few = answer(kind, NONE, in_one_bin(least // 2, share=0.5, rows=least - 1))
    assert (few.outcome, few.reason) == (UNDECIDED, f"the holdout has {least - 1} rows: it takes {least}")


def with_shares(shares: Any) -> Predictions:
    rows = predicted([0, 1], [0, 1])
    return replace(rows, candidate=replace(rows.candidate, probabilities=np.array(shares)))


@pytest.mark.parametrize("gate", GATES, ids=["ece", "brier"])
@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (predicted([], []), "the holdout has no rows"),
        (predicted([0, 1], [0, 1]), "the candidate gives no probabilities"),
        (predicted([0.5, 1], [0.5, 1], positive=[0.5, 1], classes=None), "the candidate gives no probabilities"),
        (predicted([0, 0], [0, 0], positive=[0, 0], classes=(0,)), "the candidate gives no probabilities"),
        (with_shares([[0.5], [0.5]]), "probabilities are of shape (2, 1) instead of (2, 2)"),
        (with_shares([[0.5, 0.5]]), "probabilities are of shape (1, 2) instead of (2, 2)"),
        (with_shares([["a", "b"], ["a", "b"]]), "probabilities are of type <U1"),
        (with_shares([[math.nan, 0.5], [0.5, 0.5]]), "probabilities are not a number"),
        (with_shares([[math.inf, 0.5], [0.5, 0.5]]), "probabilities are 0.5 to inf"),
        (with_shares([[-0.5, 1.5], [0.5, 0.5]]), "probabilities are -0.5 to 1.5"),
        (with_shares([[0.5, 0.4], [0.5, 0.5]]), "the probabilities of 1 of 2 rows don't add up to 1"),
        (predicted([0, 2], [0, 1], positive=[0.5, 0.5]), "the labels of 1 of 2 rows are none of the classes"),
        (predicted([0, 1], [0, None], positive=[0.5, 0.5]), "1 of 2 predictions are null or not a number"),
    ],
)
def test_without_sound_probabilities_nothing_is_decided(gate: Gate, rows: Predictions, said: str) -> None:
    verdict = answer(gate, NONE, rows)
    assert (verdict.outcome, verdict.reason) == (UNDECIDED, said)


def test_probabilities_of_half_precision_will_do() -> None:
    shares = np.array([[0.1, 0.9], [0.3, 0.7], [-1e-7, 1 + 1e-7]], dtype=np.float16)
    rows = predicted([1, 1, 1], [1, 1, 1], positive=[0, 0, 0])
    rows = replace(rows, candidate=replace(rows.candidate, probabilities=shares))
    assert outcome(BrierAtMost(0.5, min_rows=1), NONE, rows) is PASS
    assert outcome(Calibrated(at_most_ece=0.5, min_rows=1), NONE, rows) is PASS


def test_a_holdout_of_one_class_can_be_calibrated() -> None:
    assert outcome(Calibrated(), NONE, in_one_bin(0, share=0.0)) is PASS
    assert outcome(BrierAtMost(0.1), NONE, in_one_bin(0, share=0.0)) is PASS


def test_they_need_nothing_but_predictions() -> None:
    assert [(gate.name, gate.needs, gate.needs_baseline) for gate in GATES] == [
        ("Calibrated", (), False),
        ("BrierAtMost", (), False),
    ]


@pytest.mark.parametrize("limit", [*BADLY_LIMITED, just_below(0), just_above(1)])
def test_a_calibration_error_is_from_0_to_1(limit: Any) -> None:
    with pytest.raises(InputError, match=r"at_most_ece of Calibrated must be a number in \[0, 1\]\. Got"):
        Calibrated(at_most_ece=limit)


@pytest.mark.parametrize("limit", [*BADLY_LIMITED, just_below(0), just_above(2)])
def test_a_brier_score_is_from_0_to_2(limit: Any) -> None:
    with pytest.raises(InputError, match=r"ceiling of BrierAtMost must be a number in \[0, 2\]\. Got"):
        BrierAtMost(limit)


def test_limits_may_be_at_their_bounds() -> None:
    assert [Calibrated(at_most_ece=limit).at_most_ece for limit in (0, 1)] == [0, 1]
    assert [BrierAtMost(limit).ceiling for limit in (0, 2)] == [0, 2]


@pytest.mark.parametrize("bins", [1, 0, -1, 10.0, True, None, 1001])
def test_bins_are_a_whole_number(bins: Any) -> None:
    with pytest.raises(InputError, match="bins of Calibrated must be a"):
        Calibrated(bins=bins)


@pytest.mark.parametrize("rows", [0, -1, 1.5, True, None])
def test_least_rows_are_a_whole_number(rows: Any) -> None:
    with pytest.raises(InputError, match=r"min_rows of Calibrated must be a whole number >= 1\. Got"):
        Calibrated(min_rows=rows)
    with pytest.raises(InputError, match=r"min_rows of BrierAtMost must be a whole number >= 1\. Got"):
        BrierAtMost(0.5, min_rows=rows)
