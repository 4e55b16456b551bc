from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.core.evaluation import OVERALL, Evaluation, Measure
from headgate.core.gates import AtLeast, AtMost, Gate
from headgate.core.metrics import METRICS, Direction, auc, mae, mape, r2
from headgate.core.paired import NoWorseThan
from headgate.core.verdict import Outcome
from headgate.errors import InputError

NOT_MEASURED = [None, math.nan, math.inf, -math.inf]


def measured(
    candidate: float | None,
    baseline: float | None = None,
    *,
    metric: str = "mae",
    slice_name: str = OVERALL,
    version: str | None = "7",
    error: str | None = None,
) -> Evaluation:
    measure = Measure(metric=metric, slice=slice_name, rows=9, candidate=candidate, baseline=baseline)
    return Evaluation(candidate="m-1", baseline=version, baseline_error=error, measures=(measure,))


def outcome(gate: Gate, evaluation: Evaluation) -> Outcome:
    return gate.judge(evaluation).outcome


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (math.nextafter(0.8, 0), Outcome.FAIL),
        (0.8, Outcome.PASS),
        (math.nextafter(0.8, 1), Outcome.PASS),
        *((value, Outcome.UNDECIDED) for value in NOT_MEASURED),
    ],
)
def test_a_floor_is_inclusive(value: float | None, expected: Outcome) -> None:
    assert outcome(AtLeast(auc, 0.8), measured(value, metric="auc")) is expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (math.nextafter(0.6, 0), Outcome.PASS),
        (0.6, Outcome.PASS),
        (math.nextafter(0.6, 1), Outcome.FAIL),
        *((value, Outcome.UNDECIDED) for value in NOT_MEASURED),
    ],
)
def test_a_ceiling_is_inclusive(value: float | None, expected: Outcome) -> None:
    assert outcome(AtMost(mae, 0.6), measured(value)) is expected


@pytest.mark.parametrize(
    ("candidate", "expected"),
    [
        (1.0, Outcome.PASS),
        (math.nextafter(2.5, 0), Outcome.PASS),
        (2.5, Outcome.PASS),
        (math.nextafter(2.5, 3), Outcome.FAIL),
        *((value, Outcome.UNDECIDED) for value in NOT_MEASURED),
    ],
)
def test_a_tolerance_is_inclusive_where_less_is_better(candidate: float | None, expected: Outcome) -> None:
    assert outcome(NoWorseThan(mae, 0.5), measured(candidate, 2.0)) is expected


@pytest.mark.parametrize(
    ("candidate", "expected"),
    [
        (1.0, Outcome.PASS),
        (0.5, Outcome.PASS),
        (math.nextafter(0.25, 1), Outcome.PASS),
        (0.25, Outcome.PASS),
        (0.25 - 2**-53, Outcome.FAIL),  # the least that a difference from 0.5 can show
        *((value, Outcome.UNDECIDED) for value in NOT_MEASURED),
    ],
)
def test_a_tolerance_is_inclusive_where_more_is_better(candidate: float | None, expected: Outcome) -> None:
    assert outcome(NoWorseThan(auc, 0.25), measured(candidate, 0.5, metric="auc")) is expected


@pytest.mark.parametrize("baseline", NOT_MEASURED)
def test_a_baseline_that_was_not_measured_is_undecided(baseline: float | None) -> None:
    verdict = NoWorseThan(mae, 0.5).judge(measured(1.0, baseline))
    assert (verdict.outcome, verdict.reason) == (Outcome.UNDECIDED, "mae of the baseline was not measured")


def test_without_a_baseline_a_comparison_is_undecided() -> None:
    verdict = NoWorseThan(mae).judge(measured(1.0, version=None))
    assert (verdict.outcome, verdict.reason) == (Outcome.UNDECIDED, "no baseline: nothing was promoted yet")


def test_a_baseline_that_could_not_be_scored_is_undecided_and_says_why() -> None:
    verdict = NoWorseThan(mae).judge(measured(1.0, 1.0, error="no column x"))
    assert verdict.outcome is Outcome.UNDECIDED
    assert "no column x" in verdict.reason


@pytest.mark.parametrize("gate", [AtLeast(r2, 0.5), AtMost(mae, 0.5), NoWorseThan(mae)])
@pytest.mark.parametrize(
    ("metric", "slice_name"), [("rmse", OVERALL), ("mae", "season=winter"), ("r2", "season=winter")]
)
def test_a_metric_nobody_measured_does_not_pass(gate: Gate, metric: str, slice_name: str) -> None:
    verdict = gate.judge(measured(0.0, 0.0, metric=metric, slice_name=slice_name))
    assert verdict.outcome is Outcome.UNDECIDED
    assert "was not measured" in verdict.reason


@pytest.mark.parametrize(
    ("gate", "name"),
    [
        (AtLeast(r2, 0.5, slice="season=winter"), "AtLeast(r2, season=winter)"),
        (AtMost(mae, 0.5, slice="season=winter"), "AtMost(mae, season=winter)"),
        (NoWorseThan(mae, slice="season=winter"), "NoWorseThan(mae, season=winter)"),
    ],
)
def test_a_gate_may_ask_for_a_slice(gate: Gate, name: str) -> None:
    evaluation = measured(0.5, 0.5, metric=gate.metric.name, slice_name="season=winter")
    assert gate.name == name
    assert outcome(gate, evaluation) is Outcome.PASS


@pytest.mark.parametrize("gate", [AtLeast(r2, 0.5), AtMost(mae, 0.5), NoWorseThan(mae)])
def test_a_gate_that_is_asked_about_everything_has_a_short_name(gate: Gate) -> None:
    assert gate.name == f"{type(gate).__name__}({gate.metric})"


def test_a_metric_may_be_named() -> None:
    assert AtMost("mae", 0.5) == AtMost(mae, 0.5)  # type: ignore[arg-type]


NUMBERS = st.floats(allow_nan=True, allow_infinity=True)


@given(NUMBERS, st.floats(0, 1e300))
def test_no_number_passes_a_floor_and_fails_its_opposite_unnoticed(value: float, limit: float) -> None:
    ceiling = outcome(AtMost(mae, limit), measured(value))
    assert (ceiling is Outcome.PASS) is (math.isfinite(value) and value <= limit)
    assert (ceiling is Outcome.UNDECIDED) is not math.isfinite(value)


@given(st.sampled_from(sorted(METRICS)), NUMBERS | st.none(), NUMBERS | st.none(), st.floats(0, 1e300))
def test_a_comparison_answers_whatever_it_gets(
    name: str, candidate: float | None, baseline: float | None, tolerance: float
) -> None:
    gate = NoWorseThan(METRICS[name], tolerance)
    verdict = gate.judge(measured(candidate, baseline, metric=name))
    both = [value for value in (candidate, baseline) if value is not None and math.isfinite(value)]
    assert (verdict.outcome is Outcome.UNDECIDED) is (len(both) < 2)
    assert verdict.gate == gate.name
    assert verdict.reason


@given(st.sampled_from(sorted(METRICS)), st.floats(-1e6, 1e6), st.floats(-1e6, 1e6), st.floats(0, 1e6))
def test_what_is_no_worse_always_passes(name: str, value: float, better_by: float, tolerance: float) -> None:
    metric = METRICS[name]
    sign = 1 if metric.direction is Direction.HIGHER else -1
    evaluation = measured(value + sign * abs(better_by), value, metric=name)
    assert outcome(NoWorseThan(metric, tolerance), evaluation) is Outcome.PASS


@pytest.mark.parametrize("limit", [math.nan, math.inf, -math.inf, "80%", None, True])
def test_a_limit_must_be_a_number(limit: Any) -> None:
    for make in (lambda: AtLeast(auc, limit), lambda: AtMost(mae, limit), lambda: NoWorseThan(mae, limit)):
        with pytest.raises(InputError, match=r"must be a .*number.* Got .* instead"):
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


@pytest.mark.parametrize("tolerance", [-1, math.nextafter(0, -1)])
def test_a_tolerance_is_not_negative(tolerance: float) -> None:
    with pytest.raises(InputError, match=r"tolerance of NoWorseThan\(mae\) must be a finite number >= 0"):
        NoWorseThan(mae, tolerance)


@pytest.mark.parametrize("metric", ["maee", None, 3])
def test_a_gate_on_an_unknown_metric_is_refused(metric: Any) -> None:
    for make in (lambda: AtLeast(metric, 0.5), lambda: AtMost(metric, 0.5), lambda: NoWorseThan(metric)):
        with pytest.raises(InputError, match="metric must be one of"):
            make()


def test_a_verdict_says_what_it_held_against_what() -> None:
    verdict = AtMost(mae, 0.6).judge(measured(0.71234))
    assert (verdict.value, verdict.limit) == (0.71234, 0.6)
    assert verdict.reason == "mae 0.7123 is above the ceiling 0.6"
