"""Take an immutable snapshot of the rows that a run may see."""

from __future__ import annotations

import hashlib
import json

from headgate import wire
from headgate.core.refs import PartRef, RunRef, SnapshotRef
from headgate.ports import RowsCutter, RowsSource, SnapshotStore


def take_snapshot(
    run: RunRef, *, source: RowsSource, event_time: str, label: str, cutter: RowsCutter, store: SnapshotStore
) -> SnapshotRef:
    """Read the source, cut the windows and write both, then the manifest.

    Running it again: the same rows give the same id and write nothing new. The manifest comes last, so a snapshot that
    has one is whole.

    Raises:
        InputError: The source isn't what the specification says.
        DataError: The rows don't fill the windows, or labels are missing.
        StoreError: The store refuses.
    """
    training, holdout = cutter.cut(source.read(run.windows), windows=run.windows, event_time=event_time, label=label)
    parts = (store.put(training), store.put(holdout))
    identity = snapshot_id(*parts)
    snapshot = SnapshotRef(
        id=identity,
        run=run,
        label=label,
        event_time=event_time,
        training=parts[0],
        holdout=parts[1],
        manifest=f"snapshots/{run.model}/{run.as_of.instant:%Y%m%dT%H%M%SZ}-{identity[:16]}.json",
    )
    store.put_document(snapshot.manifest, _manifest(snapshot, source.name, list(training.column_names)))
    return snapshot


def snapshot_id(training: PartRef, holdout: PartRef) -> str:
    """Return the id that the content of both windows makes, and nothing else: 64 hex digits (sha256).

    >>> part = PartRef(digest="00", rows=1)
    >>> len(snapshot_id(part, part))
    64
    """
    return hashlib.sha256(f"training {training.digest}\nholdout {holdout.digest}\n".encode()).hexdigest()


def _manifest(snapshot: SnapshotRef, source: str, columns: list[str]) -> str:
    data = {
        "format": 1,
        "id": snapshot.id,
        "model": snapshot.run.model,
        "source": source,
        "columns": columns,
        "label": snapshot.label,
        "event_time": snapshot.event_time,
        "windows": wire.dump(snapshot.run.windows),
        "parts": {"training": wire.dump(snapshot.training), "holdout": wire.dump(snapshot.holdout)},
    }
    return json.dumps(data, indent=2, sort_keys=True)
