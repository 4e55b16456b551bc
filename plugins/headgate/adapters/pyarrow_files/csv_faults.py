"""Which value of a CSV file is at fault."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from headgate.adapters.arrow_spans import INSTANT
from headgate.errors import DataError

_FINE = pa.timestamp("ns", "UTC")
_NULLS = tuple(csv.ConvertOptions().null_values)


def instants_of(texts: pa.ChunkedArray, column: str, where: str, before: int) -> pa.ChunkedArray:
    """Return instants in UTC, whole microseconds, of texts; an empty one is a null.

    Args:
        texts: ISO 8601 with a zone.
        column: The column's name.
        where: The file and its source.
        before: Data rows of the file before these.

    Raises:
        DataError: A text isn't one.
    """
    texts = pc.utf8_trim_whitespace(texts)
    texts = pc.if_else(pc.equal(texts, ""), None, texts)
    try:
        return _parsed(texts)
    except pa.ArrowInvalid as error:
        row = _first_bad(texts, _parsed)
        value = texts[row].as_py()
        msg = f"column {column} of {where} must hold instants in ISO 8601 with a zone, such as 2024-05-01T06:00:00Z. "
        msg += f"Got {value!r} in data row {before + row + 1} instead. "
        msg += "It has no zone: add one when the file is written, Z for UTC." if _is_zoneless(value) else "It is none."
        raise DataError(msg) from error


def first_fault(
    reader: Iterable[pa.RecordBatch], kinds: Mapping[str, pa.DataType]
) -> tuple[str, str, pa.DataType, int] | None:
    """Return column, value, type and data row of the first value that isn't of its column's type, if there is one.

    Args:
        reader: The file's rows, all as text.
        kinds: The types by column.
    """
    before = 0
    for batch in reader:
        for column, kind in kinds.items():
            if column in batch.schema.names and not (pa.types.is_string(kind) or pa.types.is_large_string(kind)):
                row = _misfit(batch.column(column), kind)
                if row is not None:
                    return column, batch.column(column)[row].as_py(), kind, before + row + 1
        before += batch.num_rows
    return None


def _misfit(texts: pa.Array, kind: pa.DataType) -> int | None:
    texts = pc.utf8_trim_whitespace(texts)
    texts = pc.if_else(pc.is_in(texts, pa.array(_NULLS)), None, texts)

    def parse(part: pa.Array) -> None:
        if pa.types.is_null(kind) and part.null_count < len(part):
            msg = "a null has no value"
            raise pa.ArrowInvalid(msg)
        if not pa.types.is_null(kind):
            part.cast(kind)

    try:
        parse(texts)
    except pa.ArrowInvalid:
        return _first_bad(texts, parse)
    return None


def _parsed(texts: pa.ChunkedArray) -> pa.ChunkedArray:
    try:
        return texts.cast(INSTANT)
    except pa.ArrowInvalid:  # finer than a microsecond, or none at all
        return pc.floor_temporal(texts.cast(_FINE), unit="microsecond").cast(INSTANT)


def _first_bad(texts: pa.Array | pa.ChunkedArray, parse: Callable[[pa.Array], object]) -> int:
    """Return where the first value is that can't be parsed; one of them can't."""
    low, high = 0, len(texts)
    while high - low > 1:
        middle = (low + high) // 2
        try:
            parse(texts.slice(low, middle - low))
        except pa.ArrowInvalid:
            high = middle
        else:
            low = middle
    return low


def _is_zoneless(text: str) -> bool:
    try:
        pa.array([text]).cast(pa.timestamp("ns"))
    except pa.ArrowInvalid:
        return False
    return True
