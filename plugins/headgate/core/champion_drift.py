"""How far a snapshot has moved from the one that the champion learned from, as one number."""

from __future__ import annotations

from collections.abc import Sequence

from headgate.core.divergence import psi, psi_by_chance
from headgate.core.drift import Drift
from headgate.core.profile import ColumnProfile, Kind, Profile

MIN_ROWS = Drift().min_rows
"""Least rows on either side: the index of fewer is chance."""


def greatest_psi(reference: Profile, current: Profile) -> tuple[float | None, str]:
    """Return the greatest population stability index of any column (`core/divergence.py`), and what to know of it.

    `None` where there is none, with the reason. Times aren't looked at, since they move with every window, and no
    column that isn't on both sides or is of another kind now; the note names those.
    """
    few = min(reference.rows, current.rows)
    if few < MIN_ROWS:
        return None, f"it takes {MIN_ROWS:,} rows on either side, and there are {few:,} on one"
    pairs = [(column, reference.column_of(column.name)) for column in current.columns]
    both = [(before, after) for after, before in pairs if before and before.kind is after.kind]
    looked_at = [(before, after) for before, after in both if after.kind is not Kind.TIME]
    if not looked_at:
        return None, "no column is on both sides, besides times"
    measured = [(psi(before, after), before, after) for before, after in looked_at]
    greatest, before, after = max(measured, key=lambda one: one[0])
    chance = psi_by_chance(before, after)
    note = f"column {after.name}; chance alone makes {chance:.2g} of so many rows"
    compared = {column.name for column, _ in both}
    return greatest, note + _left_out(reference.columns, current.columns, compared)


def _left_out(before: Sequence[ColumnProfile], after: Sequence[ColumnProfile], compared: set[str]) -> str:
    names = dict.fromkeys(column.name for column in (*after, *before) if column.name not in compared)
    return f"; not compared, for want of one side or of one kind: {', '.join(names)}" if names else ""
