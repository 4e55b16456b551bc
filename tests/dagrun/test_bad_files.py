"""What is wrong with files of rows, through the snapshot task: a sentence that names the file, and nothing is kept."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from airflow.sdk.io import attach
from fsspec.implementations.local import LocalFileSystem

from headgate import CsvSource, ParquetSource
from tests.dagrun.chain import MAY, Chain

DAYS = 40


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Eight files of five days each, that fill the chain's windows."""
    folder = tmp_path / "sales"
    folder.mkdir()
    for number in range(8):
        pq.write_table(sales(number), folder / f"{number}.parquet")
    return folder


def sales(number: int) -> pa.Table:
    days = [MAY - timedelta(days=DAYS - 5 * number - n) for n in range(5)]
    kind = pa.timestamp("us", "UTC")
    sizes = [float(n) for n in range(5)]
    return pa.table({"day": pa.array(days, kind), "size": sizes, "sold": [3 * size for size in sizes]})


def parquet(chain: Chain, folder: Path, **fields: Any) -> Chain:
    chain.pipeline["source"] = ParquetSource(folder.as_uri(), **{"event_time": "day", **fields})
    return chain


def csv(chain: Chain, folder: Path, text: str, **fields: Any) -> Chain:
    (folder / "sales.csv").write_text(text)
    chain.pipeline["source"] = CsvSource((folder / "sales.csv").as_uri(), **{"event_time": "day", **fields})
    return chain


def refused(chain: Chain) -> str:
    """Return the sentence of a snapshot that must leave nothing behind."""
    sentence = chain.refused("snapshot")
    assert (chain.files(), chain.runs()) == ([], [])
    return sentence


def put_off(chain: Chain) -> str:
    """Return the sentence of a snapshot that another try may take, and that leaves nothing behind."""
    sentence = chain.put_off("snapshot")
    assert (chain.files(), chain.runs()) == ([], [])
    return sentence


def test_files_that_are_as_they_must_be_make_a_snapshot(chain: Chain, folder: Path) -> None:
    taken = parquet(chain, folder).run("snapshot")
    assert (taken["training_rows"], taken["holdout_rows"]) == (30, 7)


def test_a_csv_file_makes_the_snapshot_that_parquet_makes(chain: Chain, folder: Path) -> None:
    first = parquet(chain, folder).run("snapshot")
    rows = [row for number in range(8) for row in sales(number).to_pylist()]
    text = "day,size,sold\n" + "".join(f"{row['day'].isoformat()},{row['size']},{row['sold']}\n" for row in rows)
    chain.outputs.clear()
    assert csv(chain, folder, text).run("snapshot")["id"] == first["id"]


def cut_short(folder: Path) -> None:
    path = folder / "5.parquet"
    path.write_bytes(path.read_bytes()[:-20])


def other_type(folder: Path) -> None:
    rows = sales(5)
    pq.write_table(rows.set_column(1, "size", rows["size"].cast(pa.string())), folder / "5.parquet")


def no_such_column(folder: Path) -> None:
    pq.write_table(sales(5).drop_columns("size"), folder / "5.parquet")


def dates_as_text(folder: Path) -> None:
    rows = sales(5)
    pq.write_table(rows.set_column(0, "day", rows["day"].cast(pa.string())), folder / "5.parquet")


def no_zone(folder: Path) -> None:
    rows = sales(5)
    pq.write_table(rows.set_column(0, "day", rows["day"].cast(pa.timestamp("us"))), folder / "5.parquet")


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (cut_short, r"file .*/5\.parquet of source file://.*sales must be a whole Parquet file\. Got \d+ bytes"),
        (other_type, r"Got column size as double in .*\.parquet and as string in .*5\.parquet instead"),
        (no_such_column, r"Got column size as double in .*\.parquet and no such column in .*5\.parquet instead"),
        (
            dates_as_text,
            r"column day of file .*5\.parquet .* with a time zone\. Got string instead\. Write it as instan",
        ),
        (no_zone, r"column day of file .*5\.parquet .* with a time zone\. Got timestamps without one instead"),
    ],
)
def test_a_file_that_is_not_as_the_others_is_named(
    chain: Chain, folder: Path, damage: Callable[[Path], None], said: str
) -> None:
    damage(folder)
    assert re.search(said, refused(parquet(chain, folder)))


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        (
            {"columns": ("sise", "sold")},
            r"column sise must be in source .*Got day, size, sold instead\. Did you mean size",
        ),
        ({"event_time": "dya"}, r"column dya must be in source .*Did you mean day"),
        ({"known_at": "known"}, r"column known must be in source .*Got day, size, sold instead"),
    ],
)
def test_a_column_that_is_not_there_is_named(chain: Chain, folder: Path, fields: dict[str, Any], said: str) -> None:
    assert re.search(said, refused(parquet(chain, folder, **fields)))


@pytest.mark.parametrize("name", ["nothing", "*.csv"])
def test_a_place_without_files_is_named(chain: Chain, folder: Path, name: str) -> None:
    chain.pipeline["source"] = ParquetSource(f"file://{folder}/{name}", event_time="day")
    assert re.search(
        r"source file://.* must be a Parquet file or a folder or pattern of them\. Got a pa", refused(chain)
    )


@pytest.mark.parametrize(
    ("url", "conn_id", "said"),
    [
        ("gopher://sales", None, "URL of the source must be one that Airflow's ObjectStoragePath knows. Got 'gopher:"),
        ("s3://sales/2024", "nobody", "Airflow connection nobody must be there. Got none: add one of type aws under"),
    ],
)
def test_a_place_that_cannot_be_reached_at_all(chain: Chain, url: str, conn_id: str | None, said: str) -> None:
    chain.pipeline["source"] = ParquetSource(url, event_time="day", conn_id=conn_id)
    assert said in refused(chain)


class Disk(LocalFileSystem):  # type: ignore[misc]  # fsspec ships no types
    """A disk on which something happens to a folder's sixth file when its fifth is opened to be read."""

    cachable = False

    def __init__(self, happens: Callable[[Path], object]) -> None:
        super().__init__()
        self.happens = happens
        self.footers = 0

    def open(self, path: str, mode: str = "rb", **options: Any) -> Any:
        self.footers += 1
        if self.footers > 8 and Path(path).name == "4.parquet":
            self.happens(Path(path).with_name("5.parquet"))
        return super().open(path, mode, **options)


@pytest.mark.parametrize(
    ("happens", "said"),
    [
        (
            lambda path: path.unlink(missing_ok=True),
            r"file .*5\.parquet .* vanished while the source was read\. Another try",
        ),
        (
            lambda path: pq.write_table(sales(5).slice(1), path),
            r"file .*5\.parquet .* changed while it was read\. Another",
        ),
    ],
)
def test_a_partition_that_vanishes_or_changes_while_it_is_read_is_tried_again(
    chain: Chain, folder: Path, happens: Callable[[Path], object], said: str
) -> None:
    shaky = f"shaky_{uuid.uuid4().hex}"  # Airflow keeps the first filesystem of a name
    attach("file", conn_id=shaky, fs=Disk(happens))
    chain.pipeline["source"] = ParquetSource(f"file://{shaky}@{folder}", event_time="day")
    assert re.search(said, put_off(chain))
    pq.write_table(sales(5), folder / "5.parquet")
    assert parquet(chain, folder).run("snapshot")["training_rows"] == 30


class Closed(LocalFileSystem):  # type: ignore[misc]  # fsspec ships no types
    """A disk with a folder that this user mustn't read, also where tests run as root."""

    def ls(self, path: str, detail: bool = False, **options: Any) -> Any:  # noqa: FBT001, FBT002 - fsspec's signature
        if path.endswith("closed"):
            raise PermissionError(13, "Permission denied", path)
        return super().ls(path, detail=detail, **options)


def test_a_folder_that_may_not_be_read_is_not_passed_over(chain: Chain, folder: Path) -> None:
    (folder / "closed").mkdir()
    attach("file", conn_id="closed", fs=Closed())
    chain.pipeline["source"] = ParquetSource(f"file://closed@{folder}", event_time="day")
    assert re.search(r"source file:.* can't be read: PermissionError: .*Permission denied.*closed", refused(chain))


def test_a_csv_value_of_another_type_is_told_with_file_column_value_and_what_to_do(chain: Chain, folder: Path) -> None:
    line = "2024-04-20T00:00:00Z,1.0,3.0\n"
    text = f"day,size,sold\n{line * 50_000}2024-04-20T00:00:00Z,wide,3.0\n"
    sentence = refused(csv(chain, folder, text))
    assert "column size of file " in sentence
    assert "sales.csv" in sentence
    assert "Got 'wide' in data row 50001 instead" in sentence
    assert 'types={"size": "string"}' in sentence


@pytest.mark.parametrize("text", ["2024-04-20", "20.04.2024", "2024-04-20T06:00:00"])
def test_csv_times_that_are_no_instants_are_told_with_the_first(chain: Chain, folder: Path, text: str) -> None:
    good = (datetime(2024, 4, 20, tzinfo=UTC)).isoformat()
    sentence = refused(csv(chain, folder, f"day,size,sold\n{good},1.0,3.0\n{text},1.0,3.0\n"))
    assert f"ISO 8601 with a zone, such as 2024-05-01T06:00:00Z. Got '{text}' in data row 2" in sentence
