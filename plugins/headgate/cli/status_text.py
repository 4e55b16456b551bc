"""How models are doing, in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from headgate.cli.rich_tables import table_text
from headgate.cli.tables import instant, plain
from headgate.core.approval import APPROVED_BY
from headgate.core.headline import counted
from headgate.core.ledger import RunRecord
from headgate.core.status import ModelStatus, run_said
from headgate.core.terms import Term, verdict_said

_DAYS, _YEAR = 730, 365.25


def status_text(status: ModelStatus, *, now: datetime) -> str:
    """Return how one model is doing: who serves, who did, what ran, and what needs a person."""
    return "\n".join(plain(line) for line in _lines(status, now))


def status_table(found: Sequence[ModelStatus], *, now: datetime) -> str:
    """Return a line for each model, then what needs a person."""
    head = ("model", "champion", "as-of", "age", "since", "verdict", "last run", "needs")
    lines = [table_text(head, [_row(status, now) for status in found], numbers={"champion", "needs"})]
    lines += [f"! {status.model}: {plain(need)}" for status in found for need in status.needs]
    return "\n".join(lines)


def status_data(status: ModelStatus) -> dict[str, Any]:
    """Return the same as plain JSON data."""
    return {
        "model": status.model,
        "champion": _term_data(status.champion),
        "previous": _term_data(status.previous),
        "last_run": status.last_run and _run_data(status.last_run),
        "running": [_run_data(run) for run in status.running],
        "needs": list(status.needs),
        "notes": list(status.notes),
    }


def age(length: timedelta) -> str:
    """Return how long ago something was, as people say it.

    >>> age(timedelta(days=1)), age(timedelta(days=40)), age(timedelta(days=4000))
    ('1 day', '40 days', '11 years')
    """
    days = max(length.days, 0)
    return counted(days, "day", "days") if days < _DAYS else counted(round(days / _YEAR), "year", "years")


def _lines(status: ModelStatus, now: datetime) -> Iterator[str]:
    yield status.model
    yield f"  champion  {_served(status.champion, now) if status.champion else 'nobody: nothing was promoted yet'}"
    if status.previous:
        yield f"  previous  {_served(status.previous, now)}"
    yield f"  last run  {_ran(status.last_run) if status.last_run else 'none'}"
    yield from (f"  running   {_ran(run)}" for run in status.running if run != status.last_run)
    yield from (f"  ! {need}" for need in status.needs)
    yield from (f"  note: {note}" for note in status.notes)


def _served(term: Term, now: datetime) -> str:
    entry = term.entry
    again = f" (= version {term.again} again)" if term.again else ""
    as_of = f"as-of {instant(entry.entry.as_of)}, {age(now - entry.entry.as_of)} old"
    told = f"version {entry.version}{again}, {as_of}; since {_minute(entry.at)} by {entry.entry.who}"
    if approved := entry.tag_of(APPROVED_BY):
        told += f", approved by {approved}"
    return "; ".join(filter(None, (told, verdict_said(entry))))


def _ran(run: RunRecord) -> str:
    as_of = f"as-of {instant(run.as_of)}" if run.as_of else str(run.key)
    return f"{as_of}, {_minute(run.touched)}, {run_said(run)}"


def _row(status: ModelStatus, now: datetime) -> tuple[str, ...]:
    term, run = status.champion, status.last_run
    served = ("none", "", "", "", "")
    if term is not None:
        as_of = term.entry.entry.as_of
        served = (
            str(term.entry.version),
            instant(as_of),
            age(now - as_of),
            _minute(term.entry.at),
            verdict_said(term.entry),
        )
    ran = "" if run is None else f"{instant(run.as_of) if run.as_of else run.key} {run.tag_of('verdict') or run.status}"
    return (status.model, *served, ran, str(len(status.needs)) if status.needs else "")


def _minute(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%MZ}"


def _term_data(term: Term | None) -> dict[str, Any] | None:
    if term is None:
        return None
    entry = term.entry
    return {
        "version": str(entry.version),
        "as_of": entry.entry.as_of.isoformat(),
        "since": entry.at.isoformat(),
        "who": entry.entry.who,
        "reason": entry.entry.reason,
        "again": term.again,
        "verdict": verdict_said(entry),
        "approved_by": entry.tag_of(APPROVED_BY),
    }


def _run_data(run: RunRecord) -> dict[str, Any]:
    names = ("verdict", "verdict_reason", "mode", "reason", "approval", "approval_reason", "candidate", "dag_run_id")
    return {
        "mlflow_run": run.mlflow_run,
        "key": run.key,
        "as_of": run.as_of and run.as_of.isoformat(),
        "status": run.status,
        "started": run.started.isoformat(),
        "ended": run.ended and run.ended.isoformat(),
        **{name: run.tag_of(name) for name in names},
    }
