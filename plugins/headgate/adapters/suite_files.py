"""Load a suite from a JSON file, or from a function that builds it."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Mapping
from datetime import date, time
from pathlib import Path
from typing import Any

from headgate.core.suite import Suite
from headgate.core.suite_catalogue import CATALOGUE
from headgate.core.suite_reading import read_suite
from headgate.errors import InputError

_DOTTED = re.compile(r"[\w.]+:[\w.]+")


def load_suite(name: str) -> Suite:
    """Return the suite of a path or a dotted path, every expectation checked.

    Great Expectations is imported by nobody but the user's own function: its objects know how to turn into JSON.

    Args:
        name: Path of a suite's JSON file (relative to the working folder, or to a folder that Python imports from), or
            dotted path of a function that returns an `ExpectationSuite`, a list of expectations, or either as plain
            data (`{"expectations": [{"type": ..., "kwargs": {...}}]}`).

    Raises:
        InputError: It can't be read, or holds an unknown expectation or argument, or one that makes no sense.
    """
    if not _DOTTED.fullmatch(name) or _found(name):
        return read_suite(name, _read(name))
    from headgate.adapters.dotted_paths import load_object  # and with it the specification, which JSON does without

    build = load_object(name)
    if not callable(build):
        msg = f"expectations {name} must be a function that returns a suite. Got {build!r} instead."
        raise InputError(msg)
    try:
        built = build()
    except Exception as error:
        msg = f"expectations {name} must return a suite. It raised {type(error).__name__}: {error} instead."
        raise InputError(msg) from error
    return _from_built(name, built)


def _found(path: str) -> Path | None:
    folders = (Path(), *map(Path, sys.path))
    return next((folder / path for folder in folders if (folder / path).is_file()), None)


def _read(path: str) -> object:
    file = _found(path)
    if file is None:
        msg = f"expectations must be a suite's JSON file or a dotted path. Got {path!r} instead: there is no such file "
        msg += f"in {Path.cwd()} or on PYTHONPATH."
        raise InputError(msg)
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        msg = f"expectations {file} must be a JSON file that can be read. Got {error} instead."
        raise InputError(msg) from error


def _from_built(name: str, built: Any) -> Suite:  # noqa: ANN401 - whatever the user's function returned
    parameters = getattr(built, "suite_parameters", None)
    if isinstance(built, Mapping):
        return read_suite(name, _plain(built))
    entries = built if isinstance(built, list | tuple) else getattr(built, "expectations", None)
    if not isinstance(entries, list | tuple) or not all(_is_entry(entry) for entry in entries):
        msg = f"expectations {name} must return an ExpectationSuite, a list of expectations, or plain data. "
        msg += f"Got {built!r} instead."
        raise InputError(msg)
    custom = {kind for entry in entries if (kind := getattr(entry, "expectation_type", None))} - CATALOGUE.keys()
    document = {"expectations": list(map(_entry, entries)), "suite_parameters": _plain(parameters or {})}
    return read_suite(name, document, custom)


def _is_entry(entry: Any) -> bool:  # noqa: ANN401 - as above
    return isinstance(entry, Mapping) or hasattr(getattr(entry, "configuration", None), "kwargs")


def _entry(entry: Any) -> object:  # noqa: ANN401 - as above
    """Return an expectation as a suite's JSON has it; Great Expectations keeps its parts in a configuration."""
    if isinstance(entry, Mapping):
        return _plain(entry)
    configuration = entry.configuration
    return {
        "type": configuration.type,
        "kwargs": _plain(configuration.kwargs),
        "severity": str(getattr(entry.severity, "value", entry.severity)),
        "meta": _plain(entry.meta or {}),
        "notes": _plain(entry.notes),
        "description": entry.description,
    }


def _plain(value: Any) -> Any:  # noqa: ANN401 - as above
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    if isinstance(value, set | frozenset):
        return _sorted(map(_plain, value))
    if isinstance(value, date | time):
        return value.isoformat()
    for turn in ("to_json_dict", "dict", "item"):  # a condition, a suite parameter, a number of numpy's
        if callable(convert := getattr(value, turn, None)):
            return _plain(convert())
    return value


def _sorted(values: Iterable[Any]) -> list[Any]:
    """Return what a set held in an order that is the same each time."""
    return sorted(values, key=lambda value: (type(value).__name__, value))
