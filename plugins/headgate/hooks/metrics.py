"""Headgate's own metrics, sent through Airflow's: by StatsD or OpenTelemetry, as Airflow is set up, or to nobody.

A task that runs again because somebody cleared it counts again; one that found what an earlier try did doesn't, where
it promotes or rolls back.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from airflow.sdk.observability import stats

from headgate.core.mode import Mode
from headgate.core.refs import ValidatedRef, VerdictRef
from headgate.core.verdict import Outcome

logger = logging.getLogger("headgate.metrics")


def count(what: str, *, dag_id: str, model: str) -> None:
    """Add one to the counter `headgate.<what>`. One that can't be sent is told in the log, and fails no task."""
    _send(stats.incr, f"headgate.{what}", dag_id=dag_id, model=model)


def took(what: str, seconds: float, *, dag_id: str, model: str) -> None:
    """Send how long something took to the timer `headgate.<what>`; as `count` where it can't be sent."""
    _send(stats.timing, f"headgate.{what}", timedelta(seconds=seconds), dag_id=dag_id, model=model)


def count_validation(validated: ValidatedRef) -> None:
    """Count what a validation came to: `pass`, `warn` (a pass with unmet warnings), `fail` or `undecided`."""
    run, outcome = validated.snapshot.run, validated.verdict.outcome
    warned = outcome is Outcome.PASS and validated.summary.warnings
    count(f"validation.{'warn' if warned else outcome.lower()}", dag_id=run.dag_id, model=run.model)


def count_verdict(verdict: VerdictRef) -> None:
    """Count the gates' outcome, and that the run is a replay where it is one."""
    run = verdict.candidate.snapshot.run
    count(f"verdict.{verdict.judgement.outcome.lower()}", dag_id=run.dag_id, model=run.model)
    if verdict.mode.mode is Mode.REPLAY:
        count("replay", dag_id=run.dag_id, model=run.model)


def _send(send: Callable[..., None], name: str, *values: Any, **tags: str) -> None:  # noqa: ANN401 - a counter has none
    try:
        send(name, *values, tags=tags)
    except Exception as error:  # noqa: BLE001 - any client of any backend; what the task did is done all the same
        logger.warning("metric %s could not be sent: %s: %s", name, type(error).__name__, error)
