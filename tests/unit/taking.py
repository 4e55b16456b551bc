"""What taking a snapshot needs of the world, in memory: a source that can be changed, and a profiler that counts."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pyarrow as pa
import pyarrow.compute as pc

from headgate.adapters.pyarrow_cutter import ArrowCutter
from headgate.adapters.pyarrow_table import ArrowTable
from headgate.core.asof import AsOf, Origin, RunType
from headgate.core.profile import Profile
from headgate.core.refs import RunRef, SnapshotRef
from headgate.core.windows import Window, Windows
from headgate.ports import Cut, Rows, RowsCutter, Sighting, SnapshotStore
from headgate.steps.keeping import Wanted
from headgate.steps.snapshot import SnapshotPorts, take_snapshot

UTC_MICROSECONDS = pa.timestamp("us", "UTC")


def day(number: float) -> datetime:
    """Days of January 2000: 1 is the first."""
    return datetime(2000, 1, 1, tzinfo=UTC) + timedelta(days=number - 1)


WINDOWS = Windows(as_of=day(9), training=Window(start=day(3), end=day(5)), holdout=Window(start=day(5), end=day(7)))


def rows(days: Any = range(1, 10), **more: Any) -> pa.Table:
    days = list(days)
    return pa.table(
        {
            "when": pa.array([day(d) for d in days], UTC_MICROSECONDS),
            "y": pa.array([float(d) for d in days], pa.float64()),
            **more,
        }
    )


class Given:
    """A source of given batches, which remembers what was asked of it.

    With `knows`, its tokens are digests of the rows of a span, so that equal tokens mean equal rows.
    """

    name = "given"

    def __init__(self, *batches: pa.Table, knows: bool = False) -> None:
        self.batches = batches
        self.knows = knows
        self.asked: list[tuple[Window, ...]] = []

    def read(self, windows: Windows, spans: Sequence[Window]) -> Iterator[pa.Table]:
        self.asked.append(tuple(spans))
        yield from self.batches

    def token(self, span: Window, as_of: datetime) -> str | None:
        if not self.knows:
            return None
        found = sorted(str(row) for batch in self.batches for row in _within(batch, span).to_pylist())
        return hashlib.sha256("\n".join(found).encode()).hexdigest()

    def look(self, span: Window, as_of: datetime) -> Sighting:
        return Sighting(rows=sum(_within(batch, span).num_rows for batch in self.batches), newest=None)


class Counting:
    """A profiler whose sketches are counts."""

    def __init__(self) -> None:
        self.profiled = 0

    def profile(self, rows: Rows) -> str:
        self.profiled += 1
        return json.dumps(rows.num_rows)

    def merge(self, sketches: Sequence[str]) -> Profile:
        return Profile(rows=sum(json.loads(sketch) for sketch in sketches), columns=())


def cut(
    batches: pa.Table | Sequence[pa.Table], windows: Windows = WINDOWS, *, memory: int = 2**28
) -> tuple[pa.Table, pa.Table]:
    """Cut batches into the two windows."""
    spans = (windows.training, windows.holdout)
    asked = Cut(spans=spans, as_of=windows.as_of, event_time="when", label="y")
    with ArrowCutter(memory=memory).pile(asked) as pile:
        for batch in [batches] if isinstance(batches, pa.Table) else batches:
            pile.add(batch)
        pile.gathered()
        training, holdout = (pile.rows(span) for span in spans)
    return training, holdout


def wanted(source: Any, **more: Any) -> Wanted:
    return replace(Wanted(source=source, event_time="when", label="y", recipe="the same"), **more)


def run_of(windows: Windows = WINDOWS) -> RunRef:
    return RunRef(
        dag_id="sales",
        dag_run_id="a run",
        run_type=RunType.SCHEDULED,
        who="ada",
        model="sales",
        as_of=AsOf(instant=windows.as_of, origin=Origin.INTERVAL),
        windows=windows,
    )


def take(
    source: Any,
    store: SnapshotStore,
    windows: Windows = WINDOWS,
    *,
    cutter: RowsCutter | None = None,
    profiler: Any = None,
    tell: Any = lambda _: None,
    **more: Any,
) -> SnapshotRef:
    ports = SnapshotPorts(
        cutter=cutter or ArrowCutter(), store=store, profiler=profiler or Counting(), table=ArrowTable()
    )
    return take_snapshot(run_of(windows), wanted=wanted(source, **more), ports=ports, tell=tell)


def _within(batch: pa.Table, span: Window) -> pa.Table:
    times = batch.column("when")
    start, end = (pa.scalar(moment, UTC_MICROSECONDS) for moment in (span.start, span.end))
    inside = pc.and_(pc.greater_equal(times, start), pc.less(times, end))
    return cast("pa.Table", batch.filter(inside))
