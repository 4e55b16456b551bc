from __future__ import annotations

import math
from dataclasses import replace
from itertools import repeat

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial import distance
from scipy.stats import wasserstein_distance

from headgate.core.divergence import (
    EPSILON,
    jensen_shannon,
    jensen_shannon_by_chance,
    normed_wasserstein,
    psi,
    psi_by_chance,
    shares_of,
    wasserstein_by_chance,
)
from headgate.core.profile import ColumnProfile
from tests.unit.profiles import numbers, texts

RANDOM = np.random.default_rng(7)
NORMAL = RANDOM.normal(size=20_000)

samples = st.one_of(
    st.lists(st.floats(-1e6, 1e6) | st.sampled_from([0.0, 1.0]), min_size=2, max_size=60).map(numbers),
    st.lists(st.floats(-3, 3), min_size=1, max_size=30).map(lambda values: numbers(values, nulls=3)),
)
choices = st.lists(st.sampled_from(["a", "b", "c", None]), min_size=1, max_size=40).filter(any).map(texts)


def test_categories_have_the_index_computed_by_hand() -> None:
    before, after = texts(["a"] * 50 + ["b"] * 50), texts(["a"] * 80 + ["b"] * 20)
    assert psi(before, after) == pytest.approx(0.3 * math.log(1.6) - 0.3 * math.log(0.4))
    assert psi(before, after) == pytest.approx(0.4158883)


def test_deciles_have_the_index_computed_by_hand() -> None:
    before = numbers(np.linspace(0, 100, 1001))
    after = numbers(np.linspace(0, 50, 1001))
    shares = shares_of(before, after)
    assert shares.reference == pytest.approx([0.1] * 10)
    assert shares.current == pytest.approx([0.2] * 5 + [0.0] * 5)
    by_hand = 5 * 0.1 * math.log(2) + 5 * (EPSILON - 0.1) * math.log(EPSILON / 0.1)
    assert psi(before, after) == pytest.approx(by_hand)


@pytest.mark.parametrize("shift", [0.0, 0.1, 0.5, 1.0])
def test_the_index_of_stored_quantiles_is_that_of_the_rows(shift: float) -> None:
    current = RANDOM.normal(loc=shift, size=20_000)
    edges = [-np.inf, *np.quantile(NORMAL, np.arange(1, 10) / 10), np.inf]
    r, c = (np.clip(np.histogram(side, edges)[0] / len(side), EPSILON, None) for side in (NORMAL, current))
    assert psi(numbers(NORMAL), numbers(current)) == pytest.approx(((c - r) * np.log(c / r)).sum(), abs=0.002, rel=0.02)


def test_the_distance_is_scipys_of_the_same_shares() -> None:
    before, after = texts([*"aaabbc", None]), texts([*"abbbbdd", None, None])
    shares = shares_of(before, after)
    assert jensen_shannon(before, after) == pytest.approx(
        distance.jensenshannon(shares.reference, shares.current, base=2)
    )
    before, after = numbers(NORMAL, nulls=300), numbers(RANDOM.exponential(size=5000))
    shares = shares_of(before, after)
    assert jensen_shannon(before, after) == pytest.approx(
        distance.jensenshannon(shares.reference, shares.current, base=2)
    )


@pytest.mark.parametrize(
    "current", [NORMAL + 0.5, NORMAL * 2, RANDOM.exponential(size=9000), RANDOM.integers(0, 9, 999)]
)
def test_the_wasserstein_distance_of_stored_quantiles_is_scipys_of_the_rows(current: np.ndarray) -> None:
    expected = wasserstein_distance(NORMAL, current) / NORMAL.std(ddof=1)
    assert normed_wasserstein(numbers(NORMAL), numbers(current)) == pytest.approx(expected, rel=0.02, abs=0.01)


def test_one_outlier_among_many_is_no_distance() -> None:
    assert normed_wasserstein(numbers(NORMAL), numbers([*NORMAL, 1e9])) == pytest.approx(0.0, abs=0.001)


def test_an_infinite_outlier_is_no_distance_and_a_shift_to_the_infinite_is() -> None:
    greatest = 1.7976931348623157e308
    before = numbers(NORMAL)
    outlier = replace(before, quantiles=(*before.quantiles[:-1], greatest), std=None)
    beyond = replace(before, quantiles=(greatest,) * 101, std=None)
    assert normed_wasserstein(before, outlier) == pytest.approx(0.0, abs=1e-9)
    distance_to_beyond = normed_wasserstein(before, beyond)
    assert distance_to_beyond is not None
    assert distance_to_beyond > 1e300
    assert psi(before, beyond) > 1


def test_a_constant_reference_has_no_unit_but_knows_its_own_value() -> None:
    constant = numbers([5.0] * 10)
    assert normed_wasserstein(constant, numbers([5.0] * 3)) == 0.0
    assert normed_wasserstein(constant, numbers([5.0, 6.0])) == math.inf


@pytest.mark.parametrize("other", [numbers([]), numbers([1.0])])
def test_without_values_or_a_deviation_no_distance_is_measured(other: ColumnProfile) -> None:
    assert normed_wasserstein(other, numbers(NORMAL)) is None


def test_what_moves_below_a_mass_point_is_told_from_what_moves_above() -> None:
    constant = numbers([5.0] * 100)
    below = shares_of(constant, numbers([4.0] * 100))
    above = shares_of(constant, numbers([6.0] * 100))
    assert (below.reference, below.current) == ((0.0, 1.0), (1.0, 0.0))
    assert (above.reference, above.current) == ((1.0, 0.0), (0.0, 1.0))


def test_many_zeros_are_a_bin_of_their_own() -> None:
    rain = [0.0] * 600 + list(range(1, 401))
    shares = shares_of(numbers(rain), numbers([0.0] * 300 + list(range(1, 701))))
    assert shares.reference[0] == pytest.approx(0.6, abs=0.011)
    assert shares.current[0] == pytest.approx(0.3, abs=0.011)
    assert sum(shares.reference) == pytest.approx(1)


def test_nulls_are_a_bin_of_their_own() -> None:
    shares = shares_of(numbers(NORMAL), numbers(NORMAL, nulls=len(NORMAL)))
    assert shares.reference[-1] == 0.0
    assert shares.current[-1] == 0.5
    assert shares.bins == 11


def test_a_column_that_became_null_is_far_away() -> None:
    assert psi(numbers(NORMAL), numbers([], nulls=500)) > 5
    assert psi(numbers([], nulls=500), numbers(NORMAL)) > 5
    assert psi(texts(["a", "b"]), texts([None, None])) > 5


def test_a_category_that_the_other_side_may_hide_counts_among_the_rest() -> None:
    before = texts([*repeat("a", 5), *repeat("b", 3), "c"], most=2)
    after = texts([*repeat("a", 5), *repeat("b", 3), "c"])
    shares = shares_of(before, after)
    assert shares.reference == shares.current
    assert shares_of(after, before).current == shares_of(after, before).reference


@pytest.mark.parametrize("size", [500, 5000])
def test_chance_makes_the_index_that_the_formula_says(size: int) -> None:
    pairs = [(numbers(RANDOM.normal(size=size)), numbers(RANDOM.normal(size=2 * size))) for _ in range(60)]
    assert np.mean([psi(*pair) for pair in pairs]) == pytest.approx(psi_by_chance(*pairs[0]), rel=0.3)
    squares = np.mean([jensen_shannon(*pair) ** 2 for pair in pairs])
    assert math.sqrt(squares) == pytest.approx(jensen_shannon_by_chance(*pairs[0]), rel=0.2)
    distances = [normed_wasserstein(*pair) or 0.0 for pair in pairs]
    assert np.mean(distances) == pytest.approx(wasserstein_by_chance(*pairs[0]), rel=0.25)


@given(samples | choices)
def test_a_sample_is_no_distance_from_itself(column: ColumnProfile) -> None:
    assert psi(column, column) == 0
    assert jensen_shannon(column, column) == pytest.approx(0, abs=1e-7)
    assert normed_wasserstein(column, column) in {0.0, None}


@given(samples, samples)
def test_measures_keep_to_their_bounds(before: ColumnProfile, after: ColumnProfile) -> None:
    shares = shares_of(before, after)
    assert sum(shares.reference) == pytest.approx(1)
    assert sum(shares.current) == pytest.approx(1)
    assert min(*shares.reference, *shares.current) >= 0
    assert 0 <= psi(before, after) <= 18.5
    assert 0 <= jensen_shannon(before, after) <= 1
    assert (normed_wasserstein(before, after) or 0.0) >= 0


@given(choices, choices)
def test_over_categories_both_divergences_are_symmetric(before: ColumnProfile, after: ColumnProfile) -> None:
    assert psi(before, after) == pytest.approx(psi(after, before))
    assert jensen_shannon(before, after) == pytest.approx(jensen_shannon(after, before))
