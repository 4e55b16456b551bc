"""Bring a suite's values to a column's type, so that they compare as in Great Expectations."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

from headgate.adapters.duckdb_suites.kinds import Column, Kind
from headgate.adapters.duckdb_suites.plan import UnfitError
from headgate.adapters.duckdb_suites.quoting import literal


def operand(value: Any, column: Column) -> str:  # noqa: ANN401 - whatever a suite's JSON holds
    """Return a value as SQL that compares with the column in order.

    Raises:
        UnfitError: They don't compare.
    """
    return literal(brought(value, column))


def brought(value: Any, column: Column) -> Any:  # noqa: ANN401 - as above
    """Return a value as Python's, of a type that compares with the column's values; moments without a zone.

    Raises:
        UnfitError: They don't compare.
    """
    kind = column.kind
    if kind.is_number and isinstance(value, int | float | Decimal):
        return value
    if kind is Kind.TEXT and isinstance(value, str):
        return value
    if kind.family == "moment" and isinstance(value, str | date):
        return moment(value, column)
    if kind is Kind.TIME and isinstance(value, str | time):
        return _time(value, column)
    msg = f"column {column.name!r} is {kind.value} ({column.type}), which can't be compared with {value!r}"
    raise UnfitError(msg)


def comparable(column: Column) -> str:
    """Return the column as SQL that `operand` compares with."""
    quoted = column.sql
    return f"CAST({quoted} AS TINYINT)" if column.kind is Kind.BOOLEAN else quoted


def members(values: Iterable[Any], column: Column) -> list[Any]:
    """Return those of a set's values that the column can hold at all; a number never equals a text."""
    return list(dict.fromkeys(found for value in values for found in _member(value, column)))


def is_in(values: list[Any], column: Column) -> str:
    """Return the condition that the column's value is one of those that `members` gave."""
    listed = ", ".join(literal(int(value) if isinstance(value, bool) else value) for value in values)
    return f"{comparable(column)} IN ({listed})" if values else "false"


def as_text(column: Column) -> str:
    """Return the column as Python's `str` writes its values.

    Raises:
        UnfitError: DuckDB writes them in another way.
    """
    quoted = column.sql
    if column.type == "DOUBLE":
        return f"CAST({quoted} AS VARCHAR)"
    match column.kind:
        case Kind.TEXT:
            return quoted
        case Kind.INTEGER | Kind.DATE:
            return f"CAST({quoted} AS VARCHAR)"
        case Kind.BOOLEAN:
            return f"CASE WHEN {quoted} THEN 'True' WHEN NOT {quoted} THEN 'False' END"
    msg = f"column {column.name!r} is {column.kind.value} ({column.type}), and this expectation is about text"
    raise UnfitError(msg)


def moment(value: str | date, column: Column) -> date:
    """Return a date or a datetime without a zone, in UTC where the column has one.

    Raises:
        UnfitError: It isn't ISO 8601.
    """
    found = _parsed(value, column) if isinstance(value, str) else value
    if not isinstance(found, datetime):
        return found if column.kind is Kind.DATE else datetime(found.year, found.month, found.day)  # noqa: DTZ001
    return found.astimezone(UTC).replace(tzinfo=None) if found.tzinfo else found


def _parsed(value: str, column: Column) -> date:
    try:
        found = datetime.fromisoformat(value.strip())
    except ValueError as error:
        msg = f"column {column.name!r} is {column.kind.value} ({column.type}), and {value!r} isn't a date in ISO 8601"
        raise UnfitError(msg) from error
    is_date = column.kind is Kind.DATE and found.time() == time.min and found.tzinfo is None
    return found.date() if is_date else found


def _time(value: str | time, column: Column) -> time:
    try:
        return time.fromisoformat(value) if isinstance(value, str) else value
    except ValueError as error:
        msg = f"column {column.name!r} is a time, and {value!r} isn't one in ISO 8601"
        raise UnfitError(msg) from error


def _member(value: Any, column: Column) -> list[Any]:  # noqa: ANN401 - as above
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return []
    try:
        found = brought(value, column)
    except UnfitError:
        if column.kind is Kind.OTHER:
            raise
        return []
    if column.kind is Kind.INTEGER and isinstance(found, float | Decimal):
        return [int(found)] if math.isfinite(found) and found == int(found) else []
    return [found]
