"""Gates that compare, made with arguments that make no sense."""

from __future__ import annotations

import math
from typing import Any

import pytest

from headgate.core.methods import Bootstrap, DeLong, DieboldMariano, McNemar
from headgate.core.metrics import (
    accuracy,
    auc,
    mae,
)
from headgate.core.needs import Column
from headgate.core.paired import BetterBy, NoWorseThan
from headgate.core.verdict import Outcome
from headgate.errors import InputError
from tests.unit.predicted import (
    asked,
    classified,
)

PASS, FAIL, UNDECIDED = Outcome.PASS, Outcome.FAIL, Outcome.UNDECIDED

QUICK = Bootstrap(resamples=500, block=1)


@pytest.mark.parametrize("limit", [-1, math.nextafter(0, -1), math.nan, math.inf, -math.inf, "80%", None, True])
def test_a_margin_or_tolerance_must_be_a_number_that_is_not_negative(limit: Any) -> None:
    for kind, what in ((BetterBy, "margin"), (NoWorseThan, "tolerance")):
        with pytest.raises(
            InputError, match=rf"{what} of {kind.__name__}\(mae\) must be a finite number >= 0. Got .* in"
        ):
            kind(mae, limit)


@pytest.mark.parametrize(("limit", "fits"), [(0, True), (1.0, True), (math.nextafter(1, 2), False), (80, False)])
def test_a_margin_beyond_the_metrics_range_is_refused(limit: float, *, fits: bool) -> None:
    for kind in (BetterBy, NoWorseThan):
        if fits:
            assert asked(kind(accuracy, limit), classified(60, candidate=0.9, baseline=0.8)).comparison is not None
            continue
        with pytest.raises(InputError, match="must be at most 1, the metric's range"):
            kind(accuracy, limit)


@pytest.mark.parametrize(
    "confidence", [0.5, math.nextafter(0.5, 0), 0, 1, 1.5, 95, -1, math.nan, math.inf, "95%", None, True]
)
def test_a_confidence_out_of_bounds_is_refused(confidence: Any) -> None:
    for kind in (BetterBy, NoWorseThan):
        with pytest.raises(InputError, match=rf"confidence of {kind.__name__}\(mae\) must be a number in \(0.5, 1\)"):
            kind(mae, confidence=confidence)


@pytest.mark.parametrize(
    ("metric", "change", "said"),
    [
        ("maee", {}, "metric must be one of .* Did you mean mae"),
        (mae, {"min_rows": 0}, "min_rows of BetterBy.* must be a whole number, 1 or more"),
        (mae, {"min_rows": 30.0}, "whole number"),
        (mae, {"slice": ""}, "slice of BetterBy.* must be a text"),
        (mae, {"when_unsure": "maybe"}, "when_unsure of BetterBy.* must be 'stay' or 'go'. Got 'maybe' instead"),
        (mae, {"when_unsure": None}, "must be 'stay' or 'go'"),
        (mae, {"method": "bootstrap"}, "must be Bootstrap.*. Got 'bootstrap' instead"),
        (mae, {"method": McNemar}, "must be Bootstrap"),
        (mae, {"method": McNemar()}, "must suit its metric: McNemar tests accuracy. Got mae instead"),
        (accuracy, {"method": DeLong()}, "DeLong tests auc. Got accuracy instead"),
        (auc, {"method": DieboldMariano()}, "DieboldMariano tests mae or mse or mape or log_loss. Got auc"),
    ],
)
def test_an_argument_that_makes_no_sense_is_refused(metric: Any, change: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=said):
        BetterBy(metric, **change)


@pytest.mark.parametrize(
    ("gate", "name"),
    [
        (BetterBy(mae), "BetterBy(mae)"),
        (NoWorseThan(mae, slice="season=winter"), "NoWorseThan(mae, season=winter)"),
        (BetterBy("auc", 0.1), "BetterBy(auc)"),  # type: ignore[arg-type]
    ],
)
def test_a_gate_is_called_after_metric_and_slice(gate: Any, name: str) -> None:
    assert (gate.name, gate.needs_baseline, gate.needs) == (name, True, (gate.metric,))


@pytest.mark.parametrize("kind", [BetterBy, NoWorseThan])
def test_a_gate_needs_the_column_of_the_groups_that_it_resamples_whole(kind: Any) -> None:
    assert kind(mae, method=Bootstrap(groups="store")).needs == (mae, Column(name="store"))
    assert kind(mae, method=QUICK).needs == (mae,)
