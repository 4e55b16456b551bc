"""What the health check of a model server in a container says of the real server, and what `make secrets` makes."""

from __future__ import annotations

import runpy
import stat
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from headgate.core.server_login import ServerLogin, login_of
from headgate.server.app import create_app
from headgate.testing.fake_champions import FakeChampionSource
from tests.contract.served import NEVER, served
from tools.env_file import write

ROOT = Path(__file__).parents[2]
LOGIN = ServerLogin(user="headgate", password="pässword")  # noqa: S106 - the test's

Ready = Callable[[str], str | None]


@pytest.fixture
def ready(monkeypatch: pytest.MonkeyPatch) -> Ready:
    """Return the check, in a container that has the login."""
    monkeypatch.setenv("HEADGATE_SERVER_PASSWORD", LOGIN.password)
    check: Ready = runpy.run_path(str(ROOT / "deploy" / "ready.py"))["model_server"]
    return check


def look(url: str) -> None:
    httpx.post(f"{url}/refresh", auth=(LOGIN.user, LOGIN.password)).raise_for_status()


def test_a_model_server_with_a_login_is_ready_with_a_model_and_before_the_first_one(ready: Ready) -> None:
    source = FakeChampionSource("line")
    with served(create_app(source, poll_seconds=NEVER, login=LOGIN)) as url:
        look(url)
        assert ready(url) is None
        source.promote(None)
        look(url)
        assert "no model is served" in str(ready(url))
        source.promote(2.0)
        look(url)
        assert ready(url) is None


def test_a_model_server_whose_registry_is_gone_before_the_first_model_is_not_ready(ready: Ready) -> None:
    source = FakeChampionSource("line")
    source.is_down = True
    with served(create_app(source, poll_seconds=NEVER, login=LOGIN)) as url:
        look(url)
        assert "registry in memory does not answer" in str(ready(url))


def test_a_model_server_that_refuses_the_checks_login_is_not_ready_before_the_first_model(
    ready: Ready, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEADGATE_SERVER_PASSWORD", "other")
    with served(create_app(FakeChampionSource("line"), poll_seconds=NEVER, login=LOGIN)) as url:
        assert "UNAUTHENTICATED" in str(ready(url))


def test_make_secrets_makes_the_servers_password_and_keeps_one_that_is_there(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    assert "HEADGATE_SERVER_PASSWORD" in write(path)
    made = dict(line.split("=", 1) for line in path.read_text().splitlines() if "=" in line)
    login = login_of(made)
    assert login
    assert len(login.password) == 48
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert write(path) == []
