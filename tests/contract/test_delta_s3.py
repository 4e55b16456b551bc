"""A Delta Lake table on S3 (moto's), reached by an Airflow connection."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("deltalake", reason="headgate[delta] isn't installed")

from deltalake import write_deltalake

from headgate.errors import DataError, TransientError
from headgate.hooks.delta import delta_rows
from headgate.spec import DeltaSource
from headgate.testing.conformance_sources import day, rows_of, span
from tests.contract.postgres_server import free_port


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A bucket named lake on moto's server, reached by the Airflow connection lake.

    The server is a process of its own: the library holds Python's lock while it waits for some answers.
    """
    boto3 = pytest.importorskip("boto3")
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_until_listening(port, server)
        keys = {"aws_access_key_id": "key", "aws_secret_access_key": "not-to-be-shown"}
        client = boto3.client("s3", endpoint_url=url, region_name="us-east-1", **keys)
        client.create_bucket(Bucket="lake")
        extra = {"endpoint_url": url, "region_name": "us-east-1"}
        login = {"login": "key", "password": "not-to-be-shown"}
        monkeypatch.setenv("AIRFLOW_CONN_LAKE", json.dumps({"conn_type": "aws", **login, "extra": extra}))
        yield client
    finally:
        server.terminate()
        server.wait(10)


def wait_until_listening(port: int, server: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 60
    while server.poll() is None and time.monotonic() < until:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    pytest.fail("moto's server did not start")


@pytest.mark.parametrize(("url", "conn_id"), [("s3://lake/trips", "lake"), ("s3://lake@lake/trips", None)])
def test_a_table_on_s3_is_reached_by_an_airflow_connection(
    tmp_path: Path, s3: Any, url: str, conn_id: str | None
) -> None:
    write_deltalake(tmp_path, rows_of(range(1, 11)))
    for file in tmp_path.rglob("*"):
        if file.is_file():
            s3.upload_file(str(file), "lake", f"trips/{file.relative_to(tmp_path)}")
    there, here = (DeltaSource(place, event_time="when", conn_id=conn_id) for place in (url, str(tmp_path)))
    now = datetime.now(tz=UTC)
    assert delta_rows(there).look(span(3, 5), now).rows == 4
    assert delta_rows(there).token(span(3, 5), now) == delta_rows(here).token(span(3, 5), now)
    with pytest.raises(DataError, match="the table began with version 0"):
        delta_rows(there).look(span(3, 5), day(9))


def test_a_store_that_does_not_answer_may_be_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    extra = {"endpoint_url": f"http://127.0.0.1:{free_port()}", "region_name": "us-east-1"}
    login = {"login": "key", "password": "not-to-be-shown"}
    monkeypatch.setenv("AIRFLOW_CONN_GONE", json.dumps({"conn_type": "aws", **login, "extra": extra}))
    with pytest.raises(TransientError, match="source s3://lake/grown can't be read") as caught:
        delta_rows(DeltaSource("s3://gone@lake/grown")).look(span(1, 5), day(9))
    assert "not-to-be-shown" not in str(caught.value)
