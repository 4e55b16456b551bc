"""Snapshots in memory whose parts are given, a day each: the last ones are the holdout."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pyarrow as pa

from headgate import wire
from headgate.adapters.pyarrow_profiler import ArrowProfiler
from headgate.core.asof import AsOf, Origin, RunType
from headgate.core.refs import RunRef, SnapshotRef
from headgate.core.snapshots import Column, Manifest, Part, snapshot_id
from headgate.core.windows import Window, Windows
from headgate.steps.quarantine import cleaned
from headgate.testing.memory_store import MemoryStore

MAY = datetime(2024, 5, 1, tzinfo=UTC)


def day(number: int) -> Window:
    start = MAY + timedelta(days=number)
    return Window(start=start, end=start + timedelta(days=1))


def table(load: list[float | None], station: list[str | None] | None = None) -> pa.Table:
    return pa.table(
        {"load": pa.array(load, pa.float64()), "station": pa.array(station or ["a"] * len(load), pa.string())}
    )


def snapshot(store: MemoryStore, *parts: pa.Table, holdout: int = 1, as_of: datetime = MAY) -> Manifest:
    """Return the manifest of one part a day, the last ones of which are the holdout."""
    made = [Part(span=day(n), content=store.put(rows), token=f"t{n}") for n, rows in enumerate(parts)]
    training, held = tuple(made[:-holdout]), tuple(made[-holdout:])
    profiler = ArrowProfiler()
    return Manifest(
        id=snapshot_id([p.content for p in training], [p.content for p in held]),
        model="sales",
        source="days",
        columns=(Column(name="load", type="double"), Column(name="station", type="string")),
        label="load",
        event_time="day",
        windows=Windows(as_of=as_of, training=day(0), holdout=day(len(parts))),
        training=training,
        holdout=held,
        statistics=profiler.merge([profiler.profile(rows) for rows in parts]),
    )


def ref(store: MemoryStore, manifest: Manifest) -> SnapshotRef:
    """Write the manifest, and return what names it."""
    store.put_document(manifest.path, wire.text(manifest))
    run = RunRef(
        dag_id="sales",
        dag_run_id="manual 1",
        run_type=RunType.MANUAL,
        who="ada",
        model=manifest.model,
        as_of=AsOf(instant=manifest.windows.as_of, origin=Origin.FORM),
        windows=manifest.windows,
    )
    bare = SnapshotRef(id="", run=run, label="load", event_time="day", training_rows=0, holdout_rows=0, manifest="")
    return cleaned(bare, manifest)
