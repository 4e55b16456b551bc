from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import false_discovery_control
from statsmodels.stats.multitest import multipletests

from headgate.core.multiplicity import benjamini_hochberg, holm

p_values = st.lists(st.floats(0, 1) | st.sampled_from([0.01, 0.05]), min_size=1, max_size=20)
few = settings(max_examples=10)  # each takes statsmodels 80 ms


def test_holm_by_hand() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])


def test_benjamini_and_hochberg_by_hand() -> None:
    assert benjamini_hochberg([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.02, 0.04, 0.04, 0.02])


def test_the_example_of_benjamini_and_hochberg_has_four_discoveries() -> None:
    """Their 15 p-values (1995, section 3.2): at 0.05, Bonferroni finds three and their procedure four."""
    found = [
        *(0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459),
        *(0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0000),
    ]
    assert sum(p <= 0.05 for p in benjamini_hochberg(found)) == 4
    assert sum(p <= 0.05 for p in holm(found)) == 3


@few
@given(p_values)
def test_holm_is_that_of_statsmodels(raw: list[float]) -> None:
    assert holm(raw) == pytest.approx(multipletests(raw, method="holm")[1])


@few
@given(p_values)
def test_benjamini_hochberg_is_that_of_statsmodels_and_of_scipy(raw: list[float]) -> None:
    assert benjamini_hochberg(raw) == pytest.approx(multipletests(raw, method="fdr_bh")[1])
    assert benjamini_hochberg(raw) == pytest.approx(false_discovery_control(raw))


@pytest.mark.parametrize("adjust", [holm, benjamini_hochberg])
@given(raw=p_values)
def test_adjusting_only_ever_raises_and_keeps_the_order(adjust: object, raw: list[float]) -> None:
    adjusted = adjust(raw)  # type: ignore[operator]
    assert len(adjusted) == len(raw)
    assert all(before <= after * (1 + 1e-12) and 0 <= after <= 1 for before, after in zip(raw, adjusted, strict=True))
    in_order = [adjusted[index] for index in sorted(range(len(raw)), key=raw.__getitem__)]
    assert in_order == sorted(in_order)


@given(p_values)
def test_holm_is_never_laxer_than_benjamini_hochberg(raw: list[float]) -> None:
    assert all(h >= b * (1 - 1e-12) for h, b in zip(holm(raw), benjamini_hochberg(raw), strict=True))


@pytest.mark.parametrize("adjust", [holm, benjamini_hochberg])
def test_of_one_claim_or_none_nothing_is_adjusted(adjust: object) -> None:
    assert adjust([0.3]) == (0.3,)  # type: ignore[operator]
    assert adjust([]) == ()  # type: ignore[operator]


@pytest.mark.parametrize("adjust", [holm, benjamini_hochberg])
def test_no_p_value_is_above_1(adjust: object) -> None:
    assert adjust([0.9, 0.8, 1.0]) == (1.0, 1.0, 1.0)  # type: ignore[operator]
