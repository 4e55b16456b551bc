from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.tsa.stattools import acovf

from headgate.core.numeric.diebold_mariano import autocovariances, compare_losses

# Errors of one-step forecasts of R's WWWusage, 81 to 100, by ets and by auto.arima fitted to 1 to 80: the example of
# R's forecast::dm.test, whose numbers the tests of Julia's HypothesisTests.jl hold.
ETS = np.array(
    [
        *(0.002241270, -0.000661906, -1.200002613, -4.000218178, 3.799373533, 3.401005111, -1.199692125),
        *(-0.800490048, -1.200048999, 3.399847229, 7.000708948, 2.200989241, -4.800165569, -1.201043375),
        *(3.400167556, 3.000709085, 0.400267950, -6.800169207, -2.401259050, 1.200112198),
    ]
)
ARIMA = np.array(
    [
        *(0.1209998, 8.0622269, -0.9189429, -1.7952436, 5.3431277, 2.0459823, -0.6073261, 0.5516816, -0.7633238),
        *(4.1229472, 5.8785333, 1.2828331, -3.4854233, 1.1971370, 3.1709314, 2.3408457, 0.4962286, -5.9841362),
        *(0.1537114, 0.4207951),
    ]
)
SQUARED, ABSOLUTE = ETS**2 - ARIMA**2, abs(ETS) - abs(ARIMA)
ALTERNATING = np.array([1.0, -1.0] * 10) + 0.01

series = st.lists(st.floats(-10, 10), min_size=3, max_size=40).filter(lambda values: np.ptp(values) > 1e-3)


@pytest.mark.parametrize(
    ("differences", "horizon", "greater", "less"),
    [(SQUARED, 1, "0.5565", "0.4435"), (SQUARED, 10, "0.5319", "0.4681"), (ABSOLUTE, 1, "0.3909", "0.6091")],
    ids=["squared", "squared, horizon 10", "absolute"],
)
def test_the_p_values_are_those_that_r_prints(differences: np.ndarray, horizon: int, greater: str, less: str) -> None:
    test = compare_losses(differences, horizon=horizon, limit=0.0, confidence=0.95)
    assert (f"{test.p_pass:.4f}", f"{test.p_fail:.4f}") == (greater, less)


def test_the_statistic_is_that_of_the_dieboldmariano_package() -> None:
    """The first test of github.com/edoannunziata/dieboldmariano: -2.4905, with p 0.05513 two-sided."""
    errors, others = np.arange(6.0), np.array([0.0, 2, 3, 3, 5, 6])
    test = compare_losses(errors**2 - others**2, horizon=1, limit=0.0, confidence=0.95)
    assert f"{stats.t.ppf(test.p_fail, 5):.4f}" == "-2.4905"
    assert f"{2 * test.p_fail:.5f}" == "0.05513"


@given(series, st.integers(1, 6), st.floats(-1, 1))
def test_it_is_the_formula_step_by_step(values: list[float], horizon: int, limit: float) -> None:
    n, mean = len(values), sum(values) / len(values)
    variance = 0.0
    for step in range(-(horizon - 1), horizon):
        pairs = zip(values[abs(step) :], values, strict=False)
        variance += sum((late - mean) * (early - mean) for late, early in pairs) / n
    if not (horizon < n and variance > 1e-6):
        return
    hln = math.sqrt((n + 1 - 2 * horizon + horizon * (horizon - 1) / n) / n)
    statistic = hln * (mean - limit) / math.sqrt(variance / n)
    test = compare_losses(np.array(values), horizon=horizon, limit=limit, confidence=0.9)
    assert test.p_pass == pytest.approx(stats.t.sf(statistic, n - 1), rel=1e-6, abs=1e-12)


@given(series)
def test_at_horizon_1_it_is_the_paired_t_test(values: list[float]) -> None:
    test = compare_losses(np.array(values), horizon=1, limit=0.0, confidence=0.9)
    expected = stats.ttest_1samp(values, 0.0, alternative="greater")
    assert test.p_pass == pytest.approx(expected.pvalue, rel=1e-6, abs=1e-12)
    assert test.low == pytest.approx(expected.confidence_interval(0.9).low, rel=1e-6, abs=1e-9)


@given(series)
def test_autocovariances_are_those_of_statsmodels(values: list[float]) -> None:
    assert autocovariances(np.array(values), 3) == pytest.approx(acovf(values, nlag=2, fft=False), abs=1e-9)


def test_a_variance_that_is_not_positive_is_weighted_and_it_is_said() -> None:
    test = compare_losses(ALTERNATING, horizon=2, limit=0.0, confidence=0.95)
    assert test.method.endswith("horizon 2, Bartlett's weights")
    first, second = autocovariances(ALTERNATING, 2)
    assert first + 2 * second < 0
    error = math.sqrt((first + second) / 20 / (1 - 3 / 20 + 2 / 400))
    assert test.low == pytest.approx(0.01 - stats.t.ppf(0.95, 19) * error)


def test_a_positive_variance_is_not_weighted() -> None:
    assert "Bartlett" not in compare_losses(SQUARED, horizon=2, limit=0.0, confidence=0.95).method


@pytest.mark.parametrize("horizon", [0, 20, 21], ids=["none", "all rows", "more than rows"])
def test_a_horizon_that_the_rows_do_not_reach_is_no_evidence(horizon: int) -> None:
    test = compare_losses(SQUARED, horizon=horizon, limit=0.0, confidence=0.95)
    assert math.isnan(test.improvement)
    assert (test.p_pass, test.p_fail) == (1.0, 1.0)
    assert compare_losses(SQUARED, horizon=19, limit=0.0, confidence=0.95).p_pass < 1


def test_a_loss_that_is_no_number_is_no_evidence() -> None:
    assert compare_losses(np.array([1.0, np.nan, 2.0]), horizon=1, limit=0.0, confidence=0.95).p_pass == 1.0


@pytest.mark.parametrize(("constant", "p_pass"), [(-1.0, 1.0), (0.0, 1.0), (1.0, 0.0)])
@pytest.mark.parametrize("horizon", [1, 3])
def test_equal_differences_have_no_spread(constant: float, p_pass: float, horizon: int) -> None:
    test = compare_losses(np.full(10, constant), horizon=horizon, limit=0.0, confidence=0.95)
    assert (test.low, test.high, test.p_pass) == (constant, constant, p_pass)
