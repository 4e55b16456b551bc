"""Ceilings on what a candidate costs, alone and against the baseline."""

from __future__ import annotations

from typing import Any

import pytest

from headgate.core.gate_costs import COSTS, CostAtMost, CostRatio
from headgate.core.gates import Gate
from headgate.core.needs import Costs
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
    ("value", "expected"),
    [
        (0.0, PASS),
        (just_below(5.0), PASS),
        (5.0, PASS),
        (just_above(5.0), FAIL),
        (-1.0, UNDECIDED),
        *((value, UNDECIDED) for value in NOT_MEASURED),
    ],
)
@pytest.mark.parametrize("cost", COSTS)
def test_a_ceiling_on_a_cost_is_inclusive(cost: Any, value: float | None, expected: Outcome) -> None:
    assert outcome(CostAtMost(cost, 5.0), measured(fact(cost, value))) is expected


@pytest.mark.parametrize(
    ("candidate", "baseline", "expected"),
    [
        (1.0, 2.0, PASS),
        (just_below(3.0), 2.0, PASS),
        (3.0, 2.0, PASS),
        (just_above(3.0), 2.0, FAIL),
        (0.0, 2.0, PASS),
        (1.0, 0.0, UNDECIDED),
        (0.0, 0.0, UNDECIDED),
        (-1.0, 2.0, UNDECIDED),
        (1.0, -2.0, UNDECIDED),
        *((value, 2.0, UNDECIDED) for value in NOT_MEASURED),
        *((1.0, value, UNDECIDED) for value in NOT_MEASURED),
    ],
)
def test_a_ratio_of_costs_is_inclusive(candidate: float | None, baseline: float | None, expected: Outcome) -> None:
    gate = CostRatio("latency_row_p99", at_most=1.5)
    assert outcome(gate, measured(fact("latency_row_p99", candidate, baseline))) is expected


@pytest.mark.parametrize("gate", [CostAtMost("size", 5.0), CostRatio("size")])
def test_a_cost_that_nobody_measured_is_undecided(gate: Gate) -> None:
    assert answer(gate, measured()).reason == "size was not measured"
    assert outcome(gate, measured()) is UNDECIDED
    assert gate.needs == (Costs(),)


def test_why_a_cost_could_not_be_measured_is_the_reason() -> None:
    note = "the model asks for a library that isn't there"
    for gate in (CostAtMost("size", 5.0), CostRatio("size")):
        assert note in answer(gate, measured(fact("size", None, 3.0, note=note))).reason
    reason = answer(CostRatio("size"), measured(fact("size", 3.0, None, note=note))).reason
    assert reason == f"size of the baseline was not measured: {note}"


def test_what_is_known_besides_is_told() -> None:
    note = "of 900 rows"
    for gate in (CostAtMost("size", 5.0), CostRatio("size")):
        assert answer(gate, measured(fact("size", 3.0, 3.0, note=note))).reason.endswith(" (of 900 rows)")


def test_a_cost_of_nothing_has_no_ratio() -> None:
    reason = answer(CostRatio("size"), measured(fact("size", 3.0, 0.0))).reason
    assert reason == "size of the baseline is 0, so there is no ratio"


def test_a_ratio_needs_a_baseline_that_can_be_scored() -> None:
    both = fact("size", 3.0, 3.0)
    first = answer(CostRatio("size"), measured(both, baseline=None))
    assert (first.outcome, first.reason) == (UNDECIDED, "no baseline: nothing was promoted yet")
    broken = answer(CostRatio("size"), measured(both, error="no column x"))
    assert (broken.outcome, broken.reason) == (UNDECIDED, "the baseline could not be scored: no column x")


@pytest.mark.parametrize(
    ("gate", "value", "baseline", "reason"),
    [
        (CostAtMost("latency_row_p99", 5.0), 7.25, None, "latency_row_p99 7.25 ms is above the ceiling 5 ms"),
        (CostAtMost("size", 2e6), 1.25e6, None, "size 1.2 MB is at most 2.0 MB"),
        (CostAtMost("size", 2e6), 2_000_001, None, "size 2,000,001 bytes is above the ceiling 2,000,000 bytes"),
        (
            CostRatio("memory"),
            4e6,
            2e6,
            "memory of the candidate over that of version 7: 2 is above the ceiling 1.5",
        ),
    ],
)
def test_costs_are_told_in_their_units(gate: Gate, value: float, baseline: float | None, reason: str) -> None:
    name = gate.cost  # type: ignore[attr-defined]
    assert answer(gate, measured(fact(name, value, baseline))).reason == reason


def test_a_gate_is_named_for_its_cost() -> None:
    assert (CostAtMost("size", 5).name, CostRatio("size").name) == ("CostAtMost(size)", "CostRatio(size)")


@pytest.mark.parametrize("cost", ["latency_p99", "", None, 3])
def test_a_cost_that_there_is_none_of_is_refused(cost: Any) -> None:
    with pytest.raises(InputError, match=r"cost of CostAtMost must be one of latency_row_p50, .* Got"):
        CostAtMost(cost, 5)
    with pytest.raises(InputError, match=r"cost of CostRatio must be one of latency_row_p50, .* Got"):
        CostRatio(cost)


@pytest.mark.parametrize("limit", [*BADLY_LIMITED, 0, 0.0, -1])
def test_a_limit_on_costs_is_above_zero(limit: Any) -> None:
    with pytest.raises(InputError, match=r"ceiling of CostAtMost\(size\) must be a finite number > 0\. Got"):
        CostAtMost("size", limit)
    with pytest.raises(InputError, match=r"at_most of CostRatio\(size\) must be a finite number > 0\. Got"):
        CostRatio("size", limit)


def test_a_limit_just_above_zero_will_do() -> None:
    assert CostAtMost("size", just_above(0)).ceiling > 0
    assert CostRatio("size", 0.5).at_most == 0.5
