from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import optimize, stats
from statsmodels.stats.contingency_tables import mcnemar

from headgate.core.numeric.mcnemar import (
    EXACT,
    SCORE,
    Discordant,
    compare_accuracy,
    discordant_test,
    exact_p,
    tango_bound,
    tango_score,
)

counts = st.integers(0, 60)


def of(won: int, lost: int, rows: int) -> Discordant:
    return Discordant(won=won, lost=lost, rows=rows)


def test_the_counts_are_those_of_the_rows() -> None:
    candidate = np.array([True, True, False, True, False])
    baseline = np.array([True, False, True, False, False])
    test = compare_accuracy(candidate, baseline, limit=0.0, confidence=0.95)
    assert test == discordant_test(of(2, 1, 5), limit=0.0, confidence=0.95)
    assert test.improvement == pytest.approx(0.2)


@pytest.mark.parametrize(
    ("won", "lost", "rows", "confidence", "low", "high"),
    [
        (9, 3, 32, 0.975, "-0.027", "0.390"),
        (0, 1, 44, 0.95, "-0.096", "0.037"),
        (16, 8, 86, 0.975, "-0.020", "0.207"),
        (1, 7, 21, 0.975, "-0.517", "-0.026"),
        (3, 1, 14, 0.975, "-0.1670", "0.4327"),
        (25, 2, 102, 0.975, "0.139", "0.321"),
    ],
    ids=["Tango 1998", "Tango 1998 (90 %)", "Agresti & Min 2005", "Fagerland 2014", "Tang 2010", "Chang 2024"],
)
def test_tangos_interval_is_the_published_one(  # noqa: PLR0917 - a table
    won: int, lost: int, rows: int, confidence: float, low: str, high: str
) -> None:
    test = discordant_test(of(won, lost, rows), limit=0.05, confidence=confidence)
    digits = len(low.split(".")[1])
    assert (f"{test.low:.{digits}f}", f"{test.high:.{digits}f}") == (low, high)


def test_the_exact_test_is_that_of_fagerland_lydersen_and_laake() -> None:
    """Airway hyper-responsiveness before and after transplantation (BMC Medical Research Methodology 2013, 13:91)."""
    test = discordant_test(of(1, 7, 21), limit=0.0, confidence=0.95)
    assert f"{2 * test.p_fail:.4f}" == "0.0703"
    assert f"{stats.chi2.sf(tango_score(of(1, 7, 21), 0.0) ** 2, 1):.4f}" == "0.0339"


def test_the_statistic_is_that_of_agrestis_approval_ratings() -> None:
    """R's `mcnemar.test` prints 16.818, with the continuity correction, of 150 against 86."""
    z = tango_score(of(150, 86, 1600), 0.0)
    assert z == pytest.approx(64 / math.sqrt(236))
    assert f"{(abs(z) - 1 / math.sqrt(236)) ** 2:.3f}" == "16.818"


@given(counts, counts)
def test_the_exact_test_is_that_of_statsmodels(won: int, lost: int) -> None:
    expected = mcnemar([[5, won], [lost, 5]], exact=True).pvalue
    assert min(1.0, 2 * min(exact_p(won, lost), exact_p(lost, won))) == pytest.approx(expected)


@given(counts, counts, counts)
def test_at_limit_0_the_score_is_mcnemars(won: int, lost: int, same: int) -> None:
    z = tango_score(of(won, lost, won + lost + same + 1), 0.0)
    assert z == pytest.approx((won - lost) / math.sqrt(won + lost) if won + lost else 0.0)


@given(
    st.integers(0, 20),
    st.integers(0, 20),
    st.integers(1, 20),
    st.floats(-0.9, 0.9).filter(lambda limit: abs(limit) > 1e-6),
)
def test_the_score_is_that_of_the_greatest_likelihood(won: int, lost: int, same: int, limit: float) -> None:
    rows = won + lost + same

    def minus_log_likelihood(share: float) -> float:
        shares = (share + limit, share, 1 - 2 * share - limit)
        return -sum(
            count * math.log(max(p, 1e-300)) for count, p in zip((won, lost, same), shares, strict=True) if count
        )

    least, most = max(0.0, -limit), (1 - limit) / 2
    share = optimize.minimize_scalar(
        minus_log_likelihood, bounds=(least, most), method="bounded", options={"xatol": 1e-12}
    ).x
    variance = rows * (2 * share + limit - limit**2)
    slow = (won - lost - rows * limit) / math.sqrt(max(variance, 1e-300))
    assert tango_score(of(won, lost, rows), limit) == pytest.approx(slow, rel=1e-3, abs=1e-3)


@given(counts, counts, counts, st.floats(0.51, 0.999))
def test_a_bound_is_where_the_score_is_the_quantile(won: int, lost: int, same: int, confidence: float) -> None:
    it = of(won, lost, won + lost + same + 1)
    z = float(stats.norm.ppf(confidence))
    low, high = tango_bound(it, z), tango_bound(it, -z)
    assert -1 <= low <= it.difference <= high <= 1
    for bound, score in ((low, z), (high, -z)):
        assert abs(bound) == 1 or tango_score(it, bound) == pytest.approx(score, abs=1e-6)


@given(counts, counts, counts, st.sampled_from([-0.05, 0.0, 0.02]), st.floats(0.5, 0.99))
def test_the_other_way_round_is_the_mirror_image(
    won: int, lost: int, same: int, limit: float, confidence: float
) -> None:
    rows = won + lost + same + 1
    one = discordant_test(of(won, lost, rows), limit=limit, confidence=confidence)
    other = discordant_test(of(lost, won, rows), limit=-limit, confidence=confidence)
    assert (one.p_pass, one.p_fail) == pytest.approx((other.p_fail, other.p_pass))
    assert (one.low, one.high) == pytest.approx((-other.high, -other.low), abs=1e-9)


@pytest.mark.parametrize(("won", "passes"), [(4, False), (5, True), (6, True)], ids=["below", "at", "above"])
def test_five_wins_to_none_are_enough_at_a_32nd(won: int, passes: bool) -> None:  # noqa: FBT001 - drawn
    test = discordant_test(of(won, 0, 100), limit=0.0, confidence=1 - 1 / 32)
    assert (test.p_pass <= 1 / 32) is passes
    assert (test.low > 0) is passes


def test_where_the_exact_test_is_stricter_the_bound_gives_way() -> None:
    it = of(7, 1, 21)
    assert tango_bound(it, float(stats.norm.ppf(0.975))) > 0
    test = discordant_test(it, limit=0.0, confidence=0.975)
    assert test.p_pass > 0.025
    assert -0.05 < test.low <= 0


def test_where_the_exact_test_is_laxer_the_bound_gives_way_too() -> None:
    it, confidence = of(12, 0, 10_000), 1 - 2**-12
    assert tango_bound(it, float(stats.norm.ppf(confidence))) <= 0
    test = discordant_test(it, limit=0.0, confidence=confidence)
    assert test.p_pass <= 2**-12
    assert 0 < test.low < 1e-6


def test_two_models_that_never_differ_are_equal_within_what_so_many_rows_can_show() -> None:
    few, many = (discordant_test(of(0, 0, rows), limit=-0.01, confidence=0.95) for rows in (100, 1000))
    assert few.p_pass > 0.05 > many.p_pass
    equal = discordant_test(of(0, 0, 1000), limit=0.0, confidence=0.95)
    assert (equal.p_pass, equal.p_fail, equal.low < 0 < equal.high) == (1.0, 1.0, True)


def test_the_method_is_said() -> None:
    assert discordant_test(of(3, 1, 9), limit=0.0, confidence=0.9).method == EXACT
    assert discordant_test(of(3, 1, 9), limit=0.1, confidence=0.9).method == SCORE


def test_no_rows_are_no_evidence() -> None:
    nothing = np.array([], dtype=bool)
    test = compare_accuracy(nothing, nothing, limit=0.0, confidence=0.95)
    assert math.isnan(test.improvement)
    assert (test.p_pass, test.p_fail) == (1.0, 1.0)


@pytest.mark.parametrize(("won", "lost", "bound"), [(9, 0, 1.0), (0, 9, -1.0)])
def test_who_always_wins_has_no_bound_on_that_side(won: int, lost: int, bound: float) -> None:
    test = discordant_test(of(won, lost, 9), limit=0.1, confidence=0.95)
    assert bound in {test.low, test.high}
