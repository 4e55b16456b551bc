"""Streams of restated rows, and what was known of them when: the slow way."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import pyarrow as pa
from hypothesis import strategies as st

from tests.unit.taking import UTC_MICROSECONDS, day

Version = tuple[float, str | None, float, float | None]
"""When it happened, which station, when it became known, and the label."""

KEY = ("station",)


def table(versions: Iterable[Version]) -> pa.Table:
    when, station, known, label = zip(*versions, strict=True) if versions else ((), (), (), ())
    return pa.table(
        {
            "when": pa.array([day(each) for each in when], UTC_MICROSECONDS),
            "station": pa.array(station, pa.string()),
            "known": pa.array([day(each) for each in known], UTC_MICROSECONDS),
            "y": pa.array(label, pa.float64()),
        }
    )


def known_at(as_of: float, versions: Iterable[Version]) -> list[Version]:
    """Return the versions that count, in order; of the same version twice, one.

    Raises:
        ValueError: Two that differ became known at once, and last.
    """
    last: dict[tuple[float, str | None], set[Version]] = {}
    for version in versions:
        when, station, known, _ = version
        if known <= as_of:
            rivals = last.setdefault((when, station), set())
            newest = max((rival[2] for rival in rivals), default=known)
            if known > newest:
                rivals.clear()
            if known >= newest:
                rivals.add(version)
    if any(len(rivals) > 1 for rivals in last.values()):
        raise ValueError
    return sorted((version for rivals in last.values() for version in rivals), key=repr)


def versions_of(rows: pa.Table) -> list[Version]:
    """Return the rows of a table as versions, in the order of `known_at`."""
    columns = [
        [(each - day(1)).total_seconds() / 86_400 + 1 for each in rows[name].to_pylist()] for name in ("when", "known")
    ]
    found = zip(columns[0], rows["station"].to_pylist(), columns[1], rows["y"].to_pylist(), strict=True)
    return sorted(found, key=repr)


def one_label_each(versions: Sequence[Version]) -> list[Version]:
    """Return versions of which no two differ and became known at once: the later ones go."""
    return list({version[:3]: version for version in reversed(versions)}.values())


def streams(*, first: int, last: int, labels: Sequence[Any] = (1.0, 2.0, 3.0)) -> st.SearchStrategy[list[Version]]:
    """Draw versions of rows at quarters of days from `first` to before `last`, known within ten days."""
    quarters = st.integers(4 * first, 4 * last - 1).map(lambda number: number / 4)
    later = st.integers(0, 40).map(lambda number: number / 4)
    drawn = st.tuples(quarters, st.sampled_from(["a", "b", None]), later, st.sampled_from(labels))
    return st.lists(drawn.map(lambda row: (row[0], row[1], row[0] + row[2], row[3])), min_size=1, max_size=60)
