"""Arrow's memory as numpy's, and back.

pyarrow's own `to_numpy`, `pa.array(...)` and `pa.scalar(...)` import pandas, which takes 0.6 s.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa


def raw(array: pa.Array) -> npt.NDArray[Any]:
    """Return the numbers that an array without nulls is made of, without copying them.

    Times are whole numbers of their unit. Values of more than 8 bytes (decimals) are rows of 8-byte words.
    """
    kind = array.type
    width = kind.bit_width // 8
    letter = "f" if pa.types.is_floating(kind) else "u" if pa.types.is_unsigned_integer(kind) else "i"
    dtype = np.dtype(f"<{letter}{min(width, 8)}")
    words = width // dtype.itemsize
    if not len(array):
        return np.empty((0, words) if words > 1 else 0, dtype)
    values = np.frombuffer(array.buffers()[1], dtype)[array.offset * words : (array.offset + len(array)) * words]
    return values.reshape(len(array), words) if words > 1 else values


def places(indices: npt.NDArray[np.int64]) -> pa.Int64Array:
    """Return numpy's indices as Arrow's."""
    return pa.Array.from_buffers(pa.int64(), len(indices), [None, pa.py_buffer(indices.astype("<i8"))])


def flags(mask: npt.NDArray[np.bool_]) -> pa.BooleanArray:
    """Return numpy's bools as Arrow's."""
    bits = np.packbits(mask, bitorder="little")
    return pa.Array.from_buffers(pa.bool_(), len(mask), [None, pa.py_buffer(bits)])


def ticks(times: pa.ChunkedArray) -> npt.NDArray[np.int64]:
    """Return times without nulls, of 64 bits, as whole numbers of their unit."""
    if not times.num_chunks:
        return np.empty(0, np.int64)
    return raw(times.chunk(0) if times.num_chunks == 1 else times.combine_chunks())


def scalar(kind: pa.DataType, number: int) -> pa.Scalar:
    """Return a whole number, or 0.0, as a scalar of a type of at most 8 bytes."""
    data = number.to_bytes(kind.bit_width // 8, "little", signed=True)
    return pa.Array.from_buffers(kind, 1, [None, pa.py_buffer(data)])[0]
