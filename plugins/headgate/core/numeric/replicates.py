"""Many resamples of one statistic: in batches that fit a core's cache, on two threads, the same on one."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np

from headgate.core.numeric.cells import Cells
from headgate.core.numeric.sampling import Draws
from headgate.core.numeric.statistic import Statistic
from headgate.core.numeric.sums import Sums
from headgate.core.numeric.totals import Totals

Array = np.ndarray[Any, Any]

_STREAM = 4_000_000
"""About how many draws are made of one stream of random numbers; a thread takes one stream at a time."""
_BATCH = 400_000
"""How many draws are made at once."""
_THREADS = 2
_KEPT = 1 << 21
"""Numbers in an array that is made and thrown away first: glibc keeps freed memory of up to its size (16 MB) for reuse
from then on (M_MMAP_THRESHOLD is dynamic), where it would give every batch's arrays back to the kernel and fetch them
anew: half of the time of 100,000 rows."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Work:
    """How to draw some resamples, and how many draws each takes."""

    draw: Callable[[np.random.Generator, int], Array]
    width: int


def replicates_of(statistic: Statistic, draws: Draws, resamples: int, seed: int) -> Array:
    """Return the statistic's value for each resample; not-a-number where it isn't defined."""
    work = _work(statistic, draws)
    streams = max(1, min(resamples, resamples * work.width // _STREAM))
    sizes = np.diff(np.linspace(0, resamples, streams + 1).astype(int)).tolist()
    parts = list(zip(sizes, np.random.SeedSequence(seed).spawn(streams), strict=True))
    batch = max(1, _BATCH // work.width)

    def stream(part: tuple[int, np.random.SeedSequence]) -> Array:
        size, sequence = part
        random = np.random.Generator(np.random.SFC64(sequence))
        with np.errstate(all="ignore"):
            values = [work.draw(random, min(batch, size - begun)) for begun in range(0, size, batch)]
        return np.concatenate(values)

    if streams == 1:
        found = stream(parts[0])
    else:
        np.empty(_KEPT)
        with ThreadPoolExecutor(max_workers=min(_THREADS, os.cpu_count() or 1)) as pool:
            found = np.concatenate(list(pool.map(stream, parts)))
    return np.where(np.isfinite(found), found, np.nan)


def _work(statistic: Statistic, draws: Draws) -> _Work:
    if isinstance(statistic, Sums):
        width = draws.whole_blocks + 1 if draws.block else draws.units
        return _Work(draw=Totals.of(statistic, draws).resampled, width=width)
    if isinstance(statistic, Cells) and draws.codes is None and not draws.block:
        cells = len(statistic.sizes) * len(draws.sizes)
        if cells * 4 <= draws.rows:
            return _Work(draw=_by_cell(statistic, draws), width=cells)
    return _Work(draw=lambda random, size: statistic.of_counts(draws.counts(random, size)), width=draws.rows)


def _by_cell(statistic: Cells, draws: Draws) -> Callable[[np.random.Generator, int], Array]:
    """Draw how many rows fall into each cell: multinomial, in each stratum."""
    cells = len(statistic.sizes)
    strata = np.split(statistic.codes, np.cumsum(draws.sizes)[:-1])
    shares = [np.bincount(codes, minlength=cells) / len(codes) for codes in strata]

    def draw(random: np.random.Generator, size: int) -> Array:
        held = [random.multinomial(rows, share, size) for rows, share in zip(draws.sizes, shares, strict=True)]
        return statistic.of_cells(np.sum(held, axis=0))

    return draw
