"""Read the row condition of an expectation's arguments."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from headgate.adapters.duckdb_suites.conditions import Comparison, Condition, Junction, Membership, Negation, Nullity
from headgate.adapters.duckdb_suites.pandas_queries import parsed_query

_SETS = {"IN", "NOT_IN"}
_PARSERS = {"pandas", "great_expectations", "great_expectations__experimental__"}
_ORDERS = {"==", "!=", "<", "<=", ">", ">="}


def condition_of(kwargs: Mapping[str, Any]) -> Condition | None:
    """Return the row condition, or `None` when the expectation is about all rows.

    Raises:
        ValueError: It isn't one that is taken.
    """
    given = kwargs.get("row_condition")
    if not given:
        return None
    if isinstance(given, Mapping):
        return _of_object(given)
    if isinstance(given, str) and kwargs.get("condition_parser") in _PARSERS:
        return parsed_query(given)
    msg = f"row condition {given!r} needs condition_parser 'pandas'. Got {kwargs.get('condition_parser')!r} instead."
    raise ValueError(msg)


def _of_object(given: Mapping[str, Any]) -> Condition:
    match given:
        case {"type": "comparison", "column": {"name": str(column)}, "operator": operator, "parameter": value}:
            return _compared(column, str(operator), value)
        case {"type": "nullity", "column": {"name": str(column)}, "is_null": bool(is_null)}:
            null = Nullity(column=column)
            return null if is_null else Negation(condition=null)
        case {"type": "and" | "or" as joined, "conditions": [*conditions]} if conditions:
            return Junction(conditions=tuple(map(_of_object, conditions)), is_any=joined == "or")
        case {"type": "pass_through", "pass_through_filter": str(query)}:
            return parsed_query(query)
    msg = f"row condition {given!r} is of no known form"
    raise ValueError(msg)


def _compared(column: str, operator: str, value: Any) -> Condition:  # noqa: ANN401 - any plain value
    if operator in _SETS and isinstance(value, list | tuple) and not any(isinstance(each, bool) for each in value):
        found = Membership(column=column, values=tuple(value))
        return found if operator == "IN" else Negation(condition=found)
    if operator in _ORDERS and isinstance(value, str | int | float):
        return Comparison(column=column, operator=operator, value=value)
    msg = f"row condition on {column!r} compares by {operator!r} with {value!r}, which isn't taken"
    raise ValueError(msg)
