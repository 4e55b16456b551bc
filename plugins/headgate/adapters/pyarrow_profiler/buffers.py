"""Arrow's memory as numpy's: pyarrow's own `to_numpy` and `pa.array(...)` import pandas, which takes 0.6 s."""

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
