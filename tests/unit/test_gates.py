"""Limits on the point."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.core.evaluation import OVERALL, Evaluation, Measure
from headgate.core.gates import AtLeast, AtMost, Gate
from headgate.core.methods import Bootstrap, McNemar
from headgate.core.metrics import Metric, auc, mae, mape, r2
from headgate.core.predictions import Predictions
from headgate.core.verdict import Outcome
from headgate.errors import InputError
from tests.unit.predicted import NO_ROWS

PASS, FAIL, UNDECIDED = Outcome.PASS, Outcome.FAIL, Outcome.UNDECIDED


NOT_MEASURED = [None, math.nan, math.inf, -math.inf]


def measured(value: float | None, *, metric: str = "mae", slice_name: str = OVERALL, rows: int = 9) -> Evaluation:
    measure = Measure(metric=metric, slice=slice_name, rows=rows, candidate=value, baseline=None)
    return Evaluation(candidate="m-1", baseline=None, baseline_error=None, measures=(measure,))


def outcome(gate: Gate, evaluation: Evaluation, predictions: Predictions = NO_ROWS) -> Outcome:
    return gate.judge(evaluation, predictions).outcome


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (math.nextafter(0.8, 0), FAIL),
        (0.8, PASS),
        (math.nextafter(0.8, 1), PASS),
        *((value, UNDECIDED) for value in NOT_MEASURED),
    ],
)
def test_a_floor_is_inclusive(value: float | None, expected: Outcome) -> None:
    assert outcome(AtLeast(auc, 0.8), measured(value, metric="auc")) is expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (math.nextafter(0.6, 0), PASS),
        (0.6, PASS),
        (math.nextafter(0.6, 1), FAIL),
        *((value, UNDECIDED) for value in NOT_MEASURED),
    ],
)
def test_a_ceiling_is_inclusive(value: float | None, expected: Outcome) -> None:
    assert outcome(AtMost(mae, 0.6), measured(value)) is expected


@given(st.floats(), st.floats(0, 1e300))
def test_only_a_number_on_the_right_side_passes(value: float, limit: float) -> None:
    for gate, is_right in ((AtMost(mae, limit), value <= limit), (AtLeast(mae, limit), value >= limit)):
        found = outcome(gate, measured(value))
        assert (found is PASS) is (math.isfinite(value) and is_right)
        assert (found is UNDECIDED) is not math.isfinite(value)


@pytest.mark.parametrize(("rows", "expected"), [(8, UNDECIDED), (9, PASS), (10, PASS)])
def test_fewer_rows_than_asked_for_are_undecided(rows: int, expected: Outcome) -> None:
    verdict = AtMost(mae, 1.0, min_rows=9).judge(measured(0.5, rows=rows), NO_ROWS)
    assert verdict.outcome is expected
    if expected is UNDECIDED:
        assert verdict.reason == "mae must have 9 rows. Got 8"


@pytest.mark.parametrize("gate", [AtLeast(r2, 0.5), AtMost(mae, 0.5)])
@pytest.mark.parametrize(
    ("metric", "slice_name"), [("rmse", OVERALL), ("mae", "season=winter"), ("r2", "season=winter")]
)
def test_a_metric_nobody_measured_does_not_pass(gate: Gate, metric: str, slice_name: str) -> None:
    verdict = gate.judge(measured(0.5, metric=metric, slice_name=slice_name), NO_ROWS)
    assert verdict.outcome is UNDECIDED
    assert verdict.reason.endswith("was not measured")


@pytest.mark.parametrize(
    ("gate", "name"),
    [
        (AtLeast(r2, 0.5, slice="season=winter"), "AtLeast(r2, season=winter)"),
        (AtMost(mae, 0.5, slice="season=winter"), "AtMost(mae, season=winter)"),
        (AtMost(mae, 0.5), "AtMost(mae)"),
    ],
)
def test_a_gate_is_asked_of_its_slice_and_called_after_it(gate: AtLeast | AtMost, name: str) -> None:
    assert gate.name == name
    assert outcome(gate, measured(0.5, metric=gate.metric.name, slice_name=gate.slice)) is PASS


def test_a_metric_may_be_named() -> None:
    assert AtMost("mae", 0.5) == AtMost(mae, 0.5)  # type: ignore[arg-type]


def test_a_verdict_says_what_it_held_against_what() -> None:
    verdict = AtMost(mae, 0.6).judge(measured(0.71234), NO_ROWS)
    assert (verdict.value, verdict.limit) == (0.71234, 0.6)
    assert verdict.reason == "mae 0.7123 is above the ceiling 0.6"


@pytest.mark.parametrize("limit", [math.nan, math.inf, -math.inf, "80%", None, True])
def test_a_limit_must_be_a_number(limit: Any) -> None:
    for make in (lambda: AtLeast(auc, limit), lambda: AtMost(mae, limit)):
        with pytest.raises(InputError, match=r"must be a number in .* Got .* instead"):
            make()


@pytest.mark.parametrize("floor", [math.nextafter(0, -1), math.nextafter(1, 2)])
def test_a_limit_out_of_the_metrics_bounds_is_refused(floor: float) -> None:
    with pytest.raises(InputError, match=r"floor of AtLeast\(auc\) must be a number in \[0, 1\]"):
        AtLeast(auc, floor)


@pytest.mark.parametrize("floor", [0, 0.0, 0.5, 1, 1.0])
def test_a_limit_may_be_at_the_metrics_bounds(floor: float) -> None:
    assert AtLeast(auc, floor).floor == floor


@pytest.mark.parametrize("ceiling", [math.nextafter(0, -1), -1])
def test_an_error_has_no_ceiling_below_zero(ceiling: float) -> None:
    with pytest.raises(InputError, match=r"ceiling of AtMost\(mape\) must be a number in \[0, inf\)"):
        AtMost(mape, ceiling)


@pytest.mark.parametrize(
    "confidence",
    [0.5, math.nextafter(0.5, 0), 0, -1, 1, 1.0, 1.5, 95, math.nan, math.inf, "95%", True, math.nextafter(1, 2)],
)
def test_a_confidence_out_of_bounds_is_refused(confidence: Any) -> None:
    with pytest.raises(InputError, match=r"confidence of AtMost\(mae\) must be a number in \(0.5, 1\), such as 0.95"):
        AtMost(mae, 1.0, confidence=confidence)


@pytest.mark.parametrize("confidence", [math.nextafter(0.5, 1), 0.95, math.nextafter(1, 0)])
def test_a_confidence_may_be_at_its_bounds(confidence: float) -> None:
    assert AtMost(mae, 1.0, confidence=confidence).confidence == confidence


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"min_rows": 0}, r"min_rows of AtMost\(mae\) must be a whole number, 1 or more. Got 0 instead"),
        ({"min_rows": 1.5}, "whole number"),
        ({"min_rows": True}, "whole number"),
        ({"slice": ""}, "slice of AtMost.* must be a text"),
        ({"slice": None}, "must be a text"),
        ({"confidence": 0.9, "method": McNemar()}, r"method of AtMost\(mae\) must be Bootstrap\(\.\.\.\)"),
        ({"confidence": 0.9, "method": Bootstrap}, "must be Bootstrap"),
        ({"method": Bootstrap()}, "must come with a confidence"),
    ],
)
def test_an_argument_that_makes_no_sense_is_refused(change: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=said):
        AtMost(mae, 1.0, **change)


@pytest.mark.parametrize("metric", ["maee", None, 3])
def test_a_gate_on_an_unknown_metric_is_refused(metric: Any) -> None:
    for make in (lambda: AtLeast(metric, 0.5), lambda: AtMost(metric, 0.5)):
        with pytest.raises(InputError, match="metric must be one of"):
            make()


@pytest.mark.parametrize("direction", [None, "up", ""])
def test_a_metric_without_a_direction_is_refused(direction: Any) -> None:
    with pytest.raises(InputError, match="direction of metric profit must be higher or lower"):
        Metric(name="profit", direction=direction, unit="label", bounds=(-math.inf, math.inf))
