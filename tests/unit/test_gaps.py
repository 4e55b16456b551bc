"""Bounds of the widest gap between groups: against published numbers, and as often wrong as they say."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special
from statsmodels.stats.proportion import confint_proportions_2indep

from headgate.core.gate_fairness import DemographicParity, EqualisedOdds, ErrorRateRatio
from headgate.core.numeric.gaps import difference_bounds, p_values_of, ratio_bounds
from headgate.errors import InputError
from tests.unit.facts import FAIL, PASS, UNDECIDED, answer, groups, measured

NONE = measured()
Bounds = Callable[[list[int], list[int], float], tuple[float, float]]


def test_a_difference_has_the_bounds_that_newcombe_printed() -> None:
    # Newcombe (1998), table II, method 10, 56/70 - 48/80: 0.0524 to 0.3339 with 95 %, two-sided.
    _, high = difference_bounds([56, 48], [70, 80], 0.975)
    assert round(high, 4) == 0.3339
    # Two claims, since either group could be ahead: each at half the level.
    low, _ = difference_bounds([56, 48], [70, 80], 0.95)
    assert round(low, 4) == 0.0524


def test_a_difference_has_the_bounds_of_statsmodels() -> None:
    low, _ = difference_bounds([30, 20], [120, 140], 0.95)
    _, high = difference_bounds([30, 20], [120, 140], 0.975)
    expected = confint_proportions_2indep(30, 120, 20, 140, method="newcomb", compare="diff")
    assert (low, high) == pytest.approx(expected, abs=1e-9)


def test_a_ratio_has_about_the_bounds_of_its_logarithm() -> None:
    low, _ = ratio_bounds([600, 400], [2000, 2000], 0.95)
    _, high = ratio_bounds([600, 400], [2000, 2000], 0.975)
    expected = confint_proportions_2indep(600, 2000, 400, 2000, method="log", compare="ratio")
    assert (low, high) == pytest.approx(expected, rel=0.002)


def test_the_order_of_groups_does_not_matter() -> None:
    for bounds in (difference_bounds, ratio_bounds):
        assert bounds([30, 20, 25], [120, 140, 130], 0.9) == bounds([25, 20, 30], [130, 140, 120], 0.9)


def test_more_claims_make_a_lower_bound_lower_and_leave_the_upper_one() -> None:
    one, two = (difference_bounds([60, 20], [120, 140], 0.95, rates=rates) for rates in (1, 2))
    assert two[0] < one[0]
    assert two[1] == one[1]
    more = difference_bounds([60, 20, 40, 40], [120, 140, 130, 130], 0.95)
    assert more[0] < one[0]
    assert more[1] == one[1]


@pytest.mark.parametrize(
    ("hits", "low", "high"),
    [
        ([0, 0], 0.0, 0.0263),
        ([100, 100], 0.0, 0.0263),
        ([0, 100], 0.9477, 1.0),
    ],
)
def test_differences_have_bounds_where_nobody_or_everybody_counts(hits: list[int], low: float, high: float) -> None:
    assert difference_bounds(hits, [100, 100], 0.95) == pytest.approx((low, high), abs=1e-4)


@pytest.mark.parametrize(
    ("hits", "low", "high"),
    [([0, 0], 1.0, np.inf), ([0, 50], 13.26, np.inf), ([100, 100], 1.0, 1.0271), ([50, 50], 1.0, 1.26)],
)
def test_ratios_have_bounds_where_nobody_or_everybody_counts(hits: list[int], low: float, high: float) -> None:
    assert ratio_bounds(hits, [100, 100], 0.95) == pytest.approx((low, high), rel=0.01)


GROUPS = st.lists(st.tuples(st.integers(0, 60), st.integers(60, 200)), min_size=2, max_size=4)


@settings(max_examples=60, deadline=None)
@given(GROUPS, st.floats(0, 0.4), st.floats(0.51, 0.999), st.booleans())
def test_p_values_are_the_bounds_inverse(
    counts: list[tuple[int, int]],
    limit: float,
    confidence: float,
    of_ratio: bool,  # noqa: FBT001 - drawn
) -> None:
    hits, rows = map(list, zip(*counts, strict=True))
    bounds, limit = (ratio_bounds, 1 + 2 * limit) if of_ratio else (difference_bounds, limit)
    p_pass, p_fail = p_values_of(lambda sure: bounds(hits, rows, sure), limit)
    assert all(1e-12 <= p <= 0.5 or p == 1 for p in (p_pass, p_fail))
    low, high = bounds(hits, rows, confidence)
    for p, tells in ((p_pass, high <= limit), (p_fail, low > limit)):
        if p != pytest.approx(1 - confidence, rel=1e-6):
            assert (p <= 1 - confidence) is tells


def test_a_p_value_is_the_level_at_which_the_bound_meets_the_limit() -> None:
    def bounds_with(sure: float) -> tuple[float, float]:
        return difference_bounds([160, 100], [400, 400], sure)

    for level in (0.4, 0.05, 0.001):
        low, high = bounds_with(1 - level)
        assert p_values_of(bounds_with, low)[1] == pytest.approx(level, rel=1e-6)
        assert p_values_of(bounds_with, high)[0] == pytest.approx(level, rel=1e-6)


@pytest.mark.parametrize(
    ("bounds", "expected"),
    [
        ((0.0, 1.0), (1.0, 1.0)),
        ((0.0, 0.5), (1e-12, 1.0)),
        ((0.5, 1.0), (1.0, 1.0)),
        ((0.6, 1.0), (1.0, 1e-12)),
        ((np.nan, np.nan), (1.0, 1.0)),
    ],
)
def test_p_values_end_where_no_level_tells_and_where_every_one_does(
    bounds: tuple[float, float], expected: tuple[float, float]
) -> None:
    assert p_values_of(lambda _: bounds, 0.5) == expected


@pytest.mark.parametrize(
    ("bounds", "rates", "limit"),
    [
        (difference_bounds, [0.3, 0.4], 0.1),
        (difference_bounds, [0.3] * 4 + [0.4] * 4, 0.1),
        (difference_bounds, [0.5] * 8, 0.0),
        (ratio_bounds, [0.2, 0.25], 1.25),
        (ratio_bounds, [0.02, 0.04], 2.0),
        (ratio_bounds, [0.2] * 4 + [0.25] * 4, 1.25),
    ],
)
def test_what_is_just_at_its_limit_rarely_fails_and_rarely_passes(
    bounds: Bounds, rates: list[float], limit: float
) -> None:
    draw, rows, times = np.random.default_rng(11), [300] * len(rates), 400
    found = [bounds(draw.binomial(rows, rates).tolist(), rows, 0.95) for _ in range(times)]
    # Binomial: with a rate of 0.05, more than 38 of 400 is less likely than 1 in 10,000.
    most = special.bdtrik(0.9999, times, 0.05)
    assert sum(low > limit for low, _ in found) <= most
    assert sum(high <= limit for _, high in found) <= most


def test_what_is_far_from_its_limit_is_told() -> None:
    draw, rows = np.random.default_rng(12), [600, 600]
    wide = [difference_bounds(draw.binomial(rows, [0.3, 0.5]).tolist(), rows, 0.95)[0] for _ in range(100)]
    none = [difference_bounds(draw.binomial(rows, [0.3, 0.3]).tolist(), rows, 0.95)[1] for _ in range(100)]
    assert sum(low > 0.1 for low in wide) >= 80
    assert sum(high <= 0.1 for high in none) >= 80


@pytest.mark.parametrize(
    ("rate", "expected"), [(0.30, PASS), (0.38, UNDECIDED), (0.40, UNDECIDED), (0.42, UNDECIDED), (0.50, FAIL)]
)
def test_with_a_confidence_a_gap_has_three_answers(rate: float, expected: object) -> None:
    rows = groups(a=(round(1000 * rate), 0, 0, round(1000 * (1 - rate))), b=(300, 0, 0, 700))
    assert answer(DemographicParity("region", confidence=0.95), NONE, rows).outcome is expected


def test_with_a_confidence_odds_are_of_either_class() -> None:
    for a in ((500, 500, 300, 700), (300, 700, 500, 500)):
        verdict = answer(EqualisedOdds("region", confidence=0.95), NONE, groups(a=a, b=(300, 700, 300, 700)))
        assert (verdict.outcome, verdict.value) == (FAIL, 0.2)
    alike = answer(
        EqualisedOdds("region", confidence=0.95), NONE, groups(a=(300, 700, 300, 700), b=(300, 700, 300, 700))
    )
    assert alike.outcome is PASS


@pytest.mark.parametrize("turned", [False, True])
def test_the_bounds_of_odds_are_the_greater_of_either_class(turned: bool) -> None:  # noqa: FBT001
    a, b = (500, 500, 310, 690), (400, 600, 300, 700)
    if turned:
        a, b = ((*cells[2:], *cells[:2]) for cells in (a, b))
    reason = answer(EqualisedOdds("region", confidence=0.95), NONE, groups(a=a, b=b)).reason
    low, high = difference_bounds([500, 400], [1000, 1000], 0.95, rates=2)
    assert f"greater gap 0.1 ({low:.4g} to {high:.4g}, each bound with 95 %)" in reason


@pytest.mark.parametrize(("errors", "expected"), [(200, PASS), (250, UNDECIDED), (400, FAIL)])
def test_with_a_confidence_a_ratio_has_three_answers(errors: int, expected: object) -> None:
    rows = groups(a=(2000 - errors, errors, 0, 0), b=(1800, 200, 0, 0))
    assert answer(ErrorRateRatio("region", at_most=1.25, confidence=0.95), NONE, rows).outcome is expected


def test_the_bounds_are_in_the_reason() -> None:
    rows = groups(a=(400, 0, 0, 600), b=(300, 0, 0, 700))
    reason = answer(DemographicParity("region", confidence=0.95), NONE, rows).reason
    said = (
        "selection rates, a 0.4 to b 0.3: gap 0.1 (0.05824 to 0.1347, each bound with 95 %) can't tell on which side of"
    )
    assert reason == f"{said} the ceiling 0.1 it is"


def test_a_ratio_is_told_with_its_bounds_and_without() -> None:
    rows = groups(a=(1600, 400, 0, 0), b=(1800, 200, 0, 0))
    low, high = ratio_bounds([400, 200], [2000, 2000], 0.95)
    said = "error rates, a 0.2 to b 0.1: ratio 2"
    assert answer(ErrorRateRatio("region"), NONE, rows).reason == f"{said} is above the ceiling 1.25"
    surely = answer(ErrorRateRatio("region", confidence=0.95), NONE, rows).reason
    assert surely == f"{said} ({low:.4g} to {high:.4g}, each bound with 95 %) is above the ceiling 1.25"
    none = answer(ErrorRateRatio("region"), NONE, groups(a=(99, 1, 0, 0), b=(100, 0, 0, 0))).reason
    assert none == "error rates, a 0.01 to b 0: to a group without errors there is no ratio"


def test_more_groups_than_anybody_can_compare_are_undecided() -> None:
    many = {f"g{place}": (1, 0, 0, 0) for place in range(1001)}
    verdict = answer(DemographicParity("region", min_rows=1), NONE, groups(**many))
    assert verdict.reason == "region has 1,001 groups, and at most 1,000 are compared"
    del many["g0"]
    assert answer(DemographicParity("region", min_rows=1), NONE, groups(**many)).outcome is PASS


@pytest.mark.parametrize("kind", [DemographicParity, EqualisedOdds, ErrorRateRatio])
@pytest.mark.parametrize("confidence", [0.0, 0.5, 1.0, 1.5, float("nan"), True, "95%"])
def test_a_confidence_is_a_share(kind: type, confidence: object) -> None:
    with pytest.raises(InputError, match=rf"confidence of {kind.__name__}\(region\) must be a number in \(0\.5, 1\)"):
        kind("region", confidence=confidence)
