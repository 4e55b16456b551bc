"""The estimator's params on the command line: texts, to values of each param's type."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from headgate.errors import InputError

if TYPE_CHECKING:
    from headgate.spec import Estimator, Param

_BOOLS = {"true": True, "yes": True, "false": False, "no": False}


def params_of(texts: Sequence[str], estimator: Estimator) -> dict[str, Any]:
    """Return the params that texts such as `alpha=0.5` give; those that aren't given are left out.

    Raises:
        InputError: One isn't of that form, names no param of the estimator, is given twice, or isn't of its type.
    """
    found: dict[str, Any] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals:
            msg = f"--param must be NAME=VALUE, such as alpha=0.5. Got {text!r} instead."
            raise InputError(msg)
        if name not in estimator.params:
            raise InputError(_unknown(name, list(estimator.params)))
        if name in found:
            msg = f"--param must give each param once. Got {name} twice instead."
            raise InputError(msg)
        param = estimator.params[name]
        found[name] = param.require(name, _read(value, param))
    return found


def _read(text: str, param: Param) -> Any:  # noqa: ANN401 - of the param's type
    """Return a text as a value of the param's type; as it is where that can't be done, for the param to refuse."""
    kind = type(param.default)
    try:
        return _BOOLS.get(text.lower(), text) if kind is bool else kind(text)
    except ValueError:
        return text


def _unknown(name: str, known: Sequence[str]) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    hint = f" Did you mean {close[0]}?" if close else ""
    there = f"one of {', '.join(known)}" if known else "none, since the estimator has no params"
    return f"--param must name {there}. Got {name!r} instead.{hint}"
