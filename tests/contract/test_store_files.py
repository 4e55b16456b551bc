"""What a store on files must do besides: read columns checked, run out of room cleanly, take two writers at once."""

from __future__ import annotations

import contextlib
import errno
import json
import subprocess
import sys
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, cast

import fsspec
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from fsspec.implementations.local import LocalFileSystem
from hypothesis import given, settings
from hypothesis import strategies as st

from headgate.adapters.fsspec_store import FsspecStore, digest_of
from headgate.adapters.pyarrow_cutter import ArrowCutter
from headgate.core.snapshots import PartRef
from headgate.errors import DataError, SnapshotDamagedError, StoreError, TransientError
from headgate.steps.reading import all_rows, manifest_of
from tests.unit.taking import Given, rows, take

ROWS = pa.table(
    {"x": pa.array(range(200)), "s": [f"row {i}" for i in range(200)], "l": [[i, None] for i in range(200)]}
)
MEGABYTE = 2**20


@settings(max_examples=300, deadline=None)
@given(st.data(), st.lists(st.sampled_from("xsl"), min_size=1, unique=True))
def test_a_flipped_bit_never_goes_unnoticed_in_the_columns_that_are_read(
    data: st.DataObject, columns: list[str]
) -> None:
    files = fsspec.filesystem("memory")
    store = FsspecStore(files, f"/{uuid.uuid4().hex}")
    part = store.put(ROWS)
    path = store._part_path(part)
    whole = bytearray(files.cat_file(path))
    whole[data.draw(st.integers(0, len(whole) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    files.pipe_file(path, bytes(whole))
    with contextlib.suppress(SnapshotDamagedError):
        assert store.get(part, columns).equals(ROWS.select(columns))


def test_columns_of_another_part_under_this_name_are_damaged(tmp_path: Path) -> None:
    store = FsspecStore(LocalFileSystem(), str(tmp_path))
    first, second = store.put(ROWS), store.put(ROWS.slice(1))
    Path(store._part_path(first)).write_bytes(Path(store._part_path(second)).read_bytes())
    with pytest.raises(SnapshotDamagedError, match="digests don't hash to its own"):
        store.get(first, ["x"])


def test_a_column_that_lies_about_its_digest_is_damaged(tmp_path: Path) -> None:
    store = FsspecStore(LocalFileSystem(), str(tmp_path))
    part = store.put(ROWS)
    path = store._part_path(part)
    stored = pq.read_metadata(path).metadata[b"headgate.columns"]
    forged = ROWS.set_column(0, "x", pa.array(range(1, 201)))
    with pq.ParquetWriter(path, forged.schema) as writer:
        writer.write_table(forged)
        writer.add_key_value_metadata({"headgate.columns": stored.decode()})
    assert store.get(part, ["s"]).equals(ROWS.select(["s"]))
    with pytest.raises(SnapshotDamagedError, match="column x hashes to"):
        store.get(part, ["x"])
    with pytest.raises(SnapshotDamagedError, match="its content hashes to"):
        store.get(part)


@pytest.mark.parametrize("columns", [None, ["s", "x"]])
def test_a_part_of_an_older_version_is_read_whole_and_checked_whole(tmp_path: Path, columns: list[str] | None) -> None:
    store = FsspecStore(LocalFileSystem(), str(tmp_path))
    part = PartRef(digest=digest_of(ROWS), rows=ROWS.num_rows)
    path = Path(store._part_path(part))
    path.parent.mkdir(parents=True)
    pq.write_table(ROWS, path, compression="zstd")
    assert store.get(part, columns).equals(ROWS.select(columns or ROWS.column_names))
    with pytest.raises(DataError, match=r"column z must be a column of the snapshot\. Got the columns x, s, l"):
        store.get(part, ["z"])
    pq.write_table(ROWS.slice(1), path, compression="zstd")
    with pytest.raises(SnapshotDamagedError, match="hashes to"):
        store.get(part, columns)


def test_an_outage_while_columns_are_read_is_no_damage(tmp_path: Path) -> None:
    class Failing(LocalFileSystem):  # type: ignore[misc]  # fsspec has no types
        cachable = False

        def open(self, path: str, mode: str = "rb", **kwargs: Any) -> Any:
            file = super().open(path, mode, **kwargs)
            if mode == "rb":
                file.read = self.refuse
            return file

        def refuse(self, size: int = -1) -> bytes:
            raise OSError(errno.EIO, "the disk is gone")

    part = FsspecStore(LocalFileSystem(), str(tmp_path)).put(ROWS)
    with pytest.raises(TransientError, match="the disk is gone"):
        FsspecStore(Failing(), str(tmp_path)).get(part, ["x"])


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A real disk of four megabytes."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(folder)]
    if not sys.platform.startswith("linux") or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("only root can mount a small disk")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)  # noqa: S607 - the system's


def noise(count: int) -> pa.Table:
    numbers = np.random.default_rng(0).random(count)
    return rows(np.linspace(3, 6.99, count), x=numbers, z=numbers[::-1].copy())


def test_a_disk_that_fills_up_says_so_and_holds_nothing_half_written(small_disk: Path) -> None:
    store = FsspecStore(LocalFileSystem(), str(small_disk))
    with pytest.raises(StoreError, match=r"must have room for .*parquet \(\d\.\d MB\).*No space left.*Free some space"):
        take(Given(noise(400_000)), store)
    files = [path.name for path in small_disk.rglob("*") if path.is_file()]
    assert [name for name in files if name.startswith(".")] == []
    assert store.documents("snapshots") == ()
    whole = [name.removesuffix(".parquet") for name in files if name.endswith(".parquet")]
    assert all(store.get(PartRef(digest=digest, rows=0)).num_rows for digest in whole)


def test_a_temporary_folder_that_fills_up_says_so_and_is_left_empty(small_disk: Path, tmp_path: Path) -> None:
    store = FsspecStore(LocalFileSystem(), str(tmp_path / "store"))
    cutter = ArrowCutter(memory=MEGABYTE, folder=str(small_disk))
    with pytest.raises(StoreError, match=r"temporary folder .* must have room .*No space left.*TMPDIR"):
        take(Given(noise(400_000)), store, cutter=cutter)
    assert list(small_disk.iterdir()) == []
    assert store.documents("snapshots") == ()


def test_two_snapshots_of_one_window_by_two_threads_are_one(tmp_path: Path) -> None:
    store = FsspecStore(LocalFileSystem(), str(tmp_path))
    with ThreadPoolExecutor(4) as pool:
        found = set(pool.map(lambda number: take(Given(*_halves(number)), store), range(4)))
    assert len(found) == 1
    _require_whole(store, found.pop())


_WRITER = """
import json, sys
import pyarrow as pa
from fsspec.implementations.local import LocalFileSystem
from headgate import wire
from headgate.adapters.fsspec_store import FsspecStore
from tests.contract.test_store_files import Given, noise, take
print("ready", flush=True)
sys.stdin.readline()
found = take(Given(noise(50_000)), FsspecStore(LocalFileSystem(), sys.argv[1]))
print(json.dumps(wire.dump(found)))
"""


def test_two_snapshots_of_one_window_by_two_processes_are_one(tmp_path: Path) -> None:
    command = [sys.executable, "-c", _WRITER, str(tmp_path)]
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    writers = [subprocess.Popen(command, cwd=Path(__file__).parents[2], **pipes) for _ in range(2)]
    assert [cast("Any", writer.stdout).readline() for writer in writers] == ["ready\n"] * 2
    for writer in writers:
        cast("Any", writer.stdin).write("go\n")
        cast("Any", writer.stdin).flush()
    first, second = (json.loads(writer.communicate(timeout=60)[0]) for writer in writers)
    assert first == second
    store = FsspecStore(LocalFileSystem(), str(tmp_path))
    _require_whole(store, take(Given(noise(50_000)), store))
    assert not [path for path in tmp_path.rglob(".*") if path.is_file()]


def _halves(number: int) -> tuple[pa.Table, pa.Table]:
    return noise(5000).slice(number * 1000), noise(5000).slice(0, number * 1000)


def _require_whole(store: FsspecStore, found: Any) -> None:
    manifest = manifest_of(store, found)
    assert sum(part.num_rows for part in all_rows(store, manifest).parts()) == found.training_rows + found.holdout_rows
