"""What a batch's columns must be, and their canonical form."""

from __future__ import annotations

import difflib
from collections import Counter

import pyarrow as pa
import pyarrow.compute as pc

from headgate.adapters.arrow_buffers import scalar
from headgate.errors import DataError
from headgate.ports import Cut

EVENT_TIME = pa.timestamp("us", "UTC")


def require_columns(names: list[str], cut: Cut) -> None:
    """Raise unless the columns that a cut needs are there, once each.

    Raises:
        DataError: One is missing or there twice.
    """
    twins = [name for name, count in Counter(names).items() if count > 1]
    if twins:
        msg = f"columns of the rows must differ by name. Got {', '.join(twins)} more than once instead."
        raise DataError(msg)
    needed = [("event time", cut.event_time), ("label", cut.label), ("known at", cut.known_at)]
    needed += [("final at", cut.final_at), *(("key", name) for name in cut.key or ())]
    for what, name in needed:
        if name is not None and name not in names:
            close = difflib.get_close_matches(name, names, n=1)
            hint = f" Did you mean {close[0]}?" if close else ""
            msg = f"{what} {name} must be a column of the rows. Got the columns {', '.join(names)} instead.{hint}"
            raise DataError(msg)


def instants(column: pa.ChunkedArray, what: str, name: str) -> pa.ChunkedArray:
    """Return instants as microseconds in UTC.

    Args:
        column: The column.
        what: What it is: `event time` or `known at`.
        name: What it is called.

    Raises:
        DataError: They are no timestamps, have no zone, some are null, or too far away to be said.
    """
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if not pa.types.is_timestamp(column.type):
        msg = f"{what} {name} must be timestamps with a time zone. Got {column.type} instead. "
        msg += f'Make them so: pd.to_datetime(df["{name}"], utc=True).'
        raise DataError(msg)
    if column.type.tz is None:
        msg = f"{what} {name} must have a time zone. Got timestamps without one instead. "
        msg += f'Say which it is, for UTC: df["{name}"].dt.tz_localize("UTC").'
        raise DataError(msg)
    if column.null_count:
        msg = f"{what} {name} must not be null. Got {column.null_count} of {len(column)} rows without one instead."
        raise DataError(msg)
    return _microseconds(column, what, name)


def without_views(table: pa.Table) -> pa.Table:
    """Return a table without columns of views, which Arrow doesn't filter."""
    for number, field in enumerate(table.schema):
        if pa.types.is_string_view(field.type) or pa.types.is_binary_view(field.type):
            table = table.set_column(number, field.name, table.column(number).cast(_canonical_type(field.type)))
    return table


def canonical(table: pa.Table) -> pa.Table:
    """Return a table whose columns have the canonical form; the order of its rows stays."""
    columns = [_canonical(column) for column in table.columns]
    schema = pa.schema([pa.field(name, c.type) for name, c in zip(table.column_names, columns, strict=True)])
    return pa.table(columns, schema=schema)


def _microseconds(column: pa.ChunkedArray, what: str, name: str) -> pa.ChunkedArray:
    if column.type == EVENT_TIME:
        return column
    try:
        return column.cast(EVENT_TIME)
    except pa.ArrowInvalid as error:
        if column.type.unit != "ns":
            msg = f"{what} {name} must be within some 290,000 years of 1970. Got {error} instead: "
            msg += "its numbers are of a finer unit than its type says."
            raise DataError(msg) from error
    # Finer than a microsecond: to the one it lies in, also before 1970.
    return pc.floor_temporal(column, unit="microsecond").cast(EVENT_TIME)


def _canonical(column: pa.ChunkedArray) -> pa.ChunkedArray:
    kind = column.type
    if isinstance(kind, pa.BaseExtensionType):
        return _canonical(column.cast(kind.storage_type))
    if pa.types.is_dictionary(kind):
        return _canonical(column.cast(kind.value_type))
    if pa.types.is_floating(kind):
        return _plain_floats(column.cast(pa.float32()) if pa.types.is_float16(kind) else column)
    return _lossless(column, _canonical_type(kind))


def _canonical_type(kind: pa.DataType) -> pa.DataType:
    if pa.types.is_string(kind) or pa.types.is_string_view(kind):
        return pa.large_string()
    if pa.types.is_binary(kind) or pa.types.is_binary_view(kind):
        return pa.large_binary()
    return pa.timestamp("us", kind.tz) if pa.types.is_timestamp(kind) else _storable(kind)


def _storable(kind: pa.DataType) -> pa.DataType:
    """Return the type that Parquet gives back where it gives back another: it knows no whole seconds and no date64."""
    if pa.types.is_timestamp(kind) and kind.unit == "s":
        return pa.timestamp("ms", kind.tz)
    if pa.types.is_time32(kind):
        return pa.time32("ms")
    if pa.types.is_date64(kind):
        return pa.date32()
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        inner = _storable(kind.value_type)
        listed = pa.list_ if pa.types.is_list(kind) else pa.large_list
        return kind if inner == kind.value_type else listed(inner)
    if pa.types.is_struct(kind) and any(_storable(child.type) != child.type for child in kind):
        return pa.struct([pa.field(child.name, _storable(child.type)) for child in kind])
    return kind


def _plain_floats(column: pa.ChunkedArray) -> pa.ChunkedArray:
    missing = pc.is_nan(column)
    if pc.any(missing).as_py():
        column = pc.if_else(missing, pa.nulls(1, column.type)[0], column)
    return pc.add(column, scalar(column.type, 0))


def _lossless(column: pa.ChunkedArray, kind: pa.DataType) -> pa.ChunkedArray:
    if column.type == kind:
        return column
    try:
        return column.cast(kind)
    except pa.ArrowInvalid:
        return column
