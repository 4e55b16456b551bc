"""Read a snapshot's parts back, and say which aren't what was written."""

from __future__ import annotations

from headgate.core.snapshots import Manifest, PartRef
from headgate.errors import SnapshotDamagedError
from headgate.ports import SnapshotStore


class Verifier:
    """Verifies snapshots of one store; a part that several share is read once.

    Args:
        store: Where they lie.
    """

    def __init__(self, store: SnapshotStore) -> None:
        self._store = store
        self._found: dict[PartRef, str | None] = {}

    @property
    def parts(self) -> int:
        """How many parts were read."""
        return len(self._found)

    def problems(self, manifest: Manifest) -> tuple[str, ...]:
        """Return what is wrong with the parts of a snapshot, and with what it left out; nothing when it is whole.

        Raises:
            StoreError: The store refuses.
            TransientError: The store can't be reached.
        """
        contents = [part.content for part in manifest.parts]
        contents += [manifest.left_out.content] if manifest.left_out else []
        found = [self._problem(content) for content in dict.fromkeys(contents)]
        counted = sum(part.content.rows for part in manifest.parts)
        if counted != manifest.statistics.rows:
            found.append(f"its statistics are of {manifest.statistics.rows:,} rows, its parts hold {counted:,}")
        return tuple(problem for problem in found if problem)

    def _problem(self, part: PartRef) -> str | None:
        if part not in self._found:
            self._found[part] = self._read(part)
        return self._found[part]

    def _read(self, part: PartRef) -> str | None:
        try:
            rows = self._store.get(part).num_rows
        except SnapshotDamagedError as error:
            return str(error)
        return None if rows == part.rows else f"part {part.digest} holds {rows:,} rows, its manifest says {part.rows:,}"
