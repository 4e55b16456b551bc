"""Columns of every type that a source may give: cut, kept, and read back as they were."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from fsspec.implementations.local import LocalFileSystem

from headgate.adapters.fsspec_store import FsspecStore
from headgate.adapters.pyarrow_cutter import ArrowCutter
from headgate.errors import DataError
from headgate.ports import Cut
from tests.unit.taking import UTC_MICROSECONDS, WINDOWS, cut, day

SECONDS = pa.timestamp("s")


def tied(column: pa.Array) -> pa.Table:
    """Two rows of one instant, so that the column decides their order."""
    when = pa.array([day(3), day(3)], UTC_MICROSECONDS)
    return pa.table({"when": when, "y": [1.0, 1.0], "x": column})


@pytest.mark.parametrize(
    ("column", "kind"),
    [
        (pa.array([2, 1], SECONDS), pa.timestamp("us")),
        (pa.array([2, 1], pa.time32("s")), pa.time32("ms")),
        (pa.array([86_400_000, 0], pa.date64()), pa.date32()),
        (pa.array([[2], [1]], pa.list_(SECONDS)), pa.list_(pa.timestamp("ms"))),
        (pa.array([[2], [1]], pa.large_list(pa.time32("s"))), pa.large_list(pa.time32("ms"))),
        (pa.array([{"a": 2}, {"a": 1}], pa.struct([("a", SECONDS)])), pa.struct([("a", pa.timestamp("ms"))])),
        (pa.array(np.array([2.5, 0.5], np.float16)), pa.float32()),
        (pa.array([[("a", 2)], [("a", 1)]], pa.map_(pa.string(), pa.int8())), pa.map_(pa.string(), pa.int8())),
        (pa.array([[("a", [2])], []], pa.map_(pa.string(), pa.list_(pa.int8()))), None),
        (pa.array([b"bb", b"aa"], pa.binary(2)), pa.binary(2)),
        (pa.array([2, 1], pa.decimal256(60, 2)), pa.decimal256(60, 2)),
        (pa.array([2, 1], pa.duration("s")), pa.duration("s")),
        (pa.array(["b", "a"]).dictionary_encode(), pa.large_string()),
    ],
    ids=lambda value: str(getattr(value, "type", "")) or None,
)
def test_what_is_cut_is_read_back_from_the_store(column: pa.Array, kind: pa.DataType | None, tmp_path: Path) -> None:
    rows, _ = cut(tied(column))
    assert rows.equals(cut(tied(column.take(pa.array([1, 0]))))[0])
    assert rows.schema.field("x").type == (kind or column.type)
    store = FsspecStore(LocalFileSystem(), str(tmp_path))
    part = store.put(rows)
    assert store.get(part).equals(rows)
    assert store.get(part, ["x"]).equals(rows.select(["x"]))


def test_not_a_number_is_a_null_in_halves_too() -> None:
    rows, _ = cut(tied(pa.array(np.array([np.nan, 0.5], np.float16))))
    assert rows["x"].to_pylist() == [0.5, None]


def test_a_type_that_parquet_gives_back_as_another_is_refused_before_it_is_written(tmp_path: Path) -> None:
    store = FsspecStore(LocalFileSystem(), str(tmp_path))
    with pytest.raises(DataError, match=r"column x .* Got time32\[s\] instead, which it gives back as time32\[ms\]"):
        store.put(pa.table({"x": pa.array([1], pa.time32("s"))}))
    assert list(tmp_path.rglob("*.parquet")) == []


@pytest.mark.parametrize(("ticks", "year"), [(10**18, 9999), (-(10**18), 1)])
def test_events_that_no_calendar_knows_lie_at_its_end(ticks: int, year: int) -> None:
    """Milliseconds that were taken for seconds: the sentence about an empty window must still be told."""
    spans = (WINDOWS.training, WINDOWS.holdout)
    with ArrowCutter().pile(Cut(spans=spans, as_of=WINDOWS.as_of, event_time="when", label="y")) as pile:
        pile.add(pa.table({"when": pa.array([ticks], UTC_MICROSECONDS), "y": [1.0]}))
        events = pile.gathered().events
    assert events is not None
    assert events[0].year == events[1].year == year


@pytest.mark.parametrize("edge", [datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)])
def test_the_first_and_the_last_instant_are_themselves(edge: datetime) -> None:
    with ArrowCutter().pile(Cut(spans=(), as_of=edge, event_time="when", label="y")) as pile:
        pile.add(pa.table({"when": pa.array([edge], UTC_MICROSECONDS), "y": [1.0]}))
        assert pile.gathered().events == (edge, edge)


@pytest.mark.parametrize("unit", ["s", "ms"])
def test_event_times_too_far_for_microseconds_are_refused(unit: Any) -> None:
    far = pa.table({"when": pa.array([2**62], pa.timestamp(unit, "UTC")), "y": [1.0]})
    with pytest.raises(DataError, match=r"event time when must be within some 290,000 years of 1970\. Got .*finer"):
        cut(far)
