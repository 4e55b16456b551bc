"""A snapshot store on any fsspec filesystem: content-addressed Parquet, and documents."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import posixpath
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from headgate.core.refs import PartRef
from headgate.errors import DataError, SnapshotDamagedError, StoreError, TransientError
from headgate.ports import Rows

_OUTAGES = frozenset(
    {
        errno.EAGAIN,
        errno.ECONNABORTED,
        errno.ECONNREFUSED,
        errno.ECONNRESET,
        errno.EHOSTDOWN,
        errno.EHOSTUNREACH,
        errno.EIO,
        errno.ENETDOWN,
        errno.ENETUNREACH,
        errno.EPIPE,
        errno.ESTALE,
        errno.ETIMEDOUT,
    }
)


class FsspecStore:
    """Parts at `<root>/parts/<first two of the digest>/<digest>.parquet`, documents at `<root>/<path>`.

    Everything is written under a name of its own and then moved: two writers at once are safe, and nothing half-written
    bears a final name.

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
        part = PartRef(digest=digest_of(table), rows=table.num_rows)
        path = self._part_path(part)
        with self._translated("write", path):
            if not self._filesystem.exists(path):
                self._write(path, _parquet(table))
        return part

    def get(self, part: PartRef) -> pa.Table:
        """Return the rows of a part, checked against its digest.

        Raises:
            SnapshotDamagedError: The part is missing, or its content isn't what was written.
            StoreError: The store refuses.
            TransientError: It can't be reached.
        """
        path = self._part_path(part)
        table = _read(self._bytes(path, what=f"part {part.digest}"), part, path)
        found = digest_of(table)
        if found != part.digest:
            raise SnapshotDamagedError(_damaged(part, path, f"its content hashes to {found}"))
        return table

    def put_document(self, path: str, text: str) -> None:
        """Write a small document, atomically; the second time replaces it.

        Raises:
            StoreError: The store refuses (read-only, no space).
            TransientError: It can't be reached.
        """
        whole = posixpath.join(self._root, path)
        with self._translated("write", whole):
            self._write(whole, text.encode())

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

    def _part_path(self, part: PartRef) -> str:
        return posixpath.join(self._root, "parts", part.digest[:2], f"{part.digest}.parquet")

    def _write(self, path: str, data: bytes | pa.Buffer) -> None:
        folder, name = posixpath.split(path)
        draft = posixpath.join(folder, f".{name}.{uuid.uuid4().hex}")
        self._filesystem.makedirs(folder, exist_ok=True)
        try:
            with self._filesystem.open(draft, "wb") as file:
                file.write(data)
            self._filesystem.mv(draft, path)
        except BaseException:
            with contextlib.suppress(Exception):
                self._filesystem.rm_file(draft)
            raise

    def _bytes(self, path: str, *, what: str) -> bytes:
        with self._translated("read", path):
            try:
                return cast("bytes", self._filesystem.cat_file(path))
            except FileNotFoundError as error:
                msg = f"{what} of the snapshot is missing: nothing is at {path}. Run the snapshot task again."
                raise SnapshotDamagedError(msg) from error

    @contextlib.contextmanager
    def _translated(self, verb: str, path: str) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            why = f"{type(error).__name__}: {error}"
            if isinstance(error, ConnectionError | TimeoutError) or error.errno in _OUTAGES:
                msg = f"snapshot store can't be reached to {verb} {path}: {why}"
                raise TransientError(msg) from error
            msg = f"snapshot store must let this task {verb} {path}. Got {why} instead. "
            msg += "Check permissions and free space there, or give the snapshots another place."
            raise StoreError(msg) from error


def digest_of(table: pa.Table) -> str:
    """Return the sha256, in hex, of what a table holds: names, types, nulls and values, in order.

    Only values count, not how memory holds them: chunks, slices, padding and what lies beneath a null don't. The bytes
    are Arrow's columnar layout (https://arrow.apache.org/docs/format/Columnar.html), each column hashed by itself.
    Arrow's IPC stream would be shorter, but its padding shows a slice's neighbours.

    >>> digest_of(pa.table({"x": [1, 2]})) == digest_of(pa.table({"x": [0, 1, 2]}).slice(1))
    True
    """
    whole = hashlib.sha256(f"{table.num_rows} rows".encode())
    with ThreadPoolExecutor(max_workers=2) as pool:  # hashing large buffers frees the interpreter
        for field, digest in zip(table.schema, pool.map(_column_digest, table.columns), strict=True):
            whole.update(f"\n{len(field.name)} {field.name} {_type_name(field.type)} ".encode())
            whole.update(digest)
    return whole.hexdigest()


def _type_name(kind: pa.DataType) -> str:
    """Name a type as Arrow does, but for the name of a list's items, which Parquet changes."""
    if pa.types.is_struct(kind):
        return f"struct<{', '.join(f'{child.name}: {_type_name(child.type)}' for child in kind)}>"
    if pa.types.is_nested(kind) and kind.num_fields == 1 and not pa.types.is_map(kind):
        return f"{str(kind).partition('<')[0]}<{_type_name(kind.value_type)}>{getattr(kind, 'list_size', '')}"
    return str(kind)


def _column_digest(column: pa.ChunkedArray) -> bytes:
    content = hashlib.sha256()
    for piece in _pieces(column.combine_chunks()):
        content.update(memoryview(piece))
    return content.digest()


def _pieces(array: pa.Array) -> Iterator[bytes | pa.Buffer]:
    array = _plain(array)
    yield f"{len(array)} {array.null_count} ".encode()
    if pa.types.is_null(array.type):
        return
    if array.null_count:
        yield _flags(array.is_valid())
        array = array.drop_null()
    yield from _values(array)


def _plain(array: pa.Array) -> pa.Array:
    kind = array.type
    if pa.types.is_dictionary(kind):
        return array.cast(kind.value_type)
    if isinstance(kind, pa.BaseExtensionType):
        return array.storage
    if pa.types.is_map(kind):
        return array.cast(pa.list_(pa.struct([("key", kind.key_type), ("value", kind.item_type)])))
    if pa.types.is_string_view(kind):
        return array.cast(pa.large_string())
    return array.cast(pa.large_binary()) if pa.types.is_binary_view(kind) else array


def _values(array: pa.Array) -> Iterator[bytes | pa.Buffer]:
    kind = array.type
    if pa.types.is_boolean(kind):
        yield _flags(array)
    elif pa.types.is_struct(kind):
        for child in array.flatten():
            yield from _pieces(child)
    elif pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind):
        yield from _pieces(pc.list_value_length(array))
        yield from _pieces(array.flatten())
    elif pa.types.is_primitive(kind) or pa.types.is_decimal(kind) or pa.types.is_fixed_size_binary(kind):
        width = kind.bit_width // 8
        if len(array):
            yield array.buffers()[1].slice(array.offset * width, len(array) * width)
    elif pa.types.is_large_string(kind) or pa.types.is_large_binary(kind):
        yield from _texts(array, np.int64)
    elif pa.types.is_string(kind) or pa.types.is_binary(kind):
        yield from _texts(array, np.int32)
    else:
        msg = f"columns of a snapshot must be of a type that Parquet knows. Got {kind} instead."
        raise DataError(msg)


def _flags(array: pa.Array) -> pa.Buffer:
    return array.cast(pa.uint8()).buffers()[1].slice(0, len(array))


def _texts(array: pa.Array, width: type[np.signedinteger[Any]]) -> Iterator[bytes | pa.Buffer]:
    _, positions, content = array.buffers()
    if not len(array):
        return
    bounds = np.frombuffer(positions, dtype=width)[array.offset : array.offset + len(array) + 1]
    yield np.diff(bounds).astype(np.int64).tobytes()
    if content is not None:
        yield content.slice(int(bounds[0]), int(bounds[-1] - bounds[0]))


def _parquet(table: pa.Table) -> pa.Buffer:
    sink = pa.BufferOutputStream()
    try:
        pq.write_table(table, sink, compression="zstd", write_page_checksum=True)
    except pa.ArrowException as error:
        msg = f"columns of a snapshot must be of types that Parquet knows. Got {error} instead."
        raise DataError(msg) from error
    return sink.getvalue()


def _read(data: bytes, part: PartRef, path: str) -> pa.Table:
    try:
        return pq.read_table(pa.BufferReader(data), page_checksum_verification=True)
    except Exception as error:  # whatever a reader makes of damaged bytes
        raise SnapshotDamagedError(_damaged(part, path, f"it can't be read ({error})")) from error


def _damaged(part: PartRef, path: str, how: str) -> str:
    return (
        f"part {part.digest} of the snapshot is damaged: {how}. Delete the file {path} and run the snapshot task again."
    )
