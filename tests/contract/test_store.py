"""The snapshot stores: the shared suite, and what a store on files must do besides."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import uuid
from pathlib import Path

import fsspec
import pyarrow as pa
import pytest
from fsspec.implementations.local import LocalFileSystem
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from headgate.adapters.fsspec_store import FsspecStore, digest_of
from headgate.errors import DataError, SnapshotDamagedError, StoreError, TransientError
from headgate.ports import SnapshotStore
from headgate.testing.conformance_store import StoreConformance
from headgate.testing.memory_store import MemoryStore

ROWS = pa.table({"x": pa.array(range(200)), "s": pa.array([f"row {i}" for i in range(200)])})


class TestMemoryStore(StoreConformance):
    def make(self) -> SnapshotStore:
        return MemoryStore()


class TestFsspecStoreOnDisk(StoreConformance):
    @pytest.fixture(autouse=True)
    def _folder(self, tmp_path: Path) -> None:
        self.folder = tmp_path

    def make(self) -> SnapshotStore:
        return FsspecStore(LocalFileSystem(), str(self.folder / uuid.uuid4().hex))


class TestFsspecStoreInMemory(StoreConformance):
    def make(self) -> SnapshotStore:
        return FsspecStore(fsspec.filesystem("memory"), f"/{uuid.uuid4().hex}")


KINDS = {
    pa.int32(): st.integers(-(2**31), 2**31 - 1),
    pa.int64(): st.integers(-(2**63), 2**63 - 1),
    pa.float64(): st.floats(allow_nan=False),
    pa.bool_(): st.booleans(),
    pa.string(): st.text(max_size=5),
    pa.large_string(): st.text(max_size=5),
    pa.binary(): st.binary(max_size=5),
    pa.timestamp("us", "UTC"): st.integers(-(2**50), 2**50),
    pa.date32(): st.integers(-10_000, 10_000),
    pa.list_(pa.int64()): st.lists(st.integers(0, 9), max_size=3),
    pa.struct([("a", pa.int64())]): st.fixed_dictionaries({"a": st.none() | st.integers(0, 9)}),
    pa.null(): st.none(),
}


@st.composite
def tables(draw: st.DrawFn) -> pa.Table:
    size = draw(st.integers(0, 12))
    names = draw(st.lists(st.sampled_from("abcd"), min_size=1, unique=True))
    columns = []
    for _ in names:
        kind = draw(st.sampled_from(sorted(KINDS, key=str)))
        values = draw(st.lists(st.none() | KINDS[kind], min_size=size, max_size=size))
        columns.append(pa.array(values, kind))
    return pa.table(columns, names=names)


@given(tables())
def test_any_table_comes_back_as_it_went_in(table: pa.Table) -> None:
    store = FsspecStore(fsspec.filesystem("memory"), f"/{uuid.uuid4().hex}")
    assert store.get(store.put(table)).equals(table)


@given(tables(), st.integers(0, 12))
def test_the_digest_does_not_see_chunks_and_slices(table: pa.Table, cut: int) -> None:
    pieces = [table.slice(0, cut), table.slice(cut)]
    assert digest_of(pa.concat_tables(pieces)) == digest_of(table)
    rebuilt = pa.Table.from_pylist(table.slice(cut).to_pylist(), schema=table.schema)
    assert digest_of(rebuilt) == digest_of(table.slice(cut))


@given(tables(), tables())
def test_tables_are_equal_exactly_when_their_digests_are(first: pa.Table, second: pa.Table) -> None:
    def has_negative_zero(table: pa.Table) -> bool:
        return "-0.0" in str(table.to_pylist())

    assume(not has_negative_zero(first) and not has_negative_zero(second))
    assert (digest_of(first) == digest_of(second)) is first.equals(second)


def test_the_digest_does_not_see_what_lies_beneath_a_null() -> None:
    holes = pa.py_buffer(b"\x05")
    odd = pa.Array.from_buffers(
        pa.int64(), 3, [holes, pa.py_buffer(b"\x01" + b"\0" * 7 + b"\xff" * 8 + b"\x03" + b"\0" * 7)]
    )
    assert digest_of(pa.table({"x": odd})) == digest_of(pa.table({"x": [1, None, 3]}))


@pytest.mark.parametrize(
    "other",
    [
        pa.table({"x": [1, 2, 4]}),
        pa.table({"x": [1, 2, None]}),
        pa.table({"y": [1, 2, 3]}),
        pa.table({"x": pa.array([1, 2, 3], pa.int32())}),
        pa.table({"x": [2, 1, 3]}),
        pa.table({"x": [1, 2]}),
    ],
    ids=["value", "null", "name", "type", "order", "rows"],
)
def test_the_digest_sees(other: pa.Table) -> None:
    assert digest_of(other) != digest_of(pa.table({"x": [1, 2, 3]}))


def test_texts_do_not_run_into_each_other() -> None:
    assert digest_of(pa.table({"s": ["ab", "c"]})) != digest_of(pa.table({"s": ["a", "bc"]}))


def test_the_digest_is_the_one_that_older_snapshots_bear() -> None:
    table = pa.table({"x": pa.array([1.5, None]), "s": pa.array(["a", "b"], pa.large_string())})
    assert digest_of(table) == "82f93704a768b89acc01de83bd53db08ae3c56210e96eb47302d42dbe67a3989"


def test_a_part_lies_where_its_digest_says(tmp_path: Path) -> None:
    part = FsspecStore(LocalFileSystem(), str(tmp_path)).put(ROWS)
    files = [path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()]
    assert files == [f"parts/{part.digest[:2]}/{part.digest}.parquet"]


def test_the_second_put_writes_nothing(tmp_path: Path) -> None:
    store = FsspecStore(LocalFileSystem(), str(tmp_path))
    part = store.put(ROWS)
    file = tmp_path / "parts" / part.digest[:2] / f"{part.digest}.parquet"
    before = file.stat()
    store.put(ROWS)
    assert (file.stat().st_ino, file.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_a_flipped_bit_never_goes_unnoticed(data: st.DataObject) -> None:
    files = fsspec.filesystem("memory")
    store = FsspecStore(files, f"/{uuid.uuid4().hex}")
    part = store.put(ROWS)
    path = store._part_path(part)
    whole = bytearray(files.cat_file(path))
    whole[data.draw(st.integers(0, len(whole) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    files.pipe_file(path, bytes(whole))
    with contextlib.suppress(SnapshotDamagedError):
        assert store.get(part).equals(ROWS)


def test_a_part_with_other_rows_in_it_is_damaged(tmp_path: Path) -> None:
    store = FsspecStore(LocalFileSystem(), str(tmp_path))
    first, second = store.put(ROWS), store.put(ROWS.slice(1))
    path = Path(store._part_path(first))
    path.write_bytes(Path(store._part_path(second)).read_bytes())
    with pytest.raises(SnapshotDamagedError, match=f"hashes to {second.digest}. Delete the file {path}"):
        store.get(first)
    assert store.put(ROWS) == first
    with pytest.raises(SnapshotDamagedError):
        store.get(first)


@pytest.mark.parametrize("share", [0.0, 0.5, 0.99])
def test_a_truncated_part_is_damaged(tmp_path: Path, share: float) -> None:
    store = FsspecStore(LocalFileSystem(), str(tmp_path))
    path = Path(store._part_path(store.put(ROWS)))
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
    with pytest.raises(SnapshotDamagedError, match="can't be read"):
        store.get(store.put(ROWS))


class Refusing(LocalFileSystem):  # type: ignore[misc]  # fsspec has no types
    """A disk that fails when a file is opened, written or moved."""

    cachable = False

    def __init__(self, error: OSError, *, at: str) -> None:
        super().__init__()
        self.error = error
        self.at = at

    def open(self, path: str, mode: str = "rb", **kwargs: object) -> object:
        if self.at == "open":
            raise self.error
        return super().open(path, mode, **kwargs)

    def mv(self, path1: str, path2: str, **kwargs: object) -> None:
        if self.at == "mv":
            raise self.error
        super().mv(path1, path2, **kwargs)


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT])
def test_a_store_that_is_full_says_what_had_no_room(tmp_path: Path, code: int) -> None:
    store = FsspecStore(Refusing(OSError(code, "no"), at="open"), str(tmp_path))
    with pytest.raises(StoreError, match=r"snapshot store must have room for .*parquet \(0\.0 MB\).*Free some space"):
        store.put(ROWS)


@pytest.mark.parametrize("code", [errno.EACCES, errno.EROFS, errno.ENOTDIR])
def test_a_store_that_refuses_is_no_outage(tmp_path: Path, code: int) -> None:
    store = FsspecStore(Refusing(OSError(code, "no"), at="open"), str(tmp_path))
    with pytest.raises(StoreError, match="snapshot store must let this task write"):
        store.put(ROWS)


@pytest.mark.parametrize(
    "error",
    [TimeoutError("slow"), ConnectionResetError("gone"), OSError(errno.EHOSTUNREACH, "far"), OSError(errno.EIO, "?")],
)
def test_an_outage_of_the_store_may_be_tried_again(tmp_path: Path, error: OSError) -> None:
    store = FsspecStore(Refusing(error, at="open"), str(tmp_path))
    with pytest.raises(TransientError):
        store.put(ROWS)
    with pytest.raises(TransientError):
        store.put_document("a.json", "a")


def test_nothing_half_written_stays(tmp_path: Path) -> None:
    store = FsspecStore(Refusing(OSError(errno.ENOSPC, "full"), at="mv"), str(tmp_path))
    with pytest.raises(StoreError):
        store.put(ROWS)
    with pytest.raises(StoreError):
        store.put_document("a.json", "a")
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_a_root_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "root").write_text("a file")
    with pytest.raises(StoreError):
        FsspecStore(LocalFileSystem(), str(tmp_path / "root")).put(ROWS)


def test_a_document_that_is_no_text_is_damaged(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(b"\xff")
    with pytest.raises(SnapshotDamagedError, match=r"a\.json"):
        FsspecStore(LocalFileSystem(), str(tmp_path)).get_document("a.json")


def test_a_type_that_parquet_does_not_know_is_refused(tmp_path: Path) -> None:
    odd = pa.table({"x": pa.array([None], pa.month_day_nano_interval())})
    with pytest.raises(DataError, match="Parquet knows"):
        FsspecStore(LocalFileSystem(), str(tmp_path)).put(odd)


def test_the_digest_is_a_sha256_in_hex() -> None:
    assert len(digest_of(ROWS)) == hashlib.sha256().digest_size * 2
