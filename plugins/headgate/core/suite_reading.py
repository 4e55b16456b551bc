"""Read a suite: Great Expectations' own JSON, or one written by hand. Strict, and without Great Expectations."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from headgate.core.suite import Expectation, Suite
from headgate.core.suite_arguments import WHOLE, is_number, time_of
from headgate.core.suite_catalogue import CATALOGUE, RUNTIME, Arguments
from headgate.core.validation import Severity
from headgate.errors import InputError

_SUITE_KEYS = frozenset(
    {"expectations", "name", "id", "meta", "notes", "suite_parameters"}
    | {"expectation_suite_name", "evaluation_parameters", "data_asset_type", "ge_cloud_id"}  # written before GX 1.0
)
_ENTRY_KEYS = frozenset(
    {"type", "kwargs", "severity", "meta", "notes", "description", "id", "rendered_content", "expectation_context"}
    | {"success_on_last_run"}
    | {"expectation_type", "ge_cloud_id"}  # written before GX 1.0
)
_PARAMETER = "$PARAMETER"


def read_suite(name: str, document: object, custom: Collection[str] = ()) -> Suite:
    """Return the suite that a JSON document describes, every expectation checked, suite parameters put in.

    Args:
        name: What the user calls it: a path or a dotted path; errors name it.
        document: Great Expectations' JSON, of 1.x or older, or one written by hand.
        custom: Types of expectations of the user's own, whose arguments aren't known here.

    Raises:
        InputError: It is no suite, or holds an unknown key, expectation or argument, or one that makes no sense.

    >>> read_suite("a.json", {"expectations": [{"type": "expect_column_to_exist", "kwargs": {"column": "n"}}]}).name
    'a.json'
    """
    entries = document.get("expectations") if isinstance(document, dict) else None
    if not isinstance(document, dict) or not isinstance(entries, list):
        got = f"the keys {sorted(document)}" if isinstance(document, dict) else f"a {type(document).__name__}"
        msg = f'expectations {name} must be a suite: {{"expectations": [...]}}. Got {got} instead.'
        raise InputError(msg)
    _require_known("key", document, _SUITE_KEYS, f"expectations {name}")
    parameters = document.get("suite_parameters") or document.get("evaluation_parameters") or {}
    _require_object("suite_parameters", parameters, f"expectations {name}", "least")
    expectations = [_expectation(name, place, entry, parameters, custom) for place, entry in enumerate(entries)]
    return Suite(name=name, expectations=tuple(expectations))


def _expectation(
    suite: str, place: int, entry: object, parameters: Mapping[str, Any], custom: Collection[str]
) -> Expectation:
    where = f"expectations.{place} of {suite}"
    if not isinstance(entry, dict) or not isinstance(kind := entry.get("type", entry.get("expectation_type")), str):
        msg = f'{where} must be an object such as {{"type": "expect_...", "kwargs": {{...}}}}. Got {entry!r} instead.'
        raise InputError(msg)
    _require_known("key", entry, _ENTRY_KEYS, where)
    given = entry.get("kwargs") or {}
    _require_object("kwargs", given, where, "column")
    _require_object("meta", entry.get("meta") or {}, where, "owner")
    kwargs = {key: _filled(value, parameters, f"{key} of {where}") for key, value in given.items()}
    if kind not in custom:
        _require_known("expectation", [kind], CATALOGUE, where)
        kwargs = _checked(kind, kwargs, where)
    return Expectation(
        type=kind,
        kwargs={key: value for key, value in kwargs.items() if key not in RUNTIME},
        severity=_severity(entry.get("severity"), where),
        place=place,
        meta=entry.get("meta") or {},
        description=entry.get("description") or None,
        notes=_notes(entry.get("notes")),
    )


def _checked(kind: str, given: Mapping[str, Any], where: str) -> dict[str, Any]:
    arguments = CATALOGUE[kind]
    _require_known("argument", given, {*arguments.all, *RUNTIME}, f"{kind}, {where},")
    kwargs = {key: value for key, value in given.items() if value is not None or key in arguments.needed}
    if absent := [key for key in arguments.needed if key not in kwargs]:
        msg = f"{kind}, {where}, must say {' and '.join(absent)}. Got {dict(given)!r} instead."
        raise InputError(msg)
    for key in kwargs.keys() - RUNTIME:
        _require_kind(key, kwargs[key], arguments, where)
    _require_bounds(kwargs, arguments, where)
    return {key: int(value) if arguments.all.get(key) is WHOLE else value for key, value in kwargs.items()}


def _require_kind(key: str, value: object, arguments: Arguments, where: str) -> None:
    kind = arguments.all[key]
    if not kind.fits(value):
        msg = f"{key} of {where} must be {kind.words}. Got {value!r} instead.{kind.fault(value)}"
        raise InputError(msg)


def _require_bounds(kwargs: Mapping[str, Any], arguments: Arguments, where: str) -> None:
    low, high = kwargs.get("min_value"), kwargs.get("max_value")
    if arguments.bounded and low is None and high is None:
        msg = f"{where} must say min_value or max_value. Got {dict(kwargs)!r} instead."
        raise InputError(msg)
    if low is None or high is None:
        return
    if is_number(low) != is_number(high):
        msg = f"min_value and max_value of {where} must be two numbers or two times. Got {low!r} and {high!r} instead."
        raise InputError(msg)
    least, most = _comparable(low), _comparable(high)
    if least > most:
        msg = f"min_value of {where} must be at most max_value. Got {low!r} and {high!r} instead: nothing is both."
        raise InputError(msg)
    strict = [key for key in ("strict_min", "strict_max") if kwargs.get(key)]
    if least == most and strict:
        msg = f"min_value of {where} must be less than max_value with {strict[0]}. Got {low!r} for both instead."
        raise InputError(msg)


def _comparable(bound: Any) -> Any:  # noqa: ANN401 - a number, or a time as text
    return bound if is_number(bound) else time_of(bound)


def _severity(value: object, where: str) -> Severity:
    if value is None:
        return Severity.CRITICAL
    if not isinstance(value, str) or value not in list(Severity):
        msg = f"severity of {where} must be one of {', '.join(Severity)}. Got {value!r} instead."
        raise InputError(msg)
    return Severity(value)


def _notes(value: object) -> str:
    return " ".join(map(str, value)) if isinstance(value, list | tuple) else str(value or "")


def _filled(value: Any, parameters: Mapping[str, Any], where: str) -> Any:  # noqa: ANN401 - JSON
    if not isinstance(value, dict) or _PARAMETER not in value:
        return value
    name = value[_PARAMETER]
    if (at_once := f"{_PARAMETER}.{name}") in value:
        return value[at_once]
    if not isinstance(name, str) or name not in parameters:
        known = ", ".join(parameters) or "none"
        msg = f"{where} must name one of the suite's suite_parameters ({known}). Got {name!r} instead."
        raise InputError(msg + (_hint(name, parameters) or " Expressions aren't computed: put the value in."))
    return parameters[name]


def _require_object(what: str, value: object, where: str, key: str) -> None:
    if not isinstance(value, dict):
        msg = f'{what} of {where} must be an object such as {{"{key}": ...}}. Got {value!r} instead.'
        raise InputError(msg)


def _require_known(what: str, names: Iterable[str], known: Collection[str], where: str) -> None:
    for name in names:
        if name not in known:
            msg = f"{where} must hold a known {what}. Got {name!r} instead.{_hint(name, known)}"
            raise InputError(msg)


def _hint(name: object, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(str(name), list(known), n=1)
    return f" Did you mean {close[0]}?" if close else ""
