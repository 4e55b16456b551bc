"""Lengths of time in calendar units."""

from __future__ import annotations

import calendar
import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from headgate.core.wall_clock import first_at, in_utc, wall_of
from headgate.errors import InputError

_HOURS = {"days": 24, "weeks": 168}


@dataclass(frozen=True, slots=True)
class Span:
    """A length of time: whole calendar months, whole calendar days, then an exact remainder.

    A month is a month and a day is a day: what the clock on the wall shows stays the same, in the time zone of the
    instant that the span is applied to. So a day is 23 or 25 hours long when the clocks change; `hours` never are.
    A time that the clocks skip becomes the instant of the skip, and of one that they show twice the first counts.

    Args:
        months: Whole calendar months, >= 0.
        days: Whole calendar days, >= 0.
        exact: The part of fixed length, >= 0.

    Raises:
        InputError: A part is negative, or isn't of its type.
    """

    months: int = 0
    days: int = 0
    exact: timedelta = timedelta(0)

    def __post_init__(self) -> None:
        for unit, count in (("months", self.months), ("days", self.days)):
            if type(count) is not int or count < 0:
                msg = f"{unit} of a Span must be a whole number >= 0. Got {count!r} instead."
                raise InputError(msg)
        if not isinstance(self.exact, timedelta) or self.exact < timedelta(0):
            msg = f"exact part of a Span must be a timedelta >= 0. Got {self.exact!r} instead."
            raise InputError(msg)

    @property
    def is_zero(self) -> bool:
        """Tell whether this span has no length at all."""
        return self == Span()

    def before(self, instant: datetime) -> datetime:
        """Return the instant that lies this span before `instant`, in the same time zone.

        Months first, then days, then the exact part; a day that the month doesn't have becomes its last.

        >>> from datetime import UTC
        >>> months(1).before(datetime(2024, 3, 31, tzinfo=UTC)).date().isoformat()
        '2024-02-29'
        >>> from zoneinfo import ZoneInfo
        >>> noon = datetime(2024, 3, 31, 12, tzinfo=ZoneInfo("Europe/Berlin"))  # the day of 23 hours
        >>> days(1).before(noon).isoformat(), hours(24).before(noon).isoformat()
        ('2024-03-30T12:00:00+01:00', '2024-03-30T11:00:00+01:00')
        """
        try:
            if self.months or self.days:
                earlier = _months_away(wall_of(instant), -self.months) - timedelta(days=self.days)
                instant = first_at(earlier, instant.tzinfo)
            return _away(instant, -self.exact)
        except (OverflowError, ValueError) as error:
            msg = f"a span of {self} before {instant.isoformat()} must not reach before the year 1."
            raise InputError(msg) from error

    def after(self, instant: datetime) -> datetime:
        """Return the instant that lies this span after `instant`, in the same time zone.

        It undoes `before`, in the order that this takes: the exact part first, then days, then months. Whatever lies
        earlier than `before(instant)` has its `after` at `instant`, or earlier.

        >>> from datetime import UTC
        >>> months(1).after(datetime(2023, 1, 31, tzinfo=UTC)).date().isoformat()
        '2023-02-28'
        """
        try:
            instant = _away(instant, self.exact)
            if self.months or self.days:
                later = _months_away(wall_of(instant) + timedelta(days=self.days), self.months)
                instant = first_at(later, instant.tzinfo)
        except (OverflowError, ValueError) as error:
            msg = f"a span of {self} after {instant.isoformat()} must not reach beyond the year 9999."
            raise InputError(msg) from error
        return instant

    def __str__(self) -> str:
        years, rest = divmod(self.months, 12)
        calendar_days = (self.days, "day") if self.days % 7 else (self.days // 7, "week")
        parts = ((years, "year"), (rest, "month"), calendar_days, _exactly(self.exact))
        return " ".join(f"{count} {unit}{'s' * (count != 1)}" for count, unit in parts if count) or "0"


def years(count: int) -> Span:
    """Return a span of `count` calendar years (whole, >= 0)."""
    return Span(months=_whole("years", count) * 12)


def months(count: int) -> Span:
    """Return a span of `count` calendar months (whole, >= 0)."""
    return Span(months=_whole("months", count))


def weeks(count: int) -> Span:
    """Return a span of `count` weeks of seven calendar days (whole, >= 0)."""
    return Span(days=_whole("weeks", count) * 7)


def days(count: int) -> Span:
    """Return a span of `count` calendar days (whole, >= 0)."""
    return Span(days=_whole("days", count))


def hours(count: float) -> Span:
    """Return a span of `count` hours of 60 minutes (>= 0), whatever the clocks do."""
    try:
        return Span(exact=timedelta(hours=count))
    except (TypeError, ValueError, OverflowError) as error:
        msg = f"count of hours must be a number >= 0. Got {count!r} instead."
        raise InputError(msg) from error


def _whole(unit: str, count: int) -> int:
    if type(count) is int:
        return count
    msg = f"count of {unit} must be a whole number. Got {count!r} instead"
    if unit in _HOURS and isinstance(count, float) and math.isfinite(count):
        msg += f": use hours({count * _HOURS[unit]:g}) for an exact length"
    msg += "."
    raise InputError(msg)


def _months_away(wall: datetime, count: int) -> datetime:
    month = wall.year * 12 + wall.month - 1 + count
    year, month = month // 12, month % 12 + 1
    day = min(wall.day, calendar.monthrange(year, month)[1])
    return wall.replace(year=year, month=month, day=day)


def _away(instant: datetime, exact: timedelta) -> datetime:
    return (in_utc(instant) + exact).astimezone(instant.tzinfo)


def _exactly(length: timedelta) -> tuple[float, str]:
    for unit, one in (("hour", timedelta(hours=1)), ("minute", timedelta(minutes=1)), ("second", timedelta(seconds=1))):
        if not length % one:
            return length // one, unit
    return length.total_seconds(), "second"
