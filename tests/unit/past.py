"""Records of runs of the past, a day apart."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from headgate.core.ledger import RunRecord
from headgate.core.past_runs import PastRun

START = datetime(2000, 1, 1, tzinfo=UTC)


def day(number: int) -> datetime:
    return START + timedelta(days=number)


def past_run(number: int, *, refused: str | None = None, dag: str = "dag") -> PastRun:
    return PastRun(
        key=f"{dag}|{number}|model",
        as_of=day(number),
        experiment="1",
        mlflow_run=f"run {dag} {number}",
        model_id=None if refused else f"m-{dag}-{number}",
        refused=refused,
    )


def record(number: int, status: str = "FINISHED", *, name: str = "", started: int = 0, **tags: str) -> RunRecord:
    told = {"key": f"dag|{number}|model", "as_of": day(number).isoformat(), "snapshot": f"s{number}", **tags}
    return RunRecord(
        mlflow_run=name or f"run {number}",
        experiment="1",
        status=status,
        started=day(started),
        tags={f"headgate.{tag}": value for tag, value in told.items()},
    )


def judged(number: int, *, name: str = "", started: int = 0, **tags: str) -> RunRecord:
    told = {"candidate": f"m-dag-{number}", "verdict": "PASS", "fingerprint": f"f{number}", **tags}
    return record(number, name=name, started=started, **told)
