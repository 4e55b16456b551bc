"""One part as one Parquet file, which says by its columns' digests what each of them holds."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from headgate.adapters.fsspec_store.digests import column_digests, digest_of, type_name, whole_digest
from headgate.errors import DataError

_DIGESTS = b"headgate.columns"


class DamagedError(Exception):
    """The file isn't what was written."""


def written(table: pa.Table, digests: Sequence[bytes]) -> pa.Buffer:
    """Return a table as a Parquet file.

    Args:
        table: The rows.
        digests: Its columns' digests.

    Raises:
        DataError: It has a column of a type that Parquet doesn't know, or gives back as another.
    """
    sink = pa.BufferOutputStream()
    try:
        with pq.ParquetWriter(sink, table.schema, compression="zstd", write_page_checksum=True) as writer:
            writer.write_table(table)
            writer.add_key_value_metadata({_DIGESTS: json.dumps([digest.hex() for digest in digests])})
    except pa.ArrowException as error:
        msg = f"columns of a snapshot must be of types that Parquet knows. Got {error} instead."
        raise DataError(msg) from error
    file = sink.getvalue()
    _require_same_types(table.schema, pq.read_schema(pa.BufferReader(file)))
    return file


def read_whole(data: bytes, digest: str) -> pa.Table:
    """Return the rows of a Parquet file, checked.

    Raises:
        DamagedError: It can't be read, or holds something else.
    """
    try:
        file = pq.ParquetFile(pa.BufferReader(data), page_checksum_verification=True)
        table = file.read().replace_schema_metadata(None)
    except Exception as error:  # whatever a reader makes of damaged bytes
        msg = f"it can't be read ({error})"
        raise DamagedError(msg) from error
    found = digest_of(table)
    if found != digest:
        msg = f"its content hashes to {found}"
        raise DamagedError(msg)
    return table


def read_columns(file: Any, digest: str, columns: Sequence[str]) -> pa.Table | None:  # noqa: ANN401 - fsspec has no types
    """Return some columns of a Parquet file, in that order, each checked; `None` when the file has no digests of them.

    Args:
        file: The file, open to be read at any place.
        digest: What the whole hashes to.
        columns: Which columns.

    Raises:
        DamagedError: It can't be read, or holds something else.
        DataError: It has no such column.
    """
    try:
        parquet = pq.ParquetFile(file, page_checksum_verification=True, pre_buffer=True)
        stored = (parquet.metadata.metadata or {}).get(_DIGESTS)
        if stored is None:
            return None
        digests = [bytes.fromhex(text) for text in json.loads(stored)]
        genuine = whole_digest(parquet.schema_arrow, parquet.metadata.num_rows, digests) == digest
    except Exception as error:  # as above
        msg = f"it can't be read ({error})"
        raise DamagedError(msg) from error
    if not genuine:
        msg = "its columns' digests don't hash to its own"
        raise DamagedError(msg)
    names = parquet.schema_arrow.names
    require_columns(columns, names)
    return _checked(parquet, columns, dict(zip(names, digests, strict=True)))


def require_columns(columns: Sequence[str], names: Sequence[str]) -> None:
    """Raise unless each column is one of the names.

    Raises:
        DataError: One isn't.
    """
    for column in columns:
        if column not in names:
            msg = f"column {column} must be a column of the snapshot. Got the columns {', '.join(names)} instead."
            raise DataError(msg)


def _require_same_types(given: pa.Schema, kept: pa.Schema) -> None:
    """Raise where what is read would never be what was written."""
    for field, other in zip(given, kept, strict=True):
        if type_name(field.type) != type_name(other.type):
            msg = f"column {field.name} of a snapshot must be of a type that Parquet gives back. Got {field.type} "
            msg += f"instead, which it gives back as {other.type}: give it that type before it is handed on."
            raise DataError(msg)


def _checked(parquet: pq.ParquetFile, columns: Sequence[str], digests: dict[str, bytes]) -> pa.Table:
    try:
        table = parquet.read(columns=list(columns)).select(list(columns)).replace_schema_metadata(None)
    except Exception as error:  # as above
        msg = f"it can't be read ({error})"
        raise DamagedError(msg) from error
    for column, found in zip(columns, column_digests(table), strict=True):
        if found != digests[column]:
            msg = f"its column {column} hashes to {found.hex()}"
            raise DamagedError(msg)
    return table
