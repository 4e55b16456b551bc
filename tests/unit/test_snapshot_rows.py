from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headgate.adapters.duckdb_diff import DuckdbDiffer
from headgate.core.snapshot_diff import RowsDiff
from headgate.core.windows import Window
from headgate.errors import InputError, SnapshotDamagedError, StoreError
from headgate.ports.diffing import Comparison
from headgate.testing.memory_scan import MemoryScan

START = datetime(2024, 1, 1, tzinfo=UTC)
SPAN = Window(start=START, end=START + timedelta(hours=60))
SCHEMA = pa.schema([("at", pa.timestamp("us", "UTC")), ("station", pa.string()), ("load", pa.float64())])
Given = tuple[int, str | None, float | None]


def table(rows: Sequence[Given]) -> pa.Table:
    return pa.Table.from_pylist(
        [{"at": START + timedelta(hours=hour), "station": station, "load": load} for hour, station, load in rows],
        SCHEMA,
    )


def compared(before: Sequence[Given], after: Sequence[Given], *key: str, cut: int = 0) -> RowsDiff:
    return differed(
        MemoryScan(table(before[:cut]), table(before[cut:])), MemoryScan(table(after[:cut]), table(after[cut:])), *key
    )


def differed(before: Any, after: Any, *key: str) -> RowsDiff:
    comparison = Comparison(columns=tuple(after.column_names), event_time="at", key=key, span=SPAN)
    return DuckdbDiffer("200MB").compare(before, after, comparison)


def naive(before: Sequence[Given], after: Sequence[Given], *, by_station: bool) -> tuple[int, int, int]:
    """Return rows added, removed and restated, the slow way."""
    gone, come = Counter(before) - Counter(after), Counter(after) - Counter(before)

    def known(row: Given) -> Any:
        return row[:2] if by_station else row[0]

    sides = [Counter(map(known, rows)) for rows in (before, after)]
    left, right = (Counter(known(row) for row in side.elements()) for side in (gone, come))
    restated = sum(
        min(left[name], right[name]) for name in left if by_station or all(side[name] == 1 for side in sides)
    )
    return come.total() - restated, gone.total() - restated, restated


rows = st.lists(
    st.tuples(st.integers(0, 5), st.sampled_from(["a", "b", None]), st.sampled_from([1.0, 2.0, None])), max_size=14
)


@settings(max_examples=50)
@given(rows, rows, st.booleans(), st.integers(0, 6))
def test_rows_differ_as_multisets_do(before: list[Given], after: list[Given], by_station: bool, cut: int) -> None:  # noqa: FBT001
    found = compared(before, after, *(["station"] if by_station else []), cut=cut)
    assert (found.added, found.removed, found.restated) == naive(before, after, by_station=by_station)
    totals = [sum(getattr(each, name) for each in found.timeline) for name in ("added", "removed", "restated")]
    assert totals == [found.added, found.removed, found.restated]
    assert len(found.added_rows) == min(found.added, 5)
    assert len(found.removed_rows) == min(found.removed, 5)
    assert len(found.restated_rows) == min(found.restated, 5)
    assert bool(found.columns) == bool(found.restated)


@settings(max_examples=20)
@given(rows, st.randoms(use_true_random=False))
def test_the_order_of_rows_is_no_difference(before: list[Given], random: Any) -> None:
    assert compared(before, random.sample(before, len(before))) == RowsDiff()


def test_what_was_restated_is_told_column_by_column() -> None:
    found = compared([(0, "a", 1.0), (1, "a", 5.0)], [(0, "a", 1.0), (1, "b", None)])
    assert (found.added, found.removed, found.restated) == (0, 0, 1)
    assert found.columns == (("station", 1), ("load", 1))
    (row,) = found.restated_rows
    assert row.row == (("at", "2024-01-01 01:00:00+00"),)
    assert row.changes == (("station", "a", "b"), ("load", "5.0", None))


def test_without_a_key_an_event_time_that_is_there_twice_makes_nothing_known_again() -> None:
    before, after = [(0, "a", 1.0), (0, "b", 2.0)], [(0, "a", 1.0), (0, "b", 3.0)]
    without = compared(before, after)
    assert (without.added, without.removed, without.restated) == (1, 1, 0)
    keyed = compared(before, after, "station")
    assert (keyed.added, keyed.removed, keyed.restated) == (0, 0, 1)
    assert keyed.restated_rows[0].row == (("at", "2024-01-01 00:00:00+00"), ("station", "b"))


def test_rows_are_counted_over_time() -> None:
    found = compared([(0, "a", 1.0), (59, "a", 1.0)], [(0, "a", 2.0), (30, "a", 1.0), (31, "a", 1.0)])
    told = [(each.start - START, each.added, each.removed, each.restated) for each in found.timeline]
    hour = timedelta(hours=1)
    assert told == [(0 * hour, 0, 0, 1), (30 * hour, 1, 0, 0), (31 * hour, 1, 0, 0), (59 * hour, 0, 1, 0)]


def test_added_rows_are_shown_in_order_of_event_time() -> None:
    found = compared([], [(hour, "a", None) for hour in (9, 3, 7, 1, 8, 2)])
    assert [dict(row)["at"] for row in found.added_rows] == [f"2024-01-01 0{hour}:00:00+00" for hour in (1, 2, 3, 7, 8)]
    assert dict(found.added_rows[0])["load"] is None


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        (pa.list_(pa.int64()), [1, None], [None]),
        (pa.struct([("x", pa.int64())]), {"x": 1}, {"x": None}),
        (pa.map_(pa.string(), pa.int64()), [("a", 1)], []),
        (pa.decimal128(38, 2), Decimal("1.50"), Decimal("1.51")),
        (pa.decimal256(60, 2), Decimal("1.50"), Decimal("1.51")),
        (pa.binary(), b"a", b"b"),
        (pa.bool_(), True, False),
        (pa.uint64(), 2**64 - 1, 2**64 - 2),
        (pa.timestamp("ns", "UTC"), 1, 2),
        (pa.time64("ns"), 1, 2),
        (pa.duration("us"), 1, 2),
        (pa.dictionary(pa.int32(), pa.string()), "a", "b"),
        (pa.large_string(), "a", ""),
    ],
    ids=str,
)
def test_values_of_every_type_are_compared(kind: pa.DataType, one: Any, other: Any) -> None:
    times = [START + timedelta(hours=hour) for hour in range(3)]

    def scan(*values: Any) -> MemoryScan:
        return MemoryScan(pa.table({"at": pa.array(times, pa.timestamp("us", "UTC")), "x": pa.array(values, kind)}))

    assert differed(scan(one, other, None), scan(one, other, None)) == RowsDiff()
    assert differed(scan(one, one, None), scan(one, other, one)).columns == (("x", 2),)


def test_numbers_of_another_width_are_the_same_numbers() -> None:
    narrow = table([(0, "a", 1.0), (1, "a", 2.0)])
    assert differed(MemoryScan(narrow), MemoryScan(narrow.set_column(2, "load", pa.array([1, 2], pa.int32())))).is_empty


@pytest.mark.parametrize("name", ["side", "surplus", "number", "c0", 'a "quoted" name', "select", "number;--", "ÄÖ"])
def test_a_column_may_have_any_name(name: str) -> None:
    before, after = (MemoryScan(table([(0, "a", load)]).rename_columns(["at", name, "load"])) for load in (1.0, 2.0))
    assert differed(before, after, name).columns == (("load", 1),)


def test_damage_is_told_as_what_it_is() -> None:
    whole = table([(hour, "a", 1.0) for hour in range(60)])
    for damaged in (0, 1):
        with pytest.raises(SnapshotDamagedError, match=f"part {damaged} of the snapshot"):
            differed(MemoryScan(whole), MemoryScan(whole, whole, damaged=damaged))


@pytest.mark.parametrize(
    ("limit", "kind", "said"),
    [
        ("plenty", InputError, "memory must be a size such as 512MB. Got 'plenty' instead."),
        ("1MB", StoreError, "comparing must have room for what it holds: 1MB of memory, and "),
    ],
)
def test_memory_that_is_none_or_too_little_is_told(limit: str, kind: type[Exception], said: str) -> None:
    many = MemoryScan(table([(hour, "a", float(hour)) for hour in range(5000)]))
    none = MemoryScan(table([]))
    comparison = Comparison(columns=tuple(many.column_names), event_time="at", key=(), span=SPAN)
    with pytest.raises(kind) as caught:
        DuckdbDiffer(limit).compare(none, many, comparison)
    assert str(caught.value).startswith(said)
