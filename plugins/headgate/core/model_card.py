"""The model card: what a registered version, and the MLflow run before it, say about themselves, in Markdown."""

from __future__ import annotations

import re
from collections.abc import Sequence

from headgate.core.promotion import Entry
from headgate.core.validation import TOLD, ValidationSummary

LONGEST = 5000
"""Characters that MLflow's table keeps of a version's description."""

_MARKS = re.compile(r"([\\`*<>\[\]])")


def card_of(entry: Entry) -> str:
    """Return the description of a promotion's version: why it was promoted, then how its rows were validated."""
    tags = dict(entry.tags)
    lines = [_plain(entry.reason)]
    if state := tags.get("validation"):
        lines += ["", f"**Validation: {_plain(state)}**", *_listed(tags.get("validation_warnings", "").splitlines())]
        lines += _listed(tags.get("validation_notes", "").splitlines())
    return _cut("\n".join(lines))


def note_of(headline: str, summary: ValidationSummary, *, refusal: str = "") -> str:
    """Return what the MLflow run says about its validation: the headline, why it isn't passed, warnings and notes."""
    why = ["", _plain(refusal)] if refusal else []
    head = [f"**Validation: {_plain(headline)}**", *why]
    return _cut("\n".join([*head, *_listed(summary.warnings), *_listed(summary.notes)]))


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _listed(said: Sequence[str]) -> list[str]:
    items = [f"* {_plain(line)}" for line in said[:TOLD]]
    return ["", *items, *([f"* and {len(said) - TOLD:,} more"] if len(said) > TOLD else [])] if said else []


def _plain(text: str) -> str:
    """Return text that Markdown shows as it is."""
    return _MARKS.sub(r"\\\1", " ".join(text.split()))
