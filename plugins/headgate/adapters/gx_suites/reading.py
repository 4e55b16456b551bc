"""Read a suite: from GX's JSON, from a file written by hand, or from a function that builds it."""

from __future__ import annotations

import difflib
import json
import re
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import great_expectations as gx
from great_expectations.exceptions.exceptions import GreatExpectationsError
from great_expectations.expectations.expectation import Expectation
from great_expectations.expectations.expectation_configuration import ExpectationConfiguration
from great_expectations.expectations.registry import list_registered_expectation_implementations
from pydantic.v1 import ValidationError

from headgate.adapters.dotted_paths import load_object
from headgate.errors import InputError

_DOTTED = re.compile(r"[\w.]+:[\w.]+")
_ENTRY_KEYS = frozenset(
    {
        "type",
        "expectation_type",
        "kwargs",
        "severity",
        "meta",
        "notes",
        "description",
        "id",
        "rendered_content",
        "expectation_context",
        "success_on_last_run",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Suite:
    """Expectations in their order, and the values of their `$PARAMETER`s."""

    expectations: tuple[Expectation, ...]
    parameters: Mapping[str, Any]


def load_suite(suite: str) -> Suite:
    """Return the suite of a path or a dotted path, every expectation checked.

    Raises:
        InputError: It can't be read, or holds an expectation or argument that Great Expectations doesn't know.
    """
    if not _DOTTED.fullmatch(suite) or _found(suite):
        return _from_json(suite)
    build = load_object(suite)
    if not callable(build):
        msg = f"expectations {suite} must be a function that returns a suite. Got {build!r} instead."
        raise InputError(msg)
    try:
        built = build()
    except Exception as error:
        msg = f"expectations {suite} must return a suite. It raised {type(error).__name__}: {error} instead."
        raise InputError(msg) from error
    return _from_built(suite, built)


def _from_built(where: str, built: object) -> Suite:
    if isinstance(built, gx.ExpectationSuite):
        return Suite(expectations=tuple(built.expectations), parameters=built.suite_parameters)
    if isinstance(built, list | tuple) and all(isinstance(e, Expectation) for e in built):
        return Suite(expectations=tuple(built), parameters={})
    msg = f"expectations {where} must return an ExpectationSuite or a list of expectations. Got {built!r} instead."
    raise InputError(msg)


def _found(path: str) -> Path | None:
    folders = (Path(), *map(Path, sys.path))
    return next((folder / path for folder in folders if (folder / path).is_file()), None)


def _from_json(path: str) -> Suite:
    file = _found(path)
    if file is None:
        msg = f"expectations must be a suite's JSON file or a dotted path. Got {path!r} instead: there is no such file "
        msg += f"in {Path.cwd()} or on PYTHONPATH."
        raise InputError(msg)
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        msg = f"expectations {file} must be a JSON file that can be read. Got {error} instead."
        raise InputError(msg) from error
    entries = document.get("expectations") if isinstance(document, dict) else None
    if not isinstance(entries, list):
        got = f"the keys {sorted(document)}" if isinstance(document, dict) else f"a {type(document).__name__}"
        msg = f'expectations {file} must be a suite: {{"expectations": [...]}}. Got {got} instead.'
        raise InputError(msg)
    built = tuple(_expectation(entry, f"expectations.{place} of {file}") for place, entry in enumerate(entries))
    return Suite(expectations=built, parameters=document.get("suite_parameters") or {})


def _expectation(entry: object, where: str) -> Expectation:
    if not isinstance(entry, dict) or not isinstance(name := entry.get("type", entry.get("expectation_type")), str):
        msg = f'{where} must be an object such as {{"type": "expect_...", "kwargs": {{...}}}}. Got {entry!r} instead.'
        raise InputError(msg)
    _require_known("key", entry, _ENTRY_KEYS, where)
    _require_known("expectation", [name], list_registered_expectation_implementations(), where)
    config = {key: entry[key] for key in ("meta", "notes", "description", "severity") if entry.get(key) is not None}
    try:
        return ExpectationConfiguration(type=name, kwargs=entry.get("kwargs") or {}, **config).to_domain_obj()
    except ValidationError as error:
        faults = "; ".join(_fault(e, vars(error.model).get("__fields__", ())) for e in error.errors())
        msg = f"{where} must give {name} the arguments that it takes. Got {entry.get('kwargs')!r} instead: {faults}."
        raise InputError(msg) from error
    except (GreatExpectationsError, TypeError, ValueError) as error:
        msg = f"{where} must be an expectation that Great Expectations takes. Got {error} instead."
        raise InputError(msg) from error


def _fault(fault: Mapping[str, Any], known: Iterable[str]) -> str:
    place = _place(fault["loc"])
    if fault["type"] != "value_error.extra":
        return f"{place}: {fault['msg']}"
    close = difflib.get_close_matches(place, known := list(known), n=1)
    return f"{place}: it takes no such argument" + (f", did you mean {close[0]}?" if close else "")


def _place(loc: Iterable[object]) -> str:
    return ".".join(map(str, loc)).replace("__root__", "it")


def _require_known(what: str, names: Iterable[str], known: Iterable[str], where: str) -> None:
    for name in names:
        if name not in known:
            close = difflib.get_close_matches(name, known := list(known), n=1)
            hint = f" Did you mean {close[0]}?" if close else ""
            msg = f"{where} must hold a known {what}. Got {name!r} instead.{hint}"
            raise InputError(msg)
