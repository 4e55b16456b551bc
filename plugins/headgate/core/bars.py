"""Bars: what was rolled back isn't promoted again until somebody lifts that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from headgate.core.promotion import LogEntry, effective_of

BARS = "bars"
"""Tag of a rollback's entry: the version that was rolled back from."""

BARS_MODEL = "bars_model"
BARS_FINGERPRINT = "bars_fingerprint"
LIFTED = "lifted"
"""Tag that is set later on the same entry: who lifted the bar, and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A fit that must not be promoted.

    Args:
        version: The version that was rolled back from.
        by: The rollback's entry, which holds the bar.
        model_id: Logged model behind that version.
        fingerprint: Of its fit; empty where nobody wrote it down.
    """

    version: str
    by: LogEntry
    model_id: str
    fingerprint: str

    def __str__(self) -> str:
        who, why = self.by.entry.who, self.by.entry.reason
        return f"the fit of version {self.version} is barred since version {self.by.version}, by {who}: {why}"


def bars_of(entries: Sequence[LogEntry]) -> tuple[Bar, ...]:
    """Return the bars that nobody has lifted, oldest first."""
    return tuple(
        Bar(
            version=version,
            by=entry,
            model_id=entry.tag_of(BARS_MODEL) or "",
            fingerprint=entry.tag_of(BARS_FINGERPRINT) or "",
        )
        for entry in effective_of(entries)
        if (version := entry.tag_of(BARS)) and entry.tag_of(LIFTED) is None
    )


def bar_on(entries: Sequence[LogEntry], *, model_id: str, fingerprint: str) -> Bar | None:
    """Return the bar on a logged model, or on another one of the same fit; `None` when it may be promoted."""
    for bar in bars_of(entries):
        if bar.model_id == model_id or (fingerprint and bar.fingerprint == fingerprint):
            return bar
    return None
