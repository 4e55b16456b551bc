"""Cut Arrow tables into the two windows, in one canonical form.

The canonical form is what makes the same rows equal tables, whatever route they came (pandas or Arrow, object or Arrow
strings, one chunk or many, any order):

* the event time is `timestamp[us, UTC]`; other timestamps keep their zone and become microseconds where that loses
  nothing;
* dictionaries (categoricals) become their values; every string is a `large_string`, every binary a `large_binary`;
* floats have no NaN, but nulls: pandas can't tell them apart; -0.0 is 0.0;
* no metadata, one chunk; rows sorted by event time, and by all other sortable columns where event times aren't unique.

What it can't undo: pandas turns whole numbers with holes into floats, and forgets the type of an all-null column.
"""

from __future__ import annotations

import difflib
from collections import Counter
from typing import cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from headgate.core.windows import Window, Windows
from headgate.errors import DataError
from headgate.ports import Rows

_EVENT_TIME = pa.timestamp("us", "UTC")
_ADVICE = (
    "Start the run with an as-of that the data reaches, or give Rolling(...) a longer lookback.",
    "Start the run with an earlier as-of, wait for the rows, or say how late they come: Label(..., delay=...).",
)


class ArrowCutter:
    """`RowsCutter` on Arrow."""

    def cut(self, rows: Rows, *, windows: Windows, event_time: str, label: str) -> tuple[pa.Table, pa.Table]:
        """Return the training window's rows and the holdout's, canonical.

        Raises:
            DataError: A column is missing or there twice, event times have no zone or are null, a window is empty, or a
                label is null.
        """
        table = cast("pa.Table", rows)
        _require_columns(table, event_time=event_time, label=label)
        times = _event_times(table.column(event_time), event_time)
        table = table.set_column(table.column_names.index(event_time), event_time, times)
        seen = _seen(times)
        table = _sorted(_between(_canonical(table), event_time, windows), event_time)
        instants = _ticks(table.column(event_time))
        parts = tuple(_part(table, instants, window) for window in (windows.training, windows.holdout))
        for what, advice, window, part in zip(
            ("training window", "holdout"), _ADVICE, (windows.training, windows.holdout), parts, strict=True
        ):
            _require_rows(part, f"{what} {window} of the as-of {windows.as_of:%Y-%m-%d}", seen, advice)
        _require_labels(parts, label, event_time)
        return parts[0], parts[1]


def _require_columns(table: pa.Table, *, event_time: str, label: str) -> None:
    names = table.column_names
    twins = [name for name, count in Counter(names).items() if count > 1]
    if twins:
        msg = f"columns of the rows must differ by name. Got {', '.join(twins)} more than once instead."
        raise DataError(msg)
    for what, name in (("event time", event_time), ("label", label)):
        if name not in names:
            close = difflib.get_close_matches(name, names, n=1)
            hint = f" Did you mean {close[0]}?" if close else ""
            msg = f"{what} {name} must be a column of the rows. Got the columns {', '.join(names)} instead.{hint}"
            raise DataError(msg)


def _event_times(column: pa.ChunkedArray, name: str) -> pa.ChunkedArray:
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if not pa.types.is_timestamp(column.type):
        msg = f"event time {name} must be timestamps with a time zone. Got {column.type} instead. "
        msg += f'Make them so: pd.to_datetime(df["{name}"], utc=True).'
        raise DataError(msg)
    if column.type.tz is None:
        msg = f"event time {name} must have a time zone. Got timestamps without one instead. "
        msg += f'Say which it is, for UTC: df["{name}"].dt.tz_localize("UTC").'
        raise DataError(msg)
    if column.null_count:
        msg = f"event time {name} must not be null. Got {column.null_count} of {len(column)} rows without one instead."
        raise DataError(msg)
    return _microseconds(column, _EVENT_TIME)


def _microseconds(column: pa.ChunkedArray, kind: pa.DataType) -> pa.ChunkedArray:
    if column.type == kind:
        return column
    try:
        return column.cast(kind)
    except pa.ArrowInvalid:  # finer than a microsecond: to the one it lies in, also before 1970
        return pc.floor_temporal(column, unit="microsecond").cast(kind)


def _seen(times: pa.ChunkedArray) -> str:
    if not len(times):
        return "the source gave no rows for these windows"
    ends = pc.min_max(times)
    first, last = (ends[end].as_py().isoformat().replace("+00:00", "Z") for end in ("min", "max"))
    return f"the source's events begin at {first} and end at {last}"


def _between(table: pa.Table, event_time: str, windows: Windows) -> pa.Table:
    times = table.column(event_time)
    start, end = (pa.scalar(t, _EVENT_TIME) for t in (windows.training.start, windows.holdout.end))
    inside = pc.and_(pc.greater_equal(times, start), pc.less(times, end))
    return (table if pc.all(inside).as_py() else table.filter(inside)).combine_chunks()


def _canonical(table: pa.Table) -> pa.Table:
    columns = [_canonical_column(column) for column in table.columns]
    schema = pa.schema([pa.field(name, c.type) for name, c in zip(table.column_names, columns, strict=True)])
    return pa.table(columns, schema=schema)


def _canonical_column(column: pa.ChunkedArray) -> pa.ChunkedArray:
    kind = column.type
    if isinstance(kind, pa.BaseExtensionType):
        return _canonical_column(column.cast(kind.storage_type))
    if pa.types.is_dictionary(kind):
        return _canonical_column(column.cast(kind.value_type))
    if pa.types.is_float32(kind) or pa.types.is_float64(kind):
        return _plain_floats(column)
    return _lossless(column, _canonical_type(kind))


def _canonical_type(kind: pa.DataType) -> pa.DataType:
    if pa.types.is_string(kind) or pa.types.is_string_view(kind):
        return pa.large_string()
    if pa.types.is_binary(kind) or pa.types.is_binary_view(kind):
        return pa.large_binary()
    return pa.timestamp("us", kind.tz) if pa.types.is_timestamp(kind) else kind


def _plain_floats(column: pa.ChunkedArray) -> pa.ChunkedArray:
    missing = pc.is_nan(column)
    if pc.any(missing).as_py():
        column = pc.if_else(missing, pa.scalar(None, column.type), column)
    return pc.add(column, pa.scalar(0, column.type))


def _lossless(column: pa.ChunkedArray, kind: pa.DataType) -> pa.ChunkedArray:
    try:
        return column.cast(kind)
    except pa.ArrowInvalid:
        return column


def _sorted(table: pa.Table, event_time: str) -> pa.Table:
    ticks = _ticks(table.column(event_time))
    if bool(np.all(ticks[1:] > ticks[:-1])):
        return table
    order = pc.sort_indices(table.column(event_time))
    in_order = ticks[order.to_numpy()]
    if bool(np.any(in_order[1:] == in_order[:-1])):
        others = [field.name for field in table.schema if field.name != event_time and _is_sortable(field.type)]
        order = pc.sort_indices(table, sort_keys=[(name, "ascending") for name in (event_time, *others)])
    return table.take(order).combine_chunks()


def _is_sortable(kind: pa.DataType) -> bool:
    return not (pa.types.is_nested(kind) or pa.types.is_null(kind) or pa.types.is_interval(kind))


def _ticks(times: pa.ChunkedArray) -> np.ndarray:
    return cast("np.ndarray", times.cast(pa.int64()).to_numpy())


def _part(table: pa.Table, ticks: np.ndarray, window: Window) -> pa.Table:
    bounds = [pa.scalar(t, _EVENT_TIME).value for t in (window.start, window.end)]
    first, last = (int(position) for position in np.searchsorted(ticks, bounds))
    return table.slice(first, max(last - first, 0))


def _require_rows(part: pa.Table, what: str, seen: str, advice: str) -> None:
    if not part.num_rows:
        msg = f"{what} must have rows. Got none instead: {seen}. {advice}"
        raise DataError(msg)


def _require_labels(parts: tuple[pa.Table, ...], label: str, event_time: str) -> None:
    rows = pa.concat_tables(part.select([event_time, label] if label != event_time else [label]) for part in parts)
    labels = rows.column(label)
    if not labels.null_count:
        return
    first = rows.column(event_time).filter(pc.is_null(labels))[0].as_py().isoformat().replace("+00:00", "Z")
    msg = f"label {label} must not be null. Got {labels.null_count} of {len(labels)} rows without one instead, "
    msg += f"the first at {first}: leave such rows out, or wait longer for their labels (Label(..., delay=...))."
    raise DataError(msg)
