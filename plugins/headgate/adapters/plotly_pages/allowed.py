"""What an expectation allows, where a picture can show it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from headgate.adapters.plotly_pages.shapes import is_drawable
from headgate.core.profile import ColumnProfile, Kind
from headgate.core.suite import Expectation

_IN_SET = (
    "expect_column_values_to_be_in_set",
    "expect_column_distinct_values_to_be_in_set",
    "expect_column_distinct_values_to_equal_set",
    "expect_column_distinct_values_to_contain_set",
    "expect_column_most_common_value_to_be_in_set",
)
_NOT_IN_SET = "expect_column_values_to_not_be_in_set"
_OF_VALUES = "expect_column_values_to_be_between"
_OF_ONE_VALUE = {
    "expect_column_min_to_be_between": ("the least", 0.0),
    "expect_column_median_to_be_between": ("the median", 0.5),
    "expect_column_max_to_be_between": ("the greatest", 1.0),
    "expect_column_mean_to_be_between": ("the mean", None),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Numbers in the column's unit, times in seconds since 1970.

    Args:
        low: Least value allowed.
        high: Greatest value allowed.
        name: What the limits are about, when it isn't each value: `the mean`.
        found: Its value.
    """

    low: float | None = None
    high: float | None = None
    name: str = ""
    found: float | None = None


def limits_of(expectation: Expectation | None, column: ColumnProfile) -> Limits | None:
    """Return the limits that an expectation sets to a column's values, or to one of them that the profile knows."""
    if expectation is None or not (expectation.type == _OF_VALUES or expectation.type in _OF_ONE_VALUE):
        return None
    low, high = (_number(expectation.kwargs.get(key), column.kind) for key in ("min_value", "max_value"))
    if low is None and high is None:
        return None
    if expectation.type == _OF_VALUES:
        return Limits(low=low, high=high)
    name, place = _OF_ONE_VALUE[expectation.type]
    found = column.mean if place is None else column.quantiles[round(place * (len(column.quantiles) - 1))]
    return Limits(low=low, high=high, name=name, found=found)


def refused_categories(expectation: Expectation | None, categories: Iterable[str]) -> frozenset[str] | None:
    """Return which of the categories an expectation refuses; `None` when it isn't about a set of values."""
    values = expectation.kwargs.get("value_set") if expectation else None
    if expectation is None or not isinstance(values, list | tuple):
        return None
    named = {text for value in values for text in _texts(value)}
    if expectation.type in _IN_SET:
        return frozenset(category for category in categories if category not in named)
    return (
        frozenset(category for category in categories if category in named) if expectation.type == _NOT_IN_SET else None
    )


def _texts(value: Any) -> tuple[str, ...]:  # noqa: ANN401 - whatever JSON holds
    if isinstance(value, bool):
        return str(value), str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(value), str(int(value))
    return (str(value),)


def _number(value: Any, kind: Kind) -> float | None:  # noqa: ANN401 - whatever JSON holds
    if isinstance(value, int | float) and not isinstance(value, bool) and kind is Kind.NUMBER:
        return float(value) if is_drawable(value) else None
    if kind is not Kind.TIME or not isinstance(value, str):
        return None
    try:
        instant = datetime.fromisoformat(value)
    except ValueError:
        return None
    return (instant if instant.tzinfo else instant.replace(tzinfo=UTC)).timestamp()
