"""What the clock on a wall shows in a time zone, and when it shows it."""

from __future__ import annotations

from bisect import bisect_left
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

from headgate.errors import InputError

_TICK = timedelta(microseconds=1)


def require_zone(what: str, name: object) -> ZoneInfo:
    """Return the time zone of that name.

    Raises:
        InputError: There is no such zone.
    """
    try:
        return ZoneInfo(name)  # type: ignore[arg-type]  # whatever else it is, the zone's own error is caught
    except (OSError, LookupError, TypeError, ValueError, AttributeError) as error:
        msg = f"{what} must be the name of a time zone, such as UTC or Europe/Berlin. Got {name!r} instead."
        raise InputError(msg) from error


def in_utc(instant: datetime) -> datetime:
    """Return an instant in UTC, as a datetime of the standard library: Airflow's are of another class.

    Raises:
        InputError: It has no time zone.
    """
    if instant.tzinfo is None:
        msg = f"an instant must have a time zone, such as UTC. Got {instant.isoformat()} instead."
        raise InputError(msg)
    day, clock = instant.timetuple()[:3], (instant.hour, instant.minute, instant.second, instant.microsecond)
    return datetime(*day, *clock, tzinfo=instant.tzinfo, fold=instant.fold).astimezone(UTC)


def wall_of(instant: datetime) -> datetime:
    """Return what the clock shows at an instant, without its zone.

    At the instant in which the clock skips an hour it shows the hour's beginning still.
    """
    at = in_utc(instant)
    shown, last = (each.astimezone(instant.tzinfo).replace(tzinfo=None, fold=0) for each in (at, at - _TICK))
    return min(shown, last + _TICK)


def first_at(wall: datetime, zone: tzinfo | None) -> datetime:
    """Return the first instant at which the clock shows `wall`, or has skipped it.

    Of a time that is shown twice, that is the first (PEP 495's `fold=0`). A time that is never shown becomes the
    instant of the skip: neither of PEP 495's readings, one of which would come too late and one too early.

    >>> berlin = ZoneInfo("Europe/Berlin")
    >>> first_at(datetime(2024, 10, 27, 2, 30), berlin).isoformat()
    '2024-10-27T02:30:00+02:00'
    >>> first_at(datetime(2024, 3, 31, 2, 30), berlin).isoformat()
    '2024-03-31T03:00:00+02:00'
    """
    after = wall.replace(tzinfo=zone, fold=0)
    reading = after.astimezone(UTC).astimezone(zone)
    if reading.replace(tzinfo=None, fold=0) == wall.replace(fold=0):
        return reading
    before = wall.replace(tzinfo=zone, fold=1).astimezone(UTC).replace(microsecond=0)
    seconds = int((after.astimezone(UTC) - before).total_seconds()) + 1

    def offset(second: int) -> timedelta:
        return (before + timedelta(seconds=second)).astimezone(zone).utcoffset() or timedelta(0)

    skip = bisect_left(range(seconds), offset(seconds), key=offset)
    return (before + timedelta(seconds=skip)).astimezone(zone)


def midnight(day: date, zone: tzinfo) -> datetime:
    """Return the first instant of a day; where the clock skips midnight, the instant of the skip."""
    return first_at(datetime.combine(day, time.min), zone)
