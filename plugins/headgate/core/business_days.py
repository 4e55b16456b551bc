"""Business days: weekends and holidays don't count."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from headgate.core.wall_clock import first_at, wall_of
from headgate.errors import InputError

_DAY = timedelta(days=1)
_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class BusinessDays:
    """A label delay that only passes on business days; `business_days` makes one.

    Of Friday noon two business days have passed on Tuesday noon; of any time on Saturday or Sunday they have when
    Tuesday ends. Days are those of the time zone of the instant that the delay is applied to.

    Args:
        count: How many, >= 0.
        holidays: Days that don't count, besides Saturdays and Sundays.

    Raises:
        InputError: A field isn't what it must be.
    """

    count: int
    holidays: tuple[date, ...] = ()

    def __post_init__(self) -> None:
        if type(self.count) is not int or self.count < 0:
            msg = f"count of business days must be a whole number >= 0. Got {self.count!r} instead."
            raise InputError(msg)
        if isinstance(self.holidays, str) or not isinstance(self.holidays, Iterable):
            msg = f"holidays must be dates such as 2026-12-25. Got {self.holidays!r} instead."
            raise InputError(msg)
        object.__setattr__(self, "holidays", tuple(sorted({_date(day) for day in self.holidays})))

    @property
    def is_zero(self) -> bool:
        """Tell whether this delay has no length at all."""
        return self.count == 0

    def before(self, instant: datetime) -> datetime:
        """Return the latest instant whose label is final at `instant`, in the same time zone.

        >>> from datetime import UTC
        >>> wednesday = datetime(2024, 6, 5, tzinfo=UTC)
        >>> business_days(2).before(wednesday).strftime("%A %H:%M"), business_days(3).before(wednesday).strftime("%A")
        ('Monday 00:00', 'Friday')
        """
        if self.is_zero:
            return instant
        try:
            day, passed = self._business(wall_of(instant))
            return first_at(_start(self._step(day, -self.count)) + passed, instant.tzinfo)
        except OverflowError as error:
            msg = f"{self} before {instant.isoformat()} must not reach before the year 1."
            raise InputError(msg) from error

    def after(self, instant: datetime) -> datetime:
        """Return when the label of an event at `instant` is final, in the same time zone.

        >>> from datetime import UTC
        >>> friday = datetime(2024, 5, 31, 15, tzinfo=UTC)
        >>> business_days(2).after(friday).strftime("%A %H:%M")
        'Tuesday 15:00'
        >>> business_days(2, holidays=["2024-06-03"]).after(friday).strftime("%A %H:%M")
        'Wednesday 15:00'
        """
        if self.is_zero:
            return instant
        try:
            day, passed = self._business(wall_of(instant))
            later = _start(self._step(day, self.count)) + passed if passed else _end(self._step(day, self.count - 1))
            return first_at(later, instant.tzinfo)
        except OverflowError as error:
            msg = f"{self} after {instant.isoformat()} must not reach beyond the year 9999."
            raise InputError(msg) from error

    def __str__(self) -> str:
        said = f"{self.count} business day{'s' * (self.count != 1)}"
        if not self.holidays or self.is_zero:
            return said
        return f"{said} ({len(self.holidays)} holiday{'s' * (len(self.holidays) != 1)})"

    def _business(self, wall: datetime) -> tuple[date, timedelta]:
        """Return the business day that a time is in, and how much of it has passed; else the next one, and nothing."""
        day = wall.date()
        if self._counts(day):
            return day, wall - _start(day)
        while not self._counts(day):
            day += _DAY
        return day, timedelta(0)

    def _step(self, day: date, count: int) -> date:
        step = _DAY if count > 0 else -_DAY
        for _ in range(abs(count)):
            day += step
            while not self._counts(day):
                day += step
        return day

    def _counts(self, day: date) -> bool:
        return day.weekday() < _SATURDAY and day not in self.holidays


def business_days(count: int, holidays: Iterable[date | str] = ()) -> BusinessDays:
    """Return a label delay of so many business days: Saturdays, Sundays and the given holidays don't count.

    Args:
        count: How many, >= 0.
        holidays: Dates, or ISO texts such as `2026-12-25`. Days beyond them count: give those of years to come too.
    """
    return BusinessDays(count, holidays)  # type: ignore[arg-type]  # it makes dates of them


def _date(day: object) -> date:
    if type(day) is date:
        return day
    try:
        return date.fromisoformat(day)  # type: ignore[arg-type]  # whatever else it is, the error is caught
    except (TypeError, ValueError) as error:
        msg = f"a holiday must be a date such as 2026-12-25. Got {day!r} instead."
        raise InputError(msg) from error


def _start(day: date) -> datetime:
    return datetime.combine(day, time.min)


def _end(day: date) -> datetime:
    return _start(day) + _DAY
