"""Runs, logged models and versions as a test states them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from headgate.core.irregularity import Records
from headgate.core.journal import last_seen_of
from headgate.core.ledger import ModelRecord, RunRecord
from headgate.core.projection import Projection, wanted_aliases
from headgate.core.promotion import Entry, LogEntry, fold_log
from headgate.core.snapshots import manifest_path

NOW = datetime(2026, 6, 1, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=200)
MODEL = "co2"


def as_of(number: int) -> datetime:
    return datetime(2000, 1, 1, tzinfo=UTC) + timedelta(days=number)


def key(number: int) -> str:
    return f"dag|{as_of(number):%Y-%m-%d}|{MODEL}"


def snapshot(number: int) -> str:
    return hashlib.sha256(b"snapshot %d" % number).hexdigest()


def manifest(number: int) -> str:
    return manifest_path(MODEL, as_of(number), snapshot(number))


def run(
    number: int, *, at: datetime = LONG_AGO, tags: Mapping[str, str | None] | None = None, **facts: Any
) -> RunRecord:
    """Return a run that fitted, passed as a replay and ended; a tag of `None` isn't there."""
    told = {
        "key": key(number),
        "dag_id": "dag",
        "dag_run_id": f"run of {number}",
        "as_of": as_of(number).isoformat(),
        "snapshot": snapshot(number),
        "fit": "[]",
        "candidate": f"m-{number}",
        "fingerprint": f"f-{number}",
        "verdict": "PASS",
        "mode": "replay",
        "dry_run": "false",
        "baseline": "none",
        **(tags or {}),
    }
    given = {
        "mlflow_run": f"run-{number}",
        "experiment": "1",
        "status": "FINISHED",
        "started": at,
        "ended": at,
        "tags": {f"headgate.{name}": value for name, value in told.items() if value is not None},
        **facts,
    }
    return RunRecord(**given)


def logged(number: int, **facts: Any) -> ModelRecord:
    tags = {"headgate.key": key(number), "headgate.snapshot": snapshot(number)}
    given = {
        "model_id": f"m-{number}",
        "mlflow_run": f"run-{number}",
        "status": "READY",
        "created": LONG_AGO,
        "tags": tags,
        **facts,
    }
    return ModelRecord(**given)


def version(number: int, *, of: int | None = None, at: datetime = LONG_AGO, **facts: Any) -> LogEntry:
    """Return the effective version of that number, which stands for the candidate of run `of`."""
    fitted = number if of is None else of
    tags = {
        "dag_id": "dag",
        "mlflow_run": f"run-{fitted}",
        "snapshot": snapshot(fitted),
        "fingerprint": f"f-{fitted}",
        **facts.pop("tags", {}),
    }
    given = {
        "key": f"m-{fitted}",
        "expected_head": number - 1,
        "model_id": f"m-{fitted}",
        "as_of": as_of(fitted),
        "who": "ann",
        "reason": "better",
        "tags": tuple(sorted(tags.items())),
        **facts,
    }
    return LogEntry(version=number, at=at, entry=Entry(**given))


def records(*numbers: int, **facts: Any) -> Records:
    """Return what a model without any irregularity looks like: each number was run, promoted and kept."""
    entries = facts.pop("entries", tuple(version(number) for number in numbers))
    head = fold_log(entries)
    wanted = wanted_aliases(head)
    given = {
        "model": MODEL,
        "runs": tuple(run(number) for number in numbers),
        "models": tuple(logged(number) for number in numbers),
        "entries": entries,
        "projection": Projection(managed=True, aliases=wanted, projected=wanted),
        "seen": last_seen_of(head.champion) if head.champion else None,
        "manifests": frozenset(manifest(number) for number in numbers),
        **facts,
    }
    return Records(**given)
