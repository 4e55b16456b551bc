"""Draws of rows: independent ones, within strata, by groups, or in circular blocks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from headgate.core.numeric.counting import uniform_counts
from headgate.core.numeric.uniform import FEW_STRATA, uniform, uniform_within
from headgate.errors import InputError

Array = np.ndarray[Any, Any]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Resampling:
    """How rows are resampled: each on its own, unless something else is said.

    Args:
        resamples: How many times.
        seed: Same seed, same resamples.
        strata: A code for each row of the predictions; each code keeps its number of rows (or of groups).
        groups: A code for each row of the predictions; rows of one code are drawn together (cluster bootstrap).
        block: Length of circular blocks of consecutive rows, in the order of the rows that are resampled (Politis and
            Romano, "A Circular Block-Resampling Procedure for Stationary Data", 1992).
    """

    resamples: int = 2000
    seed: int = 0
    strata: Array | None = None
    groups: Array | None = None
    block: int | None = None

    def __post_init__(self) -> None:
        if self.resamples < 1:
            msg = f"resamples must be a whole number above 0. Got {self.resamples!r} instead."
            raise InputError(msg)
        if self.block is not None and self.block < 1:
            msg = f"block must be a number of rows above 0. Got {self.block!r} instead."
            raise InputError(msg)
        if self.block is not None and (self.strata is not None or self.groups is not None):
            msg = "block must stand alone. Got strata or groups besides instead: rows are drawn in one way."
            raise InputError(msg)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Draws:
    """The units of a plan on some rows, and how they are drawn.

    A unit is what is drawn: a row, a group, or a block by its first row. Units are numbered stratum by stratum.

    Args:
        rows: How many rows there are.
        sizes: How many units each stratum has.
        codes: Each row's unit, where units are groups.
        block: Length of a block, where units are blocks.
    """

    rows: int
    sizes: tuple[int, ...]
    codes: Array | None = None
    block: int | None = None

    @property
    def units(self) -> int:
        """How many units there are."""
        return sum(self.sizes)

    @property
    def whole_blocks(self) -> int:
        """How many whole blocks a resample has; one shorter block, of `rest` rows, makes it full."""
        return self.rows // (self.block or 1)

    @property
    def rest(self) -> int:
        """How many rows are left for the shorter block."""
        return self.rows % (self.block or 1)

    def drawn(self, random: np.random.Generator, resamples: int) -> Array:
        """Return the units of each resample, of shape `(resamples, units)`; of blocks, the shorter one's comes last."""
        if self.block:
            return random.integers(0, self.rows, (resamples, self.whole_blocks + 1))
        if len(self.sizes) == 1:
            return uniform(random, self.units, resamples)
        return uniform_within(random, self.sizes, resamples)

    def counts(self, random: np.random.Generator, resamples: int) -> Array:
        """Return how often each row occurs in each resample, of shape `(resamples, rows)`."""
        if self.block:
            return self._in_blocks(self.drawn(random, resamples))
        if len(self.sizes) <= FEW_STRATA:
            parts = [uniform_counts(random, size, resamples) for size in self.sizes]
            counts = parts[0] if len(parts) == 1 else np.concatenate(parts, axis=1)
        else:
            counts = _counted(self.drawn(random, resamples), self.units)
        return counts if self.codes is None else np.take(counts, self.codes, axis=1)

    def _in_blocks(self, starts: Array) -> Array:
        """Return how often each row lies in blocks that begin at `starts`: those begun so far without those ended."""
        ends = starts + self.block
        ends[:, -1] += self.rest - (self.block or 0)
        width = 2 * self.rows
        running = np.cumsum(_counted(starts, width) - _counted(ends, width), axis=1)
        return np.asarray(running[:, : self.rows] + running[:, self.rows :])


def draws_of(
    plan: Resampling, rows: Array | None, count: int, layout: Array | None = None
) -> tuple[Draws, Array | None]:
    """Return a plan's draws for some rows of the predictions, and in which order they want the rows.

    Args:
        plan: The plan; strata and groups have a code for each row of the predictions.
        rows: Indices or mask of the rows; `None` for all.
        count: How many they are.
        layout: The order that the statistic would like; kept to where the plan leaves room.

    Returns:
        The order is `None` where it is that of the rows.

    Raises:
        InputError: A group lies in two strata.
    """
    if plan.block is not None and plan.block > 1:
        return Draws(rows=count, sizes=(count,), block=min(plan.block, count)), None
    strata = None if plan.strata is None else _codes(plan.strata, rows)
    if plan.groups is not None:
        return _grouped(_codes(plan.groups, rows), strata), None
    if strata is None:
        return Draws(rows=count, sizes=(count,)), layout
    order = np.argsort(strata, kind="stable") if layout is None else layout[np.argsort(strata[layout], kind="stable")]
    return Draws(rows=count, sizes=tuple(np.bincount(strata).tolist())), order


def _grouped(codes: Array, strata: Array | None) -> Draws:
    groups = int(codes.max()) + 1
    if strata is None:
        return Draws(rows=len(codes), sizes=(groups,), codes=codes)
    of_group = strata[np.unique(codes, return_index=True)[1]]
    if (of_group[codes] != strata).any():
        msg = "groups must lie in one stratum each. Got a group with rows of two strata instead."
        raise InputError(msg)
    places = np.argsort(np.argsort(of_group, kind="stable"), kind="stable")
    return Draws(rows=len(codes), sizes=tuple(np.bincount(of_group).tolist()), codes=places[codes])


def _codes(values: Array, rows: Array | None) -> Array:
    return np.asarray(np.unique(values if rows is None else values[rows], return_inverse=True)[1])


def _counted(drawn: Array, units: int) -> Array:
    resamples = len(drawn)
    flat = drawn if resamples == 1 else drawn + np.arange(resamples)[:, None] * units
    return np.bincount(flat.ravel(), minlength=resamples * units).reshape(resamples, units)
