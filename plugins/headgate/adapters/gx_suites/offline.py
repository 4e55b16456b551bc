"""A page of somebody else's, made safe to keep: what shows something stays, and nothing that loads or runs."""

from __future__ import annotations

import re
from html import escape
from html.parser import HTMLParser

_HEAD = """<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Great Expectations: validation results</title><style>
:root { color-scheme: light dark; }
body { margin: 0 auto; max-width: 1100px; padding: 20px; font: 15px/1.5 system-ui, sans-serif; }
h1, h2, h3, h4, h5 { font-size: 17px; margin: 24px 0 8px; }
table { border-collapse: collapse; width: 100%; }
td, th { border: 1px solid #8886; padding: 6px 10px; text-align: left; vertical-align: top; overflow-wrap: anywhere; }
ul { padding-left: 20px; } .badge, code { padding: 1px 6px; border-radius: 4px; background: #8883; }
.alert { padding: 8px 12px; border-left: 4px solid #888; }
h6 { font-size: 15px; margin: 16px 0 4px; } .fas::before { font-style: normal; white-space: nowrap; }
.fa-check-circle::before { content: "✓ met"; } .fa-times::before { content: "✗ unmet"; }
.fa-exclamation-triangle::before { content: "! broken"; }
.text-success { color: #1a7f37; } .text-danger { color: #c31f2b; }
@media (prefers-color-scheme: dark) { .text-success { color: #4cc267; } .text-danger { color: #ff7b78; } }
</style></head><body>
"""
_KEPT = frozenset(
    """
    a abbr article b blockquote br caption cite code col colgroup dd div dl dt em figcaption figure h1 h2 h3 h4 h5 h6 hr
    i li main nav ol p pre section small span strong sub sup table tbody td tfoot th thead tr u ul
    """.split()  # noqa: SIM905 - words are easier to read than a list of 50 texts
)
_SILENT = frozenset(
    {"button", "head", "iframe", "math", "noscript", "object", "script", "select", "style", "svg", "template"}
)
_EMPTY = frozenset({"br", "col", "hr", "img"})
_ATTRIBUTES = frozenset({"class", "colspan", "id", "rowspan", "scope", "title"})
_ANCHOR = re.compile(r"#[\w-]+")
_FOOTERS = ("cloud-footer", "ge-walkthrough-modal", "modal")


def offline(html: str) -> str:
    r"""Return the page's text and tables: links only within it, no script, no image, no style but ours.

    >>> offline('<p onclick="x()">one<script src="//a"></script> <a href="http://a">two</a></p>').partition("<body>")[2]
    '\n<p>one <a>two</a></p></body></html>\n'
    """
    cleaner = _Cleaner()
    cleaner.feed(html)
    cleaner.close()
    return f"{_HEAD}{''.join(cleaner.kept)}</body></html>\n"


class _Cleaner(HTMLParser):
    """Keeps what is named above; what is silent is dropped with all that it holds."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.kept: list[str] = []
        self._silenced: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep an element that shows something, with the attributes that can't load or run."""
        if self._silenced or tag in _SILENT or _is_footer(attrs):
            if tag not in _EMPTY:
                self._silenced.append(tag)
        elif tag in _KEPT:
            self.kept.append(f"<{tag}{''.join(map(_attribute, attrs))}>")

    def handle_endtag(self, tag: str) -> None:
        """Close what is open, and end a silence where it began."""
        if self._silenced:
            if tag in self._silenced:
                del self._silenced[len(self._silenced) - 1 - self._silenced[::-1].index(tag) :]
        elif tag in _KEPT and tag not in _EMPTY:
            self.kept.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        """Keep text as text."""
        if not self._silenced:
            self.kept.append(escape(data, quote=False))


def _is_footer(attrs: list[tuple[str, str | None]]) -> bool:
    classes = (dict(attrs).get("class") or "").split()
    return any(name in _FOOTERS for name in classes)


def _attribute(pair: tuple[str, str | None]) -> str:
    name, value = pair
    is_anchor = name == "href" and _ANCHOR.fullmatch(value or "")
    return f' {name}="{escape(value or "")}"' if name in _ATTRIBUTES or is_anchor else ""
