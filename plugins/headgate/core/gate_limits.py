"""What a gate holds the candidate against, in a few words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from enum import StrEnum
from typing import Any

from headgate.core.gates import Gate
from headgate.core.methods import Method

_ASIDE = {"confidence", "min_rows", "skip_below", "bins", "seed", "add", "scale"}
"""Numbers that are no limits."""


def limits_of(gate: Gate) -> str:
    """Return a gate's numbers by their names; of a gate that is made of others, what each of those holds.

    Limits are told, and of what else may be chosen whatever isn't the default.

    >>> from headgate.core.paired import NoWorseThan
    >>> limits_of(NoWorseThan("mae", 0.5, confidence=0.9))
    'tolerance 0.5, confidence 0.9'
    """
    if not is_dataclass(gate):
        return ""
    return "; ".join(each for each in (", ".join(_numbers(gate)), *_parts(gate)) if each)


def _numbers(gate: Any) -> Iterator[str]:  # noqa: ANN401 - a dataclass
    for each in fields(gate):
        value = getattr(gate, each.name)
        if type(value) in {int, float}:
            if each.name not in _ASIDE or value != each.default:
                yield f"{each.name} {value:g}" if isinstance(value, float) else f"{each.name} {value}"
        elif isinstance(value, StrEnum | Method) and value != each.default:
            yield f"{each.name} {value if isinstance(value, StrEnum) else type(value).__name__}"


def _parts(gate: Any) -> Iterator[str]:  # noqa: ANN401 - a dataclass
    parts = _gates_in(gate)
    lone = len(parts) == 1
    for part in parts:
        held = limits_of(part)
        yield held if lone else f"{part.name}{': ' if held else ''}{held}"


def _gates_in(gate: Any) -> tuple[Gate, ...]:  # noqa: ANN401 - a dataclass
    values = (getattr(gate, each.name) for each in fields(gate))
    several = (value if isinstance(value, tuple) else (value,) for value in values)
    return tuple(one for each in several for one in each if isinstance(one, Gate) and not isinstance(one, type))
