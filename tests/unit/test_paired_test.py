from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from headgate.core.numeric.delong import area_of, area_test, areas_test, compare_auc
from headgate.core.numeric.diebold_mariano import compare_losses
from headgate.core.numeric.mcnemar import Discordant, discordant_test
from headgate.core.numeric.paired_test import PairedTest, agreeing, location_test, no_evidence

confidences = st.floats(0.01, 0.999)
limits = st.sampled_from([-0.1, -0.01, 0.0, 0.01, 0.1])
counts = st.integers(0, 40)
scored = st.lists(st.tuples(st.booleans(), st.integers(0, 6), st.integers(0, 6)), min_size=1, max_size=30)


def agree(test: PairedTest, limit: float, confidence: float) -> bool:
    alpha = 1 - confidence
    return (test.low > limit) is (test.p_pass <= alpha) and (test.high < limit) is (test.p_fail <= alpha)


def location(
    estimate: float, variance: float, *, limit: float = 0.0, confidence: float = 0.95, freedom: float = math.inf
) -> PairedTest:
    return location_test(
        estimate=estimate, variance=variance, limit=limit, confidence=confidence, method="", freedom=freedom
    )


def test_a_normal_estimate_has_the_bounds_of_the_table() -> None:
    test = location(1.0, 0.25, confidence=0.975)
    assert (test.improvement, round(test.low, 5), round(test.high, 5)) == (1.0, 0.02002, 1.97998)
    assert test.p_pass == pytest.approx(0.0227501319)
    assert test.p_fail == pytest.approx(1 - 0.0227501319)


def test_students_t_is_scipys_of_the_same_sample() -> None:
    sample = np.random.default_rng(1).normal(0.3, size=12)
    test = location(sample.mean(), sample.var(ddof=1) / 12, limit=0.1, freedom=11)
    expected = stats.ttest_1samp(sample, 0.1, alternative="greater")
    assert test.p_pass == pytest.approx(expected.pvalue)
    assert test.low == pytest.approx(expected.confidence_interval(0.95).low)
    assert test.high == pytest.approx(stats.ttest_1samp(sample, 0.1, alternative="less").confidence_interval(0.95).high)


@pytest.mark.parametrize(
    ("estimate", "p_pass", "p_fail"), [(-0.1, 1.0, 0.0), (0.0, 1.0, 1.0), (0.1, 0.0, 1.0)], ids=["below", "at", "above"]
)
def test_without_any_spread_the_estimate_is_both_bounds(estimate: float, p_pass: float, p_fail: float) -> None:
    test = location(estimate, 0.0)
    assert (test.low, test.high, test.p_pass, test.p_fail) == (estimate, estimate, p_pass, p_fail)


@pytest.mark.parametrize(("estimate", "variance"), [(math.nan, 1.0), (1.0, math.nan), (math.inf, 1.0), (1.0, math.inf)])
def test_what_is_no_number_is_no_evidence(estimate: float, variance: float) -> None:
    test = location(estimate, variance)
    assert math.isnan(test.improvement)
    assert (test.low, test.high, test.p_pass, test.p_fail) == (-math.inf, math.inf, 1.0, 1.0)


@given(limits, confidences)
def test_no_evidence_neither_passes_nor_fails(limit: float, confidence: float) -> None:
    assert no_evidence("").low < limit < no_evidence("").high
    assert no_evidence("").p_pass > 1 - confidence


@pytest.mark.parametrize(("p_pass", "low"), [(0.05, math.nextafter(0.1, 1)), (0.06, 0.1)])
def test_a_low_bound_that_rounding_put_on_the_other_side_is_moved_by_as_little_as_can_be(
    p_pass: float, low: float
) -> None:
    wrong = 0.1 if p_pass <= 0.05 else 0.1 + 1e-12
    test = PairedTest(improvement=0.2, low=wrong, high=0.3, p_pass=p_pass, p_fail=0.9, method="")
    assert agreeing(test, limit=0.1, confidence=0.95).low == low


@pytest.mark.parametrize(("p_fail", "high"), [(0.05, math.nextafter(0.1, 0)), (0.06, 0.1)])
def test_so_is_a_high_bound(p_fail: float, high: float) -> None:
    wrong = 0.1 if p_fail <= 0.05 else 0.1 - 1e-12
    test = PairedTest(improvement=0.0, low=-0.3, high=wrong, p_pass=0.9, p_fail=p_fail, method="")
    assert agreeing(test, limit=0.1, confidence=0.95).high == high


@given(st.floats(-1, 1), st.floats(0, 1), limits, confidences, st.sampled_from([1.0, 5.0, math.inf]))
def test_bounds_and_decision_agree(
    estimate: float, variance: float, limit: float, confidence: float, freedom: float
) -> None:
    assert agree(location(estimate, variance, limit=limit, confidence=confidence, freedom=freedom), limit, confidence)


@given(counts, counts, counts, limits, confidences)
def test_bounds_and_decision_agree_on_accuracy(won: int, lost: int, same: int, limit: float, confidence: float) -> None:
    test = discordant_test(Discordant(won=won, lost=lost, rows=won + lost + same), limit=limit, confidence=confidence)
    assert agree(test, limit, confidence)


@given(scored, limits, confidences)
def test_bounds_and_decision_agree_on_auc(rows: list[tuple[bool, int, int]], limit: float, confidence: float) -> None:
    positive, candidate, baseline = (np.array(each) for each in zip(*rows, strict=True))
    areas = compare_auc(positive, candidate, baseline)
    assert agree(areas_test(areas, limit=limit, confidence=confidence), limit, confidence)
    floor = 0.5 + limit
    assert agree(area_test(area_of(positive, candidate), limit=floor, confidence=confidence), floor, confidence)


@given(st.lists(st.integers(-3, 3), min_size=1, max_size=20), st.integers(1, 5), limits, confidences)
def test_bounds_and_decision_agree_on_losses(
    differences: list[int], horizon: int, limit: float, confidence: float
) -> None:
    test = compare_losses(np.array(differences), horizon=horizon, limit=limit, confidence=confidence)
    assert agree(test, limit, confidence)
