"""Slices: named subsets of the holdout, by a column's values, by bins of a number, or by a condition."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from headgate.core.evaluation import OVERALL
from headgate.errors import InputError


@dataclass(frozen=True, slots=True)
class Bins:
    """Slices of a numeric column: half-open `[edge, next edge)`, with one below the first edge and one from the last.

    Args:
        column: The column.
        edges: Ascending, one at least; a slice is called `column in [low, high)`.

    Raises:
        InputError: The edges aren't ascending numbers.
    """

    column: str
    edges: tuple[float, ...]

    def __post_init__(self) -> None:
        require_column("column of Bins", self.column)
        object.__setattr__(self, "edges", tuple(self.edges))
        numbers = all(isinstance(edge, int | float) and not isinstance(edge, bool) for edge in self.edges)
        if not self.edges or not numbers or not all(low < high for low, high in pairwise((-math.inf, *self.edges))):
            msg = f"edges of Bins({self.column}) must be ascending numbers. Got {self.edges!r} instead."
            raise InputError(msg)

    @property
    def names(self) -> tuple[str, ...]:
        """What its slices are called, ascending.

        >>> Bins("hour", (6, 18)).names
        ('hour < 6', 'hour in [6, 18)', 'hour >= 18')
        """
        edges = [_said(edge) for edge in self.edges]
        inner = (f"{self.column} in [{low}, {high})" for low, high in pairwise(edges))
        return (f"{self.column} < {edges[0]}", *inner, f"{self.column} >= {edges[-1]}")

    def __str__(self) -> str:
        return f"bins of {self.column}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """One slice: the rows that meet a condition on a column; rows where it is null or NaN don't.

    Args:
        name: What it is called; `overall` is the whole holdout's name.
        column: The column.
        at_least: Least value, inclusive.
        below: Greatest value, exclusive.
        one_of: The values, instead of limits.

    Raises:
        InputError: There is no condition, or it is contradictory.
    """

    name: str
    column: str
    at_least: float | None = None
    below: float | None = None
    one_of: tuple[str | float, ...] = ()

    def __post_init__(self) -> None:
        require_column("name of Where", self.name)
        if self.name == OVERALL:
            msg = f"name of Where must not be {OVERALL}, which is the whole holdout. Got it instead."
            raise InputError(msg)
        require_column(f"column of Where({self.name})", self.column)
        object.__setattr__(self, "one_of", tuple(self.one_of))
        limits = [limit for limit in (self.at_least, self.below) if limit is not None]
        wrong = any(not isinstance(x, int | float) or isinstance(x, bool) or math.isnan(x) for x in limits)
        if wrong or bool(limits) == bool(self.one_of) or (len(limits) > 1 and limits[0] >= limits[1]):
            got = f"at_least={self.at_least!r}, below={self.below!r}, one_of={self.one_of!r}"
            msg = f"Where({self.name}) must have limits with at_least < below, or one_of. Got {got} instead."
            raise InputError(msg)

    @property
    def names(self) -> tuple[str, ...]:
        """Its own name."""
        return (self.name,)

    def __str__(self) -> str:
        return self.name


Slicing = str | Bins | Where
"""What makes slices; a text is a column, each of whose values is a slice `column=value`."""


def _said(edge: float) -> str:
    """Return an edge in as few digits as it takes: two edges never bear one name."""
    short = f"{edge:g}"
    return short if float(short) == edge else repr(edge)


def column_of(slicing: Slicing) -> str:
    """Return the column that a slicing looks at."""
    return slicing if isinstance(slicing, str) else slicing.column


def require_slicing(what: str, slicing: object) -> Slicing:
    """Return what makes slices.

    Raises:
        InputError: It is none.
    """
    if (isinstance(slicing, str) and slicing.strip()) or isinstance(slicing, Bins | Where):
        return slicing
    msg = f'{what} must be a column\'s name, Bins("hour", (6, 18)) or Where(...). Got {slicing!r} instead.'
    raise InputError(msg)


def require_slicings(what: str, slicings: Sequence[object]) -> tuple[Slicing, ...]:
    """Return slicings, each once.

    Raises:
        InputError: One is none, or a text stands where several belong.
    """
    if not isinstance(slicings, tuple | list):
        msg = f"{what} must be a tuple such as ('season',). Got {slicings!r} instead."
        raise InputError(msg)
    return tuple(dict.fromkeys(require_slicing(f"{what}.{place}", each) for place, each in enumerate(slicings)))


def require_column(what: str, name: object) -> None:
    """Raise unless it is a name.

    Raises:
        InputError: It is empty, or no text.
    """
    if not isinstance(name, str) or not name.strip():
        msg = f"{what} must be a text. Got {name!r} instead."
        raise InputError(msg)
