"""Lengths of time in calendar units."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import datetime, timedelta

from headgate.errors import InputError


@dataclass(frozen=True, slots=True)
class Span:
    """A length of time: whole calendar months, then an exact remainder.

    Args:
        months: Whole calendar months, >= 0. A month is a month: its length depends on where it is applied.
        exact: The part of fixed length, >= 0.

    Raises:
        InputError: A part is negative, or isn't of its type.
    """

    months: int = 0
    exact: timedelta = timedelta(0)

    def __post_init__(self) -> None:
        if type(self.months) is not int or self.months < 0:
            msg = f"months of a Span must be a whole number >= 0. Got {self.months!r} instead."
            raise InputError(msg)
        if not isinstance(self.exact, timedelta) or self.exact < timedelta(0):
            msg = f"exact part of a Span must be a timedelta >= 0. Got {self.exact!r} instead."
            raise InputError(msg)

    @property
    def is_zero(self) -> bool:
        """Tell whether this span has no length at all."""
        return self.months == 0 and self.exact == timedelta(0)

    def before(self, instant: datetime) -> datetime:
        """Return the instant that lies this span before `instant`.

        Months first, then the exact part; a day that the month doesn't have becomes its last.

        >>> from datetime import UTC
        >>> months(1).before(datetime(2024, 3, 31, tzinfo=UTC)).date().isoformat()
        '2024-02-29'
        """
        count = instant.year * 12 + instant.month - 1 - self.months
        year, month = count // 12, count % 12 + 1
        if year < 1:
            msg = f"a span of {self} before {instant.isoformat()} must not reach before the year 1."
            raise InputError(msg)
        day = min(instant.day, calendar.monthrange(year, month)[1])
        try:
            return instant.replace(year=year, month=month, day=day) - self.exact
        except OverflowError as error:
            msg = f"a span of {self} before {instant.isoformat()} must not reach before the year 1."
            raise InputError(msg) from error

    def __str__(self) -> str:
        parts = []
        if self.months:
            years, rest = divmod(self.months, 12)
            parts += [f"{n} {unit}{'s' * (n != 1)}" for n, unit in ((years, "year"), (rest, "month")) if n]
        if self.exact:
            parts.append(str(self.exact).removesuffix(", 0:00:00"))
        return " ".join(parts) or "0"


def years(count: int) -> Span:
    """Return a span of `count` calendar years (whole, >= 0)."""
    return Span(months=_whole("years", count) * 12)


def months(count: int) -> Span:
    """Return a span of `count` calendar months (whole, >= 0)."""
    return Span(months=_whole("months", count))


def weeks(count: float) -> Span:
    """Return a span of `count` weeks of seven times 24 hours (>= 0)."""
    return _exact("weeks", count)


def days(count: float) -> Span:
    """Return a span of `count` days of 24 hours (>= 0)."""
    return _exact("days", count)


def hours(count: float) -> Span:
    """Return a span of `count` hours (>= 0)."""
    return _exact("hours", count)


def _whole(unit: str, count: int) -> int:
    if type(count) is not int:
        msg = f"count of {unit} must be a whole number. Got {count!r} instead."
        raise InputError(msg)
    return count


def _exact(unit: str, count: float) -> Span:
    try:
        return Span(exact=timedelta(**{unit: count}))
    except (TypeError, ValueError, OverflowError) as error:
        msg = f"count of {unit} must be a number >= 0. Got {count!r} instead."
        raise InputError(msg) from error
