"""From the tuples that a cursor gives to Arrow tables of one schema."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pyarrow as pa

from headgate.adapters.dbapi_source.drivers import TIMES
from headgate.errors import DataError

_KINDS = {
    bool: pa.bool_(),
    int: pa.int64(),
    float: pa.float64(),
    Decimal: pa.float64(),
    str: pa.string(),
    UUID: pa.string(),
    bytes: pa.binary(),
    bytearray: pa.binary(),
    memoryview: pa.binary(),
    datetime: TIMES,
    date: pa.date32(),
    time: pa.time64("us"),
    timedelta: pa.duration("us"),
}
_MOST_EXACT = 2**53
"""From here on a double doesn't hold every whole number."""


class ArrowBatches:
    """Makes tables whose columns keep their types from batch to batch.

    A column has the type that the driver tells, else that of its first values; until then it is Arrow's null.
    Decimals become the nearest double, whole ones 64-bit integers where the driver tells that they fit: models compute
    with doubles. Whole numbers are never rounded: what doesn't fit is refused.

    Args:
        name: What the source is called.
        zone: Time zone of timestamps that come without one; `None` refuses them.
        texts: Columns whose texts are points in time, ISO 8601: of databases that have none of their own.
    """

    def __init__(self, name: str, *, zone: ZoneInfo | None, texts: frozenset[str] = frozenset()) -> None:
        self._name = name
        self._zone = zone
        self._texts = texts
        self._types: dict[str, pa.DataType] = {}

    def table(self, told: Mapping[str, pa.DataType | None], rows: Sequence[Sequence[Any]]) -> pa.Table:
        """Return rows as a table.

        Args:
            told: The columns in order, with their types where the driver tells them.
            rows: A tuple for each row, at least one.

        Raises:
            DataError: A value has no Arrow type, or isn't of its column's.
        """
        columns = zip(told.items(), zip(*rows, strict=True), strict=True)
        arrays = [self._array(column, kind, values) for (column, kind), values in columns]
        return pa.table(arrays, names=list(told))

    def instant(self, column: str, value: object) -> datetime | None:
        """Return one value as a point in time, with a zone.

        Raises:
            DataError: It is none, or has no zone.
        """
        array = self._array(column, None, [value])
        if pa.types.is_null(array.type):
            return None
        if array.type != TIMES:
            msg = f"column {column} of source {self._name} must be a point in time. Got {value!r} instead."
            raise DataError(msg)
        found: datetime = array[0].as_py()
        return found

    def _array(self, column: str, told: pa.DataType | None, values: Sequence[Any]) -> pa.Array:
        if column in self._texts:
            values = [self._parsed(column, value) if isinstance(value, str) else value for value in values]
        kind = self._kind(column, told, values)
        try:
            return pa.array(self._plain(column, kind, values), kind)
        except (pa.ArrowException, OverflowError, ValueError, TypeError) as error:
            msg = f"column {column} of source {self._name} must hold values of type {kind}. Got {error} instead: "
            msg += "CAST it in the query."
            raise DataError(msg) from error

    def _kind(self, column: str, told: pa.DataType | None, values: Sequence[Any]) -> pa.DataType:
        here = self._of_values(column, values)
        kept = self._types.get(column) or told or here
        if kept is None:
            return pa.null()
        self._types[column] = kept
        whole_among_doubles = kept == pa.float64() and here == pa.int64()
        doubles_that_are_whole = told == kept == pa.int64() and here == pa.float64()
        if here is None or here == kept or whole_among_doubles or doubles_that_are_whole:
            return kept
        msg = f"column {column} of source {self._name} must hold values of one type. "
        msg += f"Got {here} after {kept} instead: CAST it in the query."
        raise DataError(msg)

    def _of_values(self, column: str, values: Sequence[Any]) -> pa.DataType | None:
        python = set(map(type, values)) - {type(None)}
        kinds = {self._of_type(column, kind) for kind in python}
        if kinds == {pa.int64(), pa.float64()}:
            return pa.float64()
        if len(kinds) > 1:
            msg = f"column {column} of source {self._name} must hold values of one type. "
            msg += f"Got {' and '.join(sorted(map(str, kinds)))} instead: CAST it in the query."
            raise DataError(msg)
        return next(iter(kinds), None)

    def _of_type(self, column: str, kind: type) -> pa.DataType:
        for parent in kind.__mro__:
            if parent in _KINDS:
                return _KINDS[parent]
        msg = f"column {column} of source {self._name} must hold numbers, texts, bytes, bools, dates or times. "
        msg += f"Got values of type {kind.__name__} instead: CAST it in the query, such as to text."
        raise DataError(msg)

    def _plain(self, column: str, kind: pa.DataType, values: Sequence[Any]) -> Sequence[Any]:
        """Return values as Arrow takes them."""
        if kind == TIMES:
            return [
                value if value is None or value.tzinfo is not None else self._zoned(column, value) for value in values
            ]
        kinds = set(map(type, values))
        for python, change in ((Decimal, _number), (UUID, _text), (memoryview, _bytes), (bytearray, _bytes)):
            if any(issubclass(found, python) for found in kinds):
                values = [change(value, kind) for value in values]
        return values

    def _parsed(self, column: str, text: str) -> datetime:
        try:
            return datetime.fromisoformat(text)
        except ValueError as error:
            msg = f"column {column} of source {self._name} must be ISO 8601, such as 2024-05-01T06:00:00Z. "
            msg += f"Got {text!r} instead."
            raise DataError(msg) from error

    def _zoned(self, column: str, value: datetime) -> datetime:
        if self._zone is None:
            msg = f"column {column} of source {self._name} must say its time zone. Got {value.isoformat()} instead: "
            msg += 'say it by SqlSource(zone="UTC"), or have the query give timestamps with a time zone.'
            raise DataError(msg)
        return value.replace(tzinfo=self._zone)


def _number(value: Decimal | float | None, kind: pa.DataType) -> float | None:
    """Return a number as Arrow's type; a whole one that a double would round is refused."""
    if not isinstance(value, Decimal):
        return value
    if kind == pa.int64():
        return int(value)
    number = float(value)
    if abs(number) >= _MOST_EXACT and value.is_finite() and value == value.to_integral_value() and number != value:
        msg = f"{value}, which a double can't hold"
        raise ValueError(msg)
    return number


def _text(value: object, _: pa.DataType) -> str | None:
    return None if value is None else str(value)


def _bytes(value: Any, _: pa.DataType) -> bytes | None:  # noqa: ANN401 - whatever holds bytes
    return None if value is None else bytes(value)
