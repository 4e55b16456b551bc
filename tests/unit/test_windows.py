from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.core.span import Span, days, hours, months, weeks, years
from headgate.core.windows import Rolling, Window
from headgate.errors import InputError

INSTANTS = st.datetimes(datetime(1950, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - st adds UTC
SPANS = st.builds(Span, months=st.integers(0, 240), exact=st.timedeltas(timedelta(0), timedelta(days=400)))
LENGTHS = SPANS.filter(lambda span: not span.is_zero)


@given(INSTANTS, LENGTHS, LENGTHS, SPANS)
def test_windows_follow_one_another_up_to_the_label_delay(
    as_of: datetime, lookback: Span, holdout: Span, delay: Span
) -> None:
    windows = Rolling(lookback=lookback, holdout=holdout).at(as_of, label_delay=delay)
    assert windows.as_of == as_of
    assert windows.training.start < windows.training.end == windows.holdout.start < windows.holdout.end
    assert windows.holdout.end == delay.before(as_of) <= as_of
    assert windows.holdout.start == holdout.before(windows.holdout.end)
    assert windows.training.start == lookback.before(windows.training.end)


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


@pytest.mark.parametrize("length", [Span(), days(0), months(0), 1, None, timedelta(days=1), "1 year"])
@pytest.mark.parametrize("which", ["lookback", "holdout"])
def test_a_window_must_have_a_length(which: str, length: Any) -> None:
    lengths = {"lookback": days(1), "holdout": days(1), which: length}
    with pytest.raises(InputError, match=f"{which} of Rolling must be a span longer than zero"):
        Rolling(**lengths)
