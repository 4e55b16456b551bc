from __future__ import annotations

import itertools
import math
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from sklearn.metrics import roc_auc_score

from headgate.core.numeric.delong import Area, Areas, area_of, area_test, areas_test, compare_auc

OVARIAN = """
3.0 5.8 10 0   3.2 6.3  5 1   3.9 6.8  3 1   2.8 4.8  6 0   3.2 5.8  3 1   0.9 4.0  5 0   2.5 5.7  8 0   1.6 5.6  5 1
3.8 5.7  5 1   3.7 6.7  6 1   3.2 5.4  4 1   3.8 6.6  6 1   4.1 6.6  5 1   3.6 5.7  5 1   4.3 7.0  4 1   3.6 6.7  4 0
2.3 4.4  6 1   4.2 7.6  4 0   4.0 6.6  6 0   3.5 5.8  6 1   3.8 6.8  7 1   3.0 4.7  8 0   4.5 7.4  5 1   3.7 7.4  5 1
3.1 6.6  6 1   4.1 8.2  6 1   4.3 7.0  5 1   4.3 6.5  4 1   3.2 5.1  5 1   2.6 4.7  6 1   3.3 6.8  6 0   1.7 4.0  7 0
3.7 6.1  5 1   3.3 6.3  7 1   4.2 7.7  6 1   3.5 6.2  5 1   2.9 5.7  9 0   2.1 4.8  7 1   2.8 6.2  8 0   4.0 7.0  7 1
3.3 5.7  6 1   3.7 6.9  5 1   3.6 6.6  5 1
"""
"""Albumin, total protein, Krebs-Goplerud score, and whether surgery failed: the data of DeLong et al. (1988), of the 43
patients of whom all is known, as SAS/STAT's documentation of PROC LOGISTIC gives them (example "Comparing Receiver
Operating Characteristic Curves"). The figures below are what R's pROC 1.18.0 printed for them."""

ALBUMIN, PROTEIN, SCORE, FAILED = np.array(OVARIAN.split(), dtype=float).reshape(-1, 4).T
POSITIVE = FAILED == 1

scored = st.lists(st.tuples(st.booleans(), st.integers(0, 6), st.integers(0, 6)), min_size=4, max_size=40).filter(
    lambda rows: 2 <= sum(positive for positive, _, _ in rows) <= len(rows) - 2
)


def arrays(rows: list[tuple[bool, int, int]]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    positive, candidate, baseline = zip(*rows, strict=True)
    return np.array(positive), np.array(candidate, dtype=float), np.array(baseline, dtype=float)


def by_definition(positive: np.ndarray, candidate: np.ndarray, baseline: np.ndarray) -> tuple[float, float, float]:
    """Equations (4) to (6) of the paper, pair by pair."""
    x, y = np.flatnonzero(positive), np.flatnonzero(~positive)
    wins = [
        np.array([[(s[i] > s[j]) + (s[i] == s[j]) / 2 for j in y] for i in x], dtype=float)
        for s in (candidate, baseline)
    ]
    v10, v01 = (np.array([each.mean(axis=axis) for each in wins]) for axis in (1, 0))
    s = np.cov(v10) / len(x) + np.cov(v01) / len(y)
    contrast = np.array([1, -1])
    return float(wins[0].mean()), float(wins[1].mean()), float(contrast @ s @ contrast)


@pytest.mark.parametrize(
    ("scores", "printed"),
    [
        (ALBUMIN, "0.7366 0.0927 0.5549 0.9182"),
        (10 - SCORE, "0.7258 0.1028 0.5243 0.9273"),
        (PROTEIN, "0.6478 0.1000 0.4518 0.8439"),
    ],
    ids=["albumin", "K-G", "protein"],
)
def test_the_ovarian_cancer_data_have_the_areas_and_errors_that_proc_prints(scores: np.ndarray, printed: str) -> None:
    area = area_of(POSITIVE, scores)
    error = math.sqrt(area.variance)
    z = stats.norm.ppf(0.975)
    figures = (area.value, error, area.value - z * error, area.value + z * error)
    assert " ".join(f"{figure:.4f}" for figure in figures) == printed


@pytest.mark.parametrize(
    ("scores", "printed"),
    [(ALBUMIN, "0.0108 0.0953 -0.1761 0.1976 0.9102"), (PROTEIN, "-0.0780 0.1046 -0.2830 0.1271 0.4561")],
    ids=["albumin - K-G", "protein - K-G"],
)
def test_the_ovarian_cancer_data_have_the_contrasts_that_proc_prints(scores: np.ndarray, printed: str) -> None:
    areas = compare_auc(POSITIVE, scores, 10 - SCORE)
    test = areas_test(areas, limit=0.0, confidence=0.975)
    two_sided = 2 * min(test.p_pass, test.p_fail)
    figures = (test.improvement, math.sqrt(areas.variance), test.low, test.high, two_sided)
    assert " ".join(f"{figure:.4f}" for figure in figures) == printed


@given(scored)
def test_the_fast_way_is_the_definition(rows: list[tuple[bool, int, int]]) -> None:
    areas = compare_auc(*arrays(rows))
    assert (areas.candidate, areas.baseline, areas.variance) == pytest.approx(by_definition(*arrays(rows)), abs=1e-12)


@given(scored)
def test_an_area_is_that_of_scikit_learn(rows: list[tuple[bool, int, int]]) -> None:
    positive, candidate, _ = arrays(rows)
    area = area_of(positive, candidate)
    assert area.value == pytest.approx(roc_auc_score(positive, candidate))
    assert area.variance == pytest.approx(compare_auc(positive, candidate, np.zeros(len(positive))).variance)
    assert area.fewest == min(positive.sum(), (~positive).sum())


@given(scored)
def test_candidate_and_baseline_change_places_with_the_sign(rows: list[tuple[bool, int, int]]) -> None:
    positive, candidate, baseline = arrays(rows)
    one, other = compare_auc(positive, candidate, baseline), compare_auc(positive, baseline, candidate)
    assert one.variance == pytest.approx(other.variance, abs=1e-15)
    assert (one.candidate, one.baseline) == (other.baseline, other.candidate)


def test_order_is_all_that_counts() -> None:
    scores = np.random.default_rng(5).random(60)
    positive = np.random.default_rng(6).random(60) < 0.4
    one, other = compare_auc(positive, scores, scores**2), compare_auc(positive, np.exp(scores), scores)
    assert (one.candidate, one.baseline, one.variance) == (other.candidate, other.baseline, other.variance)
    assert one.variance == 0


def test_models_that_order_alike_are_equal_within_what_so_many_pairs_can_show() -> None:
    few, many = (
        areas_test(Areas(candidate=0.8, baseline=0.8, variance=0.0, fewest=fewest), limit=-0.01, confidence=0.95)
        for fewest in (298, 299)
    )
    assert few.p_pass > 0.05 >= many.p_pass
    assert few.low <= -0.01 < many.low
    assert few.p_pass == pytest.approx(0.99**298)
    assert (few.improvement, few.p_fail) == (0.0, 1.0)
    assert few.high == pytest.approx(1 - 0.05 ** (1 / 298))


@pytest.mark.parametrize("shape", ["one positive", "no positives", "no negatives", "not a number"])
def test_without_two_rows_of_each_class_or_with_what_is_no_number_there_is_no_evidence(shape: str) -> None:
    scores = np.array([0.1, 0.2, 0.3, 0.4, np.nan if shape == "not a number" else 0.5])
    count = {"one positive": 1, "no positives": 0, "no negatives": 5, "not a number": 2}[shape]
    positive = np.arange(5) < count
    areas = compare_auc(positive, np.arange(5.0), scores)
    assert math.isnan(areas.variance)
    test = areas_test(areas, limit=0.0, confidence=0.95)
    assert math.isnan(test.improvement)
    assert (test.p_pass, test.p_fail) == (1.0, 1.0)
    alone = area_of(positive, scores)
    assert math.isnan(alone.variance)
    assert area_test(alone, limit=0.4, confidence=0.99).p_pass > 0.01


@pytest.mark.parametrize(("limit", "passes"), [(0.05 ** (1 / 20) - 1e-9, True), (0.05 ** (1 / 20), False)])
def test_a_perfect_order_of_few_rows_is_known_as_well_as_so_many_wins_out_of_so_many(
    limit: float,
    passes: bool,  # noqa: FBT001 - drawn
) -> None:
    area = area_of(np.arange(50) >= 30, np.arange(50.0))
    assert (area.value, area.variance, area.fewest) == (1.0, 0.0, 20)
    test = area_test(area, limit=limit, confidence=0.95)
    assert (test.low > limit) is passes
    assert test.high == 1.0


@pytest.mark.parametrize("value", [0.6, 0.9, 0.99])
def test_bounds_of_one_area_stay_below_1_and_the_limit_at_a_bound_has_the_p_value_alpha(value: float) -> None:
    area = Area(value=value, variance=0.002, fewest=9)
    test = area_test(area, limit=0.5, confidence=0.95)
    assert 0 < test.low < value < test.high < 1
    assert area_test(area, limit=test.low, confidence=0.95).p_pass == pytest.approx(0.05)
    assert area_test(area, limit=test.high, confidence=0.95).p_fail == pytest.approx(0.05)
    slope = 0.002**0.5 / (value * (1 - value))
    assert math.log(test.low / (1 - test.low)) == pytest.approx(
        math.log(value / (1 - value)) - stats.norm.ppf(0.95) * slope
    )


def test_every_order_of_four_rows_has_the_variance_of_the_definition() -> None:
    for candidate, baseline in itertools.product(itertools.permutations(range(4)), repeat=2):
        positive = np.array([True, True, False, False])
        pair = np.array(candidate, dtype=float), np.array(baseline, dtype=float)
        assert compare_auc(positive, *pair).variance == pytest.approx(by_definition(positive, *pair)[2], abs=1e-15)


def test_a_million_rows_take_less_than_two_seconds() -> None:
    random = np.random.default_rng(7)
    positive = random.random(1_000_000) < 0.3
    candidate, baseline = (random.normal(size=1_000_000) + positive for _ in range(2))
    began = time.process_time()
    areas = compare_auc(positive, candidate, baseline)
    assert time.process_time() - began < 2
    assert abs(areas.candidate - areas.baseline) < 5 * math.sqrt(areas.variance)
