"""The as-ofs of a range: from one to another, a calendar unit apart."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from headgate.core.span import Span, days, months, weeks, years
from headgate.errors import InputError


class Every(StrEnum):
    """How far two as-ofs of a range are apart."""

    YEAR = "year"
    MONTH = "month"
    WEEK = "week"
    DAY = "day"

    def times(self, count: int) -> Span:
        """Return so many of them.

        >>> str(Every.WEEK.times(2))
        '2 weeks'
        """
        return {Every.YEAR: years, Every.MONTH: months, Every.WEEK: weeks, Every.DAY: days}[self](count)


def as_ofs_between(first: datetime, last: datetime, every: Every) -> tuple[datetime, ...]:
    """Return the as-ofs of a range, both ends included.

    Each is counted from the first, so that a month's last day that is short doesn't shift those after it.

    Args:
        first: The first.
        last: None is later; it is one of them itself where a whole number of steps leads to it.
        every: How far they are apart.

    Raises:
        InputError: The last lies before the first.

    >>> from datetime import UTC
    >>> found = as_ofs_between(datetime(2024, 1, 31, tzinfo=UTC), datetime(2024, 4, 1, tzinfo=UTC), Every.MONTH)
    >>> [str(each.date()) for each in found]
    ['2024-01-31', '2024-02-29', '2024-03-31']
    """
    if last < first:
        msg = f"last as-of of a range must not lie before the first, {first.isoformat()}. "
        msg += f"Got {last.isoformat()} instead."
        raise InputError(msg)
    found = [first]
    while (following := every.times(len(found)).after(first)) <= last:
        found.append(following)
    return tuple(found)
