"""The changes of a feature that gates on behaviour ask for, and what they are called."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from headgate.core.gate_arguments import is_finite, require_not_negative
from headgate.core.needs import Perturbed
from headgate.core.slices import require_column
from headgate.errors import InputError


class Change(Protocol):
    """A gate that changes a feature."""

    @property
    def column(self) -> str:
        """The feature."""

    @property
    def add(self) -> float:
        """What is added to it."""

    @property
    def scale(self) -> float:
        """What it is multiplied by before."""

    @property
    def replace(self) -> tuple[tuple[str, str], ...]:
        """What its values are replaced with instead."""

    @property
    def tolerance(self) -> float:
        """Change of the prediction that still counts as none."""


def change_of(gate: Change) -> Perturbed:
    """Return the change that a gate asks for, named by what it does: gates that ask for the same share its facts."""
    return Perturbed(
        who=_who(gate),
        column=gate.column,
        add=float(gate.add),
        scale=float(gate.scale),
        replace=gate.replace,
        tolerance=float(gate.tolerance),
    )


def require_change(kind: str, gate: Change) -> None:
    """Raise unless a gate changes something, in one way; its pairs become a tuple.

    Raises:
        InputError: It doesn't.
    """
    require_column(f"column of {kind}", gate.column)
    of = f"{kind}({gate.column})"
    object.__setattr__(gate, "replace", _pairs(of, gate.replace))
    for what in ("add", "scale"):
        if not is_finite(getattr(gate, what)):
            msg = f"{what} of {of} must be a finite number. Got {getattr(gate, what)!r} instead."
            raise InputError(msg)
    require_not_negative("tolerance", of, gate.tolerance)
    counts = gate.add != 0 or gate.scale != 1
    if counts == bool(gate.replace):
        got = "both" if counts else "neither"
        msg = f"{of} must change the column by add and scale, or by replace. Got {got}: such as add=1, or "
        msg += 'replace=(("f", "m"), ("m", "f")).'
        raise InputError(msg)


def _pairs(of: str, given: Any) -> tuple[tuple[str, str], ...]:  # noqa: ANN401 - whatever a user writes
    pairs = tuple(given.items()) if isinstance(given, Mapping) else given
    if not isinstance(pairs, tuple | list) or not all(map(_is_pair, pairs)):
        msg = f'replace of {of} must be pairs of old and new such as (("f", "m"), ("m", "f")). Got {given!r} instead.'
        raise InputError(msg)
    olds = [old for old, _ in pairs]
    for old, new in pairs:
        if not isinstance(old, str) or not isinstance(new, str) or old == new or olds.count(old) > 1:
            msg = f"replace of {of} must map each text once, to another one. Got {old!r} to {new!r} instead."
            raise InputError(msg)
    return tuple((old, new) for old, new in pairs)


def _is_pair(found: object) -> bool:
    return isinstance(found, tuple | list) and len(found) == 2  # noqa: PLR2004 - old and new


def _who(gate: Change) -> str:
    steps = [f"{old} to {new}" for old, new in gate.replace]
    steps += [f"times {gate.scale:g}"] if gate.scale != 1 else []
    steps += [f"plus {gate.add:g}"] if gate.add > 0 else []
    steps += [f"minus {-gate.add:g}"] if gate.add < 0 else []
    within = f" within {gate.tolerance:g}" if gate.tolerance else ""
    return f"{gate.column} {', '.join(steps)}{within}"
