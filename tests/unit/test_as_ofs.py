from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.core.as_ofs import Every, as_ofs_between
from headgate.core.asof import Origin, commanded_as_of, parse_instant
from headgate.errors import InputError

FIRST = datetime(1985, 1, 1, tzinfo=UTC)
NOW = datetime(2026, 11, 27, 23, 30, tzinfo=UTC)
MOMENTS = st.datetimes(
    datetime.fromisoformat("1990-01-01"), datetime.fromisoformat("2020-01-01"), timezones=st.just(UTC)
)


def test_both_ends_of_a_range_belong_to_it() -> None:
    found = as_ofs_between(FIRST, datetime(2000, 1, 1, tzinfo=UTC), Every.YEAR)
    assert [each.year for each in found] == list(range(1985, 2001))


def test_a_last_as_of_between_two_steps_is_none_of_the_range() -> None:
    found = as_ofs_between(FIRST, datetime(1985, 1, 20, tzinfo=UTC), Every.WEEK)
    assert [each.day for each in found] == [1, 8, 15]


def test_a_range_of_one_as_of_is_that_as_of() -> None:
    assert as_ofs_between(FIRST, FIRST, Every.MONTH) == (FIRST,)


def test_a_short_month_shifts_none_that_follow() -> None:
    found = as_ofs_between(datetime(2024, 1, 31, tzinfo=UTC), datetime(2024, 5, 31, tzinfo=UTC), Every.MONTH)
    assert [each.day for each in found] == [31, 29, 31, 30, 31]


def test_a_range_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(InputError, match="must not lie before the first"):
        as_ofs_between(FIRST, FIRST - timedelta(days=1), Every.DAY)


@given(MOMENTS, st.timedeltas(timedelta(0), timedelta(days=2000)), st.sampled_from(Every))
def test_as_ofs_rise_within_their_range_and_leave_no_step_out(first: datetime, length: timedelta, every: Every) -> None:
    found = as_ofs_between(first, first + length, every)
    assert found[0] == first
    assert sorted(set(found)) == list(found)
    assert found[-1] <= first + length < every.times(len(found)).after(first)


def test_a_stated_as_of_says_that_it_came_from_the_command_line() -> None:
    found = commanded_as_of("1995-01-01", now=NOW)
    assert (found.instant, found.origin) == (datetime(1995, 1, 1, tzinfo=UTC), Origin.COMMAND)


def test_without_one_it_is_todays_midnight_in_utc() -> None:
    found = commanded_as_of(None, now=datetime.fromisoformat("2026-11-28T00:30:00+01:00"))
    assert (found.instant, found.origin) == (datetime(2026, 11, 27, tzinfo=UTC), Origin.CLOCK)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("yesterday", "must be an ISO date"),
        ("2026-11-28", "must not lie in the future"),
        ("2026-11-27T12:00:00", "must say its time zone"),
    ],
)
def test_a_stated_as_of_that_is_none_is_refused(text: str, said: str) -> None:
    with pytest.raises(InputError, match=f"as-of of the command line {said}"):
        commanded_as_of(text, now=NOW)


def test_the_sentence_about_an_instant_begins_with_what_it_is() -> None:
    with pytest.raises(InputError, match=r"^--at must be an ISO date such as .* Got 'noon' instead\.$"):
        parse_instant("noon", what="--at")
