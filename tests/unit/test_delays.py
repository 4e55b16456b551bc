"""What makes windows safe: a row that lies before `delay.before(as_of)` has a label that is final at the as-of."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pendulum
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from headgate.core.business_days import BusinessDays
from headgate.core.delay import Delay
from headgate.core.span import Span
from headgate.core.windows import Expanding, Rolling
from headgate.errors import InputError
from tests.unit.zones import ZONES, instants

WEEK = Rolling(lookback=Span(days=7), holdout=Span(days=7))
TICK = timedelta(microseconds=1)
SPANS = st.builds(
    Span,
    months=st.integers(0, 14),
    days=st.integers(0, 40),
    exact=st.integers(0, 100).map(lambda count: timedelta(minutes=45 * count)),
)
HOLIDAYS = st.sets(st.dates(date(2008, 1, 1), date(2025, 12, 31)), max_size=30)
BUSINESS = st.builds(BusinessDays, count=st.integers(0, 12), holidays=HOLIDAYS)
DELAYS: st.SearchStrategy[Delay] = st.one_of(SPANS, st.builds(Span, days=st.integers(0, 3)), BUSINESS)
AGO = st.one_of(
    st.timedeltas(TICK, timedelta(hours=4)),
    st.timedeltas(TICK, timedelta(days=40)),
    st.integers(1, 400).map(lambda count: timedelta(minutes=15 * count)),
)
PLACES = st.sampled_from(ZONES).flatmap(instants)


def utc(instant: datetime) -> datetime:
    """In UTC, since instants of one zone are compared by their clocks."""
    return instant.astimezone(UTC)


@given(PLACES, DELAYS, AGO)
def test_what_lies_before_has_its_label_by_then(as_of: datetime, delay: Delay, ago: timedelta) -> None:
    event = (utc(delay.before(as_of)) - ago).astimezone(as_of.tzinfo)
    assert utc(delay.after(event)) <= utc(as_of)


@given(PLACES, DELAYS)
def test_the_way_there_and_back_is_safe(as_of: datetime, delay: Delay) -> None:
    assert utc(delay.after(delay.before(as_of))) <= utc(as_of)


@given(PLACES, SPANS)
def test_a_label_that_became_final_is_of_an_event_at_least_a_span_before(event: datetime, span: Span) -> None:
    assert utc(span.before(span.after(event))) <= utc(event)


@given(PLACES, DELAYS)
def test_a_delay_goes_back_and_forth_and_keeps_the_zone(instant: datetime, delay: Delay) -> None:
    before, after = delay.before(instant), delay.after(instant)
    assert before.tzinfo is after.tzinfo is instant.tzinfo
    if delay.is_zero:
        assert utc(before) == utc(instant) == utc(after)
    else:
        assert utc(before) < utc(instant) < utc(after)


@given(PLACES, DELAYS, st.one_of(st.just(Span()), SPANS), st.sampled_from(ZONES), AGO)
@example(  # at 02:30 a label is due that the clocks skip
    datetime(2024, 3, 31, 1, tzinfo=UTC), Span(days=1), Span(), "Europe/Berlin", timedelta(minutes=30)
)
def test_no_row_whose_label_is_not_final_is_ever_in_a_window(
    as_of: datetime, delay: Delay, gap: Span, zone: str, ago: timedelta
) -> None:
    for rule in (
        Rolling(lookback=Span(months=2), holdout=Span(days=3), gap=gap, zone=zone),
        Expanding(since="2000-01-01", holdout=Span(days=3), gap=gap, zone=zone),
    ):
        windows = rule.at(as_of, label_delay=delay)
        assert windows.training.end <= windows.holdout.start < windows.holdout.end <= utc(as_of)
        event = (windows.holdout.end - ago).astimezone(ZoneInfo(zone))
        assert utc(delay.after(event)) <= utc(as_of)


@given(PLACES, DELAYS)
def test_airflows_own_instants_count_like_any_other(instant: datetime, delay: Delay) -> None:
    airflows = pendulum.instance(instant)
    assert utc(delay.before(airflows)) == utc(delay.before(instant))
    assert utc(delay.after(airflows)) == utc(delay.after(instant))


@pytest.mark.parametrize("delay", [Span(days=1), Span(exact=timedelta(hours=1)), BusinessDays(1)])
def test_an_instant_without_a_zone_is_refused(delay: Delay) -> None:
    naive = datetime(2024, 5, 1)  # noqa: DTZ001 - what is refused
    for way in (delay.before, delay.after, lambda at: WEEK.at(at, label_delay=delay)):
        with pytest.raises(InputError, match=r"an instant must have a time zone.*Got 2024-05-01T00:00:00 instead"):
            way(naive)


@given(PLACES, SPANS, st.sampled_from(ZONES))
def test_a_span_that_has_no_calendar_in_it_is_the_same_in_every_zone(at: datetime, span: Span, zone: str) -> None:
    exact = Span(exact=span.exact)
    assert utc(exact.before(at)) == utc(exact.before(utc(at))) == utc(at) - span.exact
