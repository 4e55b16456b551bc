"""Values to plain JSON and back: what XCom, MLflow and the store carry."""

from __future__ import annotations

import json
from functools import cache
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue

from headgate.errors import InputError

T = TypeVar("T")


def dump(value: object) -> dict[str, Any]:
    """Return a value of `headgate.core` as plain JSON data."""
    data: dict[str, Any] = _adapter(type(value)).dump_python(value, mode="json")  # type: ignore[arg-type]  # mypy: no class is hashable
    return data


def load(kind: type[T], data: object) -> T:
    """Return the value of that type that `dump` made `data` from.

    Raises:
        InputError: `data` isn't what `dump` makes of such a value.
    """
    try:
        value: T = _adapter(kind).validate_python(data)  # type: ignore[arg-type]  # as above
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the whole"
        msg = f"input must be the output of the task before, a {kind.__name__}. Got {where}: {first['msg']} instead."
        raise InputError(msg) from error
    return value


def parse(kind: type[T], source: str) -> T:
    """Return the value of that type that `text` made `source` from.

    Raises:
        InputError: `source` isn't what `text` makes of such a value.
    """
    try:
        data = json.loads(source)
    except ValueError as error:
        msg = f"input must be the JSON of a {kind.__name__}. Got {source[:40]!r} instead."
        raise InputError(msg) from error
    return load(kind, data)


def text(value: object) -> str:
    """Return a value as JSON text: keys in order, no clock, so that equal values give equal text."""
    return json.dumps(dump(value), sort_keys=True, ensure_ascii=False)


def schema(kind: type[Any]) -> dict[str, Any]:
    """Return the JSON Schema of what `dump` makes of such values, where numbers that JSON doesn't know are text."""
    told = TypeAdapter(kind).json_schema(mode="serialization", schema_generator=_Schema)
    closed: dict[str, Any] = _closed(told)
    return closed


class _Schema(GenerateJsonSchema):
    def float_schema(self, schema: Any) -> JsonSchemaValue:  # noqa: ANN401 - pydantic's own, of a package of its own
        return {"anyOf": [super().float_schema(schema), {"enum": ["NaN", "Infinity", "-Infinity"]}]}


def _closed(node: Any) -> Any:  # noqa: ANN401 - JSON of any shape
    """Return a schema that knows no other fields, without docstrings and titles."""
    if isinstance(node, list):
        return [_closed(each) for each in node]
    if not isinstance(node, dict):
        return node
    told = {
        name: {field: _closed(one) for field, one in value.items()} if name == "properties" else _closed(value)
        for name, value in node.items()
        if name not in {"description", "title"}
    }
    return {**told, "additionalProperties": False} if "properties" in node else told


@cache
def _adapter(kind: type[Any]) -> TypeAdapter[Any]:
    return TypeAdapter(kind)
