"""Bounds of `..._to_be_between`: inclusive unless they are strict, open where they are absent."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from headgate.adapters.duckdb_suites.kinds import Column
from headgate.adapters.duckdb_suites.operands import brought
from headgate.adapters.duckdb_suites.plan import UnfitError
from headgate.adapters.duckdb_suites.quoting import all_of, literal


def bounds_of(kwargs: Mapping[str, Any], column: Column | None = None) -> tuple[Any, Any]:
    """Return both bounds, brought to the column's type (to numbers without a column); `None` where one is open.

    Raises:
        UnfitError: They don't compare with the column, or the lower one is above the upper one.
    """
    low, high = (_brought(kwargs.get(key), key, column) for key in ("min_value", "max_value"))
    if low is not None and high is not None and _ordered(low) > _ordered(high):
        msg = f"min_value must not be above max_value. Got {kwargs['min_value']!r} and {kwargs['max_value']!r} instead"
        raise UnfitError(msg)
    return low, high


def is_within(value: Any, low: Any, high: Any, kwargs: Mapping[str, Any]) -> bool:  # noqa: ANN401 - any ordered type
    """Return whether a value that was observed lies within bounds; a float is compared with floats."""
    value, low, high = (_ordered(each) for each in (value, low, high))
    if isinstance(value, float):
        low, high = (float(each) if isinstance(each, int) else each for each in (low, high))
    above = low is None or (value > low if kwargs.get("strict_min") else value >= low)
    return bool(above and (high is None or (value < high if kwargs.get("strict_max") else value <= high)))


def within(expression: str, low: Any, high: Any, kwargs: Mapping[str, Any]) -> str:  # noqa: ANN401 - as above
    """Return the condition that an expression lies within bounds; null where the expression is."""
    conditions = []
    if low is not None:
        conditions.append(f"{expression} {'>' if kwargs.get('strict_min') else '>='} {literal(low)}")
    if high is not None:
        conditions.append(f"{expression} {'<' if kwargs.get('strict_max') else '<='} {literal(high)}")
    return all_of(conditions)


def _ordered(value: Any) -> Any:  # noqa: ANN401 - as above
    """Return a date as its midnight: it has no order with a datetime."""
    is_date = isinstance(value, date) and not isinstance(value, datetime)
    return datetime(value.year, value.month, value.day) if is_date else value  # noqa: DTZ001 - zones are gone here


def _brought(value: Any, key: str, column: Column | None) -> Any:  # noqa: ANN401 - as above
    if value is None:
        return None
    if column is not None:
        return brought(value, column)
    if not isinstance(value, int | float):
        msg = f"{key} must be a number. Got {value!r} instead"
        raise UnfitError(msg)
    return value
