"""Facts in words: a number with a unit that a person can read."""

from __future__ import annotations

from headgate.core.verdict_words import number_text

_SIZES = ("bytes", "kB", "MB", "GB", "TB")
_STEP = 1000


def fact_text(value: float | None, unit: str) -> str:
    """Return a fact's number with its unit; nothing where there is none.

    >>> fact_text(1.25, "ms"), fact_text(120_000, "bytes"), fact_text(0.5, "share"), fact_text(None, "ms")
    ('1.25 ms', '120 kB', '50 %', '')
    """
    if value is None:
        return ""
    if unit == "share":
        return f"{number_text(100 * value)} %"
    if unit != "bytes":
        return f"{number_text(value)} {unit}".strip()
    place = 0
    while abs(value) >= _STEP and place < len(_SIZES) - 1:
        value, place = value / _STEP, place + 1
    return f"{number_text(value)} {_SIZES[place]}"
