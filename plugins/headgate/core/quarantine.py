"""Quarantine: how many rows may be set aside, overall, in either window and in any slice."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from headgate.core.validation import Severity
from headgate.core.verdict import Outcome, Verdict
from headgate.errors import InputError

GATE = "quarantine"
NAMED = 5
"""How many slices a sentence names; the rest is counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarantine:
    """Set aside the rows that fail row-level expectations, and go on with the rest.

    Args:
        max_share: Greatest share of all rows that may be set aside, and of those of the training window and of the
            holdout, 0 to 1, inclusive; more fails the task.
        max_slice_share: Greatest share within any value of the columns in `slices`, 0 to 1, inclusive; `max_share` when
            `None`.
        slices: Columns whose values are slices.
        severities: Expectations of these severities set rows aside.

    Raises:
        InputError: A field isn't what it must be; the sentence names it.
    """

    max_share: float
    max_slice_share: float | None = None
    slices: tuple[str, ...] = ()
    severities: tuple[Severity, ...] = (Severity.CRITICAL,)

    def __post_init__(self) -> None:
        _require_share("max_share", self.max_share)
        if self.max_slice_share is not None:
            _require_share("max_slice_share", self.max_slice_share)
        if not isinstance(self.slices, tuple | list) or not all(isinstance(c, str) and c for c in self.slices):
            msg = f'slices of Quarantine must be column names such as ("station",). Got {self.slices!r} instead.'
            raise InputError(msg)
        object.__setattr__(self, "slices", tuple(self.slices))
        object.__setattr__(self, "severities", _severities(self.severities))


@dataclass(frozen=True, slots=True, kw_only=True)
class Aside:
    """Rows of one slice (or of all), and how many of them would be set aside.

    Args:
        slice: Such as `station=north` or `the holdout`; `overall` for all rows.
        rows: How many rows there are, >= 0.
        aside: How many of them would be set aside, 0 to `rows`.
    """

    slice: str
    rows: int
    aside: int

    @property
    def share(self) -> float:
        """Rows set aside / rows, 0 to 1; 0 of no rows."""
        return self.aside / self.rows if self.rows else 0.0


def decide_quarantine(
    limits: Quarantine, overall: Aside, *, slices: Sequence[Aside] = (), windows: Sequence[Aside] = ()
) -> Verdict:
    """Return whether the rows may be set aside. PASS: yes, and the rest goes on. FAIL: no, none is.

    Each window is looked at by itself: a holdout that has lost its hard rows flatters whoever is measured on it.

    Args:
        limits: The greatest shares, inclusive.
        overall: All rows.
        slices: Each slice, in any order.
        windows: The training window and the holdout, neither of which may be left without rows.

    >>> decide_quarantine(Quarantine(max_share=0.05), Aside(slice="overall", rows=10_000, aside=1_204)).reason
    '1,204 of 10,000 rows (12.04 %) would be set aside, more than 5 %'
    """
    slice_limit = limits.max_share if limits.max_slice_share is None else limits.max_slice_share
    reasons = [f"{window.slice} would be left without rows" for window in windows if window.aside == window.rows]
    if overall.share > limits.max_share:
        reasons.insert(0, f"{_counted(overall)} would be set aside, more than {percent(limits.max_share)}")
    elif beyond := [w for w in windows if w.share > limits.max_share and w.aside < w.rows]:
        reasons.append(_in_slices(beyond, limits.max_share))
    if beyond := sorted((s for s in slices if s.share > slice_limit), key=lambda s: (-s.share, s.slice)):
        reasons.append(_in_slices(beyond, slice_limit))
    if reasons:
        return Verdict(gate=GATE, outcome=Outcome.FAIL, reason="; ".join(reasons))
    return Verdict(gate=GATE, outcome=Outcome.PASS, reason=f"{_counted(overall)} are set aside")


def percent(share: float) -> str:
    """Return a share in percent with two decimals at most, never rounded to none or all when it is neither.

    >>> percent(0.05), percent(3 / 520), percent(1e-7), percent(1 - 1e-7)
    ('5 %', '0.58 %', '< 0.01 %', '> 99.99 %')
    """
    if 0 < share < 0.0001:  # noqa: PLR2004 - what two decimals can show
        return "< 0.01 %"
    if 0.9999 < share < 1:  # noqa: PLR2004 - as above
        return "> 99.99 %"
    return f"{100 * share:.2f}".rstrip("0").rstrip(".") + " %"


def _counted(counts: Aside) -> str:
    return f"{counts.aside:,} of {counts.rows:,} rows ({percent(counts.share)})"


def _in_slices(beyond: Sequence[Aside], limit: float) -> str:
    named = [f"in {s.slice} {s.aside:,} of {s.rows:,} ({percent(s.share)})" for s in beyond[:NAMED]]
    more = f" and in {len(beyond) - NAMED:,} more slices" if len(beyond) > NAMED else ""
    return f"{', '.join(named)}{more} would be set aside, more than {percent(limit)}"


def _require_share(name: str, value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or math.isnan(value) or not 0 <= value <= 1:
        msg = f"{name} of Quarantine must be a number in [0, 1]. Got {value!r} instead."
        raise InputError(msg)


def _severities(given: object) -> tuple[Severity, ...]:
    try:
        if isinstance(given, tuple | list) and given:
            return tuple(map(Severity, given))
    except ValueError:
        pass
    known = ", ".join(Severity)
    msg = f"severities of Quarantine must be a tuple of {known}. Got {given!r} instead."
    raise InputError(msg)
