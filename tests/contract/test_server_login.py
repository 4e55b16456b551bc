"""Who may ask a model server that has a login, and what its clients say when they may not."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from base64 import b64encode
from collections.abc import Iterator

import httpx
import pytest
from fastapi.routing import APIRoute

from headgate.adapters.httpx_serving import HttpServingTarget
from headgate.core.server_login import ServerLogin
from headgate.errors import DeploymentError
from headgate.ports import ServingTarget
from headgate.server.app import create_app
from headgate.testing.conformance_serving import ServingTargetConformance, rows_of
from headgate.testing.fake_champions import FakeChampionSource
from tests.contract.served import NEVER, served
from tests.contract.test_serving_target import FollowedWorld

USER, PASSWORD = "jürgen", "pässwörd € 密"
LOGIN = ServerLogin(user=USER, password=PASSWORD)
ROW = {"dataframe_records": [{"x": 2.0}]}
HEALTH = {("GET", "/ping"), ("GET", "/health"), ("GET", "/live")}
CLOSED = (
    ("POST", "/invocations"),
    ("GET", "/version"),
    ("POST", "/refresh"),
    ("GET", "/metrics"),
    ("POST", "/ping"),
    ("GET", "/ping/"),
    ("GET", "//ping"),
    ("GET", "/docs"),
    ("GET", "/openapi.json"),
    ("GET", "/nothing"),
)


def basic(text: str, encoding: str = "utf-8") -> str:
    return f"Basic {b64encode(text.encode(encoding)).decode()}"


NO_INTERFACE = "192.0.2.1"
"""An address of the documentation's (RFC 5737): nobody can listen on it."""

WRONG = {
    "another password": basic(f"{USER}:other"),
    "another user": basic(f"anna:{PASSWORD}"),
    "no password": basic(f"{USER}:"),
    "no colon": basic(USER),
    "a password that begins alike": basic(f"{USER}:{PASSWORD}x"),
    "nothing on both sides": basic(":"),
    "another encoding": basic("jürgen:pässwörd", "latin-1"),
    "no base64": "Basic ???",
    "bytes that are no text": "Basic ü",
    "no token": "Basic",
    "empty": "",
    "another scheme": f"Bearer {basic(f'{USER}:{PASSWORD}').removeprefix('Basic ')}",
}


@pytest.fixture(scope="module")
def source() -> FakeChampionSource:
    source = FakeChampionSource("line")
    source.promote(2.0)
    return source


@pytest.fixture(scope="module")
def url(source: FakeChampionSource) -> Iterator[str]:
    with served(create_app(source, poll_seconds=NEVER, login=LOGIN)) as url:
        HttpServingTarget(url, timeout=30.0, username=USER, password=PASSWORD).deploy("line", "1")
        yield url


class TestHttpServingTargetWithALogin(ServingTargetConformance):
    @pytest.fixture
    def world(self) -> FollowedWorld:
        return FollowedWorld(FakeChampionSource("line"))

    @pytest.fixture
    def serving_target(self, world: FollowedWorld) -> Iterator[ServingTarget]:
        with served(create_app(world.source, poll_seconds=NEVER, login=LOGIN)) as url:
            yield HttpServingTarget(url, timeout=30.0, username=USER, password=PASSWORD)


@pytest.mark.parametrize(("method", "path"), CLOSED)
def test_without_a_login_nothing_but_health_is_answered(url: str, method: str, path: str) -> None:
    answer = httpx.request(method, url + path)
    assert (answer.status_code, answer.headers["Content-Type"]) == (401, "application/json")
    assert answer.headers["WWW-Authenticate"].startswith("Basic ")
    assert answer.json() == {
        "error_code": "UNAUTHENTICATED",
        "message": "request must bring the model server's login, by HTTP basic authentication. Got none instead.",
    }


@pytest.mark.parametrize("header", WRONG.values(), ids=WRONG)
def test_a_login_that_is_not_the_servers_is_refused(url: str, header: str) -> None:
    answer = httpx.post(f"{url}/invocations", json=ROW, headers={b"Authorization": header.encode()})
    assert answer.status_code == 401
    assert answer.json()["message"].endswith("Got one that is wrong instead.")


@pytest.mark.parametrize("scheme", ["Basic", "basic", "BASIC"])
def test_the_servers_login_is_let_in_whatever_letters_it_has(url: str, scheme: str) -> None:
    header = basic(f"{USER}:{PASSWORD}").replace("Basic", scheme)
    assert httpx.post(f"{url}/invocations", json=ROW, headers={"Authorization": header}).json()["predictions"] == [4.0]
    assert httpx.get(f"{url}/version", auth=(USER, PASSWORD)).json()["version"] == "1"
    assert "headgate_server_requests" in httpx.get(f"{url}/metrics", auth=(USER, PASSWORD)).text


def test_health_is_open_and_says_nothing_else(url: str) -> None:
    for method, path in HEALTH:
        answer = httpx.request(method, url + path)
        assert (answer.status_code, answer.text) == (200, "\n")


def test_every_route_is_a_health_check_or_refused(source: FakeChampionSource) -> None:
    app = create_app(source, poll_seconds=NEVER)
    routes = {(method, route.path) for route in app.routes if isinstance(route, APIRoute) for method in route.methods}
    assert routes - HEALTH == set(CLOSED[:4])
    assert len(app.routes) == len(routes)


def test_a_server_without_a_champion_lives_and_is_not_ready() -> None:
    with served(create_app(FakeChampionSource("line"), poll_seconds=NEVER, login=LOGIN)) as url:
        assert [httpx.get(url + path).status_code for path in ("/live", "/ping")] == [200, 503]


def test_a_body_of_many_bytes_is_refused_with_an_answer(url: str) -> None:
    assert httpx.post(f"{url}/invocations", content=b"x" * 5_000_000).status_code == 401


def test_a_server_without_a_login_asks_for_none(source: FakeChampionSource) -> None:
    with served(create_app(source, poll_seconds=NEVER)) as url:
        assert httpx.get(f"{url}/version").status_code == 200
        assert HttpServingTarget(url, timeout=5.0, username="any", password="one").described()  # noqa: S106 - the test's


@pytest.mark.parametrize(
    ("given", "got"),
    [
        ({}, "Got none instead"),
        (
            {"username": USER, "password": "other"},
            f"Got the user '{USER}' with a password that it doesn't take instead",
        ),
        ({"password": PASSWORD}, "Got the user 'headgate' with"),
        ({"username": USER}, f"Got the user '{USER}' with"),
    ],
)
def test_a_refused_login_is_a_refusal_that_says_what_to_give(url: str, given: dict[str, str], got: str) -> None:
    serving_target = HttpServingTarget(url, timeout=5.0, **given)
    for ask in (lambda: serving_target.deploy("line", "1"), lambda: serving_target.ask(rows_of(1.0))):
        with pytest.raises(DeploymentError, match=rf"{url} must be asked with its login\. {got}") as caught:
            ask()
        assert "give its HEADGATE_SERVER_USER and HEADGATE_SERVER_PASSWORD" in str(caught.value)
        assert PASSWORD not in str(caught.value)


def serving(host: str, port: int, **environment: str) -> subprocess.Popen[str]:
    """Start `headgate serve` on a registry that isn't there."""
    code = "from headgate.cli.commands import app; app()"
    options = ["--mlflow", "http://127.0.0.1:9", "--host", host, "--port", str(port), "--json-logs"]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HEADGATE_SERVER_")}
    command = [sys.executable, "-c", code, "serve", "shop", *options]
    return subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=kept | environment)


def test_a_server_that_others_reach_says_first_that_it_has_no_login() -> None:
    with serving(NO_INTERFACE, 8000) as server:
        assert server.stderr
        lines = [json.loads(text)["message"] for text in server.stderr]
    said = f"without a login, whoever reaches {NO_INTERFACE}:8000 may ask this server. Set HEADGATE_SERVER_PASSWORD"
    assert (lines[0], lines.count(said)) == (said, 1)


def test_the_environment_gives_a_server_its_login() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    ask, answers, lines = f"http://127.0.0.1:{port}/version", [0, 0], ""
    with serving("127.0.0.1", port, HEADGATE_SERVER_PASSWORD=PASSWORD) as server:
        assert server.stderr
        for text in server.stderr:
            lines += text
            if "running on" in text:
                answers = [httpx.get(ask).status_code, httpx.get(ask, auth=("headgate", PASSWORD)).status_code]
                server.terminate()
    assert answers == [401, 200]
    assert PASSWORD not in lines
