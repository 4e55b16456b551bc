from __future__ import annotations

import pytest

from tools.truth.__main__ import PARTS, main
from tools.truth.rates import Rate

pytestmark = pytest.mark.no_cover  # tracing takes a third of the time


@pytest.mark.parametrize("part", PARTS)
def test_a_few_simulations_keep_within_their_bands(part: str) -> None:
    """Seeded; the bands are four standard errors wide and more. `make truth` runs many."""
    assert PARTS[part](True) == []  # noqa: FBT003 - quick


def rate(hits: int, *, at_most: bool = False, slack: float = 0.0) -> Rate:
    return Rate(claim="it happens", hits=hits, trials=10_000, level=0.05, at_most=at_most, slack=slack)


@pytest.mark.parametrize(
    ("hits", "inside"), [(412, False), (413, True), (587, True), (588, False)], ids=["below", "least", "most", "above"]
)
def test_a_rate_may_scatter_by_four_standard_errors(hits: int, inside: bool) -> None:  # noqa: FBT001 - drawn
    assert rate(hits).is_inside is inside
    assert ("OUTSIDE" in str(rate(hits))) is not inside


def test_an_exact_test_may_be_below_its_level() -> None:
    assert rate(0, at_most=True).is_inside
    assert not rate(588, at_most=True).is_inside


def test_what_an_approximation_may_be_off_is_added() -> None:
    assert rate(687, slack=0.01).is_inside
    assert not rate(688, slack=0.01).is_inside


def test_a_rate_outside_its_band_is_told_and_fails(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([], {"good": lambda _: [], "bad": lambda _: ["too often"]}) == 1
    assert "too often" in capsys.readouterr().out


def test_rates_within_their_bands_succeed() -> None:
    assert main(["good", "--quick"], {"good": lambda quick: [] if quick else ["many"], "bad": lambda _: ["x"]}) == 0


def test_an_unknown_part_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bootstrapp"]) == 2
    assert "part must be one of type_one, slices, power" in capsys.readouterr().out
