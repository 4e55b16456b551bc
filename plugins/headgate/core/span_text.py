"""Lengths of time as people write them."""

from __future__ import annotations

import re
from datetime import timedelta

from headgate.core.span import Span
from headgate.errors import InputError

_PART = re.compile(r"(\d{1,6}) ?(year|month|week|day|hour|minute)s?")
_WHOLE = re.compile(rf"{_PART.pattern}(?: {_PART.pattern})*")


def parse_span(text: str, *, what: str) -> Span:
    """Return the span that a text means, such as `90 days` or `1 year 6 months`: what a span says of itself.

    Args:
        text: Whole numbers with their units; `0` for no length at all.
        what: What it is, for the sentence.

    Raises:
        InputError: It can't be read.

    >>> str(parse_span("1 year 6 months", what="--older-than")), str(parse_span("90 days", what="--older-than"))
    ('1 year 6 months', '90 days')
    """
    told = " ".join(text.split())
    if told == "0":
        return Span()
    if not _WHOLE.fullmatch(told):
        msg = f"{what} must be a length of time such as '90 days' or '1 year 6 months'. Got {text!r} instead."
        raise InputError(msg)
    total: dict[str, int] = {}
    for count, unit in _PART.findall(told):
        total[unit] = total.get(unit, 0) + int(count)
    return Span(
        months=total.get("year", 0) * 12 + total.get("month", 0),
        days=total.get("week", 0) * 7 + total.get("day", 0),
        exact=timedelta(hours=total.get("hour", 0), minutes=total.get("minute", 0)),
    )
