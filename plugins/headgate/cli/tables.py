"""Tables of text for a terminal."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

LONGEST = 60
"""Longer values are cut."""


def aligned(
    head: Sequence[str], rows: Sequence[Sequence[str]], *, numbers: Collection[str] = (), longest: int | None = LONGEST
) -> str:
    """Return a table whose columns are as wide as they need to be; those of `numbers` are set to the right.

    Values that are longer than `longest` are cut; none are when it is `None`.

    >>> print(aligned(("name", "rows"), [("a", "10"), ("long", "5")], numbers={"rows"}))
    name  rows
    a       10
    long     5
    """
    lines = [tuple(head), *(tuple(shown(value, longest) for value in row) for row in rows)]
    widths = [max(len(line[place]) for line in lines) for place in range(len(head))]
    return "\n".join(
        "  ".join(
            value.rjust(width) if title in numbers else value.ljust(width)
            for title, value, width in zip(head, line, widths, strict=True)
        ).rstrip()
        for line in lines
    )


def shown(value: str | None, longest: int | None = LONGEST) -> str:
    r"""Return a value as a terminal may show it: on one line, without control characters, not too long.

    >>> shown("a\x1b[31m"), shown(None)
    ('a\\x1b[31m', 'null')
    """
    if value is None:
        return "null"
    told = plain(value)
    return told if longest is None or len(told) <= longest else f"{told[: longest - 1]}…"


def plain(text: str) -> str:
    """Return text on one line, without what a terminal would obey."""
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in text)


def instant(moment: datetime) -> str:
    """Return an instant as short as it is exact.

    >>> from datetime import UTC
    >>> instant(datetime(2024, 5, 1, tzinfo=UTC)), instant(datetime(2024, 5, 1, 6, tzinfo=UTC))
    ('2024-05-01', '2024-05-01T06:00:00Z')
    """
    is_midnight = (moment.hour, moment.minute, moment.second, moment.microsecond) == (0, 0, 0, 0)
    return moment.date().isoformat() if is_midnight else moment.isoformat().replace("+00:00", "Z")
