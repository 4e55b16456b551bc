from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headgate.core.parts import EDGE_ROWS, PART_ROWS, gaps, keepable, overlaps, plan_parts
from headgate.core.snapshots import Part, PartRef
from headgate.core.tally import Tally
from headgate.core.windows import Window, Windows

YEAR = datetime(2024, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


def window(start: datetime, end: datetime) -> Window:
    return Window(start=start, end=end)


def at(month: int, day: int = 1, hour: int = 0) -> datetime:
    return YEAR.replace(month=month, day=day, hour=hour)


def spans(of: Window, counts: dict[datetime, int]) -> list[tuple[datetime, datetime]]:
    return [(part.start, part.end) for part in plan_parts(of, Tally.of(counts))]


ALL = window(YEAR, YEAR.replace(year=2025))


@pytest.mark.parametrize(
    ("rows", "ends"),
    [
        (PART_ROWS - 1, [ALL.end]),
        (PART_ROWS, [ALL.end]),
        (PART_ROWS + 1, [at(7), at(8)]),
    ],
)
def test_a_whole_cell_is_one_part_up_to_the_most_rows(rows: int, ends: list[datetime]) -> None:
    assert [end for _, end in spans(ALL, {at(6): rows - 1, at(7, 1, 9): 1})] == ends


@pytest.mark.parametrize(("rows", "count"), [(EDGE_ROWS - 1, 1), (EDGE_ROWS, 1), (EDGE_ROWS + 1, 2)])
def test_a_month_or_year_at_the_edge_is_one_part_only_where_it_is_small(rows: int, count: int) -> None:
    clipped = window(at(2, 10), at(4))
    assert len(spans(clipped, {at(2, 20): rows - 1, at(3, 20): 1})) == count


def test_an_hour_is_never_cut() -> None:
    assert spans(ALL, {at(6, 7, 8): 10 * PART_ROWS}) == [(at(6, 7, 8), at(6, 7, 9))]


def test_a_window_without_rows_has_no_parts() -> None:
    assert spans(ALL, {}) == spans(ALL, {at(1): 0}) == spans(ALL, {YEAR - HOUR: 5, ALL.end: 5}) == []


def test_parts_end_where_the_window_ends_even_within_an_hour() -> None:
    half = timedelta(minutes=30)
    odd = window(at(6, 1, 8) + half, at(6, 1, 9) + half)
    counts = {odd.start: 2 * PART_ROWS, at(6, 1, 9): 2 * PART_ROWS}
    assert spans(odd, counts) == [(odd.start, at(6, 1, 9)), (at(6, 1, 9), odd.end)]


def test_the_last_year_that_there_is_can_be_cut() -> None:
    last = datetime(9999, 12, 31, 23, tzinfo=UTC)
    assert spans(window(last, datetime.max.replace(tzinfo=UTC)), {last: 3}) == [
        (last, datetime.max.replace(tzinfo=UTC))
    ]


HOURS = st.integers(0, 24 * 40).map(lambda hours: YEAR + timedelta(days=20) + hours * HOUR)
COUNTS = st.dictionaries(HOURS, st.sampled_from([0, 1, 700, EDGE_ROWS, EDGE_ROWS + 1, PART_ROWS // 20, PART_ROWS + 5]))
WINDOW = st.tuples(HOURS, st.integers(1, 24 * 30)).map(lambda pair: window(pair[0], pair[0] + pair[1] * HOUR))


@given(WINDOW, COUNTS)
def test_every_row_lies_in_exactly_one_part_and_parts_are_in_order(of: Window, counts: dict[datetime, int]) -> None:
    parts = plan_parts(of, Tally.of(counts))
    for moment, rows in counts.items():
        if rows:
            assert sum(moment in part for part in parts) == (moment in of)
    assert all(one.end <= other.start for one, other in itertools.pairwise(parts))
    assert all(of.start <= part.start < part.end <= of.end for part in parts)


@given(WINDOW, COUNTS)
def test_a_part_is_no_larger_than_the_most_unless_it_is_an_hour(of: Window, counts: dict[datetime, int]) -> None:
    for part in plan_parts(of, Tally.of(counts)):
        rows = sum(count for moment, count in counts.items() if moment in part)
        assert rows > 0
        assert rows <= PART_ROWS or part.end - part.start <= HOUR


@given(WINDOW, COUNTS, st.integers(1, 24 * 5))
def test_days_that_lie_whole_in_both_windows_are_cut_alike_when_months_are_too_large(
    of: Window, counts: dict[datetime, int], by: int
) -> None:
    busy = dict.fromkeys((of.start + n * HOUR for n in range(24 * 40)), 50_000)
    counts = {**busy, **{moment: count for moment, count in counts.items() if count <= EDGE_ROWS}}
    rolled = window(of.start + by * HOUR, of.end + by * HOUR)

    def whole_days(of: Window) -> set[Window]:
        return {part for part in plan_parts(of, Tally.of(counts)) if part.end - part.start <= timedelta(days=1)}

    first, second = whole_days(of), whole_days(rolled)
    inner = window(max(of.start, rolled.start) + 24 * HOUR, min(of.end, rolled.end) - 24 * HOUR)
    assert {part for part in first if inner.start <= part.start and part.end <= inner.end} == {
        part for part in second if inner.start <= part.start and part.end <= inner.end
    }


@settings(max_examples=200)
@given(WINDOW, COUNTS, WINDOW)
def test_what_can_be_kept_is_planned_as_it_is_or_taken_in_whole(
    of: Window, counts: dict[datetime, int], other: Window
) -> None:
    earlier = [
        Part(
            span=span,
            content=PartRef(digest="", rows=sum(count for moment, count in counts.items() if moment in span)),
            token="t",  # noqa: S106 - no password
        )
        for span in plan_parts(other, Tally.of(counts))
    ]
    elsewhere = window(YEAR - 2 * HOUR, YEAR - HOUR)
    kept = keepable(earlier, Windows(as_of=of.end, training=elsewhere, holdout=of))
    covered = [part.span for part in kept]
    known = {moment: count for moment, count in counts.items() if not any(moment in span for span in covered)}
    known |= {part.span.start: part.content.rows for part in kept}
    assert plan_parts(of, Tally.of(known)) == plan_parts(of, Tally.of(counts))
    assert all(of.start <= span.start and span.end <= of.end for span in covered)
    free = gaps(of, covered)
    assert not any(overlaps(gap, span) for gap in free for span in covered)
    assert sum((span.end - span.start for span in (*free, *covered)), timedelta()) == of.end - of.start


def test_a_part_that_only_reading_can_tell_is_never_kept() -> None:
    part = Part(span=window(at(6), at(7)), content=PartRef(digest="", rows=1))
    assert keepable([part], Windows(as_of=ALL.end, training=ALL, holdout=window(ALL.end, ALL.end + HOUR))) == ()


def test_spans_that_touch_do_not_overlap() -> None:
    assert not overlaps(window(at(1), at(2)), window(at(2), at(3)))
    assert overlaps(window(at(1), at(3)), window(at(2), at(4)))


@given(COUNTS, WINDOW)
def test_a_tally_counts_what_lies_in_a_span(counts: dict[datetime, int], of: Window) -> None:
    tally = Tally.of(counts)
    inside = {moment: rows for moment, rows in counts.items() if moment in of and rows}
    assert tally.rows_in(of) == sum(inside.values())
    assert tally.first_in(of) == min(inside, default=None)
    assert tally.rows == sum(counts.values())
    more = tally.and_at({of.start - 1000 * HOUR: 7})
    assert (more.rows, more.rows_in(of)) == (tally.rows + 7, tally.rows_in(of))
