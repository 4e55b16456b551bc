from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.core.business_days import BusinessDays, business_days
from headgate.errors import InputError

TICK = timedelta(microseconds=1)
DAY = timedelta(days=1)
INSTANTS = st.datetimes(datetime(2020, 1, 1), datetime(2025, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - st adds UTC
MIDNIGHTS = st.dates(date(2020, 1, 1), date(2025, 1, 1)).map(lambda day: datetime(*day.timetuple()[:3], tzinfo=UTC))
HOLIDAYS = st.sets(st.dates(date(2019, 12, 1), date(2025, 2, 1)), max_size=60)
DELAYS = st.builds(BusinessDays, count=st.integers(1, 15), holidays=HOLIDAYS)


def passed(delay: BusinessDays, start: datetime, end: datetime) -> timedelta:
    """Return how much of the time between two instants is business time, day by day."""
    total, at = timedelta(0), start
    while at < end:
        following = min(end, datetime(at.year, at.month, at.day, tzinfo=UTC) + DAY)
        if at.weekday() < 5 and at.date() not in delay.holidays:
            total += following - at
        at = following
    return total


@given(st.one_of(INSTANTS, MIDNIGHTS), DELAYS)
def test_a_label_is_final_when_so_many_business_days_have_passed(event: datetime, delay: BusinessDays) -> None:
    final = delay.after(event)
    assert passed(delay, event, final) == delay.count * DAY
    assert passed(delay, event, final - TICK) < delay.count * DAY


@given(st.one_of(INSTANTS, MIDNIGHTS), DELAYS)
def test_before_is_the_latest_instant_whose_label_is_final(instant: datetime, delay: BusinessDays) -> None:
    latest = delay.before(instant)
    assert delay.after(latest) <= instant < delay.after(latest + TICK)


@given(INSTANTS, INSTANTS, DELAYS)
def test_labels_become_final_in_the_order_of_events(first: datetime, second: datetime, delay: BusinessDays) -> None:
    early, late = sorted((first, second))
    assert delay.after(early) <= delay.after(late)
    assert delay.before(early) <= delay.before(late)


@pytest.mark.parametrize(
    ("event", "final"),
    [
        ("2024-05-31T15:00", "Tuesday 15:00"),
        ("2024-05-31T00:00", "Tuesday 00:00"),
        ("2024-06-01T00:00", "Wednesday 00:00"),
        ("2024-06-02T23:59", "Wednesday 00:00"),
        ("2024-06-03T00:00", "Wednesday 00:00"),
        ("2024-06-03T00:01", "Wednesday 00:01"),
        ("2024-05-29T00:00", "Friday 00:00"),
        ("2024-05-30T00:00", "Saturday 00:00"),
        ("2024-05-30T00:01", "Monday 00:01"),
    ],
)
def test_two_business_days_after(event: str, final: str) -> None:
    at = datetime.fromisoformat(event).replace(tzinfo=UTC)
    assert business_days(2).after(at).strftime("%A %H:%M") == final


def test_days_are_those_of_the_zone_and_keep_the_time_of_day_when_the_clocks_change() -> None:
    friday = datetime(2024, 3, 29, 12, tzinfo=ZoneInfo("Europe/Berlin"))
    assert business_days(1).after(friday).isoformat() == "2024-04-01T12:00:00+02:00"
    assert business_days(1).before(business_days(1).after(friday)) == friday


def test_none_is_no_delay() -> None:
    saturday = datetime(2024, 6, 1, 12, tzinfo=UTC)
    assert business_days(0).is_zero
    assert not business_days(1).is_zero
    assert business_days(0).before(saturday) == saturday == business_days(0).after(saturday)


def test_holidays_may_be_dates_or_texts_in_any_order_and_twice() -> None:
    given_twice = business_days(1, ["2024-12-26", date(2024, 12, 25), "2024-12-25"])
    assert given_twice == business_days(1, (date(2024, 12, 25), date(2024, 12, 26)))
    assert hash(given_twice)


@pytest.mark.parametrize(
    ("holidays", "sentence"),
    [
        (["25.12.2024"], r"a holiday must be a date such as 2026-12-25\. Got '25.12.2024' instead"),
        ([datetime(2024, 12, 25, tzinfo=UTC)], "a holiday must be a date"),
        ([None], "a holiday must be a date"),
        ("2024-12-25", "holidays must be dates such as"),
        (None, "holidays must be dates such as"),
    ],
)
def test_what_is_no_holiday_is_refused(holidays: Any, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        business_days(1, holidays)


@pytest.mark.parametrize("count", [-1, 1.0, 1.5, True, "1", None])
def test_their_count_is_whole_and_not_negative(count: Any) -> None:
    with pytest.raises(InputError, match="count of business days must be a whole number >= 0"):
        business_days(count)


@pytest.mark.parametrize("zone", [UTC, ZoneInfo("Asia/Kathmandu")])
def test_they_stay_within_the_calendar(zone: tzinfo) -> None:
    with pytest.raises(InputError, match="must not reach before the year 1"):
        business_days(10).before(datetime(1, 1, 3, tzinfo=zone))
    with pytest.raises(InputError, match="must not reach beyond the year 9999"):
        business_days(10).after(datetime(9999, 12, 30, tzinfo=zone))


@pytest.mark.parametrize(
    ("delay", "text"),
    [
        (business_days(0), "0 business days"),
        (business_days(1), "1 business day"),
        (business_days(3, ["2024-12-25"]), "3 business days (1 holiday)"),
        (business_days(3, ["2024-12-25", "2024-12-26"]), "3 business days (2 holidays)"),
    ],
)
def test_they_read_as_a_person_would_say_it(delay: BusinessDays, text: str) -> None:
    assert str(delay) == text
