from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats

from headgate.core.metrics import METRICS
from headgate.core.numeric.block_length import block_length
from headgate.core.numeric.bootstrap import Resampled, resample_improvement, resample_value
from headgate.core.numeric.intervals import Kind, bounds, p_above, p_below
from headgate.core.numeric.sampling import Resampling
from headgate.core.predictions import Predicted
from tests.unit.answered import predictions

Array = np.ndarray[Any, Any]

KINDS: tuple[Kind, ...] = ("percentile", "bca")
MAE = METRICS["mae"]

distributions = st.builds(
    Resampled,
    estimate=st.floats(-1, 1),
    replicates=st.lists(st.floats(-2, 2) | st.sampled_from([-0.5, 0.0, 0.5]), min_size=10, max_size=300).map(np.array),
    acceleration=st.floats(-0.4, 0.4),
    units=st.floats(1.5, 1000) | st.just(math.inf),
)


def of(replicates: Any, *, estimate: float = 0.0, acceleration: float = 0.0, units: float = math.inf) -> Resampled:
    return Resampled(
        estimate=estimate, replicates=np.asarray(replicates, dtype=float), acceleration=acceleration, units=units
    )


@given(
    distributions, st.floats(0.5, 0.999), st.floats(-2, 2) | st.sampled_from([-0.5, 0.0, 0.5]), st.sampled_from(KINDS)
)
def test_a_p_value_is_small_just_when_the_bound_clears_the_limit(
    resampled: Resampled, confidence: float, limit: float, kind: Kind
) -> None:
    assume(1 - confidence >= 1 / (len(resampled.replicates) + 1))
    low, high = bounds(resampled, confidence, kind)
    above, below = p_above(resampled, limit, kind), p_below(resampled, limit, kind)
    if abs(above - (1 - confidence)) > 1e-9:
        assert (above <= 1 - confidence) == (low > limit)
    if abs(below - (1 - confidence)) > 1e-9:
        assert (below <= 1 - confidence) == (high < limit)


@given(distributions, st.sampled_from(KINDS), st.floats(-3, 3))
def test_a_p_value_is_never_0_and_never_above_1(resampled: Resampled, kind: Kind, limit: float) -> None:
    for p_value in (p_above(resampled, limit, kind), p_below(resampled, limit, kind)):
        assert 1 / (len(resampled.replicates) + 1) <= p_value <= 1


@given(distributions, st.sampled_from(KINDS), st.floats(0.5, 0.99))
def test_more_confidence_makes_wider_bounds(resampled: Resampled, kind: Kind, confidence: float) -> None:
    low, high = bounds(resampled, confidence, kind)
    lower, higher = bounds(resampled, (1 + confidence) / 2, kind)
    assert lower <= low
    assert high <= higher


@given(distributions, st.sampled_from(KINDS), st.floats(0.5, 0.99))
def test_turning_the_sign_turns_the_bounds(resampled: Resampled, kind: Kind, confidence: float) -> None:
    turned = of(
        -resampled.replicates,
        estimate=-resampled.estimate,
        acceleration=-resampled.acceleration,
        units=resampled.units,
    )
    low, high = bounds(resampled, confidence, kind)
    assert bounds(turned, confidence, kind) == pytest.approx((-high, -low))
    assert p_above(resampled, 0.1, kind) == pytest.approx(p_below(turned, -0.1, kind))


def test_bounds_are_order_statistics() -> None:
    resampled = of(np.random.default_rng(0).permutation(np.arange(1, 1000)))
    assert bounds(resampled, 0.9) == (100, 900)
    assert bounds(resampled, 0.99) == (10, 990)


@pytest.mark.parametrize(("limit", "p_value"), [(98.5, 0.099), (99, 0.1), (99.5, 0.1), (100, 0.101)])
def test_the_p_value_counts_replicates_up_to_the_limit_and_one(limit: float, p_value: float) -> None:
    assert p_above(of(np.arange(1, 1000)), limit) == pytest.approx(p_value)
    assert p_below(of(-np.arange(1, 1000)), -limit) == pytest.approx(p_value)


@pytest.mark.parametrize("units", [5.0, 20.0, 33.3])
def test_few_units_expand_the_bounds_by_students_distribution(units: float) -> None:
    replicates = np.random.default_rng(1).normal(size=99_999)
    low, high = bounds(of(replicates, units=units), 0.95)
    expected = math.sqrt(units / (units - 1)) * stats.t.ppf(0.95, units - 1)
    assert high == pytest.approx(expected, rel=0.03)
    assert low == pytest.approx(-expected, rel=0.03)
    assert p_below(of(replicates, units=units), expected) == pytest.approx(0.05, abs=0.005)


@pytest.mark.parametrize("kind", KINDS)
def test_one_unit_alone_tells_nothing(kind: Kind) -> None:
    resampled = of(np.linspace(1, 2, 999), estimate=1.5, units=1)
    assert bounds(resampled, 0.9, kind) == (-math.inf, math.inf)
    assert p_above(resampled, 0, kind) == pytest.approx(1)


@pytest.mark.parametrize(("count", "low"), [(18, -math.inf), (19, 1.0)])
def test_too_few_replicates_for_a_confidence_bound_nothing(count: int, low: float) -> None:
    assert bounds(of(np.arange(1, count + 1)), 0.951)[0] == -math.inf
    assert bounds(of(np.arange(1, count + 1)), 0.95)[0] == low


def test_what_is_not_measurable_has_no_bounds_and_no_p_value() -> None:
    nothing = of(np.full(50, np.nan), estimate=math.nan)
    assert np.isnan(bounds(nothing, 0.9)).all()
    assert math.isnan(p_above(nothing, 0.0))
    assert math.isnan(p_below(nothing, 0.0))


def test_an_undefined_replicate_counts_against_either_bound() -> None:
    known = np.arange(1.0, 999)
    resampled = of([*known, np.nan])
    assert bounds(resampled, 0.9) == (99, 900)
    assert p_above(resampled, 97.5) == pytest.approx(0.099)
    assert p_below(resampled, 900.5) == pytest.approx(0.1)


def test_a_distribution_in_one_point_has_that_point_for_bounds() -> None:
    resampled = of(np.zeros(999))
    for kind in KINDS:
        assert bounds(resampled, 0.95, kind) == (0, 0)
        assert p_above(resampled, -0.01, kind) == pytest.approx(0.001)
        assert p_above(resampled, 0, kind) == pytest.approx(1)


@pytest.mark.parametrize("confidence", [0.8, 0.9, 0.95, 0.99])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("world", ["mean", "differences"])
def test_bounds_are_scipys_of_the_same_replicates(kind: Kind, confidence: float, world: str) -> None:
    random = np.random.default_rng(5)
    errors = random.exponential(size=(2, 60))
    given = predictions(np.zeros(60), Predicted(values=errors[0]), Predicted(values=errors[1]))
    resample = resample_value if world == "mean" else resample_improvement
    sample = errors[0] if world == "mean" else errors[1] - errors[0]
    ours = resample(MAE, given, None, Resampling(resamples=1999))
    fed = stats.bootstrap((sample,), np.mean, n_resamples=50, rng=random)
    fed.bootstrap_distribution = ours.replicates
    name = {"percentile": "percentile", "bca": "BCa"}[kind]
    found = of(ours.replicates, estimate=ours.estimate, acceleration=ours.acceleration)
    ordered = np.sort(ours.replicates)
    for side, alternative in enumerate(("greater", "less")):
        theirs = stats.bootstrap(
            (sample,), np.mean, n_resamples=0, bootstrap_result=fed, method=name,
            confidence_level=confidence, alternative=alternative,
        ).confidence_interval[side]  # fmt: skip
        places = np.searchsorted(ordered, [bounds(found, confidence, kind)[side], theirs])
        assert abs(int(places[0]) - int(places[1])) <= 2


def misses(kind: Kind, trials: int, **plan: Any) -> tuple[float, float]:
    """Return how often the truth, 0, lies beyond the bounds at 90 % of simulated mean differences."""
    random = np.random.default_rng(11)
    beyond = np.zeros(2)
    for seed in range(trials):
        differences = plan["draw"](random)
        level = 1 + np.abs(differences).max()
        given = predictions(
            np.zeros(len(differences)),
            Predicted(values=level - differences / 2),
            Predicted(values=level + differences / 2),
        )
        block = block_length(differences) if plan.get("in_time") else None
        found = resample_improvement(
            MAE, given, None, Resampling(resamples=299, seed=seed, block=block, groups=plan.get("groups"))
        )
        low, high = bounds(found, 0.9, kind)
        beyond += low > 0, high < 0
    return beyond[0] / trials, beyond[1] / trials


# 400 simulations of a share of 0.1 scatter by 0.015: four times that, and two points of slack.
ALLOWED = pytest.approx((0.1, 0.1), abs=0.08)


@pytest.mark.parametrize("kind", KINDS)
def test_bounds_of_independent_rows_are_wrong_as_often_as_they_say(kind: Kind) -> None:
    assert misses(kind, 400, draw=lambda random: random.normal(size=30) ** 3) == ALLOWED


def test_bounds_of_20_groups_are_wrong_as_often_as_they_say() -> None:
    groups = np.repeat(np.arange(20), np.arange(20) % 5 + 1)
    found = misses(
        "percentile",
        400,
        draw=lambda random: random.normal(size=20)[groups] + random.normal(size=len(groups)),
        groups=groups,
    )
    assert found == ALLOWED


def test_bounds_of_a_series_are_wrong_as_often_as_they_say() -> None:
    def series(random: np.random.Generator) -> Array:
        values = random.normal(size=250)
        for place in range(1, 250):
            values[place] += 0.5 * values[place - 1]
        return values[50:]

    assert misses("percentile", 400, draw=series, in_time=True) == ALLOWED
    without = misses("percentile", 400, draw=series)
    assert min(without) > 0.18
