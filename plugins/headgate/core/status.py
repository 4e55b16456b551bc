"""How a model is doing: who serves, what ran last, and what needs a person."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from headgate.core.approval import APPROVAL, APPROVAL_REASON, Asked
from headgate.core.bars import bars_of
from headgate.core.ledger import RunRecord
from headgate.core.projection import HandChange
from headgate.core.promotion import LogEntry
from headgate.core.terms import Term, terms_of

IDLE = timedelta(days=1)
"""A run that is running for longer has probably been killed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelStatus:
    """How a model is doing.

    Args:
        model: Name of the registered model.
        champion: Who serves; `None` when nothing was promoted yet.
        previous: Who served before.
        last_run: The run of the last dag run, or of the last `headgate run`; `None` without any.
        running: Runs that go on, as far as MLflow knows.
        needs: What needs a person, as sentences.
        notes: What is worth knowing besides.
    """

    model: str
    champion: Term | None
    previous: Term | None
    last_run: RunRecord | None
    running: tuple[RunRecord, ...]
    needs: tuple[str, ...]
    notes: tuple[str, ...]


def status_of(
    model: str,
    *,
    entries: Sequence[LogEntry],
    changes: Sequence[HandChange],
    runs: Sequence[RunRecord],
    problems: Sequence[str],
    now: datetime,
) -> ModelStatus:
    """Return how a model is doing.

    Args:
        model: Name of the registered model.
        entries: Its log.
        changes: What somebody changed by hand.
        runs: The runs of its experiment, superseded and deleted ones too.
        problems: What else needs a person: a registry that forgot, a store that doesn't answer.
        now: The present.
    """
    terms = terms_of(entries)
    live = sorted((run for run in runs if run.is_live and run.key), key=lambda run: (run.touched, run.mlflow_run))
    running = tuple(run for run in live if run.status in {"RUNNING", "SCHEDULED"})
    last = running[-1] if running else live[-1] if live else None
    stops = [f"{change.said}: headgate adopt {model}" for change in changes if change.stops]
    return ModelStatus(
        model=model,
        champion=terms[-1] if terms else None,
        previous=terms[-2] if len(terms) > 1 else None,
        last_run=last,
        running=running,
        needs=(*problems, *stops, *_stuck(running, now), *_failed(last)),
        notes=(*(change.said for change in changes if not change.stops), *(str(bar) for bar in bars_of(entries))),
    )


def run_said(run: RunRecord) -> str:
    """Return what became of a run, in a few words: `FINISHED, FAIL: mae 0.7 is above the ceiling 0.6 (replay)`."""
    verdict, mode = run.tag_of("verdict"), run.tag_of("mode")
    if run.status == "FINISHED" and verdict:
        approval = run.tag_of(APPROVAL)
        told = f"{verdict}: {run.tag_of('verdict_reason') or 'no reason given'}{f' ({mode})' if mode else ''}"
        asked = approval not in {None, Asked.NOT_NEEDED, Asked.CLOSED}
        return f"{told}; approval {approval}: {run.tag_of(APPROVAL_REASON)}" if asked else told
    reason = run.tag_of("reason")
    return f"{run.status}: {reason}" if reason else run.status


def _stuck(running: Sequence[RunRecord], now: datetime) -> Iterator[str]:
    for run in running:
        if now - run.touched > IDLE:
            since = f"{run.touched:%Y-%m-%d %H:%M} UTC"
            yield f"run {run.mlflow_run} of {run.key} is {run.status} since {since}: killed, unless somebody took it up"


def _failed(last: RunRecord | None) -> Iterator[str]:
    if last is not None and last.status == "FAILED":
        yield f"the last run, {last.key}, failed: {last.tag_of('reason') or 'it says no reason'}"
