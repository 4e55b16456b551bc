"""What the arguments of expectations must be, one kind each."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

_TIME = re.compile(
    r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?\s?(Z|[+-]\d{2}(:?\d{2})?)?)?",
)
_COMPARISONS = ("==", "!=", "<", "<=", ">", ">=")
_OPERATORS = (*_COMPARISONS, "IN", "NOT_IN")
_CONDITION_KEYS = {
    "comparison": {"type", "column", "operator", "parameter"},
    "nullity": {"type", "column", "is_null"},
    "and": {"type", "conditions"},
    "or": {"type", "conditions"},
    "pass_through": {"type", "pass_through_filter"},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """What an argument must be.

    Args:
        words: In words, for the sentence "X must be ...".
        fits: Whether a value is one.
        fault: What more there is to say about a value that isn't one.
    """

    words: str
    fits: Callable[[Any], bool]
    fault: Callable[[Any], str] = lambda _: ""


def time_of(value: object) -> datetime | None:
    """Return the instant that a text such as `2000-01-02T03:00:00+01:00` names; without a zone it is in UTC.

    `None` when it names none.

    >>> time_of("2000-01-02T03:00:00+01:00").isoformat(), time_of("last week")
    ('2000-01-02T02:00:00+00:00', None)
    """
    if not isinstance(value, str) or not _TIME.fullmatch(value):
        return None
    try:
        time = datetime.fromisoformat(value.replace(" +", "+").replace(" -", "-").replace(" Z", "Z"))
    except ValueError:
        return None
    return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)


def is_number(value: object) -> bool:
    """Return whether a value is a number that can be compared: no bool, and not NaN."""
    return isinstance(value, int | float) and not isinstance(value, bool) and value == value  # noqa: PLR0124 - NaN


def _is_whole(value: object) -> bool:
    return (type(value) is int) or (isinstance(value, float) and value.is_integer())


def _is_text(value: object) -> bool:
    return isinstance(value, str) and value != ""


def _are(values: object, fits: Callable[[Any], bool]) -> bool:
    return isinstance(values, list) and bool(values) and all(map(fits, values))


def _is_pair(value: object) -> bool:
    return isinstance(value, list) and len(value) == 2  # noqa: PLR2004 - a pair


def _compiles(pattern: object) -> bool:
    return isinstance(pattern, str) and not _regex_fault(pattern)


def _regex_fault(pattern: object) -> str:
    try:
        re.compile(pattern if isinstance(pattern, str) else "")
    except re.error as error:
        return f" It doesn't compile: {error}."
    return ""


def _is_quantiles(value: object) -> bool:
    if not isinstance(value, dict) or set(value) != {"quantiles", "value_ranges"}:
        return False
    quantiles, ranges = value["quantiles"], value["value_ranges"]
    return (
        _are(quantiles, lambda q: is_number(q) and 0 <= q <= 1)
        and _are(ranges, _is_range)
        and len(quantiles) == len(ranges)
    )


def _is_range(value: Any) -> bool:  # noqa: ANN401 - whatever the user wrote
    if not _is_pair(value) or not all(bound is None or is_number(bound) for bound in value):
        return False
    return None in value or value[0] <= value[1]


def _quantiles_fault(value: Any) -> str:  # noqa: ANN401 - as above
    if not isinstance(value, dict) or set(value) != {"quantiles", "value_ranges"}:
        return ""
    lengths = [len(value[key]) if isinstance(value[key], list) else None for key in ("quantiles", "value_ranges")]
    if None not in lengths and lengths[0] != lengths[1]:
        return f" There are {lengths[0]} quantiles and {lengths[1]} ranges."
    if isinstance(value["value_ranges"], list):
        wrong = next((r for r in value["value_ranges"] if not _is_range(r)), None)
        return f" {wrong!r} is no range." if wrong is not None else ""
    return ""


def _is_condition(value: object) -> bool:
    return not _condition_fault(value)


def _condition_fault(value: Any) -> str:  # noqa: ANN401, PLR0911 - a fault each
    if isinstance(value, str):
        return "" if value.strip() else " It is empty."
    if not isinstance(value, dict) or value.get("type") not in list(_CONDITION_KEYS):
        return f" Its type must be one of {', '.join(_CONDITION_KEYS)}."
    kind = value["type"]
    if set(value) != _CONDITION_KEYS[kind]:
        return f" {kind!r} has the keys {', '.join(sorted(_CONDITION_KEYS[kind]))}."
    if kind in {"and", "or"}:
        parts = value["conditions"]
        faults = map(_condition_fault, parts) if isinstance(parts, list) and parts else (" It holds no conditions.",)
        return next(filter(None, faults), "")
    if kind == "pass_through":
        return "" if _is_text(value["pass_through_filter"]) else " Its filter is empty."
    column = value["column"]
    if not isinstance(column, dict) or set(column) != {"name"} or not _is_text(column["name"]):
        return ' Its column must be such as {"name": "load"}.'
    if kind == "nullity":
        return "" if isinstance(value["is_null"], bool) else " is_null must be true or false."
    return _comparison_fault(value["operator"], value["parameter"])


def _comparison_fault(operator: object, parameter: object) -> str:
    if operator not in _OPERATORS:
        return f" Its operator must be one of {', '.join(_OPERATORS)}."
    if operator in _COMPARISONS:
        return "" if parameter is not None else " Nothing compares with null: its type must be nullity."
    return "" if isinstance(parameter, list) else f" Its parameter must be a list with {operator}."


def one_of(*choices: str) -> Kind:
    """Return the kind of an argument that is one of a few words."""
    return Kind(words=f"one of {', '.join(choices)}", fits=lambda value: value in choices)


def _texts(words: str) -> Kind:
    return Kind(words=words, fits=lambda value: _are(value, _is_text))


COLUMN = Kind(words="a column's name", fits=_is_text)
COLUMNS = _texts("a list of columns' names")
TEXT = Kind(words="a text that isn't empty", fits=_is_text)
TEXTS = _texts("a list of texts that isn't empty")
BOOL = Kind(words="true or false", fits=lambda value: isinstance(value, bool))
NUMBER = Kind(words="a number", fits=is_number)
POSITIVE = Kind(words="a number > 0", fits=lambda value: is_number(value) and value > 0)
WHOLE = Kind(words="a whole number", fits=_is_whole)
SHARE = Kind(words="a number in [0, 1]", fits=lambda value: is_number(value) and 0 <= value <= 1)
BOUND = Kind(
    words="a number, or a time such as '2000-01-31' or '2000-01-31T12:00:00Z'",
    fits=lambda value: is_number(value) or time_of(value) is not None,
)
VALUES = Kind(words="a list of values", fits=lambda value: isinstance(value, list))
SOME_VALUES = Kind(
    words="a list of values that isn't empty", fits=lambda value: isinstance(value, list) and value != []
)
PAIRS = Kind(
    words="a list of pairs such as [[1, 2]]",
    fits=lambda value: isinstance(value, list) and all(map(_is_pair, value)),
)
OBJECT = Kind(words="an object", fits=lambda value: isinstance(value, dict))
CHARACTER = Kind(words="a single character", fits=lambda value: isinstance(value, str) and len(value) == 1)
REGEX = Kind(words="a regular expression", fits=_compiles, fault=_regex_fault)
REGEXES = Kind(
    words="a list of regular expressions",
    fits=lambda value: _are(value, _compiles),
    fault=lambda value: _first(map(_regex_fault, value if isinstance(value, list) else [])),
)
QUANTILES = Kind(
    words='such as {"quantiles": [0.1, 0.9], "value_ranges": [[0, 2], [7, null]]}: as many ranges as quantiles',
    fits=_is_quantiles,
    fault=_quantiles_fault,
)
CONDITION = Kind(words="a condition", fits=_is_condition, fault=_condition_fault)
PARSER = one_of("pandas", "great_expectations", "great_expectations__experimental__", "spark")


def _first(texts: Iterable[str]) -> str:
    return next(filter(None, texts), "")
