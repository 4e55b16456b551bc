"""Frozen values as plain JSON that they can be built from again: a class is written as its dotted path.

It is what keeps a policy beside the verdict that it gave, with the gates that users wrote themselves.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

from headgate.core.metrics import METRICS, Metric, require_metric
from headgate.errors import InputError

Load = Callable[[str], object]
"""Returns what a dotted path `package.module:name` names; raises `InputError` where there is nothing."""


_LEAVES: Mapping[str, Callable[[Any], object]] = {
    "metric": require_metric,
    "float": float,
    "datetime": datetime.fromisoformat,
    "microseconds": lambda count: timedelta(microseconds=count),
}


def dump_frozen(value: object) -> Any:  # noqa: ANN401 - plain JSON
    """Return plain JSON of a value made of frozen dataclasses, tuples, enums, times, numbers and text.

    Raises:
        InputError: It holds anything else.

    >>> from headgate.core.slices import Bins
    >>> dump_frozen(Bins("hour", (6, 18)))["fields"]
    {'column': 'hour', 'edges': [6, 18]}
    """
    if isinstance(value, tuple):
        return [dump_frozen(each) for each in value]
    if isinstance(value, Metric) and METRICS.get(value.name) == value:
        return {"metric": value.name}
    if is_dataclass(value) and _is_frozen(type(value)):
        given = {one.name: dump_frozen(getattr(value, one.name)) for one in fields(value) if one.init}
        return {"type": path_of(type(value)), "fields": given}
    return _dump_leaf(value)


def build_frozen(data: object, load: Load) -> Any:  # noqa: ANN401 - whatever was written
    """Return the value that `dump_frozen` made `data` from.

    Args:
        data: Plain JSON.
        load: Finds classes. Only frozen dataclasses and enums are built.

    Raises:
        InputError: It isn't such JSON, or a class can't be found or is another one now.
    """
    if data is None or isinstance(data, bool | int | float | str):
        return data
    if isinstance(data, list):
        return tuple(build_frozen(each, load) for each in data)
    try:
        return _build(data, load)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        msg = f"a value that was kept must be as Headgate wrote it. Got {str(data)[:80]} instead: {error}."
        raise InputError(msg) from error


def path_of(kind: type[Any]) -> str:
    """Return a class's dotted path.

    >>> path_of(Metric)
    'headgate.core.metrics:Metric'
    """
    return f"{kind.__module__}:{kind.__qualname__}"


def _dump_leaf(value: object) -> Any:  # noqa: ANN401 - plain JSON
    if isinstance(value, Enum):
        return {"enum": path_of(type(value)), "value": value.value}
    if isinstance(value, float) and not math.isfinite(value):
        return {"float": str(float(value))}
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, datetime):
        return {"datetime": value.isoformat()}
    if isinstance(value, timedelta):
        return {"microseconds": value // timedelta(microseconds=1)}
    msg = f"a value that is kept must be made of frozen dataclasses, tuples, numbers and text. Got {value!r} instead."
    raise InputError(msg)


def _build(data: Any, load: Load) -> Any:  # noqa: ANN401 - as `build_frozen`
    match data:
        case {"type": str(path), "fields": dict(given)}:
            kind = _require_class(path, load, is_right=_is_frozen, wanted="a frozen dataclass")
            return _construct(kind, path, {name: build_frozen(each, load) for name, each in given.items()})
        case {"enum": str(path), "value": value}:
            return _require_class(path, load, is_right=_is_enum, wanted="an enum")(value)
    (name,) = data
    return _LEAVES[name](data[name])


def _construct(kind: type[Any], path: str, given: Mapping[str, Any]) -> Any:  # noqa: ANN401 - a dataclass
    known = {one.name for one in fields(kind) if one.init}
    if unknown := sorted(set(given) - known):
        msg = f"{path} must have the fields that were kept. Got no {', '.join(unknown)}: it is another version's."
        raise InputError(msg)
    return kind(**given)


def _require_class(path: str, load: Load, *, is_right: Callable[[object], bool], wanted: str) -> type[Any]:
    found = load(path)
    if not isinstance(found, type) or not is_right(found):
        msg = f"{path} must be {wanted}, since a value of it was kept. Got {found!r} instead."
        raise InputError(msg)
    return found


def _is_enum(found: object) -> bool:
    return isinstance(found, type) and issubclass(found, Enum)


def _is_frozen(found: object) -> bool:
    return is_dataclass(found) and bool(getattr(found, "__dataclass_params__").frozen)  # noqa: B009 - mypy knows no such attribute
