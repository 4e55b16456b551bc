"""When periods are due: each once, in order, whatever the clocks and the calendar do."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import islice, pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from headgate.core.business_days import BusinessDays, business_days
from headgate.core.periods import Limits, Periods, next_interval
from headgate.core.span import Span, days, hours, months, weeks, years
from headgate.core.wall_clock import midnight
from headgate.core.windows import Rolling
from headgate.errors import InputError
from tests.unit.zones import FIRST, LAST, ZONES, changes

Interval = tuple[datetime, datetime]
ALWAYS = Limits(earliest=None, latest=None, catchup=True)
DAYS = st.builds(Span, days=st.integers(0, 60))
MONTHS = st.builds(Span, months=st.integers(0, 14))
BOTH = st.builds(Span, months=st.integers(1, 3), days=st.integers(1, 60))
BUSINESS = st.builds(
    BusinessDays, count=st.integers(0, 8), holidays=st.sets(st.dates(date(2009, 1, 1), date(2024, 1, 1)), max_size=40)
)
PLANS = st.one_of(
    st.builds(
        Periods,
        every=st.sampled_from(["day", "week"]),
        delay=st.one_of(DAYS, BUSINESS),
        zone=st.sampled_from(ZONES),
    ),
    st.builds(
        Periods,
        every=st.sampled_from(["month", "quarter", "year"]),
        delay=st.one_of(DAYS, MONTHS, BOTH, BUSINESS),
        zone=st.sampled_from(ZONES),
    ),
)
INSTANTS = st.one_of(
    st.datetimes(datetime(2009, 1, 1), datetime(2023, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - st adds UTC
    st.sampled_from([change for zone in ZONES for change in changes(zone) if FIRST < change < LAST]),
)


def runs(periods: Periods, limits: Limits, *, last: Interval | None = None) -> Iterator[Interval]:
    """Yield the runs that follow one another when all are caught up with."""
    while found := next_interval(periods, last, limits, now=LAST):
        yield found
        last = found


def ends(periods: Periods, first: datetime) -> Iterator[datetime]:
    """Yield the end of each period in the zone, found the slow way: day by day."""
    zone = ZoneInfo(periods.zone)
    day = first.astimezone(zone).date() - timedelta(days=800)
    while True:
        day += timedelta(days=1)
        begins = {
            "day": True,
            "week": day.weekday() == 0,
            "month": day.day == 1,
            "quarter": day.day == 1 and day.month in {1, 4, 7, 10},
            "year": (day.day, day.month) == (1, 1),
        }
        if begins[periods.every]:
            yield midnight(day, zone)


def finals(periods: Periods, first: datetime, count: int) -> list[datetime]:
    """Return the next distinct instants at which a period becomes final, from an instant on, found the slow way."""
    found: list[datetime] = []
    for end in ends(periods, first):
        final = periods.delay.after(end).astimezone(UTC)
        if final >= first and final not in found:
            found.append(final)
        if len(found) == count:
            return found
    raise AssertionError


@settings(max_examples=30)
@given(PLANS, INSTANTS)
@example(Periods(every="day", delay=days(0), zone="Pacific/Apia"), datetime(2011, 12, 25, tzinfo=UTC))
@example(Periods(every="day", delay=days(1), zone="America/Havana"), datetime(2024, 11, 1, tzinfo=UTC))
@example(Periods(every="day", delay=business_days(2), zone="Asia/Beirut"), datetime(2024, 3, 20, tzinfo=UTC))
def test_a_long_catchup_has_each_period_once_and_in_order(periods: Periods, earliest: datetime) -> None:
    limits = Limits(earliest=earliest, latest=None, catchup=True)
    made = list(islice(runs(periods, limits), 25))
    first, *rest = finals(periods, earliest, 26)
    assert [end for _, end in made] == rest
    assert [start for start, _ in made] == [first, *rest[:-1]]


@settings(max_examples=30)
@given(PLANS, INSTANTS, st.integers(1, 11))
def test_a_backfill_makes_the_runs_of_the_schedule(periods: Periods, earliest: datetime, count: int) -> None:
    scheduled = list(islice(runs(periods, Limits(earliest=earliest, latest=None, catchup=True)), 12))
    restarted = list(islice(runs(periods, ALWAYS, last=scheduled[count - 1]), 12 - count))
    assert restarted == scheduled[count:]
    bounded = Limits(earliest=scheduled[0][0], latest=scheduled[count - 1][0], catchup=True)
    assert list(runs(periods, bounded)) == scheduled[:count]


@given(PLANS, INSTANTS)
def test_what_is_due_by_an_instant_is_the_last_and_what_is_due_after_is_the_next(
    periods: Periods, instant: datetime
) -> None:
    due, following = periods.due_by(instant), periods.due_after(instant)
    assert due.at <= instant < following.at
    assert periods.due_before(following.at) == due
    assert periods.due_after(due.at) == following
    assert periods.due_by(due.at) == due


@given(PLANS, INSTANTS)
def test_the_holdout_ends_where_the_period_does_and_never_with_a_label_that_is_not_final(
    periods: Periods, instant: datetime
) -> None:
    due = periods.due_by(instant)
    windows = Rolling(lookback=years(1), holdout=weeks(1), zone=periods.zone).at(due.at, label_delay=periods.delay)
    zone = ZoneInfo(periods.zone)
    last_event = (windows.holdout.end - timedelta(microseconds=1)).astimezone(zone)
    assert periods.delay.after(last_event).astimezone(UTC) <= due.at
    end = period_end(periods, due.period)
    if isinstance(periods.delay, Span):
        assert windows.holdout.end <= end
        if not (periods.delay.months and periods.delay.days):
            assert windows.holdout.end == end
    else:
        assert windows.holdout.end >= end
        free = business_days(1, periods.delay.holidays)
        assert free.after(windows.holdout.end.astimezone(zone)) == free.after(end.astimezone(zone))


def period_end(periods: Periods, name: str) -> datetime:
    """Return the end of a period by its name, in UTC."""
    year, zone = int(name[:4]), ZoneInfo(periods.zone)
    match periods.every:
        case "day":
            return midnight(date.fromisoformat(name) + timedelta(days=1), zone).astimezone(UTC)
        case "week":
            return midnight(date.fromisoformat(f"{name}-1") + timedelta(days=7), zone).astimezone(UTC)
        case "month":
            month = int(name[5:])
        case "quarter":
            month = int(name[6:]) * 3
        case _:
            month = 12
    return midnight(date(year + month // 12, month % 12 + 1, 1), zone).astimezone(UTC)


@settings(max_examples=30)
@given(PLANS, INSTANTS, st.lists(st.timedeltas(timedelta(days=-3), timedelta(days=200)), min_size=3, max_size=12))
def test_without_catchup_only_the_last_period_is_made_up_for_whatever_the_clock_does(
    periods: Periods, start: datetime, hops: list[timedelta]
) -> None:
    limits, now, last = Limits(earliest=start, latest=None, catchup=False), start, None
    for hop in hops:
        now = max(now + hop, FIRST + timedelta(days=1))
        found = next_interval(periods, last, limits, now=now)
        assert found is not None
        if last is not None:
            assert found[0] >= last[1]
        due = periods.due_by(now).at
        assert found[1] >= due or due <= start
        if found[1] <= now:
            assert found[1] == due
            last = found


@pytest.mark.parametrize("catchup", [True, False])
def test_without_a_first_day_the_next_period_is_the_first(catchup: bool) -> None:  # noqa: FBT001 - Airflow's word
    periods = Periods(every="month", delay=weeks(4))
    now = datetime(2024, 6, 15, tzinfo=UTC)
    limits = Limits(earliest=None, latest=None, catchup=catchup)
    assert next_interval(periods, None, limits, now=now) == (
        datetime(2024, 5, 29, tzinfo=UTC),
        datetime(2024, 6, 29, tzinfo=UTC),
    )


def test_a_first_day_in_the_past_has_the_last_period_at_once() -> None:
    periods = Periods(every="month", delay=weeks(4))
    limits = Limits(earliest=datetime(2020, 1, 1, tzinfo=UTC), latest=None, catchup=False)
    found = next_interval(periods, None, limits, now=datetime(2024, 6, 15, tzinfo=UTC))
    assert found == (datetime(2024, 4, 29, tzinfo=UTC), datetime(2024, 5, 29, tzinfo=UTC))


@pytest.mark.parametrize(
    "last",
    [
        (datetime(2024, 5, 30, tzinfo=UTC), datetime(2024, 5, 30, tzinfo=UTC)),
        (datetime(2024, 5, 29, tzinfo=UTC), datetime(2024, 5, 29, tzinfo=UTC)),
        (datetime(2024, 5, 1, tzinfo=UTC), datetime(2024, 6, 1, tzinfo=UTC)),
    ],
    ids=["a day of its own", "where a period begins", "a month"],
)
@pytest.mark.parametrize("catchup", [True, False])
def test_after_another_schedule_the_next_period_has_its_run_and_no_beginning_comes_twice(
    last: Interval,
    catchup: bool,  # noqa: FBT001 - Airflow's word
) -> None:
    periods = Periods(every="month", delay=weeks(4))
    found = next_interval(
        periods, last, Limits(earliest=None, latest=None, catchup=catchup), now=datetime(2024, 6, 2, tzinfo=UTC)
    )
    assert found is not None
    assert found[1] == datetime(2024, 6, 29, tzinfo=UTC)
    assert last[0] < found[0] < found[1]


def test_days_that_become_final_at_once_have_one_run() -> None:
    periods = Periods(every="day", delay=business_days(1, ["2024-05-20"]))  # Whit Monday
    made = islice(runs(periods, Limits(earliest=datetime(2024, 5, 15, tzinfo=UTC), latest=None, catchup=True)), 4)
    assert [(end.day, periods.due_by(end).period) for _, end in made] == [
        (16, "2024-05-14"),
        (17, "2024-05-15"),
        (18, "2024-05-16"),
        (22, "2024-05-20"),  # Friday to Monday
    ]


@pytest.mark.parametrize(
    ("every", "names"),
    [
        ("day", ["2024-12-30", "2024-12-31", "2025-01-01"]),
        ("week", ["2024-W52", "2025-W01", "2025-W02"]),
        ("month", ["2024-11", "2024-12", "2025-01"]),
        ("quarter", ["2024-Q3", "2024-Q4", "2025-Q1"]),
        ("year", ["2023", "2024", "2025"]),
    ],
)
def test_periods_have_the_names_that_people_give_them(every: Any, names: list[str]) -> None:
    periods = Periods(every=every, delay=days(0))
    first = periods.due_by(datetime(2024, 12, 31, tzinfo=UTC))
    second = periods.due_after(first.at)
    assert [first.period, second.period, periods.due_after(second.at).period] == names


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"every": "hour"}, "every must be one of day, week, month, quarter, year. Got 'hour' instead."),
        ({"every": None}, "every must be one of day, week, month, quarter, year. Got None instead."),
        ({"delay": timedelta(days=1)}, "delay must be a delay such as weeks(4) or business_days(3). Got datetime"),
        ({"every": "day", "delay": months(1)}, "delay must be in days or weeks where the period is a day, since"),
        ({"every": "week", "delay": years(1)}, "different days. Got 1 year instead."),
        ({"zone": "Berlin"}, "zone must be the name of a time zone, such as UTC or Europe/Berlin. Got 'Berlin'"),
        ({"zone": None}, "zone must be the name of a time zone"),
    ],
)
def test_a_plan_that_can_not_be_is_refused(fields: dict[str, Any], sentence: str) -> None:
    with pytest.raises(InputError) as caught:
        Periods(**{"every": "month", "delay": days(1), **fields})
    assert sentence in str(caught.value)


def test_hours_are_exact_and_so_is_when_a_day_is_final() -> None:
    periods = Periods(every="day", delay=hours(24), zone="Europe/Berlin")
    made = list(islice(runs(periods, Limits(earliest=datetime(2024, 3, 28, tzinfo=UTC), latest=None, catchup=True)), 5))
    assert [later[1] - sooner[1] for sooner, later in pairwise(made)] == [timedelta(hours=n) for n in (24, 24, 23, 24)]
