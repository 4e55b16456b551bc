from __future__ import annotations

import bz2
import gzip
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from fsspec.implementations.local import LocalFileSystem

from headgate.adapters.pyarrow_files import CsvRows, csv_rows
from headgate.core.windows import Window, Windows
from headgate.errors import DataError, InputError, TransientError
from headgate.spec import CsvSource


def day(number: int) -> datetime:
    return datetime(2000, 1, number, tzinfo=UTC)


WINDOWS = Windows(as_of=day(9), training=Window(start=day(3), end=day(5)), holdout=Window(start=day(5), end=day(7)))
SPANS = (WINDOWS.training, WINDOWS.holdout)
PLAIN = "when,x,s\n" + "".join(f"2000-01-0{d}T00:00:00Z,{d},text {d}\n" for d in range(1, 10))


def rows_of(path: Path, **fields: Any) -> CsvRows:
    return CsvRows(CsvSource(str(path), **{"event_time": "when", **fields}), LocalFileSystem(), str(path))


def read(path: Path, **fields: Any) -> pa.Table:
    return pa.concat_tables(rows_of(path, **fields).read(WINDOWS, SPANS))


def of(folder: Path, text: str, **fields: Any) -> pa.Table:
    (folder / "a.csv").write_text(text)
    return read(folder, **fields)


def zst(data: bytes) -> bytes:
    return bytes(pa.compress(data, "zstd", asbytes=True))


@pytest.mark.parametrize(
    ("name", "pack"),
    [("a.csv", bytes), ("a.csv.gz", gzip.compress), ("a.csv.bz2", bz2.compress), ("a.csv.zst", zst), ("a.txt", bytes)],
)
def test_a_file_is_read_packed_or_not(tmp_path: Path, name: str, pack: Callable[[bytes], bytes]) -> None:
    (tmp_path / name).write_bytes(pack(PLAIN.encode()))
    found = read(tmp_path / name)
    assert found.to_pydict() == {
        "when": [day(d) for d in (3, 4, 5, 6)],
        "x": [3, 4, 5, 6],
        "s": [f"text {d}" for d in (3, 4, 5, 6)],
    }
    assert found.schema.field("when").type == pa.timestamp("us", "UTC")


@pytest.mark.parametrize(
    "text",
    [
        "2000-01-03T06:00:00Z",
        "2000-01-03 06:00:00Z",
        "2000-01-03T07:00:00+01:00",
        "2000-01-03T06:00Z",
        "2000-01-03T06:00:00.000000999Z",
        " 2000-01-03T06:00:00Z ",
    ],
)
def test_an_instant_is_iso_8601_with_a_zone(tmp_path: Path, text: str) -> None:
    assert of(tmp_path, f"when,x\n{text},1\n")["when"].to_pylist() == [datetime(2000, 1, 3, 6, tzinfo=UTC)]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("2000-01-03", "has no zone: add one"),
        ("2000-01-03T06:00:00", "has no zone: add one"),
        ("03.01.2000 06:00", "is none"),
        ("Jan 3, 2000", "is none"),
        ("946857600", "is none"),
        ("NaT", "is none"),
    ],
)
def test_a_time_that_is_no_instant_is_told_with_file_and_row(tmp_path: Path, text: str, why: str) -> None:
    body = 'when,x\n2000-01-03T06:00:00Z,1\n"' + text + '",2\n2000-01-04,3\n'
    said = rf"column when of file .*a\.csv of source .* ISO 8601 .*Got '{text}' in data row 2 instead\. It {why}"
    with pytest.raises(DataError, match=said):
        of(tmp_path, body)
    with pytest.raises(DataError, match=said):
        rows_of(tmp_path).look(SPANS[0], WINDOWS.as_of)


def test_a_row_without_an_event_time_is_given_so_that_it_is_refused(tmp_path: Path) -> None:
    assert of(tmp_path, "when,x\n,1\n2000-01-01T00:00:00Z,2\n").to_pydict() == {"when": [None], "x": [1]}


def test_an_empty_value_is_a_null_and_a_text_stays(tmp_path: Path) -> None:
    body = "when,n,s\n2000-01-03T00:00:00Z,,NA\n2000-01-03T00:00:00Z,1,\n2000-01-03T00:00:00Z,,AT\n"
    assert of(tmp_path, body).drop_columns("when").to_pydict() == {"n": [None, 1, None], "s": ["NA", None, "AT"]}


def test_a_value_may_hold_a_line_break(tmp_path: Path) -> None:
    assert of(tmp_path, 'when,s\n2000-01-03T00:00:00Z,"a\nb"\n')["s"].to_pylist() == ["a\nb"]


def test_types_and_the_delimiter_can_be_said(tmp_path: Path) -> None:
    body = PLAIN.replace(",", ";")
    found = of(tmp_path, body, delimiter=";", types={"x": "double", "s": "large_string"})
    assert found.schema.types == [pa.timestamp("us", "UTC"), pa.float64(), pa.large_string()]


def test_an_instant_besides_the_event_time_can_be_said(tmp_path: Path) -> None:
    body = "when,at\n2000-01-03T00:00:00Z,2000-01-03T00:00:00Z\n"
    found = of(tmp_path, body, types={"at": "timestamp[us, UTC]"})
    assert found.schema.field("at").type == pa.timestamp("us", "UTC")


def test_only_the_columns_asked_for_are_given_and_the_times(tmp_path: Path) -> None:
    assert of(tmp_path, PLAIN, columns=("x",)).column_names == ["x", "when"]


def test_folders_of_keys_become_columns(tmp_path: Path) -> None:
    (tmp_path / "store=7").mkdir()
    assert set(of(tmp_path / "store=7", PLAIN).column_names) == {"when", "x", "s"}
    assert read(tmp_path)["store"].to_pylist() == [7] * 4


def test_a_date_as_a_folders_event_time_is_read_alone(tmp_path: Path) -> None:
    for number in range(1, 10):
        folder = tmp_path / f"when=2000-01-0{number}"
        folder.mkdir()
        (folder / "a.csv").write_text(f"x\n{number}\n" if number in range(3, 7) else "never, opened")
    found = read(tmp_path)
    assert dict(zip(found["when"].to_pylist(), found["x"].to_pylist(), strict=True)) == {
        day(n): n for n in (3, 4, 5, 6)
    }
    assert rows_of(tmp_path).look(SPANS[0], WINDOWS.as_of).rows == 2


def test_many_blocks_come_in_batches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_rows, "MOST_ROWS", 50_000)
    (tmp_path / "a.csv").write_text("when,x\n" + "2000-01-03T00:00:00Z,1\n" * 200_000)
    sizes = [batch.num_rows for batch in rows_of(tmp_path).read(WINDOWS, SPANS)]
    assert sum(sizes) == 200_000
    assert 50_000 <= max(sizes) < 100_000


def test_a_later_value_of_another_type_is_told_with_what_to_do(tmp_path: Path) -> None:
    body = "when,x,y\n" + "2000-01-03T00:00:00Z,1,2\n" * 60_000 + "2000-01-03T00:00:00Z,1,two\n"
    said = (
        r"column y of file .*a\.csv .* values of type int64\. Got 'two' in data row 60001 .*types=\{\"y\": \"string\"\}"
    )
    with pytest.raises(DataError, match=said):
        of(tmp_path, body)
    assert read(tmp_path, types={"y": "string"})["y"].to_pylist()[-1] == "two"


def test_a_later_value_in_a_column_that_began_empty_is_told(tmp_path: Path) -> None:
    body = "when,x\n" + "2000-01-03T00:00:00Z,\n" * 60_000 + "2000-01-03T00:00:00Z,2.5\n"
    with pytest.raises(DataError, match=r"column x of file .*type null\. Got '2\.5' in data row 60001"):
        of(tmp_path, body)


def test_a_value_that_is_not_of_the_type_said_is_told(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"column s of file .*a\.csv .*type int64\. Got 'text 1' in data row 1"):
        of(tmp_path, PLAIN, types={"s": "int64"})


def test_files_of_different_types_name_both_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "b.csv").write_text(PLAIN.replace(",3,", ",3.5,"))
    said = r"x as int64 in .*a\.csv and as double in .*b\.csv instead\. Say which it is: types=\{\"x\": \"double\"\}"
    with pytest.raises(DataError, match=said):
        of(tmp_path, PLAIN)
    assert sorted(read(tmp_path, types={"x": "double"})["x"].to_pylist())[:2] == [3.0, 3.5]


def test_a_column_that_is_empty_in_one_file_takes_the_others_type(tmp_path: Path) -> None:
    (tmp_path / "b.csv").write_text("when,x,s\n2000-01-03T00:00:00Z,,b\n")
    assert sorted(of(tmp_path, PLAIN)["x"].to_pylist(), key=str) == [3, 4, 5, 6, None]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("", r"Got 0 bytes .*Empty CSV file"),
        ("when,x\n2000-01-03T00:00:00Z,1,2\n", "Expected 2 columns, got 3"),
        ("when,x,x\n2000-01-03T00:00:00Z,1,2\n", r"must hold each column once\. Got x more than once"),
    ],
)
def test_what_is_no_csv_is_named(tmp_path: Path, body: str, said: str) -> None:
    with pytest.raises(DataError, match=rf"file .*a\.csv of source .*{said}"):
        of(tmp_path, body)


@pytest.mark.parametrize("share", [0.3, 0.9])
def test_a_packed_file_that_was_cut_short_is_named(tmp_path: Path, share: float) -> None:
    whole = gzip.compress(
        "".join([PLAIN, *(f"2000-01-05T00:00:00Z,{n * 7919 % 1013},t\n" for n in range(9999))]).encode()
    )
    (tmp_path / "a.csv.gz").write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(DataError, match=r"file .*a\.csv\.gz of source .* must be a whole CSV file"):
        read(tmp_path)


@pytest.mark.parametrize("fields", [{"columns": ("xx",)}, {"types": {"xx": "double"}}, {"known_at": "xx"}])
def test_a_column_that_is_not_there_is_named(tmp_path: Path, fields: dict[str, Any]) -> None:
    with pytest.raises(InputError, match=r"column xx must be in source .*Got when, x, s instead\. Did you mean x\?"):
        of(tmp_path, PLAIN, **fields)


@pytest.mark.parametrize("kind", ["dubble", "timestamp[day]", "timestamp[us", 7])
def test_a_type_that_is_none_is_refused(tmp_path: Path, kind: Any) -> None:
    with pytest.raises(InputError, match=r"source\.types\['x'\] must be an Arrow type such as string, double"):
        of(tmp_path, PLAIN, types={"x": kind})


@pytest.mark.parametrize("change", ["vanishes", "grows"])
def test_a_file_that_changes_while_it_is_read_is_tried_again(tmp_path: Path, change: str) -> None:
    for name in "ab":
        (tmp_path / f"{name}.csv").write_text(PLAIN)
    batches = rows_of(tmp_path).read(WINDOWS, SPANS)
    next(batches)
    (tmp_path / "b.csv").unlink() if change == "vanishes" else (tmp_path / "b.csv").write_text(PLAIN + PLAIN[9:])
    with pytest.raises(
        TransientError, match=rf"b\.csv of source .* {'vanished' if change == 'vanishes' else 'changed'}"
    ):
        list(batches)


def test_a_path_where_nothing_is_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="must be a CSV file or a folder or pattern of them"):
        read(tmp_path / "nowhere.csv")
