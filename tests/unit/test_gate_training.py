"""Overfitting, and whether there was anything to learn."""

from __future__ import annotations

from typing import Any

import pytest

from headgate.core.gate_training import ShuffledLabels, TrainingGap
from headgate.core.gates import Gate
from headgate.core.metrics import auc, mae, r2
from headgate.core.needs import ShuffledScore, TrainingScore
from headgate.core.verdict import Outcome
from headgate.errors import InputError
from tests.unit.facts import (
    BADLY_LIMITED,
    FAIL,
    NOT_MEASURED,
    PASS,
    UNDECIDED,
    answer,
    fact,
    just_above,
    just_below,
    measured,
    outcome,
)


@pytest.mark.parametrize(
    ("training", "holdout", "expected"),
    [
        (2.0, 1.0, PASS),
        (1.0, 1.0, PASS),
        (1.0, just_below(1.5), PASS),
        (1.0, 1.5, PASS),
        (1.0, just_above(1.5), FAIL),
        *((value, 1.5, UNDECIDED) for value in (*NOT_MEASURED, -1.0)),
        *((1.0, value, UNDECIDED) for value in NOT_MEASURED),
    ],
)
def test_a_gap_is_a_worsening_where_less_is_better(
    training: float | None, holdout: float | None, expected: Outcome
) -> None:
    assert outcome(TrainingGap(mae, 0.5), measured(fact("training_mae", training), mae=holdout)) is expected


@pytest.mark.parametrize(
    ("training", "holdout", "expected"),
    [(0.5, 0.75, PASS), (0.75, 0.75, PASS), (0.75, 0.5, PASS), (0.75, just_below(0.5), FAIL)],
)
def test_a_gap_is_a_worsening_where_more_is_better(training: float, holdout: float, expected: Outcome) -> None:
    assert outcome(TrainingGap(auc, 0.25), measured(fact("training_auc", training), auc=holdout)) is expected


def test_a_gap_may_be_of_a_metric_below_zero() -> None:
    assert outcome(TrainingGap(r2, 0.5), measured(fact("training_r2", -3.0), r2=-3.25)) is PASS


def test_shuffled_labels_may_score_below_zero() -> None:
    assert outcome(ShuffledLabels(r2, 0.5), measured(fact("shuffled_r2", -3.0), r2=-2.5)) is PASS


def test_a_gap_of_nothing_allows_no_worsening() -> None:
    assert outcome(TrainingGap(mae, 0), measured(fact("training_mae", 1.0), mae=1.0)) is PASS
    assert outcome(TrainingGap(mae, 0), measured(fact("training_mae", 1.0), mae=just_above(1.0))) is FAIL


@pytest.mark.parametrize(
    ("candidate", "shuffled", "expected"),
    [
        (0.9, 0.5, PASS),
        (just_above(0.75), 0.5, PASS),
        (0.75, 0.5, PASS),
        (just_below(0.75), 0.5, FAIL),
        (0.5, 0.5, FAIL),
        (0.4, 0.5, FAIL),
        *((value, 0.5, UNDECIDED) for value in NOT_MEASURED),
        *((0.75, value, UNDECIDED) for value in (*NOT_MEASURED, -1.0)),
    ],
)
def test_shuffled_labels_must_be_beaten_by_the_margin(
    candidate: float | None, shuffled: float | None, expected: Outcome
) -> None:
    assert outcome(ShuffledLabels(auc, 0.25), measured(fact("shuffled_auc", shuffled), auc=candidate)) is expected


def test_shuffled_labels_are_beaten_downwards_where_less_is_better() -> None:
    assert outcome(ShuffledLabels(mae, 1.0), measured(fact("shuffled_mae", 3.0), mae=2.0)) is PASS
    assert outcome(ShuffledLabels(mae, 1.0), measured(fact("shuffled_mae", 2.0), mae=3.0)) is FAIL


@pytest.mark.parametrize(
    ("gate", "name"), [(TrainingGap(mae, 0.5), "training_mae"), (ShuffledLabels(mae, 0.5), "shuffled_mae")]
)
def test_a_score_that_is_missing_is_undecided_and_says_why(gate: Gate, name: str) -> None:
    assert answer(gate, measured(mae=1.0)).reason == f"{name} was not measured"
    assert answer(gate, measured(fact(name, 1.0))).reason == "mae was not measured"
    told = answer(gate, measured(fact(name, None, note="the window was pruned"), mae=1.0))
    assert (told.outcome, told.reason) == (UNDECIDED, f"{name} was not measured: the window was pruned")


def test_both_scores_are_in_the_reason() -> None:
    gap = answer(TrainingGap(mae, 0.5), measured(fact("training_mae", 1.0, note="50,000 of 80,000 rows"), mae=1.75))
    said = "mae 1 in training, 1.75 on the holdout: the worsening 0.75 is above the ceiling 0.5 (50,000 of 80,000 rows)"
    assert (gap.reason, gap.value, gap.limit) == (said, 0.75, 0.5)
    learnt = answer(ShuffledLabels(auc, 0.25), measured(fact("shuffled_auc", 0.5, note="of 9"), auc=0.625))
    said = "auc 0.625, fitted on shuffled labels 0.5: the improvement 0.125 is below the floor 0.25 (of 9)"
    assert (learnt.reason, learnt.value, learnt.limit) == (said, 0.125, 0.25)


def test_they_say_what_they_need() -> None:
    assert TrainingGap(mae, 0.5).needs == (mae, TrainingScore(metric=mae))
    assert ShuffledLabels(mae, 0.5, seed=3).needs == (mae, ShuffledScore(metric=mae, seed=3))
    assert (TrainingGap(mae, 0.5).name, ShuffledLabels(mae, 0.5).name) == ("TrainingGap(mae)", "ShuffledLabels(mae)")


def test_their_metric_may_be_named() -> None:
    assert TrainingGap("mae", 0.5) == TrainingGap(mae, 0.5)  # type: ignore[arg-type]
    assert ShuffledLabels("mae", 0.5) == ShuffledLabels(mae, 0.5)  # type: ignore[arg-type]
    for make in (TrainingGap, ShuffledLabels):
        with pytest.raises(InputError, match="metric must be one of"):
            make("maee", 0.5)  # type: ignore[arg-type]


@pytest.mark.parametrize("limit", [*BADLY_LIMITED, just_below(0), -1])
def test_a_gap_is_not_negative(limit: Any) -> None:
    with pytest.raises(InputError, match=r"at_most of TrainingGap\(mae\) must be a finite number >= 0\. Got"):
        TrainingGap(mae, limit)


@pytest.mark.parametrize("limit", [*BADLY_LIMITED, 0, 0.0, -1])
def test_a_margin_over_shuffled_labels_is_above_zero(limit: Any) -> None:
    with pytest.raises(InputError, match=r"margin of ShuffledLabels\(mae\) must be a finite number > 0\. Got"):
        ShuffledLabels(mae, limit)


@pytest.mark.parametrize("seed", [-1, 1.0, True, None, "0"])
def test_a_seed_is_a_whole_number(seed: Any) -> None:
    with pytest.raises(InputError, match=r"seed of ShuffledLabels\(mae\) must be a whole number >= 0\. Got"):
        ShuffledLabels(mae, 0.5, seed)
