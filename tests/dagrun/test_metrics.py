"""What a chain tells Airflow's metrics, and what the lines of its log carry."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from airflow.sdk._shared.observability.metrics import stats
from airflow.sdk._shared.observability.metrics.base_stats_logger import NoStatsLogger

from headgate import AtMost, Policy, mae
from headgate.hooks.metrics import count
from tests.dagrun.chain import SUITE, Chain
from tests.dagrun.test_chain import UNMET
from tests.dagrun.test_promotion_states import JUNE, roll_back, run_of

ROOT = Path(__file__).parents[2]
A_TASKS_LOG = """
import logging, sys
from datetime import UTC, datetime
from airflow.sdk.log import configure_logging
from headgate.core.span import days
from headgate.hooks.run_context import announce, run_of
from tests.dagrun.test_run_context import WINDOWS, context
configure_logging(json_output=True, log_level="INFO", output=sys.stdout.buffer)
log = logging.getLogger("task")
given = context(data_interval_end=datetime(2024, 4, 1, tzinfo=UTC))
announce(log, run_of(given, model="sales", windows=WINDOWS, label_delay=days(1)))
log.info("a later line")
"""


class Backend(NoStatsLogger):
    """A backend of Airflow's metrics that keeps what Headgate sends."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.times: dict[str, timedelta] = {}
        self.tags: list[dict[str, str]] = []

    def incr(  # type: ignore[override]  # Airflow's is a class method
        self, stat: str, *_: Any, tags: dict[str, str] | None = None
    ) -> None:
        if stat.startswith("headgate."):
            self.counts[stat] += 1
            self.tags.append(tags or {})

    def timing(  # type: ignore[override]  # as above
        self, stat: str, dt: Any, *, tags: dict[str, str] | None = None
    ) -> None:
        if stat.startswith("headgate."):
            self.times[stat] = dt
            self.tags.append(tags or {})


class BrokenBackend:
    """One whose client can send nothing."""

    def incr(self, stat: str, *, tags: dict[str, str]) -> None:
        raise OSError("no route to host")  # noqa: EM101, TRY003 - the message is the test's


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> Backend:
    backend = Backend()
    monkeypatch.setattr(stats, "_factory", lambda: backend)
    monkeypatch.setattr(stats, "_backend", None)
    return backend


def test_a_promoted_candidate_is_counted_from_its_validation_on(chain: Chain, sent: Backend) -> None:
    chain.run("promote")
    assert sent.counts == {"headgate.validation.pass": 1, "headgate.verdict.pass": 1, "headgate.promotion": 1}
    assert list(sent.times) == ["headgate.fit"]
    assert sent.times["headgate.fit"] > timedelta(0)
    assert all(tags == {"dag_id": chain.dag_id, "model": chain.model} for tags in sent.tags)


def test_a_chain_that_runs_again_has_neither_fitted_nor_promoted_again(chain: Chain, sent: Backend) -> None:
    chain.run("promote")
    chain.outputs.clear()
    sent.times.clear()
    chain.run("promote")
    assert (sent.counts["headgate.promotion"], sent.times) == (1, {})


def test_refusals_and_replays_are_counted_and_a_rollback_once(chain: Chain, sent: Backend) -> None:
    chain.run("promote")
    run_of(chain, JUNE)
    run_of(chain, JUNE.replace(year=2023))
    chain.pipeline["policy"] = Policy(gates=(AtMost(mae, 0.0),))
    run_of(chain, JUNE.replace(month=7))
    roll_back(chain)
    roll_back(chain)
    counted = {name.removeprefix("headgate."): number for name, number in sent.counts.items()}
    assert counted == {
        "validation.pass": 4,
        "verdict.pass": 3,
        "verdict.fail": 1,
        "replay": 1,
        "promotion": 2,
        "rollback": 1,
    }


@pytest.mark.parametrize(("severity", "state"), [("warning", "warn"), ("critical", "fail")])
def test_a_validation_is_counted_by_what_it_came_to(chain: Chain, sent: Backend, severity: str, state: str) -> None:
    suite = {"expectations": [*SUITE, {**UNMET, "severity": severity}]}
    Path(chain.pipeline["expectations"]).write_text(json.dumps(suite))
    if state == "fail":
        chain.refused("validate")
    else:
        chain.run("validate")
    assert sent.counts == {f"headgate.validation.{state}": 1}


def test_a_metric_that_cannot_be_sent_is_told_and_fails_nothing(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(stats, "_factory", BrokenBackend)
    monkeypatch.setattr(stats, "_backend", None)
    with caplog.at_level(logging.WARNING):
        count("promotion", dag_id="sales", model="sales")
    assert caplog.messages == ["metric headgate.promotion could not be sent: OSError: no route to host"]


def test_where_airflow_has_no_metrics_nothing_is_sent_and_nothing_said(caplog: pytest.LogCaptureFixture) -> None:
    count("promotion", dag_id="sales", model="sales")
    assert caplog.messages == []


def test_each_line_of_a_tasks_log_carries_as_of_and_model() -> None:
    done = subprocess.run([sys.executable, "-c", A_TASKS_LOG], cwd=ROOT, capture_output=True, text=True, check=True)
    lines: list[dict[str, Any]] = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["event"].partition(" ")[0] for line in lines] == ["as-of", "a"]
    assert {(line["as_of"], line["model"]) for line in lines} == {("2024-04-01T00:00:00+00:00", "sales")}
