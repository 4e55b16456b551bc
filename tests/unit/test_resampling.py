from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from scipy import stats

from headgate.core.numeric.sampling import Draws, Resampling, draws_of
from headgate.core.numeric.uniform import uniform, uniform_within
from headgate.errors import InputError


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"resamples": 0}, "resamples must be a whole number above 0"),
        ({"block": 0}, "block must be a number of rows above 0"),
        ({"block": 3, "groups": np.arange(3)}, "block must stand alone"),
    ],
)
def test_plans_that_make_no_sense_are_refused(arguments: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        Resampling(**arguments)


def test_a_group_lies_in_one_stratum() -> None:
    plan = Resampling(groups=np.array([0, 0]), strata=np.array([0, 1]))
    with pytest.raises(InputError, match="groups must lie in one stratum each"):
        draws_of(plan, None, 2)


def test_blocks_are_runs_of_rows_round_the_end() -> None:
    draws = Draws(rows=10, sizes=(10,), block=4)
    counts = draws.counts(np.random.default_rng(0), 500)
    assert (counts.sum(axis=1) == 10).all()
    edges = np.abs(counts - np.roll(counts, 1, axis=1)).sum(axis=1)
    assert edges.max() <= 6
    assert counts.mean(axis=0) == pytest.approx(np.ones(10), abs=0.15)


@pytest.mark.parametrize("size", [4096, 4097, 5000, 40_000])
@pytest.mark.parametrize("resamples", [1, 3])
def test_many_places_are_uniform(size: int, resamples: int) -> None:
    drawn = uniform(np.random.Generator(np.random.SFC64(0)), size, resamples)
    assert drawn.shape == (resamples, size)
    assert drawn.min() >= 0
    assert drawn.max() < size
    more = np.concatenate([uniform(np.random.Generator(np.random.SFC64(s)), size, 1) for s in range(20)])
    for parts in (16, size // 256 + 1):
        held = np.bincount(more.ravel() * parts // size, minlength=parts)
        edges = np.ceil(np.arange(parts + 1) * size / parts)
        assert stats.chisquare(held, np.diff(edges) / size * held.sum()).pvalue > 1e-4
    low = np.bincount(more.ravel() % 64, minlength=64)
    expected = np.bincount(np.arange(size) % 64, minlength=64)
    assert stats.chisquare(low, expected / size * low.sum()).pvalue > 1e-4


def test_many_places_occur_as_often_as_they_should() -> None:
    counts = np.bincount(uniform(np.random.Generator(np.random.SFC64(1)), 50_000, 1).ravel(), minlength=50_000)
    held = np.bincount(np.minimum(counts, 5), minlength=6)
    expected = stats.poisson.pmf(np.arange(5), 1) * 50_000
    assert stats.chisquare(held, [*expected, 50_000 - expected.sum()]).pvalue > 1e-4


@pytest.mark.parametrize("sizes", [(3, 1, 5000), tuple(range(1, 30))])
def test_places_within_strata_are_uniform_in_each(sizes: tuple[int, ...]) -> None:
    drawn = uniform_within(np.random.Generator(np.random.SFC64(0)), sizes, 40)
    begins = np.cumsum((0, *sizes))
    for begin, end in itertools.pairwise(begins.tolist()):
        own = drawn[:, begin:end]
        assert own.min() >= begin
        assert own.max() < end
        if end - begin < 100:
            held = np.bincount((own - begin).ravel(), minlength=end - begin)
            assert held.min() > 0.4 * 40
