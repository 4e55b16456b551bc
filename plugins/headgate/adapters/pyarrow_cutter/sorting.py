"""The canonical order of rows."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from headgate.adapters.arrow_buffers import places, raw, ticks
from headgate.adapters.arrow_spans import microseconds_of
from headgate.core.windows import Window


def ticks_of(times: pa.ChunkedArray) -> np.ndarray:
    """Return event times as microseconds since 1970."""
    return ticks(times)


def bounds_of(span: Window) -> tuple[int, int]:
    """Return a span's start and end as microseconds since 1970."""
    return microseconds_of(span.start), microseconds_of(span.end)


def in_order(ticks: np.ndarray) -> np.ndarray | None:
    """Return the positions that sort instants; `None` when they are sorted already."""
    return None if bool(np.all(ticks[1:] >= ticks[:-1])) else np.argsort(ticks, kind="stable")


def in_full_order(table: pa.Table, event_time: str) -> pa.Table:
    """Return the rows sorted by event time, and by all other columns where event times tie; one chunk."""
    times = ticks_of(table.column(event_time))
    order = in_order(times)
    if order is not None:
        times = times[order]
    same = times[1:] == times[:-1]
    if bool(np.any(same)):
        tied = np.flatnonzero(np.append(same, False) | np.insert(same, 0, False))
        order = np.arange(len(times)) if order is None else order
        order[tied] = order[tied][_tie_order(table.take(places(order[tied])), event_time)]
    return (table if order is None else table.take(places(order))).combine_chunks()


def _tie_order(tied: pa.Table, event_time: str) -> np.ndarray:
    """Return the positions that sort rows by all columns. What Arrow can't sort is sorted by its text."""
    others = [field for field in tied.schema if field.name != event_time and not pa.types.is_null(field.type)]
    keys = {"0": tied.column(event_time)}
    keys |= {str(number): tied.column(field.name) for number, field in enumerate(others, 1) if _is_sortable(field.type)}
    if len(keys) <= len(others):
        odd = [field.name for field in others if not _is_sortable(field.type)]
        keys["text"] = pa.array([repr(row) for row in zip(*(tied.column(name).to_pylist() for name in odd))])  # noqa: B905 - of one table
    order = pc.sort_indices(pa.table(keys), sort_keys=[(key, "ascending") for key in keys])
    return raw(order).astype(np.int64)


def _is_sortable(kind: pa.DataType) -> bool:
    return not (pa.types.is_nested(kind) or pa.types.is_interval(kind))
