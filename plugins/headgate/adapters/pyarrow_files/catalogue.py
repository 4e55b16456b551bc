"""Which row groups can hold rows of a span, found without looking at each."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, groupby

from headgate.adapters.pyarrow_files.footers import Footer, Group
from headgate.adapters.pyarrow_files.listing import File


@dataclass(frozen=True, slots=True, kw_only=True)
class Pick:
    """What is read of a file: some of its row groups, in order."""

    file: File
    footer: Footer
    groups: tuple[Group, ...]


class Catalogue:
    """The row groups of all files, by the event times that they can hold.

    Those of known bounds are sorted by the least; before the first whose greatest so far reaches a span's start, and
    from the first whose least reaches its end, nothing can overlap it.

    Args:
        footers: The files, sorted by path, and their footers.
    """

    def __init__(self, footers: Sequence[tuple[File, Footer]]) -> None:
        self._footers = footers
        self._anywhere: list[tuple[int, Group]] = []
        bounded: list[tuple[int, int, int, Group]] = []
        for number, (_, footer) in enumerate(footers):
            for group in footer.groups:
                times = group.event_time
                if times is None or times.has_nulls:
                    self._anywhere.append((number, group))
                else:
                    bounded.append((times.low, times.high, number, group))
        bounded.sort(key=lambda entry: entry[:2])
        self._bounded = [(number, group) for _, _, number, group in bounded]
        self._lows = [low for low, *_ in bounded]
        self._tops = list(accumulate((high for _, high, *_ in bounded), max))

    def picks(self, spans: Sequence[tuple[int, int]], as_of: int) -> tuple[Pick, ...]:
        """Return what may hold rows of the spans that were known at the as-of, sorted by path.

        Args:
            spans: Half-open pairs of microseconds since 1970.
            as_of: Microseconds since 1970.
        """
        near = {(number, group.number): group for number, group in (*self._anywhere, *self._overlapping(spans))}
        found = sorted((key, group) for key, group in near.items() if group.may_hold(spans, as_of))
        return tuple(
            Pick(file=self._footers[number][0], footer=self._footers[number][1], groups=tuple(g for _, g in entries))
            for number, entries in groupby(found, key=lambda entry: entry[0][0])
        )

    def _overlapping(self, spans: Sequence[tuple[int, int]]) -> Iterator[tuple[int, Group]]:
        for start, end in spans:
            yield from self._bounded[bisect_left(self._tops, start) : bisect_left(self._lows, end)]
