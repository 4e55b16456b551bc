"""How many rows lie when."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import accumulate

from headgate.core.windows import Window

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Tally:
    """Rows by instants, summed up over spans. Plans ask it often, so that it is quick where there are many instants.

    Args:
        counts: Rows by microseconds since 1970 in UTC, in any order.
    """

    __slots__ = ("_counts", "_instants", "_sums")

    def __init__(self, counts: Mapping[int, int]) -> None:
        self._counts = {instant: rows for instant, rows in counts.items() if rows}
        self._instants = sorted(self._counts)
        self._sums = [0, *accumulate(map(self._counts.__getitem__, self._instants))]

    @classmethod
    def of(cls, counts: Mapping[datetime, int]) -> Tally:
        """Return the tally of rows by datetimes.

        >>> Tally.of({datetime(2024, 1, 1, tzinfo=UTC): 3}).rows
        3
        """
        return cls({_ticks(instant): rows for instant, rows in counts.items()})

    @property
    def rows(self) -> int:
        """How many rows there are in all."""
        return self._sums[-1]

    def rows_in(self, span: Window) -> int:
        """Return how many rows lie in a span."""
        return self._sums[self._place(span.end)] - self._sums[self._place(span.start)]

    def first_in(self, span: Window) -> datetime | None:
        """Return the first instant of a span that has rows, if one has."""
        place = self._place(span.start)
        if place == self._place(span.end):
            return None
        return _EPOCH + timedelta(microseconds=self._instants[place])

    def and_at(self, more: Mapping[datetime, int]) -> Tally:
        """Return a tally with the rows of other instants too."""
        return Tally({**self._counts, **{_ticks(instant): rows for instant, rows in more.items()}}) if more else self

    def _place(self, instant: datetime) -> int:
        return bisect_left(self._instants, _ticks(instant))


def _ticks(instant: datetime) -> int:
    return (instant - _EPOCH) // _MICROSECOND
