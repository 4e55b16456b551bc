"""Load what a dotted path `package.module:name` names, and say where in it something went wrong."""

from __future__ import annotations

import difflib
import importlib
import traceback
from functools import reduce
from types import ModuleType
from typing import Any

from headgate.errors import InputError
from headgate.spec import require_dotted


def load_object(path: str) -> object:
    """Return the object behind a dotted path; its module is imported.

    Raises:
        InputError: There is no such module or name in it, or the module fails at import.

    >>> load_object("math:pi")
    3.141592653589793
    """
    module_name, _, names = require_dotted("dotted path", path).partition(":")
    module = _module(module_name, path)
    try:
        return reduce(getattr, names.split("."), module)
    except AttributeError as error:
        known = [name for name in vars(module) if not name.startswith("_")]
        close = difflib.get_close_matches(names, known, n=3)
        hint = f" Did you mean {' or '.join(close)}?" if close else ""
        msg = f"dotted path {path} must name something in {module.__file__ or module_name}. "
        msg += f"Got {names!r}, which isn't there, instead.{hint}"
        raise InputError(msg) from error


def _module(name: str, path: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        raise InputError(_missing(name, path, error.name or str(error))) from error
    except Exception as error:
        msg = f"module {name} of dotted path {path} must be importable. "
        msg += f"Got {type(error).__name__}: {error} at its import instead."
        raise InputError(msg) from error


def _missing(name: str, path: str, missing: str) -> str:
    if missing != name and not name.startswith(f"{missing}."):
        return f"module {name} of dotted path {path} needs the module {missing}, which isn't installed here."
    package, _, part = missing.rpartition(".")
    if package:
        return f"dotted path {path} must name a module. Got {missing} instead: there is no {part!r} in {package}."
    return (
        f"dotted path {path} must name a module. Got {missing} instead, which isn't there: "
        "the project's root must be on PYTHONPATH."
    )


def place_of(function: Any, error: Exception | None = None) -> str:  # noqa: ANN401 - the user's
    """Return where in the function's own file an error arose, or where it begins; nothing where it has no file."""
    code = getattr(function, "__code__", None)
    if code is None:
        return ""
    trace = traceback.extract_tb(error.__traceback__) if error is not None else []
    lines = [frame.lineno for frame in trace if frame.filename == code.co_filename]
    return f" in {code.co_filename}, line {lines[-1] if lines else code.co_firstlineno}"
