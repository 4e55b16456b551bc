"""Draws of rows: independent ones, within strata, by groups, or in circular blocks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from headgate.core.numeric.sums import Sums
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

    A unit is what is drawn: a row, a group, or a block by its first row.

    Args:
        rows: How many rows there are.
        strata: For each stratum the units in it.
        codes: Each row's unit, where units are groups.
        block: Length of a block, where units are blocks.
    """

    rows: int
    strata: tuple[Array, ...]
    codes: Array | None = None
    block: int | None = None

    @property
    def units(self) -> int:
        """How many units there are."""
        return sum(map(len, self.strata))

    def counts(self, random: np.random.Generator, resamples: int) -> Array:
        """Return how often each row occurs in each resample, of shape `(resamples, rows)`."""
        if self.block:
            return self._blocks(random, resamples)
        drawn = self.drawn(random, resamples)
        drawn += np.arange(resamples)[:, None] * self.units
        counts = np.bincount(drawn.ravel(), minlength=resamples * self.units).reshape(resamples, self.units)
        return counts if self.codes is None else np.take(counts, self.codes, axis=1)

    def totals(self, columns: Array) -> Totals:
        """Return the sums of columns, of shape `(columns, rows)`, ready to be resampled."""
        if self.block:
            return Totals(draws=self, units=_block_sums(columns, self.block), rest=_block_sums(columns, self._rest))
        if self.codes is None:
            return Totals(draws=self, units=columns)
        sums = [np.bincount(self.codes, weights=column, minlength=self.units) for column in columns]
        return Totals(draws=self, units=np.stack([*sums, np.bincount(self.codes, minlength=self.units)]))

    @property
    def _rest(self) -> int:
        return self.rows % (self.block or 1)

    def drawn(self, random: np.random.Generator, resamples: int) -> Array:
        """Return the units of each resample."""
        if len(self.strata) == 1:
            return random.integers(0, self.units, (resamples, self.units))
        drawn = [units[random.integers(0, len(units), (resamples, len(units)))] for units in self.strata]
        return np.concatenate(drawn, axis=1)

    def starts(self, random: np.random.Generator, resamples: int) -> tuple[Array, Array]:
        """Return the first rows of whole blocks, and of the shorter one that makes the resample full."""
        whole = self.rows // (self.block or 1)
        starts = random.integers(0, self.rows, (resamples, whole + 1))
        return starts[:, :whole], starts[:, whole:]

    def _blocks(self, random: np.random.Generator, resamples: int) -> Array:
        whole, rest = self.starts(random, resamples)
        offset = np.arange(resamples)[:, None] * (2 * self.rows)
        cells = 2 * self.rows * resamples
        begun = np.bincount(
            np.concatenate([whole, rest], axis=1).ravel() + np.repeat(offset, whole.shape[1] + 1), minlength=cells
        )
        ended = np.bincount(
            np.concatenate([whole + self.block, rest + self._rest], axis=1).ravel()
            + np.repeat(offset, whole.shape[1] + 1),
            minlength=cells,
        )
        running = np.cumsum((begun - ended).reshape(resamples, 2 * self.rows), axis=1)
        return np.asarray(running[:, : self.rows] + running[:, self.rows :])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Totals:
    """Sums over a unit's rows, of every unit.

    Args:
        draws: The plan.
        units: Of shape `(columns, units)`; with groups, a last column holds their rows.
        rest: Where units are blocks, the sums over the shorter ones.
    """

    draws: Draws
    units: Array
    rest: Array | None = None

    def resampled(self, sums: Sums, random: np.random.Generator, resamples: int) -> Array:
        """Return a statistic of sums for some resamples."""
        rows = np.full(resamples, self.draws.rows)
        if self.rest is not None:
            whole, rest = self.draws.starts(random, resamples)
            return sums.of_sums(_gathered(self.units, whole) + _gathered(self.rest, rest), rows)
        found = _gathered(self.units, self.draws.drawn(random, resamples))
        if self.draws.codes is None:
            return sums.of_sums(found, rows)
        return sums.of_sums(found[:-1], found[-1])


def draws_of(plan: Resampling, rows: Array | None, count: int) -> Draws:
    """Return a plan's draws for some rows of the predictions.

    Args:
        plan: The plan; strata and groups have a code for each row of the predictions.
        rows: Indices or mask of the rows; `None` for all.
        count: How many they are.

    Raises:
        InputError: A group lies in two strata.
    """
    if plan.block is not None and plan.block > 1:
        return Draws(rows=count, strata=(np.arange(count),), block=min(plan.block, count))
    strata = None if plan.strata is None else _codes(plan.strata, rows)
    if plan.groups is None:
        return Draws(rows=count, strata=_by_code(strata, count))
    codes = _codes(plan.groups, rows)
    groups = int(codes.max()) + 1
    if strata is not None:
        firsts = np.unique(codes, return_index=True)[1]
        if (strata[firsts][codes] != strata).any():
            msg = "groups must lie in one stratum each. Got a group with rows of two strata instead."
            raise InputError(msg)
        strata = strata[firsts]
    return Draws(rows=count, strata=_by_code(strata, groups), codes=codes)


def _codes(values: Array, rows: Array | None) -> Array:
    return np.asarray(np.unique(values if rows is None else values[rows], return_inverse=True)[1])


def _by_code(codes: Array | None, units: int) -> tuple[Array, ...]:
    if codes is None:
        return (np.arange(units),)
    order = np.argsort(codes, kind="stable")
    return tuple(np.split(order, np.cumsum(np.bincount(codes))[:-1]))


def _block_sums(columns: Array, length: int) -> Array:
    """Return the sums over circular blocks of a length that begin at each row."""
    longer = np.concatenate([np.zeros((len(columns), 1)), columns, columns[:, :length]], axis=1).cumsum(axis=1)
    return np.asarray(longer[:, length : length + columns.shape[1]] - longer[:, : columns.shape[1]])


def _gathered(table: Array, drawn: Array) -> Array:
    return np.stack([np.take(column, drawn).sum(axis=1) for column in table])
