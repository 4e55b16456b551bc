"""What gates check of their arguments when they are made."""

from __future__ import annotations

import math
from typing import TypeGuard

from headgate.errors import InputError


def is_finite(value: object) -> TypeGuard[float]:
    """Tell whether a value is a finite number; `True` is none."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def require_within(what: str, gate: str, value: object, low: float, high: float) -> None:
    """Raise unless a value is a number in [low, high].

    Raises:
        InputError: It isn't.

    >>> require_within("at_most", "Calibrated", 1.5, 0, 1)
    Traceback (most recent call last):
    headgate.errors.InputError: at_most of Calibrated must be a number in [0, 1]. Got 1.5 instead.
    """
    if not is_finite(value) or not low <= value <= high:
        _refuse(what, gate, f"a number in [{low:g}, {high:g}]", value)


def require_not_negative(what: str, gate: str, value: object) -> None:
    """Raise unless a value is a finite number >= 0.

    Raises:
        InputError: It isn't.
    """
    if not is_finite(value) or value < 0:
        _refuse(what, gate, "a finite number >= 0", value)


def require_positive(what: str, gate: str, value: object) -> None:
    """Raise unless a value is a finite number > 0.

    Raises:
        InputError: It isn't.
    """
    if not is_finite(value) or value <= 0:
        _refuse(what, gate, "a finite number > 0", value)


def require_ratio(what: str, gate: str, value: object) -> None:
    """Raise unless a value can be a ceiling on a ratio of greatest to least: a finite number >= 1.

    Raises:
        InputError: It isn't.
    """
    if not is_finite(value) or value < 1:
        _refuse(what, gate, "a finite number >= 1", value)


def require_count(what: str, gate: str, value: object, *, least: int) -> None:
    """Raise unless a value is a whole number of at least so much.

    Raises:
        InputError: It isn't.
    """
    if type(value) is not int or value < least:
        _refuse(what, gate, f"a whole number >= {least}", value)


def _refuse(what: str, gate: str, wanted: str, value: object) -> None:
    msg = f"{what} of {gate} must be {wanted}. Got {value!r} instead."
    raise InputError(msg)
