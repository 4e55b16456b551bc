"""HTML from text that may hold anything."""

from __future__ import annotations

import functools
import json
from collections.abc import Collection, Iterable, Mapping
from html import escape
from pathlib import Path
from typing import Any

WITH_SCRIPTS = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:"
STILL = "default-src 'none'; style-src 'unsafe-inline'"
"""What a page may do; one that needs no script forbids them, whoever wrote them."""


@functools.cache
def asset(name: str) -> str:
    """Return a file that lies beside this one."""
    return Path(__file__).with_name(name).read_text(encoding="utf-8")


def element(tag: str, *children: str, **attributes: str) -> str:
    """Return an element around markup; attribute values are escaped, a trailing `_` of a name is dropped.

    >>> element("p", escape("1 < 2"), class_="note")
    '<p class="note">1 &lt; 2</p>'
    """
    given = "".join(f' {key.rstrip("_").replace("_", "-")}="{escape(value)}"' for key, value in attributes.items())
    return f"<{tag}{given}>{''.join(children)}</{tag}>"


def table(caption: str, head: Iterable[str], rows: Iterable[str], *, numbers: Collection[str] = ()) -> str:
    """Return a table; `rows` are markup, the rest is text; `numbers` are the heads of columns of numbers."""
    titles = "".join(
        element("th", escape(title), scope="col", **({"class_": "number"} if title in numbers else {}))
        for title in head
    )
    body = element("thead", element("tr", titles)) + element("tbody", *rows)
    whole = element("table", element("caption", escape(caption)), body)
    return element("div", whole, class_="wide", tabindex="0", role="region", aria_label=caption)


def facts(pairs: Mapping[str, str]) -> str:
    """Return a list of names and what they stand for."""
    return element(
        "dl", *(f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>" for name, value in pairs.items())
    )


def embedded(data: Any) -> str:  # noqa: ANN401 - anything JSON can hold
    """Return JSON that can stand inside a script element."""
    return json.dumps(data, separators=(",", ":"), allow_nan=False).replace("<", "\\u003c")


def page(title: str, *body: str, policy: str = WITH_SCRIPTS, styles: Iterable[str] = ("page.css",)) -> str:
    """Return a whole page that loads nothing from anywhere; the browser is told to see to that.

    Args:
        title: Text.
        body: Markup.
        policy: Its Content-Security-Policy.
        styles: Style sheets that lie beside this file.
    """
    sheets = "".join(map(asset, styles))
    html = (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{sheets}</style>\n</head>\n"
        f"<body>\n<main>\n{chr(10).join(body)}\n</main>\n</body>\n</html>\n"
    )
    return html.encode("utf-8", "replace").decode("utf-8")  # a lone surrogate can't be written to a file
