"""What the model server tells Prometheus, and how it logs."""

from __future__ import annotations

import json
import logging
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from headgate.server.app import create_app
from headgate.server.json_lines import EVENT, JsonLines
from headgate.testing.fake_champions import FakeChampionSource, FakeModel
from tests.contract.served import NEVER, served

GOOD = {"dataframe_records": [{"x": 2.0}]}
BAD: dict[str, Any] = {"rows": []}


class Breaking(FakeModel):
    def answer(self, body: bytes, content_type: str) -> str:
        raise RuntimeError("no memory")  # noqa: EM101, TRY003 - the message is the test's


@contextmanager
def client_of(source: FakeChampionSource) -> Iterator[httpx.Client]:
    with served(create_app(source, poll_seconds=NEVER)) as url, httpx.Client(base_url=url, timeout=30) as client:
        look(client)
        yield client


def look(client: httpx.Client) -> None:
    client.post("/refresh").raise_for_status()


def samples(client: httpx.Client) -> dict[tuple[str, ...], float]:
    """Return each sample by its name and its labels' values, sorted by label, but for buckets and births."""
    answer = client.get("/metrics").raise_for_status()
    assert answer.headers["content-type"].startswith("text/plain")
    return {
        (
            sample.name.removeprefix("headgate_server_"),
            *(sample.labels[label] for label in sorted(sample.labels)),
        ): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
        if not sample.name.endswith(("_bucket", "_created"))
    }


@pytest.fixture
def source() -> FakeChampionSource:
    return FakeChampionSource("shop")


def test_requests_are_counted_by_version_and_outcome(source: FakeChampionSource) -> None:
    with client_of(source) as client:
        client.post("/invocations", json=GOOD)
        source.promote(1.0)
        look(client)
        for body in (GOOD, GOOD, BAD):
            client.post("/invocations", json=body)
        source.models[source.promote(1.0)] = Breaking(version="2", slope=1.0)
        look(client)
        client.post("/invocations", json=GOOD)
        found = samples(client)
    assert {name: value for name, value in found.items() if name[0] == "requests_total" and value} == {
        ("requests_total", "unavailable", "none"): 1,
        ("requests_total", "ok", "1"): 2,
        ("requests_total", "bad_request", "1"): 1,
        ("requests_total", "failed", "2"): 1,
    }
    assert found["request_seconds_count", "1"] == 3
    assert 0 < found["request_seconds_sum", "1"] < 60


def test_version_swaps_and_since_are_those_of_the_server(source: FakeChampionSource) -> None:
    before = time.time()
    with client_of(source) as client:
        assert samples(client) == {("swaps_total",): 0, ("outage",): 0}
        for _ in range(2):
            source.promote(1.0)
            look(client)
        found = samples(client)
    assert found.pop(("since_timestamp_seconds",)) == pytest.approx(before, abs=60)
    assert found == {("version_info", "shop", "m-2", "2"): 1, ("swaps_total",): 1, ("outage",): 0}


def test_a_refused_version_and_an_outage_are_told_until_they_are_over(source: FakeChampionSource) -> None:
    with client_of(source) as client:
        source.promote(None)
        look(client)
        source.is_down = True
        look(client)
        assert (samples(client)["refused", "1"], samples(client)["outage",]) == (1, 1)
        source.is_down = False
        source.promote(1.0)
        look(client)
        found = samples(client)
    assert (("refused", "1") in found, found["outage",]) == (False, 0)


def test_only_the_last_ten_versions_are_told_apart(source: FakeChampionSource) -> None:
    with client_of(source) as client:
        for _ in range(12):
            source.promote(1.0)
            look(client)
            client.post("/invocations", json=GOOD)
        found = samples(client)
    for metric in ("requests_total", "request_seconds_count"):
        assert {name[-1] for name in found if name[0] == metric} == {str(number) for number in range(3, 13)}


def test_two_servers_in_one_process_count_for_themselves(source: FakeChampionSource) -> None:
    source.promote(1.0)
    with client_of(source) as one, client_of(source) as other:
        one.post("/invocations", json=GOOD)
        assert samples(one)["requests_total", "ok", "1"] == 1
        assert ("requests_total", "ok", "1") not in samples(other)


def test_who_asks_for_openmetrics_gets_that(source: FakeChampionSource) -> None:
    accept = {"Accept": "application/openmetrics-text; version=1.0.0"}
    with client_of(source) as client:
        answer = client.get("/metrics", headers=accept)
    assert answer.headers["content-type"].startswith("application/openmetrics-text")
    assert answer.text.endswith("# EOF\n")


def test_a_line_of_json_says_what_happened_and_to_which_model() -> None:
    lines = JsonLines(lambda: {"model": "shop", "version": "1"})
    record = logging.LogRecord("headgate.server", logging.INFO, "", 0, "text", (), None)
    setattr(record, EVENT, {"event": "swapped", "version": "2", "before": "1"})
    line = json.loads(lines.format(record))
    assert line.pop("time").endswith("+00:00")
    assert line == {
        "level": "info",
        "logger": "headgate.server",
        "message": "swapped",
        "model": "shop",
        "version": "2",
        "before": "1",
    }


def test_a_traceback_stays_in_its_line() -> None:
    try:
        raise ValueError("first\nsecond")  # noqa: EM101, TRY003, TRY301 - the message is the test's
    except ValueError:
        record = logging.LogRecord("x", logging.ERROR, "", 0, "it failed", (), sys.exc_info())
    text = JsonLines().format(record)
    assert "\n" not in text
    assert "ValueError: first\nsecond" in json.loads(text)["exception"]


def test_every_line_that_a_server_writes_is_json_when_that_is_asked_for() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free, socket.create_server(("127.0.0.1", 0)) as nobody:
        port, closed = free.getsockname()[1], nobody.getsockname()[1]
    code = "from headgate.cli.commands import app; app()"
    options = ["--mlflow", f"http://127.0.0.1:{closed}", "--port", str(port), "--json-logs"]
    server = subprocess.Popen(
        [sys.executable, "-c", code, "serve", "shop", *options], stderr=subprocess.PIPE, text=True
    )
    with server:
        assert server.stderr
        lines: list[dict[str, Any]] = []
        for text in server.stderr:
            lines.append(json.loads(text))
            if lines[-1]["message"] == "registry_unreachable":
                server.terminate()
    assert {"uvicorn.error", "headgate.server"} <= {line["logger"] for line in lines}
    assert {(line["model"], line["version"]) for line in lines} == {("shop", None)}
    assert not any("login" in line["message"] for line in lines)  # only this machine reaches it
