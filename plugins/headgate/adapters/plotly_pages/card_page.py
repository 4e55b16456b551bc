"""The page of a model card; without a script."""

from __future__ import annotations

from html import escape

from headgate.adapters.plotly_pages.markup import STILL, element, facts, page, table
from headgate.core.card import Card, Section

_NUMBERS = ("Candidate", "Candidate, or the data", "Champion", "Improvement", "Range", "Rows")


def card_page(card: Card) -> str:
    """Return the page of a model card."""
    return page(
        card.title,
        element("h1", escape(card.title)),
        element("p", escape(card.lead), class_="lead"),
        *map(_section, card.sections),
        policy=STILL,
        styles=("page.css", "card.css"),
    )


def _section(section: Section) -> str:
    return element(
        "section",
        element("h2", escape(section.title)),
        *(element("p", escape(text)) for text in section.words),
        facts(dict(section.facts)) if section.facts else "",
        element("ul", *(element("li", escape(item)) for item in section.items)) if section.items else "",
        _table(section) if section.rows else "",
        element("pre", element("code", escape(section.command))) if section.command else "",
    )


def _table(section: Section) -> str:
    rows = [
        element("tr", element("th", escape(row[0]), scope="row"), *map(_cell, section.head[1:], row[1:]))
        for row in section.rows
    ]
    return table(section.title, section.head, rows, numbers=_NUMBERS)


def _cell(head: str, text: str) -> str:
    return element("td", escape(text), **({"class_": "number"} if head in _NUMBERS else {}))
