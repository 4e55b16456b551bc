"""Columns of now that aren't those of a reference."""

from __future__ import annotations

from collections.abc import Iterator

from headgate.core.profile import Profile
from headgate.core.validation import Severity


def schema_changes(reference: Profile, current: Profile, severity: Severity) -> Iterator[tuple[str, Severity, str]]:
    """Yield each column that changed, how bad that is, and what changed.

    A column that is gone or of another kind is as bad as `severity`; a new one, or one of another width, is told.
    """
    for before in reference.columns:
        after = current.column_of(before.name)
        if after is None:
            yield before.name, severity, f"{before.name}: the column is gone ({before.type} in the reference)"
        elif after.kind is not before.kind:
            said = f"{before.name}: its type was {before.type} and is {after.type}, so nothing else is measured"
            yield before.name, severity, said
        elif _spelled(after.type) != _spelled(before.type):
            yield before.name, Severity.INFO, f"{before.name}: its type was {before.type} and is {after.type}"
    for after in current.columns:
        if reference.column_of(after.name) is None:
            yield after.name, Severity.INFO, f"{after.name}: the column is new ({after.type})"


def _spelled(kind: str) -> str:
    """Return an Arrow type without how wide its offsets are: files have `string` where snapshots have `large_string`.

    >>> _spelled("large_string")
    'string'
    """
    return kind.replace("large_", "")
