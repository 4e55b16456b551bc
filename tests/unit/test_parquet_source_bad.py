"""Parquet that can't be read: each sentence names the file, and says whether another try may help."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from fsspec.implementations.local import LocalFileSystem

from headgate.adapters.pyarrow_files import ParquetRows, listing
from headgate.errors import DataError, InputError, StoreError, TransientError
from headgate.spec import ParquetSource
from tests.unit.test_parquet_source import SPANS, WINDOWS, day, read, rows_of, table

DAYS = pa.array([day(d) for d in range(1, 10)], pa.timestamp("us", "UTC"))


def test_a_path_where_nothing_is_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"must be a Parquet file or a folder or pattern of them\. Got a path where n"):
        read(tmp_path / "nowhere.parquet")


def test_a_pattern_that_no_file_matches_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="Got a pattern that no file matches instead"):
        read(tmp_path / "*.parquet")


def test_a_folder_without_parquet_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="Got a folder without any instead"):
        read(tmp_path)


@pytest.mark.parametrize("content", [b"", b"a,b\n1,2\n", b"PAR1 and then nothing PAR1"])
def test_what_is_no_parquet_is_named(tmp_path: Path, content: bytes) -> None:
    pq.write_table(table(), tmp_path / "a.parquet")
    (tmp_path / "b.parquet").write_bytes(content)
    with pytest.raises(DataError, match=rf"file .*b\.parquet of source .* whole Parquet file\. Got {len(content)} byt"):
        read(tmp_path)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.99])
def test_a_file_that_was_cut_short_is_named(tmp_path: Path, share: float) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(table(), path)
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
    with pytest.raises(DataError, match=r"a\.parquet .*: it was cut short, is still being written, or is no Parquet"):
        read(tmp_path)


def test_a_file_with_a_hole_in_it_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    noise = pa.array([f"{n * 7919 % 1013}" for n in range(9)])
    pq.write_table(table().append_column("noise", noise), path, compression="zstd", use_dictionary=False)
    content = bytearray(path.read_bytes())
    content[4 : len(content) // 3] = b"\0" * (len(content) // 3 - 4)
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"file .*a\.parquet of source .* must be a whole Parquet file"):
        read(tmp_path)


def test_a_missing_column_is_named_with_what_there_is(tmp_path: Path) -> None:
    pq.write_table(table(), tmp_path / "a.parquet")
    with pytest.raises(InputError, match=r"column unusd must be in source .*Got when, x, unused.*Did you mean unused"):
        read(tmp_path, columns=("unusd",))


@pytest.mark.parametrize("named", [{"event_time": "whem"}, {"known_at": "whem"}])
def test_a_missing_time_is_named(tmp_path: Path, named: dict[str, str]) -> None:
    pq.write_table(table(), tmp_path / "a.parquet")
    for ask in (read, lambda path, **fields: rows_of(path, **fields).look(SPANS[0], WINDOWS.as_of)):
        with pytest.raises((InputError, DataError), match=r"column whem must be in source .*Did you mean when"):
            ask(tmp_path, **named)


@pytest.mark.parametrize(
    ("column", "got"),
    [
        (DAYS.cast(pa.string()), "Got string instead"),
        (DAYS.cast(pa.timestamp("us")), "Got timestamps without one instead"),
        (DAYS.cast(pa.date32()), r"Got date32\[day\] instead"),
        (DAYS.cast(pa.int64()), "Got int64 instead"),
    ],
)
@pytest.mark.parametrize("name", ["when", "known"])
def test_times_that_are_no_instants_are_refused_with_their_file(
    tmp_path: Path, column: pa.Array, got: str, name: str
) -> None:
    rows = table().append_column("known", DAYS)
    rows = rows.set_column(rows.column_names.index(name), name, column)
    pq.write_table(rows, tmp_path / "a.parquet")
    with pytest.raises(DataError, match=rf"column {name} of file .*a\.parquet .*with a time zone\. {got}.*in UTC"):
        read(tmp_path, known_at="known")


def test_a_folder_whose_event_time_is_no_instant_is_refused(tmp_path: Path) -> None:
    (tmp_path / "when=2000-01-03T06").mkdir()
    pq.write_table(table().drop_columns("when"), tmp_path / "when=2000-01-03T06" / "a.parquet")
    with pytest.raises(DataError, match=r"event time when .*names of its folders\. Got '2000-01-03T06' instead"):
        read(tmp_path)


def test_a_file_outside_the_folders_of_a_key_is_named(tmp_path: Path) -> None:
    (tmp_path / "store=7").mkdir()
    for name in ("store=7/a.parquet", "b.parquet"):
        pq.write_table(table(), tmp_path / name)
    with pytest.raises(DataError, match=r"must all lie in folders store=\.\.\. or none .*b\.parquet instead"):
        read(tmp_path)


def two(folder: Path, first: pa.Array, second: pa.Array) -> None:
    for name, column in (("a", first), ("b", second)):
        rows = table().set_column(1, "x", column)
        pq.write_table(rows.slice(0, 4) if name == "a" else rows.slice(4), folder / f"{name}.parquet")


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (pa.int64(), pa.string()),
        (pa.int64(), pa.float64()),
        (pa.int64(), pa.uint64()),
        (pa.timestamp("us"), pa.timestamp("us", "UTC")),
        (pa.bool_(), pa.int8()),
    ],
)
def test_files_of_different_types_name_both_and_the_column(
    tmp_path: Path, first: pa.DataType, second: pa.DataType
) -> None:
    two(tmp_path, pa.nulls(9, first), pa.nulls(9, second))
    names = [str(kind).replace("[", r"\[").replace("]", r"\]") for kind in (first, second)]
    said = rf"one schema\. Got column x as {names[0]} in .*a\.parquet and as {names[1]} in .*b\.parquet instead"
    with pytest.raises(DataError, match=said):
        read(tmp_path)
    assert read(tmp_path, columns=("unused",)).num_rows == 4


@pytest.mark.parametrize(
    ("first", "second", "kind"),
    [
        (pa.array([7] * 9, pa.int32()), pa.array([7] * 9, pa.int64()), pa.int64()),
        (pa.array([7] * 9, pa.int64()), pa.nulls(9), pa.int64()),
        (pa.nulls(9), pa.array([7.0] * 9), pa.float64()),
        (pa.array([7.0] * 9, pa.float32()), pa.array([7.0] * 9), pa.float64()),
        (pa.array(["7"] * 9).dictionary_encode(), pa.array(["7"] * 9), pa.string()),
        (pa.array(["7"] * 9, pa.large_string()), pa.array(["7"] * 9), pa.large_string()),
    ],
)
def test_types_that_lose_nothing_go_together(
    tmp_path: Path, first: pa.Array, second: pa.Array, kind: pa.DataType
) -> None:
    two(tmp_path, first, second)
    found = read(tmp_path).column("x")
    assert (found.type, len(found)) == (kind, 4)


def test_a_column_that_one_file_lacks_names_both_files(tmp_path: Path) -> None:
    pq.write_table(table(range(1, 5)), tmp_path / "a.parquet")
    pq.write_table(table(range(5, 10)).drop_columns("unused"), tmp_path / "b.parquet")
    with pytest.raises(DataError, match=r"unused as string in .*a\.parquet and no such column in .*b\.parquet"):
        read(tmp_path)
    assert read(tmp_path, columns=("x",)).num_rows == 4


def test_a_file_outside_the_spans_may_be_of_another_schema(tmp_path: Path) -> None:
    pq.write_table(table(range(1, 3)).drop_columns("unused"), tmp_path / "a.parquet")
    pq.write_table(table(range(3, 10)), tmp_path / "b.parquet")
    assert read(tmp_path).num_rows == 4


@pytest.mark.parametrize("change", ["vanishes", "grows", "is cut"])
def test_a_file_that_changes_while_it_is_read_is_named_and_tried_again(tmp_path: Path, change: str) -> None:
    for name, days in (("a", range(1, 5)), ("b", range(5, 10))):
        pq.write_table(table(days), tmp_path / f"{name}.parquet")
    batches = rows_of(tmp_path).read(WINDOWS, SPANS)
    next(batches)
    second = tmp_path / "b.parquet"
    content = second.read_bytes()
    second.unlink()
    if change != "vanishes":
        second.write_bytes(content + b"more" if change == "grows" else content[:100])
    verb = "vanished" if change == "vanishes" else "changed"
    with pytest.raises(TransientError, match=rf"file .*b\.parquet of source .* {verb} while .*Another try reads"):
        list(batches)


def test_a_file_that_vanishes_before_its_footer_is_read_is_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pq.write_table(table(), tmp_path / "a.parquet")
    ghost = listing.File(path=str(tmp_path / "ghost.parquet"), size=1, stamp="x")
    found = listing.Place.files
    monkeypatch.setattr(listing.Place, "files", lambda place: (*found(place), ghost))
    with pytest.raises(TransientError, match=r"ghost\.parquet of source .* vanished"):
        read(tmp_path)


def test_a_file_that_vanishes_while_the_folder_is_listed_is_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pq.write_table(table(), tmp_path / "a.parquet")
    listed = LocalFileSystem.ls

    def late(disk: LocalFileSystem, path: str, **options: Any) -> Any:
        found = listed(disk, path, **options)
        (tmp_path / "a.parquet").unlink()
        return found

    monkeypatch.setattr(LocalFileSystem, "ls", late)
    with pytest.raises(TransientError, match=r"file .*a\.parquet of source .* vanished while"):
        read(tmp_path)


class Failing(LocalFileSystem):  # type: ignore[misc]  # fsspec has no types
    """A filesystem that raises the same error when it is asked about a path, or when a file is opened."""

    protocol = "failing"
    cachable = False

    def __init__(self, error: Exception, *, at: str) -> None:
        super().__init__()
        self.error = error
        self.at = at

    def info(self, path: str, **options: object) -> Any:
        if self.at == "info":
            raise self.error
        return super().info(path, **options)

    def ls(self, path: str, detail: bool = False, **options: Any) -> Any:  # noqa: FBT001, FBT002 - fsspec's signature
        if self.at == "ls" and Path(path).name == "closed":
            raise self.error
        return super().ls(path, detail=detail, **options)

    def open(self, path: str, mode: str = "rb", **options: Any) -> Any:
        if self.at == "open":
            raise self.error
        return super().open(path, mode, **options)


class NoCredentialsError(Exception):
    """As botocore's."""


class EndpointConnectionError(Exception):
    """As botocore's, which is no OSError."""


@pytest.mark.parametrize("at", ["info", "ls", "open"])
@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (PermissionError(errno.EACCES, "no"), StoreError),
        (NoCredentialsError("none"), StoreError),
        (TimeoutError("slow"), TransientError),
        (ConnectionResetError("gone"), TransientError),
        (EndpointConnectionError("gone"), TransientError),
    ],
)
def test_only_an_outage_may_be_tried_again(tmp_path: Path, error: Exception, kind: type[Exception], at: str) -> None:
    (tmp_path / "closed").mkdir()
    pq.write_table(table(), tmp_path / "a.parquet")
    source = ParquetRows(ParquetSource(str(tmp_path), event_time="when"), Failing(error, at=at), str(tmp_path))
    with pytest.raises(kind, match=f"source {tmp_path} can't be read.*{type(error).__name__}"):
        list(source.read(WINDOWS, SPANS))
