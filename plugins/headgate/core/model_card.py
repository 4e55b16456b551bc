"""What a registered version, and the MLflow run before it, say about themselves, in Markdown."""

from __future__ import annotations

from collections.abc import Sequence

from headgate.core.card_text import LONGEST
from headgate.core.markdown import plain
from headgate.core.promotion import Entry, LogEntry
from headgate.core.validation import TOLD, ValidationSummary


def card_of(entry: Entry) -> str:
    """Return the description of a version: its own, or why it was promoted and how its rows were validated."""
    if entry.description:
        return _cut(entry.description)
    tags = dict(entry.tags)
    lines = [plain(entry.reason)]
    if state := tags.get("validation"):
        lines += ["", f"**Validation: {plain(state)}**", *_listed(tags.get("validation_warnings", "").splitlines())]
        lines += _listed(tags.get("validation_notes", "").splitlines())
    return _cut("\n".join(lines))


def again_of(reason: str, earlier: LogEntry) -> str:
    """Return the description of a version that promotes an earlier one's model again: why, then that one's own."""
    told = f"{plain(reason)}\n\nVersion {earlier.version} again, of which it was said:"
    return _cut(f"{told}\n\n{card_of(earlier.entry)}")


def note_of(headline: str, summary: ValidationSummary, *, refusal: str = "") -> str:
    """Return what the MLflow run says about its validation: the headline, why it isn't passed, warnings and notes."""
    why = ["", plain(refusal)] if refusal else []
    head = [f"**Validation: {plain(headline)}**", *why]
    return _cut("\n".join([*head, *_listed(summary.warnings), *_listed(summary.notes)]))


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _listed(said: Sequence[str]) -> list[str]:
    items = [f"* {plain(line)}" for line in said[:TOLD]]
    return ["", *items, *([f"* and {len(said) - TOLD:,} more"] if len(said) > TOLD else [])] if said else []
