"""What the torture decides, and what it would find: its own checks must see each fault that it looks for."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from itertools import islice
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mlflow.entities import LoggedModel, LoggedModelStatus, Metric, Run, RunData, RunInfo, RunTag
from mlflow.entities.model_registry import ModelVersion

from headgate.core.verdict import Outcome
from tools.torture.checks import ALIAS, DUPLICATE, HALF, LOST, OTHER, find
from tools.torture.plan import DECK, Backfill, Blow, Trigger, blows, plan_actions
from tools.torture.proxy import Proxy
from tools.torture.reference import Expected
from tools.torture.seen import Seen

FIRST = datetime(2024, 3, 1, tzinfo=UTC)
SECOND = FIRST + timedelta(days=1)


def chance(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311 - it decides what is killed, and keeps no secret


@given(seed=st.integers(), runs=st.integers(1, 80))
def test_a_plan_makes_as_many_runs_as_asked_for(seed: int, runs: int) -> None:
    actions = plan_actions(chance(seed), runs)
    triggered = sum(action.count for action in actions if isinstance(action, Trigger))
    days = {day for action in actions if isinstance(action, Backfill) for day in range(action.first, action.last + 1)}
    assert triggered + len(days) >= runs


def test_the_same_seed_gives_the_same_plan_and_blows() -> None:
    first, second = (chance(7), chance(7))
    assert plan_actions(first, 60) == plan_actions(second, 60)
    assert list(islice(blows(first), 50)) == list(islice(blows(second), 50))


def test_every_blow_is_dealt_once_in_a_deck() -> None:
    assert set(islice(blows(chance(0)), len(DECK))) == set(Blow)


def expected(as_of: datetime, *, outcome: Outcome = Outcome.PASS) -> Expected:
    day = f"{as_of:%Y-%m-%d}"
    return Expected(key=f"d|{day}|m", snapshot=f"s {day}", fingerprint=f"f {day}", outcome=outcome, mae=1.0)


def a_run(one: Expected, number: str, *, status: str = "FINISHED", deleted: bool = False, **tags: str) -> Run:
    told = {
        "headgate.key": one.key,
        "headgate.snapshot": one.snapshot,
        "headgate.fingerprint": one.fingerprint,
        "headgate.verdict": str(one.outcome),
        "headgate.candidate": f"m-{number}",
        **{f"headgate.{name}": value for name, value in tags.items()},
    }
    lifecycle = "deleted" if deleted else "active"
    info = RunInfo(number, "1", "u", status, 0, 0, lifecycle)
    metric = Metric("mae", 1.0, 0, 0)
    return Run(info, RunData([metric], [], [RunTag(name, value) for name, value in told.items()]))


def a_model(number: str, *, run: str | None = None, status: LoggedModelStatus = LoggedModelStatus.READY) -> LoggedModel:
    return LoggedModel("1", f"m-{number}", "m", "", 0, 0, source_run_id=run or number, status=status)


def a_version(number: int, model: str, as_of: datetime, *, head: int | None = None) -> ModelVersion:
    tags = {
        "headgate.expected_head": str(number - 1 if head is None else head),
        "headgate.as_of": as_of.isoformat(),
    }
    version = ModelVersion("m", str(number), 0, source=f"models:/m-{model}")
    for name, value in tags.items():
        version.tags[name] = value
    return version


ONE, TWO = expected(FIRST), expected(SECOND)
EXPECTED = {FIRST: ONE, SECOND: TWO}
SOUND = Seen(
    runs=(a_run(ONE, "a"), a_run(TWO, "b"), a_run(TWO, "c", deleted=True, superseded_by="b", status="KILLED")),
    models=(a_model("a"), a_model("b")),
    versions=(a_version(1, "a", FIRST), a_version(2, "b", SECOND), a_version(3, "b", SECOND, head=1)),
    aliases={"champion": 2, "previous": 1},
)


def kinds(seen: Seen, **changes: Any) -> set[str]:
    arguments = {"expected": EXPECTED, "promotable": {FIRST, SECOND}, **changes}
    return {finding.kind for finding in find(seen, **arguments)}


def test_nothing_is_found_where_all_is_well_void_and_superseded_entries_included() -> None:
    assert kinds(SOUND) == set()


def test_nothing_is_found_where_nothing_was_promoted() -> None:
    failed = {FIRST: replace(ONE, outcome=Outcome.FAIL)}
    seen = Seen(runs=(a_run(failed[FIRST], "a"),), models=(a_model("a"),), versions=(), aliases={})
    assert kinds(seen, expected=failed) == set()


FAULTS: dict[str, tuple[Seen, str]] = {
    "no run": (replace(SOUND, runs=SOUND.runs[1:], models=SOUND.models[1:]), LOST),
    "two live runs": (replace(SOUND, runs=(*SOUND.runs, a_run(ONE, "d", candidate="m-a"))), DUPLICATE),
    "a run that nobody asked for": (replace(SOUND, runs=(*SOUND.runs, a_run(ONE, "d", key="x"))), DUPLICATE),
    "a run that goes on": (replace(SOUND, runs=(a_run(ONE, "a", status="RUNNING"), *SOUND.runs[1:])), HALF),
    "a run that failed": (replace(SOUND, runs=(a_run(ONE, "a", status="FAILED"), *SOUND.runs[1:])), HALF),
    "a run superseded by half": (replace(SOUND, runs=(*SOUND.runs, a_run(TWO, "d", superseded_by="b"))), HALF),
    "a candidate that is not whole": (
        replace(SOUND, models=(a_model("a", status=LoggedModelStatus.PENDING), a_model("b"))),
        HALF,
    ),
    "a candidate of another run": (replace(SOUND, models=(a_model("a", run="c"), a_model("b"))), HALF),
    "a model too many": (replace(SOUND, models=(*SOUND.models, a_model("d", run="a"))), DUPLICATE),
    "a version without its model": (replace(SOUND, models=SOUND.models[:1]), LOST),
    "another fingerprint": (replace(SOUND, runs=(a_run(ONE, "a", fingerprint="x"), *SOUND.runs[1:])), OTHER),
    "another verdict": (replace(SOUND, runs=(a_run(ONE, "a", verdict="FAIL"), *SOUND.runs[1:])), OTHER),
    "a model promoted twice": (replace(SOUND, versions=(*SOUND.versions, a_version(4, "b", SECOND))), DUPLICATE),
    "a champion that went back": (
        replace(
            SOUND,
            versions=(a_version(1, "b", SECOND), a_version(2, "a", FIRST)),
        ),
        OTHER,
    ),
    "an older champion than passed": (
        replace(SOUND, versions=SOUND.versions[:1], aliases={"champion": 1}),
        LOST,
    ),
    "an alias elsewhere": (replace(SOUND, aliases={"champion": 1, "previous": 1}), ALIAS),
    "an alias that is not there": (replace(SOUND, aliases={"champion": 2}), ALIAS),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_is_found(fault: str) -> None:
    seen, kind = FAULTS[fault]
    assert kind in kinds(seen)


def test_a_backfills_as_of_need_not_be_the_champions() -> None:
    seen = replace(SOUND, versions=SOUND.versions[:1], aliases={"champion": 1})
    assert kinds(seen, promotable={FIRST}) == set()


@pytest.fixture
def upstream() -> Iterator[tuple[str, list[str]]]:
    worked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            worked.append(self.path)
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"ok")

        do_GET = do_POST  # noqa: N815 - the standard library's name

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the standard library's name
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", worked
    server.shutdown()
    server.server_close()
    thread.join()


def ask(proxy: Proxy, path: str = "/api/2.0/mlflow/runs/create", *, method: str = "POST") -> str:
    return httpx.request(method, f"http://127.0.0.1:{proxy.port}{path}", trust_env=False).text


def test_a_reply_is_lost_after_the_work_was_done(upstream: tuple[str, list[str]]) -> None:
    url, worked = upstream
    with Proxy(chance(0)) as proxy:
        proxy.upstream = url
        assert ask(proxy) == "ok"
        proxy.losing = 1.0
        with pytest.raises(httpx.RemoteProtocolError):
            ask(proxy)
        assert ask(proxy, method="GET") == "ok"
        assert ask(proxy, "/api/2.0/mlflow/runs/search") == "ok"
    assert worked.count("/api/2.0/mlflow/runs/create") == 3
    assert (proxy.lost, proxy.asked) == ({"POST runs/create": 1}, 4)


def test_who_is_away_refuses_and_comes_back_to_the_same_place(upstream: tuple[str, list[str]]) -> None:
    with Proxy(chance(0)) as proxy:
        proxy.upstream, port = upstream[0], proxy.port
        proxy.go_away()
        with pytest.raises(httpx.ConnectError):
            ask(proxy)
        proxy.come_back()
        assert (ask(proxy), proxy.port, proxy.is_away) == ("ok", port, False)
