"""Stop a run whose snapshot holds what nobody could know at its as-of."""

from __future__ import annotations

from dataclasses import replace

from headgate.core.leakage import leaks_of
from headgate.core.snapshots import Manifest
from headgate.core.windows import Windows
from headgate.errors import DataError
from headgate.ports import RowsTable, SnapshotStore


def require_no_leaks(manifest: Manifest, windows: Windows) -> None:
    """Raise unless each row, and its label, was known at the as-of, as far as the parts' extents tell.

    Args:
        manifest: Of the snapshot.
        windows: The run's as-of and windows.

    Raises:
        DataError: There are leaks; the sentence names each.
    """
    leaks = leaks_of(manifest, windows)
    if leaks:
        msg = (
            f"snapshot must hold only rows and labels that were known at the as-of {windows.as_of:%Y-%m-%dT%H:%M:%SZ}. "
        )
        msg += f"Got this instead: {'; '.join(leaks)}. Nothing is trained on it. Labels that become final later need a "
        msg += "longer Label(..., delay=...), or a source without such rows; anything else is no work of the snapshot "
        msg += "task's: run it again."
        raise DataError(msg)


def looked_at(manifest: Manifest, store: SnapshotStore, table: RowsTable) -> Manifest:
    """Return the manifest with the extents that the rows in the store have. Only columns of times are read.

    Raises:
        DataError: A column of times isn't there, or is no such.
        SnapshotDamagedError: A part isn't what was written.
        StoreError: The store refuses.
        TransientError: It can't be reached.
    """
    training, holdout = (
        tuple(
            replace(part, extents=table.extents(store.get(part.content, manifest.times), manifest.times))
            for part in parts
        )
        for parts in (manifest.training, manifest.holdout)
    )
    return replace(manifest, training=training, holdout=holdout)
