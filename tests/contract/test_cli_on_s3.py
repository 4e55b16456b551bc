"""`headgate snapshot` on S3 as moto plays it, through an Airflow connection, as the tasks reach it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import fsspec
import pyarrow as pa
import pytest
from typer.testing import CliRunner, Result

from headgate.adapters.pyarrow_profiler import ArrowProfiler
from headgate.cli.commands import app
from headgate.hooks.store import store_at
from tests.unit.taking import WINDOWS, Given, day, rows, take

BUCKET = "snapshots-of-cli"


@pytest.fixture(scope="module")
def files(endpoint: str) -> Any:
    amazon = fsspec.filesystem("s3", key="ada", secret="-", endpoint_url=endpoint, skip_instance_cache=True)  # noqa: S106 - moto takes any
    amazon.mkdir(BUCKET)
    return amazon


@pytest.fixture
def url(endpoint: str, files: Any, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """A store of its own for each test."""
    assert files.exists(BUCKET)
    extra = {"endpoint_url": endpoint, "region_name": "us-east-1"}
    login = {"conn_type": "aws", "login": "ada", "password": "-", "extra": extra}
    monkeypatch.setenv("AIRFLOW_CONN_ATTIC", json.dumps(login))
    return f"s3://attic@{BUCKET}/{request.node.name}"


@pytest.fixture
def ids(url: str) -> tuple[str, str]:
    """Two snapshots that differ in one row."""
    store, later = store_at(url), replace(WINDOWS, as_of=day(10))
    first, second = rows(x=pa.array(range(9))), rows(x=pa.array([0, 1, 2, 3, 99, 5, 6, 7, 8]))
    return (
        take(Given(first), store, profiler=ArrowProfiler()).id,
        take(Given(second), store, later, profiler=ArrowProfiler()).id,
    )


def run(url: str, *words: str) -> Result:
    return CliRunner().invoke(app, ["snapshot", *words, "--store", url])


def test_snapshots_are_listed_and_verified(url: str, ids: tuple[str, str]) -> None:
    listed = json.loads(run(url, "ls", "--json").stdout)
    assert {each["id"] for each in listed} == set(ids)
    verified = run(url, "verify", "--all")
    assert verified.exit_code == 0, verified.output
    assert "2 snapshots" in verified.stdout
    assert "all whole" in verified.stdout


def test_a_part_that_is_gone_is_told(url: str, ids: tuple[str, str], files: Any) -> None:
    manifest = json.loads(run(url, "show", ids[0], "--json").stdout)
    digest = manifest["holdout"][0]["content"]["digest"]
    folder = url.partition("@")[2]
    files.rm_file(f"{folder}/parts/{digest[:2]}/{digest}.parquet")
    verified = run(url, "verify", ids[0])
    assert verified.exit_code == 1
    assert f"part {digest} of the snapshot is missing" in verified.stdout


def test_two_snapshots_are_compared(url: str, ids: tuple[str, str]) -> None:
    compared = run(url, "diff", *ids, "--json")
    assert compared.exit_code == 1, compared.output
    told = json.loads(compared.stdout)
    assert told["rows"]["restated"] == 1
    assert (told["rows"]["added"], told["rows"]["removed"]) == (0, 0)
