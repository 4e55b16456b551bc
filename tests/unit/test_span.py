from __future__ import annotations

import calendar
import math
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.core.span import Span, days, hours, months, weeks, years
from headgate.errors import InputError

INSTANTS = st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - st adds UTC
MONTHS = st.integers(0, 1200)


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
def test_a_span_keeps_the_order_of_instants(first: datetime, second: datetime, count: int, more: int) -> None:
    span = Span(months=count, exact=timedelta(days=more))
    early, late = sorted((first, second))
    assert span.before(early) <= span.before(late)


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


def test_exact_spans_are_hours() -> None:
    instant = datetime(2000, 1, 8, tzinfo=UTC)
    assert weeks(1).before(instant) == days(7).before(instant) == hours(168).before(instant)


def test_months_come_first_then_the_exact_part() -> None:
    span = Span(months=1, exact=timedelta(days=1))
    assert span.before(datetime(2024, 3, 31, tzinfo=UTC)) == datetime(2024, 2, 28, tzinfo=UTC)


@pytest.mark.parametrize("count", [-1, 1.0, 1.5, math.nan, True, "1", None])
@pytest.mark.parametrize("make", [months, years, lambda count: Span(months=count)])
def test_months_must_be_whole_and_not_negative(make: Any, count: Any) -> None:
    with pytest.raises(InputError, match=r"whole number.* Got .* instead"):
        make(count)


@pytest.mark.parametrize("exact", [timedelta(microseconds=-1), 1, 1.0, None, "1 day"])
def test_the_exact_part_must_be_a_timedelta_that_is_not_negative(exact: Any) -> None:
    with pytest.raises(InputError, match="must be a timedelta >= 0"):
        Span(exact=exact)


@pytest.mark.parametrize("count", [math.nan, math.inf, -0.001, "1", None, 1e12])
@pytest.mark.parametrize("make", [weeks, days, hours])
def test_a_count_of_time_must_be_a_number_that_is_not_negative(make: Any, count: Any) -> None:
    with pytest.raises(InputError, match=r"Got .* instead"):
        make(count)


@pytest.mark.parametrize(("span", "zero"), [(Span(), True), (days(0), True), (months(1), False), (hours(0.001), False)])
def test_a_span_knows_whether_it_has_a_length(span: Span, zero: bool) -> None:  # noqa: FBT001 - the answer
    assert span.is_zero is zero


@pytest.mark.parametrize("span", [years(2000), days(800_000)])
def test_a_span_does_not_reach_before_the_year_1(span: Span) -> None:
    with pytest.raises(InputError, match="must not reach before the year 1"):
        span.before(datetime(2000, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    ("span", "text"),
    [
        (Span(), "0"),
        (years(1), "1 year"),
        (years(2), "2 years"),
        (months(13), "1 year 1 month"),
        (weeks(4), "28 days"),
        (hours(36), "1 day, 12:00:00"),
        (Span(months=2, exact=timedelta(days=1)), "2 months 1 day"),
    ],
)
def test_a_span_reads_as_a_person_would_say_it(span: Span, text: str) -> None:
    assert str(span) == text
