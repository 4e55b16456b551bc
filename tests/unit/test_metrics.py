from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.core.metrics import METRICS, Direction, Needs, mae, require_metric
from headgate.errors import InputError

ALL = st.sampled_from(sorted(METRICS))
NUMBERS = st.floats(allow_nan=False, allow_infinity=False)


@pytest.mark.parametrize("name", METRICS)
def test_a_metric_is_found_by_its_own_name(name: str) -> None:
    assert require_metric(name).name == str(METRICS[name]) == name


def test_a_metric_is_its_own_name() -> None:
    assert require_metric(mae) is mae


@pytest.mark.parametrize("name", ["MAE", "", "mae ", None, 1, ["mae"], "maee"])
def test_an_unknown_metric_is_refused_with_those_there_are(name: Any) -> None:
    with pytest.raises(InputError, match=r"metric must be one of accuracy, auc, .*Got .* instead"):
        require_metric(name)


@given(ALL, NUMBERS, NUMBERS)
def test_improvement_is_positive_exactly_where_the_candidate_is_better(
    name: str, candidate: float, baseline: float
) -> None:
    metric = METRICS[name]
    better = candidate > baseline if metric.direction is Direction.HIGHER else candidate < baseline
    assert (metric.improvement(candidate=candidate, baseline=baseline) > 0) is better


@given(ALL, NUMBERS, NUMBERS)
def test_what_one_gains_the_other_loses(name: str, first: float, second: float) -> None:
    metric = METRICS[name]
    gain = metric.improvement(candidate=first, baseline=second)
    assert gain == -metric.improvement(candidate=second, baseline=first)


@pytest.mark.parametrize("name", METRICS)
def test_each_metric_has_a_direction_a_unit_and_bounds(name: str) -> None:
    metric = METRICS[name]
    low, high = metric.bounds
    assert low < high
    assert metric.unit in {"label", "label squared", "share", "nats"}
    assert metric.direction is (Direction.LOWER if high == float("inf") else Direction.HIGHER)


def test_only_these_need_probabilities() -> None:
    assert {m.name for m in METRICS.values() if m.needs is Needs.PROBABILITY} == {
        "auc",
        "average_precision",
        "log_loss",
    }
