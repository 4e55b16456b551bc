"""Digests of what tables hold, whatever holds them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from headgate.errors import DataError

_FEW_ROWS = 10_000


def digest_of(table: pa.Table) -> str:
    """Return the sha256, in hex, of what a table holds: names, types, nulls and values, in order.

    Only values count, not how memory holds them: chunks, slices, padding and what lies beneath a null don't. The bytes
    are Arrow's columnar layout (https://arrow.apache.org/docs/format/Columnar.html), each column hashed by itself.
    Arrow's IPC stream would be shorter, but its padding shows a slice's neighbours.

    >>> digest_of(pa.table({"x": [1, 2]})) == digest_of(pa.table({"x": [0, 1, 2]}).slice(1))
    True
    """
    return whole_digest(table.schema, table.num_rows, column_digests(table))


def column_digests(table: pa.Table) -> list[bytes]:
    """Return the sha256 of each column's content, in order."""
    if table.num_rows < _FEW_ROWS:
        return [_column_digest(column) for column in table.columns]
    with ThreadPoolExecutor(max_workers=2) as pool:  # hashing large buffers frees the interpreter
        return list(pool.map(_column_digest, table.columns))


def whole_digest(schema: pa.Schema, rows: int, digests: Sequence[bytes]) -> str:
    """Return the digest of a table, in hex, by the digests of its columns."""
    whole = hashlib.sha256(f"{rows} rows".encode())
    for field, digest in zip(schema, digests, strict=True):
        whole.update(f"\n{len(field.name)} {field.name} {type_name(field.type)} ".encode())
        whole.update(digest)
    return whole.hexdigest()


def type_name(kind: pa.DataType) -> str:
    """Name a type as Arrow does, but for the names of a list's items and a map's entries, which Parquet changes."""
    if pa.types.is_struct(kind):
        return f"struct<{', '.join(f'{child.name}: {type_name(child.type)}' for child in kind)}>"
    if pa.types.is_map(kind):
        return f"map<{type_name(kind.key_type)}, {type_name(kind.item_type)}>"
    if pa.types.is_nested(kind) and kind.num_fields == 1:
        return f"{str(kind).partition('<')[0]}<{type_name(kind.value_type)}>{getattr(kind, 'list_size', '')}"
    return str(kind)


def _column_digest(column: pa.ChunkedArray) -> bytes:
    content = hashlib.sha256()
    for piece in _pieces(column.combine_chunks()):
        content.update(memoryview(piece))
    return content.digest()


def _pieces(array: pa.Array) -> Iterator[bytes | pa.Buffer]:
    array = _plain(array)
    yield f"{len(array)} {array.null_count} ".encode()
    if pa.types.is_null(array.type):
        return
    if array.null_count:
        yield _flags(array.is_valid())
        array = array.drop_null()
    yield from _values(array)


def _plain(array: pa.Array) -> pa.Array:
    kind = array.type
    if pa.types.is_dictionary(kind):
        return array.cast(kind.value_type)
    if isinstance(kind, pa.BaseExtensionType):
        return array.storage
    if pa.types.is_map(kind):
        return array.cast(pa.list_(pa.struct([("key", kind.key_type), ("value", kind.item_type)])))
    if pa.types.is_string_view(kind):
        return array.cast(pa.large_string())
    return array.cast(pa.large_binary()) if pa.types.is_binary_view(kind) else array


def _values(array: pa.Array) -> Iterator[bytes | pa.Buffer]:
    kind = array.type
    if pa.types.is_boolean(kind):
        yield _flags(array)
    elif pa.types.is_struct(kind):
        for child in array.flatten():
            yield from _pieces(child)
    elif pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind):
        yield from _pieces(pc.list_value_length(array))
        yield from _pieces(array.flatten())
    elif pa.types.is_primitive(kind) or pa.types.is_decimal(kind) or pa.types.is_fixed_size_binary(kind):
        width = kind.bit_width // 8
        if len(array):
            yield array.buffers()[1].slice(array.offset * width, len(array) * width)
    elif pa.types.is_large_string(kind) or pa.types.is_large_binary(kind):
        yield from _texts(array, np.int64)
    elif pa.types.is_string(kind) or pa.types.is_binary(kind):
        yield from _texts(array, np.int32)
    else:
        msg = f"columns of a snapshot must be of a type that Parquet knows. Got {kind} instead."
        raise DataError(msg)


def _flags(array: pa.Array) -> pa.Buffer:
    return array.cast(pa.uint8()).buffers()[1].slice(0, len(array))


def _texts(array: pa.Array, width: type[np.signedinteger[Any]]) -> Iterator[bytes | pa.Buffer]:
    _, positions, content = array.buffers()
    if not len(array):
        return
    bounds = np.frombuffer(positions, dtype=width)[array.offset : array.offset + len(array) + 1]
    yield np.diff(bounds).astype(np.int64).tobytes()
    if content is not None:
        yield content.slice(int(bounds[0]), int(bounds[-1] - bounds[0]))
