"""Counts of places: exactly those of single draws."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from headgate.core.numeric.counting import uniform_counts

ROOMS = [6.0, 0.0, -3.0]
"""The usual one; one where the Poisson counts are too many in half of the resamples; one where they always are."""


def generator(seed: int = 1) -> np.random.Generator:
    return np.random.Generator(np.random.SFC64(seed))


@pytest.mark.parametrize("room", ROOMS)
@pytest.mark.parametrize("size", [1, 2, 7, 400, 4099])
def test_each_resample_has_as_many_places_as_there_are(size: int, room: float) -> None:
    counts = uniform_counts(generator(), size, 50, room=room)
    assert counts.shape == (50, size)
    assert counts.min() >= 0
    assert (counts.sum(axis=1, dtype=int) == size).all()


@pytest.mark.parametrize("room", ROOMS)
def test_a_places_count_is_binomial(room: float) -> None:
    size, resamples = 400, 2000
    counts = uniform_counts(generator(), size, resamples, room=room)
    seen = np.bincount(counts[:, 17], minlength=5)
    seen = np.append(seen[:4], seen[4:].sum())
    binomial = stats.binom(size, 1 / size)
    expected = [*(binomial.pmf(count) for count in range(4)), binomial.sf(3)]
    assert stats.chisquare(seen, np.array(expected) * resamples).pvalue > 0.001


@pytest.mark.parametrize("room", ROOMS)
def test_all_counts_together_are_those_of_single_draws(room: float) -> None:
    """The number of places that are never drawn, often enough, as single draws have it."""
    size, resamples = 400, 4000
    random = generator(2)
    single = np.array([len(np.unique(random.integers(0, size, size))) for _ in range(resamples)])
    found = (uniform_counts(generator(), size, resamples, room=room) > 0).sum(axis=1)
    assert stats.ks_2samp(found, single).pvalue > 0.001
    assert found.var() == pytest.approx(single.var(), rel=0.1)


def test_two_places_take_from_each_other() -> None:
    size = 50
    counts = uniform_counts(generator(), size, 40_000).astype(float)
    assert np.cov(counts[:, 3], counts[:, 40])[0, 1] == pytest.approx(-1 / size, abs=0.015)
    assert counts[:, 3].var() == pytest.approx(1 - 1 / size, abs=0.03)


def test_no_place_is_preferred() -> None:
    size, resamples = 200, 5000
    totals = uniform_counts(generator(), size, resamples).sum(axis=0, dtype=int)
    assert stats.chisquare(totals).pvalue > 0.001


def test_the_same_seed_draws_the_same_and_another_another() -> None:
    one, again, other = (uniform_counts(generator(seed), 5000, 3) for seed in (1, 1, 2))
    assert np.array_equal(one, again)
    assert not np.array_equal(one, other)


def test_resamples_are_independent() -> None:
    one, other = uniform_counts(generator(), 5000, 2)
    assert abs(np.corrcoef(one, other)[0, 1]) < 0.06
