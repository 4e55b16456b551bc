"""Which rows are in which slice."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from headgate.core.slices import Bins, Slicing, Where, column_of
from headgate.errors import InputError

Array = np.ndarray[Any, Any]


def rows_of_slices(columns: Mapping[str, Array], slicings: Sequence[Slicing]) -> dict[str, Array]:
    """Return the rows of each slice by its name, as indices, ascending; a column's values are in order of their text.

    Slices of bins and conditions are there even if they are empty; a null's is called `column=null`.

    Raises:
        InputError: A condition or bins ask for numbers of a column that has none, a column holds lists or the like, or
            two different slices bear one name.
    """
    found: dict[str, Array] = {}
    for slicing in slicings:
        for name, rows in _slices(slicing, columns[column_of(slicing)]):
            if name in found and not np.array_equal(found[name], rows):
                msg = f"slices must differ by name. Got two that are called {name} instead."
                raise InputError(msg)
            found[name] = rows
    return found


def every_row(rows: int) -> Array:
    """Return the rows of the whole holdout, as indices."""
    return np.arange(rows)


def _slices(slicing: Slicing, values: Array) -> Iterator[tuple[str, Array]]:
    _require_plain(column_of(slicing), values)
    if isinstance(slicing, str):
        yield from _by_value(slicing, values)
    elif isinstance(slicing, Bins):
        numbers = _numbers(slicing.column, values)
        codes = np.where(np.isnan(numbers), -1, np.searchsorted(slicing.edges, numbers, side="right"))
        yield from ((name, np.flatnonzero(codes == code)) for code, name in enumerate(slicing.names))
    else:
        yield slicing.name, np.flatnonzero(_is_met(slicing, values))


def coded(values: Array) -> tuple[list[str], Array]:
    """Return the distinct values as text, sorted, and the place of each row's among them; null and NaN are `null`."""
    distinct: list[Any]
    if values.dtype.kind == "O":
        places: dict[Any, int] = {}
        codes = np.fromiter((places.setdefault(value, len(places)) for value in values.tolist()), np.intp, len(values))
        distinct = list(places)
    else:
        unique, codes = np.unique(values, return_inverse=True)
        distinct = unique.tolist()
    texts = [_text(value) for value in distinct]
    names = sorted(set(texts))
    order = {name: place for place, name in enumerate(names)}
    return names, np.array([order[text] for text in texts], dtype=np.intp)[codes]


def _by_value(column: str, values: Array) -> Iterator[tuple[str, Array]]:
    names, codes = coded(values)
    ends = np.cumsum(np.bincount(codes, minlength=len(names)))
    groups = np.split(np.argsort(codes, kind="stable"), ends[:-1])
    yield from ((f"{column}={name}", rows) for name, rows in zip(names, groups, strict=False))


def _text(value: object) -> str:
    return "null" if value is None or value != value else str(value)  # noqa: PLR0124 - only NaN differs from itself


def _texts(value: str | float) -> set[str]:
    """Return how a value that was asked for may be written in a column: 1 is 1.0."""
    if isinstance(value, str | bool) or not math.isfinite(value):
        return {_text(value)}
    return {_text(float(value))} | ({_text(int(value))} if value == int(value) else {_text(value)})


def _require_plain(column: str, values: Array) -> None:
    if values.dtype.kind != "O":
        return
    for value in values.tolist():
        if isinstance(value, list | dict | set):
            msg = f"column {column} of a slice must hold one value for each row. Got {value!r} instead."
            raise InputError(msg)


def _is_met(where: Where, values: Array) -> Array:
    if where.one_of:
        names, codes = coded(values)
        wanted = {text for value in where.one_of for text in _texts(value)}
        return np.array([name in wanted for name in names], dtype=bool)[codes]
    numbers = _numbers(where.column, values)
    low = -np.inf if where.at_least is None else where.at_least
    high = np.inf if where.below is None else where.below
    with np.errstate(invalid="ignore"):
        return (numbers >= low) & ((numbers < high) | ((high == np.inf) & ~np.isnan(numbers)))


def _numbers(column: str, values: Array) -> Array:
    try:
        return np.array([np.nan if value is None else value for value in values.tolist()], dtype=float)
    except (TypeError, ValueError) as error:
        msg = f"column {column} of a slice must hold numbers. Got {values.dtype} instead: {error}."
        raise InputError(msg) from error
