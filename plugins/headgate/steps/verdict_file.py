"""Records of verdicts as files and tags: checked when they are written, and when they are read."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from headgate import wire
from headgate.core.refs import VerdictRef
from headgate.core.verdict_record import RECORD, SCHEMA, VerdictRecord, compacted, verdict_of
from headgate.errors import InputError

LONGEST_TAG = 20_000
"""Bytes of a version's tag. MLflow sets no limit, and its column on MySQL holds 65,535; but whoever reads the log reads
all tags of all versions."""

SCHEMA_FILE = Path(__file__).parents[1] / "verdict.schema.json"
"""The JSON Schema that is shipped."""

_ROOM = ((300, 100), (100, 40), (30, 20))
"""Characters of a reason, and gates, that a compact record keeps."""

_NOT_FINITE = {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}


def record_text(record: VerdictRecord) -> str:
    """Return a record as JSON text: keys in order, numbers that JSON doesn't know as text.

    Raises:
        InputError: It can't be read back as it is.
    """
    data = _plain(wire.dump(record))
    load_record(data)
    return json.dumps(data, sort_keys=True, ensure_ascii=False, allow_nan=False)


def record_tag(record: VerdictRecord) -> str:
    """Return a record as a version's tag holds it: whole where there is room, else without what is kept elsewhere.

    Raises:
        InputError: It can't be read back as it is.
    """
    text = record_text(record)
    for longest, most in _ROOM:
        if len(text.encode()) <= LONGEST_TAG:
            break
        text = record_text(compacted(record, longest=longest, most=most))
    return text


def read_record(text: str) -> VerdictRecord:
    """Return the record that `record_text` wrote.

    Raises:
        InputError: It is no record, or one of a schema that this Headgate doesn't know.
    """
    return load_record(_parsed(text))


def read_verdict(text: str) -> VerdictRef:
    """Return the verdict of a record; also of one of before there were schemas, which was the bare verdict.

    Raises:
        InputError: As `read_record`.
    """
    data = _parsed(text)
    if isinstance(data, dict) and "schema" not in data and "candidate" in data:
        return wire.load(VerdictRef, data)
    return verdict_of(load_record(data))


def load_record(data: Any) -> VerdictRecord:  # noqa: ANN401 - JSON of any shape
    """Return the record that plain JSON data is.

    Raises:
        InputError: It is no record, or one of a schema that this Headgate doesn't know.
    """
    schema = data.get("schema") if isinstance(data, dict) else None
    if type(schema) is not int:
        msg = f"{RECORD} must say its schema's number. Got {schema!r} instead: it is no record of a verdict."
        raise InputError(msg)
    if schema != SCHEMA:
        msg = (
            f"{RECORD} must be of schema {SCHEMA}. Got {schema} instead: another Headgate wrote it; read it with that."
        )
        raise InputError(msg)
    record = wire.load(VerdictRecord, data)
    if place := _difference(data, _plain(wire.dump(record))):
        msg = f"{RECORD} must hold what its schema says. Got {place} instead, which no Headgate writes so."
        raise InputError(msg)
    return record


def record_schema() -> dict[str, Any]:
    """Return the JSON Schema of a record, as it is shipped in `verdict.schema.json`."""
    told = wire.schema(VerdictRecord)
    title = f"Headgate's record of a verdict, schema {SCHEMA}"
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **told, "title": title}


def _parsed(text: str) -> Any:  # noqa: ANN401 - JSON of any shape
    try:
        return json.loads(text)
    except ValueError as error:
        msg = f"{RECORD} must be JSON. Got {text[:40]!r} instead."
        raise InputError(msg) from error


def _plain(data: Any) -> Any:  # noqa: ANN401 - JSON of any shape
    """Return data whose numbers are finite; the others are text."""
    if isinstance(data, dict):
        return {name: _plain(value) for name, value in data.items()}
    if isinstance(data, list | tuple):
        return [_plain(value) for value in data]
    return _NOT_FINITE[str(data)] if isinstance(data, float) and not math.isfinite(data) else data


def _difference(given: Any, back: Any, place: str = "") -> str:  # noqa: ANN401 - JSON of any shape
    """Return where data isn't what is written of the value that was made of it; a default may be left out."""
    if isinstance(given, Mapping) and isinstance(back, Mapping):
        pairs = [(name, value, back[name]) for name, value in given.items() if name in back]
        if unknown := sorted(set(given) - set(back)):
            return f"{place}{unknown[0]}"
        return next((found for name, a, b in pairs if (found := _difference(a, b, f"{place}{name}."))), "")
    if isinstance(given, list) and isinstance(back, list) and len(given) == len(back):
        each = enumerate(zip(given, back, strict=True))
        return next((found for index, (a, b) in each if (found := _difference(a, b, f"{place}{index}."))), "")
    return "" if given == back and isinstance(given, bool) is isinstance(back, bool) else f"{place[:-1]} {given!r}"
