"""Text in Markdown."""

from __future__ import annotations

import re

_MARKS = re.compile(r"([\\`*<>\[\]|])")


def plain(text: str) -> str:
    r"""Return text that Markdown shows as it is, on one line.

    >>> plain("a < *b*\nc")
    'a \\< \\*b\\* c'
    """
    return _MARKS.sub(r"\\\1", " ".join(text.split()))
