"""Of the versions of a row the latest that was known at the as-of counts, and no other plays a part."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headgate.adapters.pyarrow_cutter import ArrowCutter, pile
from headgate.core.windows import Window
from headgate.errors import DataError
from headgate.ports import Cut, Gathered
from tests.unit.restated import KEY, known_at, streams, table, versions_of
from tests.unit.taking import UTC_MICROSECONDS, day

SPAN = Window(start=day(1), end=day(9))
AS_OF = 10.0


def gathered(
    *batches: pa.Table, key: tuple[str, ...] | None = KEY, memory: int = 2**28, spans: Any = (SPAN,), **more: Any
) -> tuple[pa.Table, Gathered]:
    asked = Cut(spans=spans, as_of=day(AS_OF), event_time="when", label="y", known_at="known", key=key, **more)
    with ArrowCutter(memory=memory).pile(asked) as heap:
        for batch in batches:
            heap.add(batch)
        found = heap.gathered()
        return pa.concat_tables([heap.rows(span) for span in spans]) if found.columns else table(()), found


@settings(max_examples=100, deadline=None)
@given(st.data(), streams(first=1, last=9), st.sampled_from([0, 300, 2**28]), st.sampled_from([1, 7, 2**20]))
def test_what_was_known_at_the_as_of_is_what_the_slow_way_says(
    data: st.DataObject, versions: list[Any], memory: int, slice_rows: int
) -> None:
    shuffled = data.draw(st.permutations([*versions, *data.draw(st.lists(st.sampled_from(versions), max_size=5))]))
    middle = data.draw(st.integers(0, len(versions)))
    batches = [table(some) for some in (shuffled[:middle], shuffled[middle:]) if some]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pile, "_SLICE_ROWS", slice_rows)
        try:
            expected = known_at(AS_OF, versions)
        except ValueError:
            with pytest.raises(DataError, match="must differ in known"):
                gathered(*batches, memory=memory)
            return
        found, told = gathered(*batches, memory=memory)
    assert versions_of(found) == expected
    assert told.counts.rows == len(expected)
    assert told.superseded == sum(version[2] <= AS_OF for version in shuffled) - len(expected)
    assert told.unknown.rows == sum(version[2] > AS_OF for version in shuffled)


def test_versions_are_counted_in_the_hours_of_those_that_count() -> None:
    half = day(1 + 0.5 / 24)
    spans = (Window(start=day(1), end=half), Window(start=half, end=day(2)))
    rows = [(1 + n / 96, "a", 3.0 + version, 1.0) for n in range(8) for version in range(3)]
    found, told = gathered(table(rows), spans=spans)
    assert found.num_rows == 8
    assert [told.counts.rows_in(span) for span in (*spans, Window(start=half, end=day(1 + 1 / 24)))] == [2, 6, 2]


def test_a_label_that_is_missing_in_a_superseded_version_is_none_of_anybodys_business() -> None:
    _, told = gathered(table([(2, "a", 3, None), (2, "a", 4, 1.0), (3, "a", 3, 1.0)]))
    assert (told.unlabelled, told.first_unlabelled) == (0, None)


def test_a_label_that_is_missing_in_the_version_that_counts_is_missing() -> None:
    _, told = gathered(table([(2, "a", 3, 1.0), (2, "a", 4, None), (3, "b", 3, 1.0), (2, "a", 11, 1.0)]))
    assert (told.unlabelled, told.first_unlabelled) == (1, day(2))


@pytest.mark.parametrize("memory", [0, 2**28])
def test_rows_without_a_value_in_the_key_are_versions_of_one_row(memory: int) -> None:
    found, _ = gathered(table([(2, None, 3, 1.0), (2, None, 4, 2.0), (2, "a", 3, 3.0)]), memory=memory)
    assert versions_of(found) == [(2, "a", 3, 3.0), (2, None, 4, 2.0)]


def test_not_a_number_in_a_key_is_a_missing_value() -> None:
    rows = table([(2, "a", 3, 1.0), (2, "a", 4, 2.0)]).append_column("x", pa.array(np.array([np.nan, np.nan])))
    assert gathered(rows, key=("x",))[0].num_rows == 1


def test_an_empty_key_is_the_event_time_alone() -> None:
    found, _ = gathered(table([(2, "a", 3, 1.0), (2, "b", 4, 2.0), (3, "a", 3, 1.0)]), key=())
    assert versions_of(found) == [(2, "b", 4, 2.0), (3, "a", 3, 1.0)]


def test_without_a_key_every_row_stands_for_itself() -> None:
    found, told = gathered(table([(2, "a", 3, 1.0), (2, "a", 4, 2.0)]), key=None)
    assert (found.num_rows, told.superseded) == (2, 0)


@pytest.mark.parametrize("key", [("station", "n"), ("n", "station")])
def test_every_column_of_a_key_tells_rows_apart(key: tuple[str, ...]) -> None:
    rows = table([(2, "a", 3, 1.0), (2, "a", 3, 1.0), (2, "b", 3, 1.0), (2, None, 3, 1.0), (2, "a", 4, 5.0)])
    rows = rows.append_column("n", pa.array([1, 2, 1, None, 1]))
    found, _ = gathered(rows, key=key)
    assert sorted(zip(found["station"].to_pylist(), found["n"].to_pylist(), strict=True), key=repr) == [
        ("a", 1),
        ("a", 2),
        ("b", 1),
        (None, None),
    ]
    assert found["y"].to_pylist().count(5.0) == 1


def test_a_row_that_was_delivered_twice_counts_once() -> None:
    found, told = gathered(table([(2, "a", 3, 1.0)] * 3), table([(2, "a", 3, 1.0)]))
    assert (found.num_rows, told.counts.rows, told.superseded) == (1, 1, 3)


@pytest.mark.parametrize(
    ("column", "equal"),
    [
        (pa.array([[1, None], [1, None]]), True),
        (pa.array([[1, None], [1, 2]]), False),
        (pa.array([{"a": float("nan")}, {"a": float("nan")}]), True),
        (pa.array([None, None], pa.null()), True),
        (pa.array([0.0, -0.0]), True),
        (pa.array([None, 1]), False),
        (pa.array([b"a", b"b"], pa.binary(1)), False),
        (pa.array(["a", "a"]).dictionary_encode(), True),
        (pa.array([1, 2], pa.timestamp("ns")), False),
        (pa.array([1, 1], pa.decimal256(60, 2)), True),
        (pa.array([1, 2], pa.duration("s")), False),
    ],
    ids=lambda value: str(getattr(value, "type", value)),
)
def test_two_rows_known_at_once_must_be_equal_in_columns_of_every_type(column: pa.Array, equal: bool) -> None:  # noqa: FBT001
    rows = table([(2, "a", 3, 1.0)] * 2).append_column("x", column)
    if equal:
        assert gathered(rows)[0].num_rows == 1
    else:
        with pytest.raises(DataError, match="must differ in known"):
            gathered(rows)


def test_the_first_of_two_rows_that_cannot_both_be_is_named_whatever_order_they_come_in() -> None:
    rows = [(day_, station, 8, label) for day_ in (5, 4, 6) for station in ("b", None, "a") for label in (1.0, 2.0)]
    for order in (rows, rows[::-1]):
        with pytest.raises(DataError) as caught:
            gathered(table(order))
        assert str(caught.value) == (
            "rows of one event time and key must differ in known, when they became known. Got two that differ "
            "elsewhere instead, at 2000-01-04T00:00:00Z, station 'a': name all columns that tell rows apart in the "
            "source's key, or have the later version known later."
        )


def test_two_rows_that_cannot_both_be_are_mended_by_a_later_version() -> None:
    found, _ = gathered(table([(2, "a", 3, 1.0), (2, "a", 3, 2.0), (2, "a", 4, 3.0)]))
    assert versions_of(found) == [(2, "a", 4, 3.0)]


def test_a_version_is_later_by_a_nanosecond() -> None:
    known = pa.array([10**18 + 1, 10**18, 10**18 + 2], pa.timestamp("ns", "UTC"))
    rows = pa.table({"when": pa.array([day(2)] * 3, UTC_MICROSECONDS), "y": [1.0, 2.0, 3.0], "known": known})
    asked = Cut(
        spans=(SPAN,), as_of=datetime(2002, 1, 1, tzinfo=UTC), event_time="when", label="y", known_at="known", key=()
    )
    with ArrowCutter().pile(asked) as heap:
        heap.add(rows)
        heap.gathered()
        assert heap.rows(SPAN)["y"].to_pylist() == [3.0]


def test_a_key_must_be_a_column() -> None:
    with pytest.raises(DataError, match=r"key stations must be a column of the rows.* Did you mean station\?"):
        gathered(table([(2, "a", 3, 1.0)]), key=("stations",))


def test_a_key_must_be_of_plain_values() -> None:
    rows = table([(2, "a", 3, 1.0)] * 2).append_column("x", pa.array([[1], [2]]))
    with pytest.raises(DataError, match=r"key x must be a column of plain values. Got list<"):
        gathered(rows, key=("x",))


def test_the_column_of_final_labels_must_be_there() -> None:
    with pytest.raises(DataError, match=r"final at fin must be a column of the rows"):
        gathered(table([(2, "a", 3, 1.0)]), final_at="fin")


@pytest.mark.parametrize("key", [(), KEY])
def test_where_nothing_was_known_yet_nothing_counts(key: tuple[str, ...]) -> None:
    asked = Cut(spans=(SPAN,), as_of=day(AS_OF), event_time="when", label="y", known_at="known", key=key)
    with ArrowCutter().pile(asked) as heap:
        heap.add(table([(2, "a", 30, 1.0)]))
        told = heap.gathered()
    assert (told.columns, told.counts.rows, told.unknown.rows) == ((), 0, 1)
