"""Calendar periods, and when their labels are final."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal, get_args
from zoneinfo import ZoneInfo

from headgate.core.delay import Delay
from headgate.core.span import Span
from headgate.core.wall_clock import in_utc, midnight, require_zone
from headgate.errors import InputError

Unit = Literal["day", "week", "month", "quarter", "year"]
"""A week starts on Monday."""

_DAY = timedelta(days=1)
_TICK = timedelta(microseconds=1)
_MONTHS = {"month": 1, "quarter": 3, "year": 12}


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """The period whose labels became final at an instant.

    Args:
        period: Its name: `2024-05-31`, `2024-W22`, `2024-05`, `2024-Q2` or `2024`.
        at: When its labels became final, in UTC. Where several did at once, say on the Monday after a weekend, this is
            the last of them.
    """

    period: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Periods:
    """The periods of a calendar, and when the labels of each are final.

    Args:
        every: Length of a period.
        delay: How long after an event its label is final. Months in it don't go with days or weeks: the last days of
            a month would become final at once, or a day's labels before those of the day before.
        zone: Time zone of the calendar.

    Raises:
        InputError: A field isn't what it must be.
    """

    every: Unit
    delay: Delay
    zone: str = "UTC"

    def __post_init__(self) -> None:
        if self.every not in get_args(Unit):
            msg = f"every must be one of {', '.join(get_args(Unit))}. Got {self.every!r} instead."
            raise InputError(msg)
        if not isinstance(self.delay, Delay):
            msg = f"delay must be a delay such as weeks(4) or business_days(3). Got {self.delay!r} instead."
            raise InputError(msg)
        if isinstance(self.delay, Span) and self.delay.months and self.every not in _MONTHS:
            msg = f"delay must be in days or weeks where the period is a {self.every}, since months end on different "
            msg += f"days. Got {self.delay} instead."
            raise InputError(msg)
        require_zone("zone", self.zone)

    def due_by(self, instant: datetime) -> Due:
        """Return the last period whose labels are final at an instant.

        >>> from headgate.core.span import weeks
        >>> Periods(every="month", delay=weeks(4)).due_by(datetime(2024, 6, 30, tzinfo=UTC))
        Due(period='2024-05', at=datetime.datetime(2024, 6, 29, 0, 0, tzinfo=datetime.timezone.utc))
        """
        first = self._last_by(in_utc(instant))
        return Due(period=self._name(first), at=self._final(first))

    def due_after(self, instant: datetime) -> Due:
        """Return the next period whose labels will be final, after an instant."""
        first = self._last_by(in_utc(instant))
        return self.due_by(self._final(self._next(first)))

    def due_before(self, instant: datetime) -> Due:
        """Return the last period whose labels were final before an instant."""
        return self.due_by(in_utc(instant) - _TICK)

    def _last_by(self, instant: datetime) -> date:
        """Return the first day of that period; labels become final in the order of periods."""
        zone = ZoneInfo(self.zone)
        first = self._first(self.delay.before(instant.astimezone(zone)).date())
        while self._final(first) > instant:
            first = self._first(first - _DAY)
        while self._final(self._next(first)) <= instant:
            first = self._next(first)
        return first

    def _final(self, first: date) -> datetime:
        return self.delay.after(midnight(self._next(first), ZoneInfo(self.zone))).astimezone(UTC)

    def _first(self, day: date) -> date:
        if self.every == "week":
            return day - timedelta(days=day.weekday())
        if self.every == "day":
            return day
        length = _MONTHS[self.every]
        return day.replace(month=(day.month - 1) // length * length + 1, day=1)

    def _next(self, first: date) -> date:
        if self.every in _MONTHS:
            return self._first(first + timedelta(days=31 * _MONTHS[self.every]))
        return first + (_DAY if self.every == "day" else timedelta(days=7))

    def _name(self, first: date) -> str:
        match self.every:
            case "day":
                return first.isoformat()
            case "week":
                return f"{first:%G-W%V}"
            case "month":
                return f"{first:%Y-%m}"
            case "quarter":
                return f"{first:%Y}-Q{first.month // 3 + 1}"
            case "year":
                return f"{first:%Y}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What restricts a schedule.

    Args:
        earliest: No run's interval begins before it.
        latest: No run's interval begins after it.
        catchup: Whether runs that were missed are made up for; else only the last of them is.
    """

    earliest: datetime | None
    latest: datetime | None
    catchup: bool


def next_interval(
    periods: Periods, last: tuple[datetime, datetime] | None, limits: Limits, *, now: datetime
) -> tuple[datetime, datetime] | None:
    """Return the interval of the next run: from when the period before was final to when this one is.

    Args:
        periods: The periods.
        last: The interval of the last scheduled run. It may be another schedule's: then the next one begins at its
            end, and never with it, since Airflow has one run a beginning.
        limits: What restricts the schedule.
        now: The current instant. Without a last run and an earliest instant, the next period is the first.
    """
    candidates = [periods.due_after(last[1])] if last else []
    if limits.earliest is not None:
        candidates.append(periods.due_after(periods.due_after(in_utc(limits.earliest) - _TICK).at))
    if not candidates:
        candidates.append(periods.due_after(now))
    elif not limits.catchup:
        candidates.append(periods.due_by(now))
    end = max(due.at for due in candidates)
    start = periods.due_before(end).at
    if last:
        start = max(start, in_utc(last[1]), in_utc(last[0]) + _TICK)
    return None if limits.latest is not None and start > limits.latest else (start, end)
