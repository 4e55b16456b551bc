"""A model card as Markdown: whole, and as short as a version's description has to be."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from headgate.core.card import Card, Section
from headgate.core.markdown import plain

LONGEST = 5000
"""Characters that MLflow's table keeps of a version's description."""

WHOLE = "The whole card: the artifacts model_card.md and model_card.html of the MLflow run."

_FIRST_TO_GO = ("Slices", "Costs and other measurements", "Gates", "Validation of the data", "Limits", "Lineage")
"""What a description does without, in this order, where there is no room."""

_FEW = 8


def markdown_of(card: Card) -> str:
    """Return the whole card."""
    parts = [
        f"# {plain(card.title)}",
        plain(card.lead),
        *(part for one in card.sections for part in _section(one, "##")),
    ]
    return "\n\n".join(parts) + "\n"


def description_of(card: Card) -> str:
    """Return a card of at most 5,000 characters: long lists are cut first, then whole sections go."""
    short = replace(card, sections=tuple(map(_shortened, card.sections)))
    text = _description(short)
    for gone in _FIRST_TO_GO:
        if len(text) <= LONGEST:
            break
        short = replace(short, sections=tuple(one for one in short.sections if one.title != gone))
        text = _description(short)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _description(card: Card) -> str:
    parts = [plain(card.lead), *(part for one in card.sections for part in _section(one, "###")), WHOLE]
    return "\n\n".join(parts)


def _shortened(section: Section) -> Section:
    """Return a section with the beginning of its lists."""
    return replace(section, items=_few(section.items), rows=_few_rows(section))


def _few(items: tuple[str, ...]) -> tuple[str, ...]:
    return items if len(items) <= _FEW else (*items[:_FEW], f"and {len(items) - _FEW:,} more")


def _few_rows(section: Section) -> tuple[tuple[str, ...], ...]:
    rows = section.rows
    if len(rows) <= _FEW:
        return rows
    return (*rows[:_FEW], (f"and {len(rows) - _FEW:,} more", *[""] * (len(section.head) - 1)))


def _section(section: Section, mark: str) -> Iterator[str]:
    yield f"{mark} {plain(section.title)}"
    yield from map(plain, section.words)
    if section.facts:
        yield "\n".join(f"* **{plain(name)}**: {plain(text)}" for name, text in section.facts)
    if section.items:
        yield "\n".join(f"* {plain(item)}" for item in section.items)
    if section.rows:
        head = [f"| {' | '.join(map(plain, section.head))} |", f"|{' --- |' * len(section.head)}"]
        yield "\n".join([*head, *(f"| {' | '.join(map(plain, row))} |" for row in section.rows)])
    if section.command:
        yield f"```\n{section.command}\n```"
