"""Which parts a window is cut into, and which parts of an earlier snapshot can stay as they are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from headgate.core.snapshots import Part
from headgate.core.tally import Tally
from headgate.core.windows import Window, Windows

PART_ROWS = 2**20
"""Most rows of a part, unless it is a single hour: what one task holds in memory at a time."""

EDGE_ROWS = 2**16
"""Most rows of a year or month that the window's edge cuts: such a part is written anew whenever the window rolls."""

_UNITS = ("year", "month", "day", "hour")
_DAY, _HOUR = 2, 3


def plan_parts(window: Window, tally: Tally) -> tuple[Window, ...]:
    """Cut a window along the UTC calendar: into years where these hold few rows, else months, else days, else hours.

    A cell of the calendar is one part when it holds at most `PART_ROWS` rows of the window (a year or month at the
    window's edge: `EDGE_ROWS`); an hour always is. Cells without rows are no part. The plan depends on the rows of
    this window alone, and cells that lie whole in two windows are the same parts in both.

    Args:
        window: What is cut.
        tally: Rows by an instant of their UTC hour; those outside the window don't count.

    Returns:
        Spans within the window, in order, not overlapping.

    >>> january = Window(start=datetime(2024, 1, 1, tzinfo=UTC), end=datetime(2024, 2, 1, tzinfo=UTC))
    >>> [str(part) for part in plan_parts(january, Tally.of({datetime(2024, 1, 9, 7, tzinfo=UTC): 5}))]
    ['[2024-01-01, 2024-02-01)']
    >>> busy = Tally.of({datetime(2024, 1, day, tzinfo=UTC): 2**20 for day in (8, 9)})
    >>> [str(part) for part in plan_parts(january, busy)]
    ['[2024-01-08, 2024-01-09)', '[2024-01-09, 2024-01-10)']
    """
    return tuple(_planned(window, window, tally, level=0))


def keepable(earlier: Sequence[Part], windows: Windows) -> tuple[Part, ...]:
    """Return those parts of an earlier snapshot that a plan of these windows could hold as they are, in order.

    Such a part is a cell of the calendar as one of the windows has it, no larger than `plan_parts` makes them; and its
    source has a token, so that whoever keeps it can tell whether its rows are still the same.
    """
    both = (windows.training, windows.holdout)
    return tuple(part for part in earlier if part.token is not None and any(_is_cell(part, window) for window in both))


def gaps(window: Window, covered: Sequence[Window]) -> tuple[Window, ...]:
    """Return what of a window isn't covered, in order.

    Args:
        window: The window.
        covered: Spans in order, not overlapping; those outside the window don't count.

    >>> day = [datetime(2024, 1, number, tzinfo=UTC) for number in range(1, 6)]
    >>> [str(gap) for gap in gaps(Window(start=day[0], end=day[4]), [Window(start=day[1], end=day[2])])]
    ['[2024-01-01, 2024-01-02)', '[2024-01-03, 2024-01-05)']
    """
    inside = [span for span in covered if is_within(span, window)]
    starts = [window.start, *(span.end for span in inside)]
    ends = [*(span.start for span in inside), window.end]
    return tuple(Window(start=start, end=end) for start, end in zip(starts, ends, strict=True) if start < end)


def is_within(span: Window, window: Window) -> bool:
    """Return whether a span lies wholly in a window."""
    return window.start <= span.start and span.end <= window.end


def overlaps(one: Window, other: Window) -> bool:
    """Return whether two spans share an instant."""
    return one.start < other.end and other.start < one.end


def _planned(span: Window, window: Window, tally: Tally, *, level: int) -> Iterator[Window]:
    moment = tally.first_in(span)
    while moment is not None:
        cell = _cell(moment, level)
        inside = _clipped(cell, window)
        if tally.rows_in(inside) <= _most(cell, window, level):
            yield inside
        else:
            yield from _planned(inside, window, tally, level=level + 1)
        moment = tally.first_in(Window(start=inside.end, end=span.end))


def _is_cell(part: Part, window: Window) -> bool:
    cells = ((_cell(part.span.start, level), level) for level in range(len(_UNITS)))
    return any(
        part.span == _clipped(cell, window) and part.content.rows <= _most(cell, window, level) for cell, level in cells
    )


def _most(cell: Window, window: Window, level: int) -> float:
    if level == _HOUR:
        return float("inf")
    return PART_ROWS if level == _DAY or is_within(cell, window) else EDGE_ROWS


def _cell(moment: datetime, level: int) -> Window:
    """Return the year, month, day or hour that a moment lies in."""
    utc = moment.astimezone(UTC)
    year, month, day, hour = utc.year, utc.month, utc.day, utc.hour
    start = datetime(
        year, month if level > 0 else 1, day if level >= _DAY else 1, hour if level == _HOUR else 0, tzinfo=UTC
    )
    try:
        return Window(start=start, end=_next(start, level))
    except (ValueError, OverflowError):  # the last year that a datetime knows
        return Window(start=start, end=datetime.max.replace(tzinfo=UTC))


def _next(start: datetime, level: int) -> datetime:
    if level >= _DAY:
        return start + (timedelta(hours=1) if level == _HOUR else timedelta(days=1))
    months = start.year * 12 + start.month - 1 + (1 if level else 12)
    return start.replace(year=months // 12, month=months % 12 + 1)


def _clipped(cell: Window, window: Window) -> Window:
    return Window(start=max(cell.start, window.start), end=min(cell.end, window.end))
