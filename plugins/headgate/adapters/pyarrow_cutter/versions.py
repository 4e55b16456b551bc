"""Of the versions of a row, the one that counts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from headgate.adapters.arrow_buffers import flags, places, raw, ticks
from headgate.adapters.arrow_spans import instant_of
from headgate.errors import DataError
from headgate.ports import Cut

_NO_END = 2**63 - 1


def stretches(hours: Mapping[int, int], most: int) -> Iterator[tuple[int, int]]:
    """Yield half-open intervals that hold all rows together, in order; each at most so many, or a single hour's.

    >>> list(stretches({20: 9, 0: 3, 10: 4}, most=7)) == [(0, 20), (20, 2**63 - 1)]
    True
    """
    starts: list[int] = []
    held = 0
    for hour in sorted(hours):
        if not starts or held + hours[hour] > most:
            starts.append(hour)
            held = 0
        held += hours[hour]
    yield from zip(starts, [*starts[1:], _NO_END], strict=bool(starts))


def latest(table: pa.Table, times: np.ndarray, cut: Cut) -> pa.Table:
    """Return, of the rows with one event time and key, the one that became known last; the order of the rows stays.

    A null in a key is a value like any other, equal to itself. A row that is there twice, equal in all columns, counts
    once: whoever delivers rows again after an outage changes nothing.

    Args:
        table: Canonical rows, with all versions of each.
        times: Their event times, as microseconds since 1970.
        cut: Says which columns are the key, and which one says when a row became known.

    Raises:
        DataError: A key isn't of plain values; or of two rows that differ nothing says which one came last. Where a
            later version took the place of both, that doesn't matter: so can such rows be mended.
    """
    if cut.key is None or cut.known_at is None or len(np.unique(times)) == len(times):
        return table
    rows, known = _numbered(table, cut.key), ticks(table.column(cut.known_at))
    order = np.lexsort((known, rows, times))
    same = _as_the_next(times, order) & _as_the_next(rows, order)
    tied = _ties_of_the_last(same, _as_the_next(known, order))
    _require_equal(table.take(places(order[tied])), table.take(places(order[tied + 1])), cut)
    return table.take(places(np.sort(order[np.append(~same, True)])))


def _numbered(table: pa.Table, key: Sequence[str]) -> np.ndarray:
    """Return a number for each row, equal where the key is."""
    numbers = np.zeros(table.num_rows, np.int64)
    for name in key:
        column = table.column(name).combine_chunks()
        try:
            codes = column.dictionary_encode(null_encoding="encode")
        except pa.ArrowNotImplementedError as error:
            msg = f"key {name} must be a column of plain values. Got {column.type} instead."
            raise DataError(msg) from error
        pairs = numbers * (len(codes.dictionary) + 1) + raw(codes.indices)
        numbers = np.unique(pairs, return_inverse=True)[1]
    return numbers


def _as_the_next(values: np.ndarray, order: np.ndarray) -> np.ndarray:
    """Return for each row but the last, in that order, whether the next has the same value."""
    ordered = values[order]
    return ordered[1:] == ordered[:-1]


def _ties_of_the_last(same: np.ndarray, as_early: np.ndarray) -> np.ndarray:
    """Return the places of rows that became known together with the next, as the last version of a row.

    Args:
        same: For each row but the last: the next is a version of the same row.
        as_early: It became known at the same instant.
    """
    tied = same & as_early
    ends = np.append(np.flatnonzero(~tied), len(tied))
    end_of_tie = ends[np.searchsorted(ends, np.arange(len(tied)))]
    return np.flatnonzero(tied & np.append(~same, True)[end_of_tie])


def _require_equal(ones: pa.Table, others: pa.Table, cut: Cut) -> None:
    differs = np.zeros(ones.num_rows, bool)
    for name in ones.column_names if ones.num_rows else ():
        differs |= _differ(ones.column(name).combine_chunks(), others.column(name).combine_chunks())
    if not differs.any():
        return
    when = ticks(ones.column(cut.event_time))
    first = when[differs].min()
    rows = ones.filter(flags(differs & (when == first))).select(list(cut.key or ())).to_pylist()
    named = "".join(f", {name} {value!r}" for name, value in min(rows, key=repr).items())
    msg = f"rows of one event time and key must differ in {cut.known_at}, when they became known. Got two that differ "
    msg += f"elsewhere instead, at {instant_of(int(first)).isoformat().replace('+00:00', 'Z')}{named}: name all "
    msg += "columns that tell rows apart in the source's key, or have the later version known later."
    raise DataError(msg)


def _differ(one: pa.Array, other: pa.Array) -> np.ndarray:
    if pa.types.is_null(one.type):
        return np.zeros(len(one), bool)
    try:
        unequal = pc.fill_null(pc.not_equal(one, other), fill_value=False)
    except pa.ArrowNotImplementedError:  # nested: by their text, as rows are sorted
        return np.array([repr(a) != repr(b) for a, b in zip(one.to_pylist(), other.to_pylist(), strict=True)], bool)
    unequal = pc.or_(unequal, pc.xor(pc.is_null(one), pc.is_null(other)))
    return raw(unequal.cast(pa.uint8())).astype(bool)
