"""A snapshot store in memory."""

from __future__ import annotations

from typing import cast

import pyarrow as pa  # noqa: TID253 - no Dag imports it

from headgate.adapters.fsspec_store import digest_of
from headgate.core.refs import PartRef
from headgate.errors import SnapshotDamagedError
from headgate.ports import Rows


class MemoryStore:
    """`SnapshotStore` that forgets when the process ends."""

    def __init__(self) -> None:
        self._parts: dict[str, pa.Table] = {}
        self._documents: dict[str, str] = {}

    def put(self, rows: Rows) -> PartRef:
        """Keep a part, or find it there."""
        table = cast("pa.Table", rows)
        part = PartRef(digest=digest_of(table), rows=table.num_rows)
        self._parts.setdefault(part.digest, table)
        return part

    def get(self, part: PartRef) -> pa.Table:
        """Return the rows of a part.

        Raises:
            SnapshotDamagedError: The part is missing.
        """
        if part.digest not in self._parts:
            msg = f"part {part.digest} of the snapshot is missing. Run the snapshot task again."
            raise SnapshotDamagedError(msg)
        return self._parts[part.digest]

    def put_document(self, path: str, text: str) -> None:
        """Keep a document; the second time replaces it."""
        self._documents[path] = text

    def get_document(self, path: str) -> str:
        """Return a document.

        Raises:
            SnapshotDamagedError: It isn't there.
        """
        if path not in self._documents:
            msg = f"document {path} of the snapshot is missing. Run the snapshot task again."
            raise SnapshotDamagedError(msg)
        return self._documents[path]
