"""How often each value of a column occurs."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from headgate.adapters.arrow_buffers import places, raw
from headgate.adapters.pyarrow_profiler.hashes import Distinct, Words, hashes_of

MOST_CATEGORIES = 1000
"""How many categories a part keeps."""

LONGEST = 200
"""Longer texts aren't categories: they count among the rest."""

_SAMPLE = 1 << 17


def counted_texts(values: pa.Array) -> tuple[Distinct, Mapping[str, int]]:
    """Return how many values differ, and the rows of the most frequent ones.

    Of more than `MOST_CATEGORIES` values only those are kept that occur more than once.
    """
    counts = pc.value_counts(values.slice(0, _SAMPLE))
    if 2 * len(counts) > _SAMPLE:
        return _by_hash(values, hashes_of(values))
    if len(values) > _SAMPLE:
        counts = pc.value_counts(values)
    names, rows = counts.field("values"), raw(counts.field("counts"))
    distinct = Distinct.of(hashes_of(names))
    if len(rows) <= MOST_CATEGORIES:
        return distinct, _named(names, rows)
    top = _most_frequent(rows)
    return distinct, _named(names.take(places(top)), rows[top])


def _by_hash(values: pa.Array, hashes: Words) -> tuple[Distinct, Mapping[str, int]]:
    """Count values of which most occur once by sorting their hashes: less than half the time of a table of them."""
    ordered = np.sort(hashes)
    starts = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]]))
    rows = np.diff(np.append(starts, len(ordered)))
    top = np.sort(_most_frequent(rows))
    wanted = ordered[starts[top]]
    if not len(top):
        return Distinct.of(hashes), {}
    nearest = np.searchsorted(wanted, hashes).clip(max=len(wanted) - 1)
    found = np.flatnonzero(wanted[nearest] == hashes)
    first = found[np.unique(nearest[found], return_index=True)[1]]
    return Distinct.of(hashes), _named(values.take(places(first)), rows[top])


def _most_frequent(rows: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    frequent = np.flatnonzero(rows > 1)
    return frequent[np.argsort(-rows[frequent], kind="stable")[:MOST_CATEGORIES]]


def _named(names: pa.Array, rows: npt.NDArray[np.int64]) -> dict[str, int]:
    is_text = pa.types.is_string(names.type) or pa.types.is_large_string(names.type)
    texts = (names if is_text else names.cast(pa.string())).cast(pa.large_binary()).to_pylist()
    decoded = (text.decode("utf-8", "backslashreplace") for text in texts)  # readers of files don't check texts
    return {name: count for name, count in zip(decoded, rows.tolist(), strict=True) if len(name) <= LONGEST}
