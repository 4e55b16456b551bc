"""Uniform draws of many places at once, cheaper than one random number for each."""

from __future__ import annotations

from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]

_BYTE = 256
_MANY = 4096
"""From how many places on they are drawn by the byte."""
FEW_STRATA = 16
"""Up to so many strata, each is drawn by itself."""


def uniform(random: np.random.Generator, size: int, resamples: int) -> Array:
    """Return `size` independent places in [0, size) for each resample, in no particular order.

    Many are drawn in two steps, with the same distribution: how many fall into each run of 256 places is multinomial,
    and where in the run is a random byte; the last run may be shorter. That takes a quarter of the random bits, and
    neighbours in a run are neighbours in memory.

    Returns:
        Of shape `(resamples, size)`.
    """
    if size < _MANY:
        return random.integers(0, size, (resamples, size))
    starts = np.arange(0, size, _BYTE)
    shares = np.diff(starts, append=size) / size
    held = random.multinomial(size, shares, size=resamples)
    drawn = np.repeat(starts if resamples == 1 else np.tile(starts, resamples), held.ravel())
    short = np.flatnonzero(drawn == starts[-1]) if resamples > 1 else slice(size - int(held[0, -1]), size)
    words = random.bit_generator.random_raw(-(-len(drawn) // 8))
    drawn += words.view(np.uint8)[: len(drawn)]
    if size % _BYTE:
        drawn[short] = random.integers(starts[-1], size, int(held[:, -1].sum()))
    return drawn.reshape(resamples, size)


def uniform_within(random: np.random.Generator, sizes: tuple[int, ...], resamples: int) -> Array:
    """Return for each stratum as many independent places in it as it has; strata follow each other.

    Returns:
        Of shape `(resamples, sum(sizes))`.
    """
    begins = np.cumsum((0, *sizes))
    if len(sizes) <= FEW_STRATA:
        drawn = [uniform(random, size, resamples) + begin for size, begin in zip(sizes, begins[:-1], strict=True)]
        return np.concatenate(drawn, axis=1)
    width = np.repeat(sizes, sizes)
    places = random.random((resamples, len(width)))
    places *= width
    return np.asarray(np.minimum(places.astype(np.intp), width - 1) + np.repeat(begins[:-1], sizes))
