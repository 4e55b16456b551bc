"""Time zones with every kind of clock change, and instants near the changes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

ZONES = (
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "America/Sao_Paulo",  # skipped midnight until 2019
    "America/Havana",  # shows midnight twice
    "Asia/Beirut",  # skips midnight
    "Australia/Lord_Howe",  # half an hour
    "Pacific/Apia",  # skipped 2011-12-30
    "Asia/Kathmandu",
)
FIRST, LAST = datetime(2008, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC)
SHORT = st.timedeltas(timedelta(days=-2), timedelta(days=2))
QUARTERS = st.integers(-200 * 96, 200 * 96).map(lambda count: timedelta(minutes=15 * count))


@cache
def changes(name: str) -> tuple[datetime, ...]:
    """Return when the clocks of a zone changed, to the hour or half hour, in UTC."""
    zone, step = ZoneInfo(name), timedelta(days=1)
    days = [FIRST + step * count for count in range((LAST - FIRST).days)]
    return tuple(_change(day, zone) for day in days if _offset(day, zone) != _offset(day + step, zone)) or (FIRST,)


@st.composite
def instants(draw: st.DrawFn, name: str) -> datetime:
    """Draw an instant in a zone, often at, or some whole days and quarters of an hour from, a change of its clocks."""
    change = draw(st.sampled_from(changes(name)))
    return (change + draw(st.one_of(QUARTERS, SHORT))).astimezone(ZoneInfo(name))


def _change(day: datetime, zone: ZoneInfo) -> datetime:
    step = timedelta(minutes=30)
    return next(day + step * n for n in range(1, 49) if _offset(day + step * n, zone) != _offset(day, zone))


def _offset(instant: datetime, zone: ZoneInfo) -> timedelta | None:
    return instant.astimezone(zone).utcoffset()
