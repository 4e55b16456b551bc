"""What every source of rows must do: subclass `SourceConformance`, and define the fixture `world`."""

# ruff: noqa: D102, S101 - a suite that pytest runs

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Protocol, cast

import pyarrow as pa  # noqa: TID253 - no Dag imports it
import pytest

from headgate.core.windows import Window, Windows
from headgate.ports import RowsSource

AS_OF = datetime(2000, 1, 31, tzinfo=UTC)


class SourceWorld(Protocol):
    """The world around the source under test."""

    def write(self, name: str, rows: pa.Table) -> None:
        """Put rows where the source finds them; the second time, replace those of that name.

        They have the columns `when` (the event time) and `known`, both `timestamp[us, UTC]`, and `x`, an int64.
        """

    def source(self, known_at: str | None = None) -> RowsSource:
        """Return a new source of all rows, as another task would make it; `when` is its event time."""


def day(number: int) -> datetime:
    """Return a day of January 2000."""
    return datetime(2000, 1, number, tzinfo=UTC)


def span(first: int, last: int) -> Window:
    """Return the span from one day of January 2000 to another, which it doesn't hold."""
    return Window(start=day(first), end=day(last))


def rows_of(days: Sequence[int], *, x: int = 0, known: datetime | None = None) -> pa.Table:
    """Return two rows a day, at midnight and a microsecond before the next; known at once, or at that instant."""
    last = timedelta(days=1) - timedelta(microseconds=1)
    when = [instant for number in days for instant in (day(number), day(number) + last)]
    kind = pa.timestamp("us", "UTC")
    return pa.table(
        {
            "when": pa.array(when, kind),
            "known": pa.array([known or instant for instant in when], kind),
            "x": pa.array([x + instant.day for instant in when], pa.int64()),
        }
    )


def windows_of(*spans: Window) -> Windows:
    """Return windows that hold those spans."""
    middle = spans[-1].start
    return Windows(
        as_of=AS_OF,
        training=Window(start=spans[0].start, end=middle),
        holdout=Window(start=middle, end=spans[-1].end),
    )


def read(source: RowsSource, *spans: Window) -> list[tuple[datetime, int]]:
    """Return the rows that a source gives of the spans, sorted; what it gives of others is dropped."""
    batches = [cast("pa.Table", batch) for batch in source.read(windows_of(*spans), spans)]
    pairs = [pair for batch in batches for pair in zip(batch["when"].to_pylist(), batch["x"].to_pylist(), strict=True)]
    return sorted(pair for pair in pairs if any(pair[0] in one for one in spans))


def expected(days: Sequence[int], *, x: int = 0) -> list[tuple[datetime, int]]:
    """Return what `read` gives of `rows_of` these days."""
    rows = rows_of(days, x=x)
    return sorted(zip(rows["when"].to_pylist(), rows["x"].to_pylist(), strict=True))


class SourceConformance:
    """The suite. Each test gets a world of its own."""

    @pytest.fixture(autouse=True)
    def _first_days(self, world: SourceWorld) -> None:
        world.write("first", rows_of(range(1, 11)))

    def test_each_row_of_the_spans_is_given_once(self, world: SourceWorld) -> None:
        world.write("second", rows_of(range(11, 21)))
        spans = span(3, 5), span(8, 13)
        assert read(world.source(), *spans) == expected([3, 4, 8, 9, 10, 11, 12])

    def test_a_span_holds_its_start_and_not_its_end(self, world: SourceWorld) -> None:
        assert read(world.source(), span(4, 5)) == expected([4])

    @pytest.mark.parametrize(("first", "last"), [(20, 25), (4, 4)])
    def test_where_there_are_no_rows_none_are_given(self, world: SourceWorld, first: int, last: int) -> None:
        assert read(world.source(), span(first, last)) == []

    def test_a_source_can_be_read_again(self, world: SourceWorld) -> None:
        source = world.source()
        assert read(source, span(3, 5)) == read(source, span(3, 5)) != []

    def test_a_source_that_is_read_again_gives_what_is_there_then(self, world: SourceWorld) -> None:
        source = world.source()
        read(source, span(3, 5))
        world.write("first", rows_of(range(1, 11), x=100))
        assert read(source, span(3, 5)) == expected([3, 4], x=100)

    def test_all_batches_have_the_same_columns(self, world: SourceWorld) -> None:
        world.write("second", rows_of(range(11, 21)))
        batches = world.source().read(windows_of(span(1, 21)), [span(1, 21)])
        schemas = {tuple(zip(b.column_names, map(str, cast("pa.Table", b).schema.types), strict=True)) for b in batches}
        assert len(schemas) == 1

    def test_equal_tokens_are_given_of_what_nobody_changed(self, world: SourceWorld) -> None:
        assert world.source().token(span(3, 5), AS_OF) == world.source().token(span(3, 5), AS_OF)

    def test_a_token_that_is_given_changes_with_the_rows_of_the_span(self, world: SourceWorld) -> None:
        before = world.source().token(span(3, 5), AS_OF)
        world.write("first", rows_of(range(1, 11), x=100))
        assert before is None or world.source().token(span(3, 5), AS_OF) != before

    def test_a_token_that_is_given_changes_with_rows_that_come_late(self, world: SourceWorld) -> None:
        before = world.source().token(span(3, 5), AS_OF)
        world.write("late", rows_of([4], x=100))
        assert before is None or world.source().token(span(3, 5), AS_OF) != before

    def test_a_token_stays_when_rows_of_other_spans_come(self, world: SourceWorld) -> None:
        before = world.source().token(span(3, 5), AS_OF)
        world.write("second", rows_of(range(11, 21)))
        assert world.source().token(span(3, 5), AS_OF) == before

    def test_rows_that_become_known_later_get_another_token(self, world: SourceWorld) -> None:
        world.write("first", rows_of(range(1, 11), known=day(15)))
        source = world.source(known_at="known")
        early, late = source.token(span(3, 5), day(14)), source.token(span(3, 5), day(15))
        assert early is None or early != late

    @pytest.mark.parametrize(("first", "last"), [(1, 21), (3, 5), (8, 13), (20, 25)])
    def test_a_look_agrees_with_reading(self, world: SourceWorld, first: int, last: int) -> None:
        world.write("second", rows_of(range(11, 21)))
        found = read(world.source(), span(first, last))
        seen = world.source().look(span(first, last), AS_OF)
        assert (seen.rows, seen.newest) == (len(found), max((when for when, _ in found), default=None))

    def test_a_look_sees_what_came_since(self, world: SourceWorld) -> None:
        source = world.source()
        assert source.look(span(11, 21), AS_OF).rows == 0
        world.write("second", rows_of([11]))
        assert source.look(span(11, 21), AS_OF).rows == len(expected([11]))

    def test_a_look_does_not_count_what_was_not_known(self, world: SourceWorld) -> None:
        world.write("second", rows_of([11, 12], known=day(15)))
        source = world.source(known_at="known")
        assert [source.look(span(11, 21), as_of).rows for as_of in (day(14), day(15))] == [0, 4]

    def test_a_name_is_there_for_records_and_errors(self, world: SourceWorld) -> None:
        assert world.source().name
