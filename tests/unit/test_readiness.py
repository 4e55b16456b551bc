"""What a run waits for, and when it is there."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from headgate.core.readiness import (
    AtLeastRows,
    FreshWithin,
    Marker,
    decide_marked,
    decide_ready,
    window_of,
)
from headgate.core.span import Span, hours, months
from headgate.core.windows import Window, Windows
from headgate.errors import InputError

HOLDOUT = Window(start=datetime(2024, 5, 1, tzinfo=UTC), end=datetime(2024, 6, 1, tzinfo=UTC))
TRAINING = Window(start=datetime(2024, 1, 1, tzinfo=UTC), end=HOLDOUT.start)
WINDOWS = Windows(as_of=HOLDOUT.end, training=TRAINING, holdout=HOLDOUT)
LATE = "an event of 2024-05-31T18:00:00Z or later in [2024-05-01, 2024-06-01)"
SIX_BEFORE = datetime(2024, 5, 31, 18, tzinfo=UTC)


@pytest.mark.parametrize(("rows", "ready"), [(0, False), (999, False), (1000, True), (1001, True)])
def test_so_many_rows_are_there_from_that_number_on(rows: int, ready: bool) -> None:  # noqa: FBT001
    assert decide_ready(AtLeastRows(1000), rows=rows, newest=None, window=HOLDOUT).ready is ready


@pytest.mark.parametrize(
    ("newest", "ready"),
    [
        (None, False),
        (SIX_BEFORE - timedelta(microseconds=1), False),
        (SIX_BEFORE, True),
        (SIX_BEFORE.astimezone(timezone(timedelta(hours=2))), True),
        (SIX_BEFORE + timedelta(microseconds=1), True),
    ],
)
def test_rows_are_fresh_from_that_instant_on(newest: datetime | None, ready: bool) -> None:  # noqa: FBT001
    assert decide_ready(FreshWithin(hours(6)), rows=1, newest=newest, window=HOLDOUT).ready is ready


@pytest.mark.parametrize(
    ("condition", "rows", "newest", "sentence"),
    [
        (AtLeastRows(1000), 420, None, "waiting for 1,000 rows in [2024-05-01, 2024-06-01): 420 so far"),
        (AtLeastRows(1000), 1203, None, "1,000 rows in [2024-05-01, 2024-06-01): 1,203 are there"),
        (AtLeastRows(1), 0, None, "waiting for 1 row in [2024-05-01, 2024-06-01): 0 so far"),
        (
            FreshWithin(hours(6)),
            0,
            None,
            f"waiting for {LATE}: there is none yet",
        ),
        (
            FreshWithin(hours(6)),
            7,
            HOLDOUT.start,
            f"waiting for {LATE}: the newest so far is of 2024-05-01T00:00:00Z",
        ),
        (
            FreshWithin(months(1)),
            7,
            HOLDOUT.start,
            f"{LATE.replace('31T18', '01T00')}: the newest is of 2024-05-01T00:00:00Z",
        ),
    ],
)
def test_the_sentence_says_what_is_wanted_and_what_is_there(
    condition: Any, rows: int, newest: datetime | None, sentence: str
) -> None:
    assert decide_ready(condition, rows=rows, newest=newest, window=HOLDOUT).sentence == sentence


def test_a_marker_counts_when_it_is_there() -> None:
    assert decide_marked("/done/_SUCCESS", there=True).ready
    assert decide_marked("/done/_SUCCESS", there=True).sentence == "/done/_SUCCESS is there"
    assert not decide_marked("/done/_SUCCESS", there=False).ready


def test_a_marker_bears_the_runs_as_of_in_utc() -> None:
    local = datetime(2024, 6, 1, 1, tzinfo=timezone(timedelta(hours=2)))
    assert Marker("/done/{as_of:%Y/%m/%d}/{as_of:%H}").at(local) == "/done/2024/05/31/23"
    assert Marker("/done/always").at(local) == "/done/always"


def test_rows_are_looked_for_in_the_holdout_unless_the_training_window_is_named() -> None:
    assert window_of(AtLeastRows(1), WINDOWS) == HOLDOUT
    assert window_of(AtLeastRows(1, window="training"), WINDOWS) == TRAINING
    assert window_of(FreshWithin(hours(1)), WINDOWS) == HOLDOUT


@pytest.mark.parametrize("rows", [0, -1, 1.5, True, "1000"])
def test_a_number_of_rows_that_is_none_is_refused(rows: Any) -> None:
    with pytest.raises(InputError, match=r"rows of AtLeastRows must be a whole number >= 1. Got"):
        AtLeastRows(rows)


def test_a_window_that_nobody_knows_is_refused() -> None:
    with pytest.raises(InputError, match=r"window of AtLeastRows must be holdout or training. Got 'test' instead"):
        AtLeastRows(1, window="test")  # type: ignore[arg-type]


@pytest.mark.parametrize("span", [Span(), 6, None])
def test_a_freshness_without_length_is_refused(span: Any) -> None:
    with pytest.raises(InputError, match="span of FreshWithin must be longer than zero"):
        FreshWithin(span)


@pytest.mark.parametrize("url", ["/{day}/x", "/{as_of", "/{}", "/{as_of.nothing}", "/{0}"])
def test_a_marker_of_something_else_than_the_as_of_is_refused(url: str) -> None:
    with pytest.raises(InputError, match=r"must hold nothing in braces but the as-of"):
        Marker(url)


@pytest.mark.parametrize("url", ["", "  ", None, 7])
def test_a_marker_without_an_address_is_refused(url: Any) -> None:
    with pytest.raises(InputError, match="url of Marker must be a text that isn't empty"):
        Marker(url)


def test_each_condition_says_in_words_what_it_is() -> None:
    assert [str(c) for c in (AtLeastRows(1000), FreshWithin(hours(6)), Marker("/x"))] == [
        "1,000 rows in the holdout",
        "an event in the last 6 hours of the holdout",
        "the marker /x",
    ]
