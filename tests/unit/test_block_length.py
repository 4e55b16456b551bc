from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from scipy import signal

from headgate.core.numeric.block_length import block_length, optimal_length

Array = np.ndarray[Any, Any]


def in_time(phi: float, rows: int, seed: int) -> Array:
    random = np.random.default_rng(seed)
    return np.asarray(signal.lfilter([1], [1, -phi], random.normal(size=rows + 200)))[200:]


def test_the_length_is_that_of_the_package_arch() -> None:
    # arch/tests/bootstrap/test_block_length.py at 473431c: circular, 15.60894.
    series = np.random.RandomState(0).standard_normal(10_100)
    for place in range(1, len(series)):
        series[place] += 0.3 * series[place - 1]
    assert optimal_length(series[100:]) == pytest.approx(15.60894, abs=5e-6)
    assert block_length(series[100:]) == 31


def test_a_short_series_has_the_length_computed_by_hand() -> None:
    series = np.tile([1.0, 1, 0, 0], 5) + np.array([0.1, 0, 0, 0, 0] * 4)
    rows, centred = 20, series - series.mean()
    covariance = [centred[apart:] @ centred[: rows - apart] / rows for apart in range(11)]
    assert abs(covariance[2] / covariance[0]) > 2 * math.sqrt(math.log10(20) / 20)
    weights = [2 * min(1, 2 * (1 - apart / 10)) * covariance[apart] for apart in range(1, 11)]
    spectrum = covariance[0] + sum(weights)
    slope = sum(apart * weight for apart, weight in enumerate(weights, start=1))
    by_hand = (2 * slope**2 / (4 / 3 * spectrum**2)) ** (1 / 3) * 20 ** (1 / 3)
    assert optimal_length(series) == pytest.approx(min(by_hand, math.ceil(20 / 3)))


@pytest.mark.parametrize("phi", [0.3, 0.5, 0.7])
def test_a_long_autoregression_has_the_length_of_its_own_spectrum(phi: float) -> None:
    # The sum of |k| R(k) over that of R(k), for R(k) = phi^|k|, is 2 phi / (1 - phi^2).
    rows = 20_000
    found = np.mean([optimal_length(in_time(phi, rows, seed)) for seed in range(10)])
    assert found == pytest.approx((1.5 * (2 * phi / (1 - phi**2)) ** 2 * rows) ** (1 / 3), rel=0.15)


@pytest.mark.parametrize("rows", [50, 300, 3000])
def test_white_noise_has_rows_on_their_own_mostly(rows: int) -> None:
    random = np.random.default_rng(0)
    assert np.mean([block_length(random.normal(size=rows)) == 1 for _ in range(200)]) > 0.85


@pytest.mark.parametrize("phi", [0.5, 0.8, -0.5])
def test_neighbours_that_are_alike_have_blocks(phi: float) -> None:
    assert min(block_length(in_time(phi, 300, seed)) for seed in range(30)) > 1


def test_blocks_are_twice_what_is_best_for_the_variance() -> None:
    series = in_time(0.5, 1000, seed=1)
    assert block_length(series) == round(2 * optimal_length(series))


def test_a_block_is_at_most_a_third_of_the_rows() -> None:
    walk = np.random.default_rng(0).normal(size=60).cumsum()
    assert block_length(walk) == 20


@pytest.mark.parametrize(
    "series",
    [[], [1.0], [1.0] * 100, np.arange(15), [*range(30), math.nan], [*range(30), math.inf], [*range(30), 1e300]],
    ids=["empty", "one", "constant", "short", "not-a-number", "infinite", "overflows"],
)
def test_where_nothing_is_seen_rows_are_on_their_own(series: Any) -> None:
    assert block_length(np.asarray(series, dtype=float)) == 1


def test_a_trend_has_long_blocks() -> None:
    assert block_length(np.arange(300.0)) > 50


def test_a_series_that_is_zero_but_once_has_rows_on_their_own() -> None:
    assert block_length(np.eye(50)[49]) == 1
    assert block_length(np.eye(50)[0]) == 1
