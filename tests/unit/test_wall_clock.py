from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.core.wall_clock import first_at, in_utc, midnight, wall_of
from tests.unit.zones import ZONES, changes, instants

TICK = timedelta(microseconds=1)
PLACES = st.sampled_from(ZONES).flatmap(instants)


@pytest.mark.parametrize(
    ("zone", "wall", "first"),
    [
        ("Europe/Berlin", "2024-03-31T02:30", "2024-03-31T01:00:00+00:00"),
        ("Europe/Berlin", "2024-03-31T03:00", "2024-03-31T01:00:00+00:00"),
        ("Europe/Berlin", "2024-10-27T02:30", "2024-10-27T00:30:00+00:00"),
        ("America/Sao_Paulo", "2018-11-04T00:00", "2018-11-04T03:00:00+00:00"),
        ("Australia/Lord_Howe", "2024-10-06T02:15", "2024-10-05T15:30:00+00:00"),
        ("Pacific/Apia", "2011-12-30T12:00", "2011-12-30T10:00:00+00:00"),
        ("UTC", "2024-03-31T02:30", "2024-03-31T02:30:00+00:00"),
    ],
)
def test_a_time_begins_when_the_clock_first_shows_or_skips_it(zone: str, wall: str, first: str) -> None:
    assert first_at(datetime.fromisoformat(wall), ZoneInfo(zone)).astimezone(UTC).isoformat() == first


@given(PLACES)
def test_the_first_instant_of_a_time_is_when_the_clock_shows_it_and_not_before(instant: datetime) -> None:
    wall = instant.replace(tzinfo=None, fold=0)
    first = first_at(wall, instant.tzinfo)
    assert first.astimezone(UTC) <= instant.astimezone(UTC)
    assert first.replace(tzinfo=None, fold=0) == wall
    assert wall_of((first.astimezone(UTC) - TICK).astimezone(instant.tzinfo)) != wall


@given(st.sampled_from(ZONES), st.timedeltas(timedelta(0), timedelta(hours=30)))
def test_a_later_time_never_begins_earlier(zone: str, ahead: timedelta) -> None:
    for change in changes(zone):
        wall = change.astimezone(ZoneInfo(zone)).replace(tzinfo=None) - timedelta(hours=25)
        early, late = (first_at(each, ZoneInfo(zone)).astimezone(UTC) for each in (wall, wall + ahead))
        assert early <= late


@given(PLACES)
def test_where_an_hour_is_skipped_the_clock_is_read_as_it_was(instant: datetime) -> None:
    assert wall_of(instant) <= instant.replace(tzinfo=None)
    assert first_at(wall_of(instant), instant.tzinfo).astimezone(UTC) <= instant.astimezone(UTC)


def test_at_the_skip_itself_the_clock_shows_the_hours_beginning() -> None:
    skip = datetime(2024, 3, 31, 3, tzinfo=ZoneInfo("Europe/Berlin"))
    assert wall_of(skip).isoformat() == "2024-03-31T02:00:00"
    assert wall_of(skip + TICK).isoformat() == "2024-03-31T03:00:00.000001"


@pytest.mark.parametrize(
    ("zone", "day", "begins"),
    [
        ("Asia/Beirut", date(2024, 3, 31), "2024-03-31T01:00:00+03:00"),
        ("America/Havana", date(2024, 11, 3), "2024-11-03T00:00:00-04:00"),
        ("Europe/Berlin", date(2024, 3, 31), "2024-03-31T00:00:00+01:00"),
    ],
    ids=["midnight is skipped", "midnight comes twice", "midnight comes once"],
)
def test_a_day_begins_at_its_first_instant(zone: str, day: date, begins: str) -> None:
    assert midnight(day, ZoneInfo(zone)).isoformat() == begins


@given(PLACES)
def test_in_utc_an_instant_is_the_same(instant: datetime) -> None:
    assert in_utc(instant).isoformat() == instant.astimezone(UTC).isoformat()
