"""Rows, freshness, drift and wear of the data behind a candidate."""

from __future__ import annotations

from typing import Any

import pytest

from headgate.core.gate_drift import AdversarialAtMost, ChampionDriftAtMost
from headgate.core.gate_rows import DataFreshWithin, RowsAtLeast
from headgate.core.gate_wear import HoldoutWear
from headgate.core.gates import Gate
from headgate.core.needs import Adversarial, ChampionDrift, DataFacts, Need, Wear
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

MISSING = [(value, UNDECIDED) for value in (*NOT_MEASURED, -1.0)]


@pytest.mark.parametrize("window", ["training", "holdout"])
@pytest.mark.parametrize(("rows", "expected"), [(0.0, FAIL), (99, FAIL), (100, PASS), (101, PASS), *MISSING])
def test_a_floor_on_rows_is_inclusive(window: str, rows: float | None, expected: Outcome) -> None:
    gate = RowsAtLeast(**{window: 100})
    other = "holdout" if window == "training" else "training"
    facts = (fact(f"{window}_rows", rows), fact(f"{other}_rows", 1))
    assert outcome(gate, measured(*facts)) is expected


@pytest.mark.parametrize(
    ("training", "holdout", "expected", "reason"),
    [
        (
            1000,
            100,
            PASS,
            "training rows: 1,000 is at least 1,000; holdout rows: 100 is at least 100",
        ),
        (999, 100, FAIL, "training rows: 999 is below the floor 1,000"),
        (1000, 99, FAIL, "holdout rows: 99 is below the floor 100"),
        (None, 99, FAIL, "holdout rows: 99 is below the floor 100"),
        (None, 100, UNDECIDED, "training_rows was not measured"),
        (1000, None, UNDECIDED, "holdout_rows was not measured"),
    ],
)
def test_both_windows_must_have_their_rows(
    training: float | None, holdout: float | None, expected: Outcome, reason: str
) -> None:
    evaluation = measured(fact("training_rows", training), fact("holdout_rows", holdout))
    verdict = answer(RowsAtLeast(training=1000, holdout=100), evaluation)
    assert (verdict.outcome, verdict.reason) == (expected, reason)


@pytest.mark.parametrize(
    ("age", "expected"), [(0.0, PASS), (just_below(2.5), PASS), (2.5, PASS), (just_above(2.5), FAIL), *MISSING]
)
def test_rows_are_fresh_within_their_days(age: float | None, expected: Outcome) -> None:
    assert outcome(DataFreshWithin(days=2.5), measured(fact("freshness", age))) is expected


@pytest.mark.parametrize(
    ("psi", "expected"), [(0.0, PASS), (just_below(0.25), PASS), (0.25, PASS), (just_above(0.25), FAIL), *MISSING]
)
def test_a_ceiling_on_drift_from_the_champion_is_inclusive(psi: float | None, expected: Outcome) -> None:
    assert outcome(ChampionDriftAtMost(0.25), measured(fact("champion_psi", psi))) is expected


def test_drift_from_the_champion_takes_a_champion() -> None:
    verdict = answer(ChampionDriftAtMost(), measured(fact("champion_psi", 0.0), baseline=None))
    assert (verdict.outcome, verdict.reason) == (UNDECIDED, "no baseline: nothing was promoted yet")


@pytest.mark.parametrize(
    ("auc", "expected"),
    [(0.4, PASS), (just_below(0.8), PASS), (0.8, PASS), (just_above(0.8), FAIL), (1.0, FAIL), *MISSING],
)
def test_a_ceiling_on_how_well_windows_are_told_apart_is_inclusive(auc: float | None, expected: Outcome) -> None:
    assert outcome(AdversarialAtMost(auc=0.8), measured(fact("adversarial_auc", auc))) is expected


@pytest.mark.parametrize(
    ("times", "expected"), [(0.0, PASS), (11, PASS), (12, PASS), (13, UNDECIDED), (1000, UNDECIDED), *MISSING]
)
def test_a_holdout_over_its_budget_is_undecided_and_never_fails(times: float | None, expected: Outcome) -> None:
    assert outcome(HoldoutWear(at_most=12), measured(fact("wear", times))) is expected


def test_wear_is_told_with_its_count() -> None:
    worn = answer(HoldoutWear(at_most=12), measured(fact("wear", 13)))
    said = "rows of this holdout have decided 13 times before, the budget is 12: move the holdout on, or compare on "
    assert worn.reason == f"{said}fresh rows"
    assert (worn.value, worn.limit) == (13, 12)
    once = answer(HoldoutWear(at_most=1), measured(fact("wear", 1)))
    assert once.reason == "rows of this holdout have decided once before, the budget is 1"


def test_a_budget_of_nothing_takes_fresh_rows() -> None:
    assert outcome(HoldoutWear(at_most=0), measured(fact("wear", 0))) is PASS
    assert outcome(HoldoutWear(at_most=0), measured(fact("wear", 1))) is UNDECIDED


ASKED: list[tuple[Gate, str, Need]] = [
    (RowsAtLeast(holdout=1), "holdout_rows", DataFacts()),
    (DataFreshWithin(days=1), "freshness", DataFacts()),
    (ChampionDriftAtMost(), "champion_psi", ChampionDrift()),
    (AdversarialAtMost(), "adversarial_auc", Adversarial()),
    (HoldoutWear(), "wear", Wear()),
]


@pytest.mark.parametrize(("gate", "name", "need"), ASKED, ids=lambda value: getattr(value, "name", None))
def test_a_fact_that_is_missing_is_undecided_and_says_why(gate: Gate, name: str, need: Need) -> None:
    assert gate.needs == (need,)
    assert gate.name == type(gate).__name__
    nothing = answer(gate, measured())
    assert (nothing.outcome, nothing.reason) == (UNDECIDED, f"{name} was not measured")
    noted = answer(gate, measured(fact(name, None, note="the snapshot was pruned")))
    assert (noted.outcome, noted.reason) == (UNDECIDED, f"{name} was not measured: the snapshot was pruned")


@pytest.mark.parametrize(
    ("gate", "name", "value", "reason"),
    [
        (RowsAtLeast(holdout=9), "holdout_rows", 8, "holdout rows: 8 is below the floor 9"),
        (
            DataFreshWithin(days=30),
            "freshness",
            31.0,
            "days from the last row to the as-of: 31 is above the ceiling 30",
        ),
        (
            ChampionDriftAtMost(),
            "champion_psi",
            0.3,
            "drift from the snapshot of version 7: greatest PSI 0.3 is above the ceiling 0.25",
        ),
        (
            AdversarialAtMost(),
            "adversarial_auc",
            0.95,
            "training window and holdout are told apart with AUC 0.95 is above the ceiling 0.8",
        ),
    ],
)
def test_what_is_known_besides_is_told(gate: Gate, name: str, value: float, reason: str) -> None:
    assert answer(gate, measured(fact(name, value, note="mostly by load"))).reason == f"{reason} (mostly by load)"


@pytest.mark.parametrize("rows", [*BADLY_LIMITED, 0, -1, 1.5, 100.0])
def test_a_floor_on_rows_is_a_whole_number(rows: Any) -> None:
    if rows is not None:
        for window in ("training", "holdout"):
            with pytest.raises(InputError, match=rf"{window} of RowsAtLeast must be a whole number >= 1\. Got"):
                RowsAtLeast(**{window: rows})


def test_a_floor_on_rows_is_of_one_window_at_least() -> None:
    with pytest.raises(InputError) as refused:
        RowsAtLeast()
    said = "RowsAtLeast must ask for rows of the training window or of the holdout. Got neither: "
    assert str(refused.value) == f"{said}RowsAtLeast(training=1000) asks for the former."
    assert RowsAtLeast(training=1, holdout=1).training == 1


@pytest.mark.parametrize("limit", [*BADLY_LIMITED, just_below(0), -1])
def test_days_and_an_index_are_not_negative(limit: Any) -> None:
    with pytest.raises(InputError, match=r"days of DataFreshWithin must be a finite number >= 0\. Got"):
        DataFreshWithin(limit)
    with pytest.raises(InputError, match=r"psi of ChampionDriftAtMost must be a finite number >= 0\. Got"):
        ChampionDriftAtMost(limit)


def test_days_and_an_index_may_be_zero() -> None:
    assert (DataFreshWithin(0).days, ChampionDriftAtMost(0).psi) == (0, 0)


@pytest.mark.parametrize("limit", [*BADLY_LIMITED, just_below(0.5), just_above(1.0)])
def test_an_auc_of_two_windows_is_from_half_to_one(limit: Any) -> None:
    with pytest.raises(InputError, match=r"auc of AdversarialAtMost must be a number in \[0\.5, 1\]\. Got"):
        AdversarialAtMost(limit)


@pytest.mark.parametrize("limit", [0.5, 1, 1.0])
def test_an_auc_of_two_windows_may_be_at_its_bounds(limit: float) -> None:
    assert AdversarialAtMost(limit).auc == limit


@pytest.mark.parametrize("limit", [*BADLY_LIMITED, -1, 1.5, 12.0])
def test_a_budget_is_a_whole_number(limit: Any) -> None:
    with pytest.raises(InputError, match=r"at_most of HoldoutWear must be a whole number >= 0\. Got"):
        HoldoutWear(limit)
