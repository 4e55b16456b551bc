"""A snapshot store in memory."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import cast

import pyarrow as pa  # noqa: TID253 - no Dag imports it

from headgate.adapters.fsspec_store import digest_of
from headgate.core.snapshots import PartRef, part_path
from headgate.core.stored_file import StoredFile
from headgate.errors import DataError, SnapshotDamagedError
from headgate.ports import Rows
from headgate.testing.fake_log import EPOCH


class MemoryStore:
    """`SnapshotStore` that forgets when the process ends.

    Attributes:
        now: When what is written from now on was written; nothing reads a clock.
    """

    def __init__(self) -> None:
        self.now: datetime = EPOCH
        self._parts: dict[str, pa.Table] = {}
        self._documents: dict[str, str] = {}
        self._written: dict[str, datetime] = {}

    def put(self, rows: Rows) -> PartRef:
        """Keep a part, or find it there."""
        table = cast("pa.Table", rows)
        part = PartRef(digest=digest_of(table), rows=table.num_rows)
        self._parts.setdefault(part.digest, table)
        self._written.setdefault(part_path(part), self.now)
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
        self._written[path] = self.now

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

    def files(self, folder: str) -> tuple[StoredFile, ...]:
        """Return every file below a folder, by its path."""
        parts = {part_path(PartRef(digest=digest, rows=0)): table.nbytes for digest, table in self._parts.items()}
        sizes = {**parts, **{path: len(text.encode()) for path, text in self._documents.items()}}
        return tuple(
            StoredFile(path=path, size=size, written=self._written[path])
            for path, size in sorted(sizes.items())
            if path.startswith(f"{folder}/")
        )

    def delete(self, path: str) -> None:
        """Delete a file; one that isn't there is no error."""
        self._documents.pop(path, None)
        self._parts = {
            digest: table for digest, table in self._parts.items() if part_path(PartRef(digest=digest, rows=0)) != path
        }
        self._written.pop(path, None)
