"""Names and values as SQL text: nothing of the user's reaches DuckDB unquoted but a query that is SQL by itself."""

from __future__ import annotations

import math
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

_WIDEST = 2**127


def name(column: str) -> str:
    """Return a column's name quoted.

    >>> name("a column")
    '"a column"'
    """
    return '"' + column.replace('"', '""') + '"'


def text(value: str) -> str:
    """Return a text quoted; a NUL can't stand in a query, so it is put in by a function.

    >>> text("it's")
    "'it''s'"
    """
    pieces = ["'" + piece.replace("'", "''") + "'" for piece in value.split("\0")]
    return pieces[0] if len(pieces) == 1 else "(" + " || chr(0) || ".join(pieces) + ")"


def literal(value: Any) -> str:  # noqa: ANN401, PLR0911 - a return for each type that a suite's JSON holds
    """Return a value as SQL; a datetime must have no zone.

    Raises:
        TypeError: There is no such literal.

    >>> literal(0.5), literal(True), literal(7), literal(None)
    ('0.5e0', 'true', '7', 'NULL')
    """
    match value:
        case None:
            return "NULL"
        case bool():
            return "true" if value else "false"
        case int():
            return str(value) if -_WIDEST < value < _WIDEST else f"'{value}'::DOUBLE"
        case float():
            return _of_float(value)
        case Decimal():
            return f"'{value}'::DOUBLE"
        case str():
            return text(value)
        case datetime():
            return f"TIMESTAMP '{value.isoformat(sep=' ')}'"
        case date():
            return f"DATE '{value.isoformat()}'"
        case time():
            return f"TIME '{value.isoformat()}'"
    msg = f"a value must be a text, a number, a date or null. Got {value!r} instead."
    raise TypeError(msg)


def any_of(conditions: list[str]) -> str:
    """Return a condition that is true where one of them is; false where there are none."""
    return "(" + " OR ".join(conditions) + ")" if conditions else "false"


def all_of(conditions: list[str]) -> str:
    """Return a condition that is true where all of them are; true where there are none."""
    return "(" + " AND ".join(conditions) + ")" if conditions else "true"


def _of_float(value: float) -> str:
    """Write an exponent, so that DuckDB reads a DOUBLE and no DECIMAL."""
    if not math.isfinite(value):
        return f"'{value}'::DOUBLE"
    written = repr(value)
    return written if "e" in written else f"{written}e0"
