"""The store itself: where things lie, how they are written whole, and whose fault it is when they aren't."""

from __future__ import annotations

import contextlib
import posixpath
import uuid
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, cast

import pyarrow as pa

from headgate.adapters.fsspec_store import part_file
from headgate.adapters.fsspec_store.ages import written_at
from headgate.adapters.fsspec_store.digests import column_digests, whole_digest
from headgate.adapters.fsspec_store.outages import Watched, translated
from headgate.core.snapshots import PartRef, part_path
from headgate.core.stored_file import StoredFile
from headgate.errors import SnapshotDamagedError
from headgate.ports import Rows

_OBJECT_STORES = frozenset(
    {"abfs", "abfss", "adl", "az", "gcs", "gs", "mlflow-artifacts", "oss", "s3", "s3a", "wasb", "wasbs"}
)
_PART = ".parquet"


class FsspecStore:
    """Parts at `<root>/parts/<first two of the digest>/<digest>.parquet`, documents at `<root>/<path>`.

    Everything is written under a name of its own and then moved: two writers at once are safe, and nothing half-written
    bears a final name. Object stores have nothing half-written, and a move there is a copy: they get the final name.

    What it does not do: mend. A part whose file is there is never written again; `get` tells when it is damaged.

    Args:
        filesystem: An fsspec filesystem.
        root: Folder in it; made when it isn't there.
    """

    def __init__(self, filesystem: Any, root: str) -> None:  # noqa: ANN401 - fsspec has no types
        self._filesystem = filesystem
        self._root = root.rstrip("/") or "/"

    def put(self, rows: Rows) -> PartRef:
        """Write a part whole, or find it there. The second time writes nothing.

        Raises:
            StoreError: The store refuses (read-only, no space).
            TransientError: It can't be reached.
        """
        table = cast("pa.Table", rows)
        digests = column_digests(table)
        part = PartRef(digest=whole_digest(table.schema, table.num_rows, digests), rows=table.num_rows)
        path = self._part_path(part)
        if not self.has(part):
            self._write(path, part_file.written(table, digests))
        return part

    def has(self, part: PartRef) -> bool:
        """Return whether a part of that digest is there, without reading it.

        Raises:
            StoreError: The store refuses.
            TransientError: It can't be reached.
        """
        path = self._part_path(part)
        with translated("read", path):
            return bool(self._filesystem.exists(path))

    def get(self, part: PartRef, columns: Sequence[str] | None = None) -> pa.Table:
        """Return the rows of a part, what is read of it checked against its digest.

        A part that an older version wrote says nothing about its columns: it is read whole to be checked.

        Args:
            part: Which part.
            columns: Read only these, in this order; all when `None`.

        Raises:
            SnapshotDamagedError: The part is missing, or its content isn't what was written.
            DataError: It has no such column.
            StoreError: The store refuses.
            TransientError: It can't be reached.
        """
        path = self._part_path(part)
        try:
            table = None if columns is None else self._columns(path, part, columns)
            if table is None:
                table = part_file.read_whole(self._bytes(path, what=f"part {part.digest}"), part.digest)
        except part_file.DamagedError as error:
            msg = f"part {part.digest} of the snapshot is damaged: {error}. Delete the file {path} and run the "
            msg += "snapshot task again."
            raise SnapshotDamagedError(msg) from error
        if columns is None:
            return table
        part_file.require_columns(columns, table.column_names)
        return table.select(list(columns))

    def put_document(self, path: str, text: str) -> None:
        """Write a small document, atomically; the second time replaces it.

        Raises:
            StoreError: The store refuses (read-only, no space).
            TransientError: It can't be reached.
        """
        self._write(posixpath.join(self._root, path), text.encode())

    def get_document(self, path: str) -> str:
        """Return a document.

        Raises:
            SnapshotDamagedError: It isn't there, or isn't text.
            StoreError: The store refuses.
            TransientError: It can't be reached.
        """
        whole = posixpath.join(self._root, path)
        try:
            return self._bytes(whole, what=f"document {path}").decode()
        except UnicodeDecodeError as error:
            msg = f"document {path} of the snapshot is damaged: {whole} isn't text. Run the snapshot task again."
            raise SnapshotDamagedError(msg) from error

    def documents(self, folder: str) -> tuple[str, ...]:
        """Return the paths of the documents below a folder, sorted; none when there is no such folder.

        Raises:
            StoreError: The store refuses.
            TransientError: It can't be reached.
        """
        return tuple(sorted(path for path in self._listed(folder) if _is_document(path)))

    def files(self, folder: str) -> tuple[StoredFile, ...]:
        """Return every file below a folder, by its path, with size and age.

        Raises:
            StoreError: The store refuses.
            TransientError: It can't be reached.
        """
        found = sorted(self._listed(folder).items())
        return tuple(
            StoredFile(path=path, size=int(facts.get("size") or 0), written=written_at(facts) or self._modified(path))
            for path, facts in found
        )

    def _modified(self, path: str) -> datetime | None:
        """Ask for one file's age, where the filesystem doesn't list it."""
        whole = posixpath.join(self._root, path)
        with translated("look at", whole), contextlib.suppress(FileNotFoundError, NotImplementedError):
            return cast("datetime", self._filesystem.modified(whole))
        return None

    def delete(self, path: str) -> None:
        """Delete a file. The second time changes nothing.

        Raises:
            StoreError: The store refuses.
            TransientError: It can't be reached.
        """
        whole = posixpath.join(self._root, path)
        with translated("delete", whole), contextlib.suppress(FileNotFoundError):
            self._filesystem.rm_file(whole)

    def _listed(self, folder: str) -> dict[str, dict[str, Any]]:
        """Return what the filesystem says of each file below a folder, by the file's path in the store."""
        whole = posixpath.join(self._root, folder)
        with translated("list", whole):
            self._filesystem.invalidate_cache()  # another process may have written since
            try:
                found = self._filesystem.find(whole, detail=True)
            except FileNotFoundError:
                return {}
        start = len(str(self._filesystem._strip_protocol(self._root)).rstrip("/")) + 1  # noqa: SLF001 - fsspec's way
        return {path[start:]: facts for path, facts in found.items()}

    def _part_path(self, part: PartRef) -> str:
        return posixpath.join(self._root, part_path(part))

    def _write(self, path: str, data: bytes | pa.Buffer) -> None:
        with translated("write", path, size=len(data)):
            if self._is_object_store():
                self._filesystem.pipe_file(path, data if isinstance(data, bytes) else data.to_pybytes())
            else:
                self._move_into_place(path, data)

    def _is_object_store(self) -> bool:
        protocol = self._filesystem.protocol
        return not _OBJECT_STORES.isdisjoint((protocol,) if isinstance(protocol, str) else protocol)

    def _move_into_place(self, path: str, data: bytes | pa.Buffer) -> None:
        folder, name = posixpath.split(path)
        draft = posixpath.join(folder, f".{name}.{uuid.uuid4().hex}")
        try:
            with self._opened(draft, folder) as file:
                file.write(data)
            self._filesystem.mv(draft, path)
        except BaseException:
            with contextlib.suppress(Exception):
                self._filesystem.rm_file(draft)
            raise

    def _opened(self, draft: str, folder: str) -> Any:  # noqa: ANN401 - fsspec has no types
        try:
            return self._filesystem.open(draft, "wb")
        except FileNotFoundError:
            self._filesystem.makedirs(folder, exist_ok=True)
            return self._filesystem.open(draft, "wb")

    def _columns(self, path: str, part: PartRef, columns: Sequence[str]) -> pa.Table | None:
        with self._missed(path, what=f"part {part.digest}"), self._filesystem.open(path, "rb") as opened:
            file = Watched(opened)
            try:
                return part_file.read_columns(file, part.digest, columns)
            except part_file.DamagedError:
                file.raise_what_it_met()  # the reader may have failed because the store did
                raise

    def _bytes(self, path: str, *, what: str) -> bytes:
        with self._missed(path, what=what):
            return cast("bytes", self._filesystem.cat_file(path))

    @contextlib.contextmanager
    def _missed(self, path: str, *, what: str) -> Iterator[None]:
        with translated("read", path):
            try:
                yield
            except FileNotFoundError as error:
                msg = f"{what} of the snapshot is missing: nothing is at {path}. Run the snapshot task again."
                raise SnapshotDamagedError(msg) from error


def _is_document(path: str) -> bool:
    name = posixpath.basename(path)
    return not name.startswith(".") and not name.endswith(_PART)
