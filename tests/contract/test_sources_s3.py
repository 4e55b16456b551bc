"""Files in an object store, through an Airflow connection: S3 as moto plays it, on loopback."""

from __future__ import annotations

import json
import socket
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import fsspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from s3fs.core import S3File  # type: ignore[import-untyped]

from headgate.core.windows import Window, Windows
from headgate.errors import InputError, TransientError
from headgate.hooks.sources import source_of
from headgate.ports import RowsSource
from headgate.spec import CsvSource, ParquetSource
from headgate.testing.conformance_sources import AS_OF, SourceConformance, SourceWorld, expected, read, rows_of, span
from tests.contract.test_sources import CsvWorld, ParquetWorld

BUCKET = "rows"


@pytest.fixture(scope="module")
def files(endpoint: str) -> Any:
    """The object store, for whoever writes to it."""
    found = fsspec.filesystem("s3", key="ada", secret="-", endpoint_url=endpoint, skip_instance_cache=True)  # noqa: S106 - moto takes any
    found.mkdir(BUCKET)
    return found


def login(endpoint: str, **config: Any) -> str:
    extra = {"endpoint_url": endpoint, "region_name": "us-east-1", "config_kwargs": config}
    return json.dumps({"conn_type": "aws", "login": "ada", "password": "-", "extra": extra})


@pytest.fixture
def bucket(endpoint: str, files: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The object store, and the connection `lake` that knows its login."""
    monkeypatch.setenv("AIRFLOW_CONN_LAKE", login(endpoint))
    return files


@pytest.fixture
def root() -> str:
    """A folder of the bucket that is empty."""
    return f"{BUCKET}/{uuid.uuid4().hex}"


class S3Parquet(ParquetWorld):
    def put(self, path: str, content: bytes) -> None:
        self.filesystem.pipe_file(f"{self.root}/{path}", content)

    def source(self, known_at: str | None = None) -> RowsSource:
        return source_of(ParquetSource(f"s3://{self.root}", event_time="when", conn_id="lake", known_at=known_at))


class S3Csv(CsvWorld):
    def put(self, path: str, content: bytes) -> None:
        self.filesystem.pipe_file(f"{self.root}/{path}", content)

    def source(self, known_at: str | None = None) -> RowsSource:
        spec = CsvSource(f"s3://lake@{self.root}/*.csv.gz", event_time="when", known_at=known_at)
        return source_of(spec)


class TestParquetOnS3(SourceConformance):
    @pytest.fixture
    def world(self, bucket: Any, root: str) -> SourceWorld:
        return S3Parquet(bucket, root)


class TestCsvOnS3(SourceConformance):
    @pytest.fixture
    def world(self, bucket: Any, root: str) -> SourceWorld:
        return S3Csv(bucket, root)


def test_a_pattern_reads_what_it_names(bucket: Any) -> None:
    world = S3Parquet(bucket, f"{BUCKET}/2000")
    world.write("kind=a/x", rows_of(range(1, 4)))
    world.write("kind=b/x", rows_of(range(4, 7)))
    world.put("kind=b/notes.txt", b"no Parquet")
    source = source_of(ParquetSource(f"s3://{BUCKET}/2000/kind=*/*.parquet", event_time="when", conn_id="lake"))
    assert read(source, span(2, 6)) == expected([2, 3, 4, 5])


def test_only_the_bytes_that_a_week_needs_are_fetched(bucket: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for month in range(1, 7):
        when = [datetime(2001, month, 1, tzinfo=UTC) + timedelta(minutes=5 * n) for n in range(28 * 288)]
        noise = [f"{n * 7919 % 100003}" * 20 for n in range(len(when))]
        table = pa.table({"when": pa.array(when, pa.timestamp("us", "UTC")), "noise": noise, "x": range(len(when))})
        sink = pa.BufferOutputStream()
        pq.write_table(table, sink, row_group_size=288, compression="none")
        bucket.pipe_file(f"{BUCKET}/months/{month}.parquet", sink.getvalue().to_pybytes())
    size = bucket.info(f"{BUCKET}/months/5.parquet")["size"]
    source = source_of(ParquetSource(f"s3://{BUCKET}/months", event_time="when", columns=("x",), conn_id="lake"))
    week = Window(start=datetime(2001, 5, 8, tzinfo=UTC), end=datetime(2001, 5, 15, tzinfo=UTC))
    source.token(week, AS_OF)
    fetched: list[tuple[str, int]] = []
    fetch = S3File._fetch_range

    def counted(file: Any, start: int, end: int) -> Any:
        fetched.append((file.path, end - start))
        return fetch(file, start, end)

    monkeypatch.setattr(S3File, "_fetch_range", counted)
    windows = Windows(as_of=AS_OF, training=week, holdout=week)
    found = [cast("pa.Table", batch) for batch in source.read(windows, [week])]
    assert sum(batch.num_rows for batch in found) == 7 * 288
    assert {path for path, _ in fetched} == {f"{BUCKET}/months/5.parquet"}
    assert sum(count for _, count in fetched) < size / 20


@pytest.mark.parametrize("url", ["s3://rows/parquet", "s3://nobody@rows/parquet"])
def test_a_connection_that_is_not_there_is_named(url: str) -> None:
    spec = ParquetSource(url, conn_id=None if "nobody" in url else "nobody")
    with pytest.raises(InputError, match=r"Airflow connection nobody must be there\. Got none: add one of type aws"):
        source_of(spec)


@pytest.mark.parametrize("spec", [ParquetSource("gopher://x/y"), CsvSource("gopher://x/y")])
def test_a_scheme_that_nobody_knows_is_refused(spec: ParquetSource | CsvSource) -> None:
    with pytest.raises(InputError, match=r"URL of the source must be one that .*Got 'gopher://x/y' instead"):
        source_of(spec)


@pytest.mark.parametrize("path", ["nowhere/x.parquet", "nowhere", "../no_such_bucket/x"])
def test_a_path_where_nothing_is_is_refused(bucket: Any, path: str) -> None:
    url = f"s3://{BUCKET}/{path}" if ".." not in path else "s3://no-such-bucket/x"
    with pytest.raises(InputError, match="Got a path where nothing is"):
        read(source_of(ParquetSource(url, event_time="when", conn_id="lake")), span(1, 2))


def test_a_server_that_does_not_answer_may_be_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        nowhere = login(f"http://127.0.0.1:{closed.getsockname()[1]}", retries={"max_attempts": 0}, connect_timeout=1)
        monkeypatch.setenv("AIRFLOW_CONN_SUNKEN", nowhere)
        source = source_of(ParquetSource(f"s3://{BUCKET}/x", event_time="when", conn_id="sunken"))
        with pytest.raises(TransientError, match=r"source s3://rows/x can't be read: EndpointConnectionError"):
            read(source, span(1, 2))
