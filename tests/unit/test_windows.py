from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.core.span import Span, days, hours, months, weeks, years
from headgate.core.windows import Expanding, Rolling, Window
from headgate.errors import InputError

INSTANTS = st.datetimes(datetime(1950, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - st adds UTC
SPANS = st.builds(
    Span, months=st.integers(0, 240), days=st.integers(0, 400), exact=st.timedeltas(timedelta(0), timedelta(days=4))
)
BERLIN = ZoneInfo("Europe/Berlin")
LENGTHS = SPANS.filter(lambda span: not span.is_zero)


@given(INSTANTS, LENGTHS, LENGTHS, SPANS, SPANS)
def test_windows_follow_one_another_up_to_the_label_delay(
    as_of: datetime, lookback: Span, holdout: Span, delay: Span, gap: Span
) -> None:
    windows = Rolling(lookback=lookback, holdout=holdout, gap=gap).at(as_of, label_delay=delay)
    assert windows.as_of == as_of
    assert windows.training.start < windows.training.end <= windows.holdout.start < windows.holdout.end
    assert windows.holdout.end == delay.before(as_of) <= as_of
    assert windows.holdout.start == holdout.before(windows.holdout.end)
    assert windows.training.end == gap.before(windows.holdout.start)
    assert windows.training.start == lookback.before(windows.training.end)


@given(INSTANTS, LENGTHS, SPANS, SPANS)
def test_an_expanding_window_differs_from_a_rolling_one_in_its_beginning_only(
    as_of: datetime, holdout: Span, delay: Span, gap: Span
) -> None:
    rolling = Rolling(lookback=years(1), holdout=holdout, gap=gap).at(as_of, label_delay=delay)
    expanding = Expanding(since="1800-01-01", holdout=holdout, gap=gap).at(as_of, label_delay=delay)
    assert expanding.training == Window(start=datetime(1800, 1, 1, tzinfo=UTC), end=rolling.training.end)
    assert (expanding.as_of, expanding.holdout) == (rolling.as_of, rolling.holdout)


@given(INSTANTS, INSTANTS, LENGTHS, LENGTHS, SPANS)
def test_an_instant_is_in_one_window_at_most(
    as_of: datetime, instant: datetime, lookback: Span, holdout: Span, delay: Span
) -> None:
    windows = Rolling(lookback=lookback, holdout=holdout).at(as_of, label_delay=delay)
    assert not (instant in windows.training and instant in windows.holdout)


@pytest.mark.parametrize(
    ("offset", "inside"),
    [(-1, False), (0, True), (1, True), (86_400_000_000 - 1, True), (86_400_000_000, False), (86_400_000_001, False)],
)
def test_a_window_is_half_open(offset: int, inside: bool) -> None:  # noqa: FBT001 - the answer
    start = datetime(2000, 1, 1, tzinfo=UTC)
    window = Window(start=start, end=days(1).before(datetime(2000, 1, 3, tzinfo=UTC)))
    assert (start + timedelta(microseconds=offset) in window) is inside


def test_the_windows_of_the_design() -> None:
    windows = Rolling(lookback=years(10), holdout=years(1)).at(datetime(2000, 1, 1, tzinfo=UTC), label_delay=weeks(4))
    assert str(windows) == "as-of 2000-01-01, training [1988-12-04, 1998-12-04), holdout [1998-12-04, 1999-12-04)"


def test_an_instant_within_a_day_is_written_with_its_time() -> None:
    rolling = Rolling(lookback=days(1), holdout=hours(1))
    assert str(rolling.at(datetime(2000, 1, 2, tzinfo=UTC), label_delay=Span()).holdout) == (
        "[2000-01-01T23:00:00Z, 2000-01-02)"
    )


def test_the_windows_are_those_of_the_calendar_in_their_zone_and_are_said_in_utc() -> None:
    rolling = Rolling(lookback=months(12), holdout=months(1), gap=weeks(1), zone="Europe/Berlin")
    windows = rolling.at(datetime(2024, 4, 29, tzinfo=BERLIN), label_delay=weeks(4))
    assert str(windows) == (
        "as-of 2024-04-28T22:00:00Z, training [2023-02-22T23:00:00Z, 2024-02-22T23:00:00Z), "
        "holdout [2024-02-29T23:00:00Z, 2024-03-31T22:00:00Z)"
    )
    assert {each.tzinfo for each in (windows.as_of, windows.training.start, windows.holdout.end)} == {UTC}


def test_the_first_day_of_an_expanding_window_begins_at_midnight_in_its_zone() -> None:
    expanding = Expanding(since=date(2024, 1, 1), holdout=days(1), zone="Europe/Berlin")
    windows = expanding.at(datetime(2024, 7, 1, tzinfo=UTC), label_delay=days(0))
    assert windows.training.start == datetime(2023, 12, 31, 23, tzinfo=UTC)


@pytest.mark.parametrize(("day", "empty"), [(2, False), (3, True), (4, True)], ids=["below", "at", "above"])
def test_an_expanding_window_must_hold_something(day: int, empty: bool) -> None:  # noqa: FBT001 - the answer
    expanding = Expanding(since=date(2024, 1, day), holdout=days(3), gap=days(4))
    as_of = datetime(2024, 1, 10, tzinfo=UTC)
    if not empty:
        assert expanding.at(as_of, label_delay=days(0)).training.end == datetime(2024, 1, 3, tzinfo=UTC)
        return
    with pytest.raises(InputError) as caught:
        expanding.at(as_of, label_delay=days(0))
    assert str(caught.value) == (
        "since of Expanding must lie before the training window's end, which is 2024-01-03 for the as-of 2024-01-10. "
        f"Got 2024-01-0{day} instead: start the run with a later as-of."
    )


@pytest.mark.parametrize("since", ["1.1.2024", "2024-13-01", None, 2024, datetime(2024, 1, 1, tzinfo=UTC)])
def test_an_expanding_window_begins_on_a_date(since: Any) -> None:
    with pytest.raises(InputError, match="since of Expanding must be a date such as 1990-01-01"):
        Expanding(since=since, holdout=days(1))


@pytest.mark.parametrize("zone", ["Berlin", "", None, 1, "../etc/passwd"])
@pytest.mark.parametrize("rule", [Rolling, Expanding])
def test_windows_are_in_a_zone_that_there_is(rule: Any, zone: Any) -> None:
    begins = {"lookback": days(1)} if rule is Rolling else {"since": "2024-01-01"}
    with pytest.raises(InputError, match=f"zone of {rule.__name__} must be the name of a time zone"):
        rule(holdout=days(1), zone=zone, **begins)


@pytest.mark.parametrize("gap", [None, 1, timedelta(days=1), "1 day"])
def test_a_gap_is_a_span(gap: Any) -> None:
    with pytest.raises(InputError, match="gap of Rolling must be a span such as weeks"):
        Rolling(lookback=days(1), holdout=days(1), gap=gap)


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        (Rolling(lookback=years(10), holdout=years(1)), "training window 10 years, holdout 1 year"),
        (
            Expanding(since=date(1990, 1, 1), holdout=months(6), gap=weeks(1), zone="Europe/Berlin"),
            "training window since 1990-01-01, holdout 6 months, gap 1 week (Europe/Berlin)",
        ),
    ],
)
def test_windows_read_well_on_the_dags_page(rule: Rolling | Expanding, text: str) -> None:
    assert str(rule) == text


@pytest.mark.parametrize("length", [Span(), days(0), months(0), 1, None, timedelta(days=1), "1 year"])
@pytest.mark.parametrize("which", ["lookback", "holdout"])
def test_a_window_must_have_a_length(which: str, length: Any) -> None:
    lengths = {"lookback": days(1), "holdout": days(1), which: length}
    with pytest.raises(InputError, match=f"{which} of Rolling must be a span longer than zero"):
        Rolling(**lengths)
