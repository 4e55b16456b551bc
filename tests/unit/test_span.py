from __future__ import annotations

import calendar
import math
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate import wire
from headgate.core.span import Span, days, hours, months, weeks, years
from headgate.errors import InputError

INSTANTS = st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - st adds UTC
MONTHS = st.integers(0, 1200)
BERLIN = ZoneInfo("Europe/Berlin")


@given(INSTANTS)
def test_no_length_goes_nowhere(instant: datetime) -> None:
    assert Span().before(instant) == instant


@given(INSTANTS, MONTHS)
def test_months_keep_the_time_of_day_and_the_day_where_there_is_one(instant: datetime, count: int) -> None:
    earlier = months(count).before(instant)
    assert earlier.timetz() == instant.timetz()
    assert (instant.year - earlier.year) * 12 + instant.month - earlier.month == count
    assert earlier.day == min(instant.day, calendar.monthrange(earlier.year, earlier.month)[1])


@given(INSTANTS, INSTANTS, MONTHS, st.integers(0, 400))
def test_a_span_keeps_the_order_of_days(first: datetime, second: datetime, count: int, more: int) -> None:
    span = Span(months=count, days=more)
    early, late = sorted((first, second))
    assert span.before(early).date() <= span.before(late).date()
    assert span.after(early).date() <= span.after(late).date()


def test_times_of_the_days_that_a_month_does_not_have_may_change_places() -> None:
    early, late = datetime(2023, 3, 29, 13, tzinfo=UTC), datetime(2023, 3, 31, 12, tzinfo=UTC)
    assert months(1).before(late) < months(1).before(early)


@given(INSTANTS, MONTHS)
def test_a_longer_span_goes_further_back(instant: datetime, count: int) -> None:
    assert months(count + 1).before(instant) < months(count).before(instant)


@given(INSTANTS, st.integers(0, 100))
def test_a_year_is_twelve_months(instant: datetime, count: int) -> None:
    assert years(count).before(instant) == months(12 * count).before(instant)


@pytest.mark.parametrize(
    ("year", "day"), [(2024, 29), (2023, 28), (2000, 29), (1900, 28)], ids=["leap", "common", "400 years", "100 years"]
)
def test_a_day_that_february_does_not_have_becomes_its_last(year: int, day: int) -> None:
    assert months(1).before(datetime(year, 3, 31, tzinfo=UTC)) == datetime(year, 2, day, tzinfo=UTC)


def test_a_week_is_seven_days_and_in_utc_each_is_of_24_hours() -> None:
    instant = datetime(2000, 1, 8, tzinfo=UTC)
    assert weeks(1) == days(7) != hours(168)
    assert weeks(1).before(instant) == days(7).before(instant) == hours(168).before(instant)


def test_months_come_first_then_days_then_the_exact_part() -> None:
    span = Span(months=1, days=1, exact=timedelta(hours=1))
    assert span.before(datetime(2024, 3, 31, tzinfo=UTC)) == datetime(2024, 2, 27, 23, tzinfo=UTC)


def test_what_comes_after_is_undone_in_the_opposite_order() -> None:
    span = Span(months=1, days=1, exact=timedelta(hours=1))
    assert span.after(datetime(2024, 2, 27, 23, tzinfo=UTC)) == datetime(2024, 3, 29, tzinfo=UTC)


@pytest.mark.parametrize(
    ("span", "before", "after"),
    [
        (days(1), "2024-03-30T12:00:00+01:00", "2024-04-01T12:00:00+02:00"),
        (hours(24), "2024-03-30T11:00:00+01:00", "2024-04-01T12:00:00+02:00"),
        (weeks(1), "2024-03-24T12:00:00+01:00", "2024-04-07T12:00:00+02:00"),
        (months(1), "2024-02-29T12:00:00+01:00", "2024-04-30T12:00:00+02:00"),
    ],
)
def test_days_and_months_are_those_of_the_clock_on_the_wall(span: Span, before: str, after: str) -> None:
    noon = datetime(2024, 3, 31, 12, tzinfo=BERLIN)  # the clocks went forward that morning
    assert (span.before(noon).isoformat(), span.after(noon).isoformat()) == (before, after)


def test_a_time_that_the_clocks_skip_becomes_the_instant_of_the_skip() -> None:
    day_after, day_before = datetime(2024, 4, 1, 2, 30, tzinfo=BERLIN), datetime(2024, 3, 30, 2, 30, tzinfo=BERLIN)
    skip = datetime(2024, 3, 31, 1, tzinfo=UTC)
    assert days(1).before(day_after) == days(1).after(day_before) == skip
    assert days(1).before(day_after).isoformat() == "2024-03-31T03:00:00+02:00"


def test_of_a_time_that_the_clocks_show_twice_the_first_counts() -> None:
    day_after, day_before = datetime(2024, 10, 28, 2, 30, tzinfo=BERLIN), datetime(2024, 10, 26, 2, 30, tzinfo=BERLIN)
    first = "2024-10-27T02:30:00+02:00"
    assert days(1).before(day_after).isoformat() == days(1).after(day_before).isoformat() == first


def test_hours_go_through_a_change_of_the_clocks_one_by_one() -> None:
    second = datetime(2024, 10, 27, 2, 30, fold=1, tzinfo=BERLIN)
    assert hours(1).before(second).isoformat() == "2024-10-27T02:30:00+02:00"
    assert hours(1).after(hours(1).before(second)).isoformat() == second.isoformat()


@pytest.mark.parametrize("count", [-1, 1.0, 1.5, math.nan, True, "1", None])
@pytest.mark.parametrize(
    "make",
    [months, years, days, weeks, lambda count: Span(months=count), lambda count: Span(days=count)],
    ids=["months", "years", "days", "weeks", "a span's months", "a span's days"],
)
def test_months_and_days_must_be_whole_and_not_negative(make: Any, count: Any) -> None:
    with pytest.raises(InputError, match=r"whole number.* Got .* instead"):
        make(count)


@pytest.mark.parametrize("exact", [timedelta(microseconds=-1), 1, 1.0, None, "1 day"])
def test_the_exact_part_must_be_a_timedelta_that_is_not_negative(exact: Any) -> None:
    with pytest.raises(InputError, match="must be a timedelta >= 0"):
        Span(exact=exact)


@pytest.mark.parametrize("count", [math.nan, math.inf, -0.001, "1", None, 1e12])
def test_a_count_of_hours_must_be_a_number_that_is_not_negative(count: Any) -> None:
    with pytest.raises(InputError, match=r"Got .* instead"):
        hours(count)


@pytest.mark.parametrize(("make", "advice"), [(days, "hours(36)"), (weeks, "hours(252)")])
def test_a_part_of_a_day_is_refused_with_the_advice_to_say_hours(make: Any, advice: str) -> None:
    with pytest.raises(InputError) as caught:
        make(1.5)
    assert str(caught.value).endswith(f"Got 1.5 instead: use {advice} for an exact length.")


@pytest.mark.parametrize(("span", "zero"), [(Span(), True), (days(0), True), (months(1), False), (hours(0.001), False)])
def test_a_span_knows_whether_it_has_a_length(span: Span, zero: bool) -> None:  # noqa: FBT001 - the answer
    assert span.is_zero is zero


@pytest.mark.parametrize("span", [years(9000), years(2000), days(800_000), days(10**12), hours(2e7)])
@pytest.mark.parametrize("zone", [UTC, BERLIN])
def test_a_span_does_not_reach_before_the_year_1(span: Span, zone: tzinfo) -> None:
    with pytest.raises(InputError, match="must not reach before the year 1"):
        span.before(datetime(2000, 1, 1, tzinfo=zone))


@pytest.mark.parametrize("span", [years(9000), years(8000), days(3_000_000), days(10**12), hours(8e7)])
@pytest.mark.parametrize("zone", [UTC, BERLIN])
def test_a_span_does_not_reach_beyond_the_year_9999(span: Span, zone: tzinfo) -> None:
    with pytest.raises(InputError, match="must not reach beyond the year 9999"):
        span.after(datetime(2000, 1, 1, tzinfo=zone))


@pytest.mark.parametrize(
    ("span", "text"),
    [
        (Span(), "0"),
        (years(1), "1 year"),
        (years(2), "2 years"),
        (months(13), "1 year 1 month"),
        (days(1), "1 day"),
        (days(7), "1 week"),
        (weeks(4), "4 weeks"),
        (days(30), "30 days"),
        (days(7_000_000), "1000000 weeks"),
        (hours(1), "1 hour"),
        (hours(36), "36 hours"),
        (hours(1.5), "90 minutes"),
        (Span(exact=timedelta(seconds=1.5)), "1.5 seconds"),
        (Span(months=2, days=1, exact=timedelta(hours=6)), "2 months 1 day 6 hours"),
    ],
)
def test_a_span_reads_as_a_person_would_say_it(span: Span, text: str) -> None:
    assert str(span) == text


def test_a_span_that_was_written_before_it_had_days_is_read() -> None:
    assert wire.load(Span, {"months": 1, "exact": "P28D"}) == Span(months=1, exact=timedelta(days=28))
    assert wire.load(Span, wire.dump(Span(months=1, days=2, exact=timedelta(hours=3)))).days == 2
