"""What a column's values are, and the numbers behind them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from headgate.adapters.arrow_buffers import raw
from headgate.core.profile import Kind

Floats = npt.NDArray[np.float64]

_UNITS = {"s": 1.0, "ms": 1e3, "us": 1e6, "ns": 1e9}
_DAY = 86_400.0


def kind_of(kind: pa.DataType) -> Kind:
    """Return what values of an Arrow type are."""
    if pa.types.is_dictionary(kind):
        return kind_of(kind.value_type)
    if pa.types.is_boolean(kind):
        return Kind.BOOL
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return Kind.NUMBER
    if pa.types.is_temporal(kind) and not pa.types.is_interval(kind):
        return Kind.TIME
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return Kind.TEXT
    return Kind.OTHER


def is_countable(kind: pa.DataType) -> bool:
    """Return whether values of an Arrow type can be told apart here: nested ones and intervals can't."""
    nested = pa.types.is_nested(kind) or pa.types.is_interval(kind) or isinstance(kind, pa.BaseExtensionType)
    return not nested


def present(column: pa.ChunkedArray) -> pa.Array:
    """Return the values that are neither null nor NaN, as one array of plain values."""
    if pa.types.is_dictionary(column.type):  # before its chunks are joined: pyarrow unifies no dictionaries with nulls
        column = column.cast(column.type.value_type)
    array = column.combine_chunks() if column.num_chunks else pa.nulls(0, column.type)
    if pa.types.is_string_view(array.type) or pa.types.is_binary_view(array.type):  # pyarrow filters no views
        array = array.cast(pa.large_string() if pa.types.is_string_view(array.type) else pa.large_binary())
    if array.null_count:
        array = array.drop_null()
    if pa.types.is_floating(array.type):
        broken = pc.is_nan(array)
        array = array.filter(pc.invert(broken)) if pc.any(broken).as_py() else array
    return array


def numbers_of(array: pa.Array) -> Floats:
    """Return values of a number or time as doubles; times in seconds since 1970 or midnight, durations in seconds."""
    kind = array.type
    if pa.types.is_decimal(kind):
        return raw(array.cast(pa.float64()))
    numbers = raw(array).astype(np.float64, copy=False)
    if pa.types.is_date32(kind):
        return numbers * _DAY
    if pa.types.is_date64(kind):
        return numbers / _UNITS["ms"]
    return numbers / _UNITS[kind.unit] if pa.types.is_temporal(kind) else numbers
