"""Read a snapshot back: its manifest, and its rows part by part."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from headgate import wire
from headgate.core.refs import SnapshotRef
from headgate.core.snapshots import Manifest, Part, snapshot_id
from headgate.errors import InputError, SnapshotDamagedError
from headgate.ports import Rows, SnapshotStore

_FORMAT = 2


class StoredRows:
    """`RowsScan` over parts of a snapshot in their store, each checked as it is read.

    Args:
        store: Where they lie.
        parts: Which parts, in order; at least one.
        columns: The columns that they have, in order.
    """

    def __init__(self, store: SnapshotStore, parts: Sequence[Part], columns: Sequence[str]) -> None:
        self._store = store
        self._parts = tuple(parts)
        self._columns = list(columns)

    @property
    def num_rows(self) -> int:
        """How many rows all parts have together."""
        return sum(part.content.rows for part in self._parts)

    @property
    def column_names(self) -> list[str]:
        """The columns, in order."""
        return list(self._columns)

    def parts(self, columns: Sequence[str] | None = None) -> Iterator[Rows]:
        """Yield the parts in order.

        Args:
            columns: Read only these; all when `None`.

        Raises:
            SnapshotDamagedError: A part isn't what was written.
            DataError: There is no such column.
        """
        for part in self._parts:
            yield self._store.get(part.content, columns)


def all_rows(store: SnapshotStore, manifest: Manifest) -> StoredRows:
    """Return the rows of both windows, in order of event time."""
    return _stored(store, manifest, manifest.parts)


def training_rows(store: SnapshotStore, manifest: Manifest) -> StoredRows:
    """Return the rows of the training window."""
    return _stored(store, manifest, manifest.training)


def holdout_rows(store: SnapshotStore, manifest: Manifest) -> StoredRows:
    """Return the rows of the holdout."""
    return _stored(store, manifest, manifest.holdout)


def manifest_of(store: SnapshotStore, snapshot: SnapshotRef) -> Manifest:
    """Return the manifest of a snapshot.

    Raises:
        SnapshotDamagedError: It is missing, isn't what was written, or is another snapshot's.
    """
    manifest = manifest_at(store, snapshot.manifest)
    if manifest.id != snapshot.id:
        msg = f"manifest {snapshot.manifest} must be of the snapshot {snapshot.id}. Got {manifest.id} instead. "
        msg += "Run the snapshot task again."
        raise SnapshotDamagedError(msg)
    return manifest


def manifest_at(store: SnapshotStore, path: str) -> Manifest:
    """Return the manifest that lies at a path of the store, checked against the id that its parts make.

    Raises:
        SnapshotDamagedError: It is missing, or isn't what was written.
    """
    manifest = _loaded(store.get_document(path), path)
    made = snapshot_id([part.content for part in manifest.training], [part.content for part in manifest.holdout])
    if manifest.id != made:
        msg = f"manifest {path} is damaged: its id is {manifest.id}, its parts make {made}. "
        msg += "Run the snapshot task again."
        raise SnapshotDamagedError(msg)
    return manifest


def _stored(store: SnapshotStore, manifest: Manifest, parts: Sequence[Part]) -> StoredRows:
    return StoredRows(store, parts, [column.name for column in manifest.columns])


def _loaded(text: str, path: str) -> Manifest:
    try:
        data = json.loads(text)
        version = data["format"]
    except (ValueError, TypeError, KeyError) as error:
        msg = f"manifest {path} is damaged: it isn't a manifest ({type(error).__name__}). Run the snapshot task again."
        raise SnapshotDamagedError(msg) from error
    if version != _FORMAT:
        msg = f"manifest {path} must be of format {_FORMAT}. Got format {version!r} instead, which another version of "
        msg += "Headgate wrote. Run the snapshot task again: it takes the snapshot anew from the same rows."
        raise SnapshotDamagedError(msg)
    try:
        return wire.load(Manifest, data)
    except InputError as error:
        msg = f"manifest {path} is damaged: {error} Run the snapshot task again."
        raise SnapshotDamagedError(msg) from error
