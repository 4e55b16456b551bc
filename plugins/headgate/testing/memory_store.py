"""A snapshot store in memory."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import pyarrow as pa  # noqa: TID253 - no Dag imports it

from headgate.adapters.fsspec_store import digest_of
from headgate.core.snapshots import PartRef
from headgate.errors import DataError, SnapshotDamagedError
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

    def has(self, part: PartRef) -> bool:
        """Return whether a part of that digest is there."""
        return part.digest in self._parts

    def get(self, part: PartRef, columns: Sequence[str] | None = None) -> pa.Table:
        """Return the rows of a part, or some of its columns in that order.

        Raises:
            SnapshotDamagedError: The part is missing.
            DataError: It has no such column.
        """
        if part.digest not in self._parts:
            msg = f"part {part.digest} of the snapshot is missing. Run the snapshot task again."
            raise SnapshotDamagedError(msg)
        table = self._parts[part.digest]
        for column in columns or ():
            if column not in table.column_names:
                msg = f"column {column} must be a column of the snapshot. Got {table.column_names} instead."
                raise DataError(msg)
        return table if columns is None else table.select(list(columns))

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

    def documents(self, folder: str) -> tuple[str, ...]:
        """Return the paths of the documents below a folder, sorted."""
        return tuple(sorted(path for path in self._documents if path.startswith(f"{folder}/")))
