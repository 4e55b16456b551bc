"""Statistics of parts, as they lie beside them in the store."""

from __future__ import annotations

from collections.abc import Callable

from headgate.core.snapshots import PartRef, profile_path
from headgate.errors import SnapshotDamagedError
from headgate.ports import Profiler, Rows, SnapshotStore


def sketch_of(part: PartRef, rows: Callable[[], Rows], *, store: SnapshotStore, profiler: Profiler) -> str:
    """Return a part's sketch, put beside it if need be.

    Args:
        part: Which part.
        rows: Returns its rows; asked only where there is no sketch yet.
        store: Where it lies.
        profiler: Makes the sketch.

    Raises:
        SnapshotDamagedError: The part isn't what was written.
        StoreError: The store refuses.
        TransientError: The store can't be reached.
    """
    path = profile_path(part)
    try:
        return store.get_document(path)
    except SnapshotDamagedError:  # there is none yet
        sketch = profiler.profile(rows())
    store.put_document(path, sketch)
    return sketch
