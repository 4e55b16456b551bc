"""What a field of the specification must be. Nothing is imported to find out."""

from __future__ import annotations

import re
from typing import Any

from headgate.errors import InputError

_DOTTED = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*(\.[A-Za-z_]\w*)*")
_MODEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}")


def require_dotted(what: str, path: object) -> str:
    """Return a dotted path `package.module:name`; nothing is imported.

    Raises:
        InputError: It isn't of that form.
    """
    if isinstance(path, str) and _DOTTED.fullmatch(path):
        return path
    msg = f"{what} must be a dotted path such as include.co2.model:build. Got {path!r} instead."
    raise InputError(msg)


def require_model_name(name: object) -> str:
    """Return a model's name.

    Raises:
        InputError: MLflow, a URL or a file could not bear it.
    """
    if isinstance(name, str) and _MODEL.fullmatch(name):
        return name
    msg = "model must be 1 to 100 letters, digits, '_', '.' or '-', and start with a letter or digit. "
    msg += f"Got {name!r} instead."
    raise InputError(msg)


def require_text(what: str, value: object) -> None:
    """Require a text that isn't empty.

    Raises:
        InputError: It isn't one.
    """
    if not isinstance(value, str) or not value.strip():
        msg = f"{what} must be a text that isn't empty. Got {value!r} instead."
        raise InputError(msg)


def require_kind(what: str, value: object, kind: Any, wanted: str) -> None:  # noqa: ANN401 - a type or a union
    """Require a value of that type.

    Raises:
        InputError: It isn't.
    """
    if not isinstance(value, kind):
        msg = f"{what} must be {wanted}. Got {value!r} instead."
        raise InputError(msg)


def require_columns(what: str, columns: object) -> None:
    """Require a tuple of column names, or `None`.

    Raises:
        InputError: It isn't one, or names none.
    """
    if columns is None:
        return
    if not isinstance(columns, tuple | list) or not columns or not all(isinstance(c, str) and c for c in columns):
        msg = f'{what} must be a tuple of column names such as ("station", "load"), or None. Got {columns!r} instead.'
        raise InputError(msg)
