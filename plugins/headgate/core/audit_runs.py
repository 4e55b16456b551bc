"""What is irregular about the MLflow runs of a model."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime

from headgate.core.approval import APPROVAL, Asked
from headgate.core.approval_replies import ReplyState
from headgate.core.bars import bar_on
from headgate.core.irregularity import Irregularity, Kind, Records
from headgate.core.ledger import RunRecord
from headgate.core.promotion import LogEntry, effective_of


def audit_runs(records: Records, *, before: datetime) -> Iterator[Irregularity]:
    """Yield what is irregular about the runs.

    Args:
        records: What is known.
        before: What was touched earlier isn't being worked on any more.
    """
    live = [run for run in records.runs if run.is_live and run.key]
    yield from _duplicates([run for run in live if not _is_at_work(run, before)])
    yield from _half_superseded(records)
    statuses = records.statuses()
    champions = effective_of(records.entries)
    for run in live:
        if (
            found := _unfinished(run, before)
            or _candidate(run, statuses)
            or _promotion(run, records, champions, before)
        ):
            yield found


def _is_at_work(run: RunRecord, before: datetime) -> bool:
    """Return whether a dag run may be fitting in it: of two of one as-of at once, the first to finish is kept."""
    fits = run.tag_of("fit") is not None and run.tag_of("candidate") is None
    return fits and run.status == "RUNNING" and run.touched >= before


def _duplicates(live: list[RunRecord]) -> Iterator[Irregularity]:
    by_key: dict[str, list[RunRecord]] = defaultdict(list)
    for run in live:
        by_key[str(run.key)].append(run)
    for key, runs in by_key.items():
        if len(runs) > 1:
            ids = ", ".join(run.mlflow_run for run in runs)
            yield Irregularity.wrong(
                Kind.DUPLICATE,
                key,
                said=f"{key} must have one live MLflow run. Got {len(runs)}: {ids}.",
                remedy=f"{_clear('validate', runs[-1])}: it keeps one and supersedes the others.",
            )


def _half_superseded(records: Records) -> Iterator[Irregularity]:
    evidence = records.evidence()
    for run in records.runs:
        by = run.tag_of("superseded_by")
        if by is not None and not run.deleted and run.mlflow_run not in evidence:
            what = f"run {run.mlflow_run} of {run.key or run.tag_of('history')}"
            yield Irregularity.wrong(
                Kind.HALF_WRITTEN,
                run.mlflow_run,
                said=f"{what} must be deleted, since run {by} took its place and no version needs it. Got one that is "
                "still there.",
                remedy=_prune(records.model),
            )


def _unfinished(run: RunRecord, before: datetime) -> Irregularity | None:
    fits = run.tag_of("fit") is not None and run.tag_of("candidate") is None
    if run.status in ("RUNNING", "SCHEDULED") and run.touched < before:
        fit = ", and a fit that began and left no candidate" if fits else ""
        return Irregularity.wrong(
            Kind.HALF_WRITTEN,
            run.mlflow_run,
            said=f"run {run.mlflow_run} of {run.key} must go on or have ended. Got one that is {run.status} since "
            f"{run.touched:%Y-%m-%d %H:%M} UTC{fit}.",
            remedy=f"Unless its dag run is still at work: clear the failed tasks of {_dag_run(run)} in Airflow, which "
            "takes the run up or supersedes it; or delete the run in MLflow.",
        )
    if run.status == "FINISHED" and fits:
        return Irregularity.wrong(
            Kind.HALF_WRITTEN,
            run.mlflow_run,
            said=f"run {run.mlflow_run} of {run.key} must hold the candidate of its fit. Got one that is FINISHED and "
            "has none.",
            remedy=f"{_clear('train', run)}, or delete the run in MLflow.",
        )
    return None


def _candidate(run: RunRecord, statuses: dict[str, str]) -> Irregularity | None:
    candidate = run.tag_of("candidate")
    if candidate is None or statuses.get(candidate) == "READY":
        return None
    got = f"one that is {statuses[candidate]}" if candidate in statuses else "none"
    return Irregularity.wrong(
        Kind.HALF_WRITTEN if candidate in statuses else Kind.LOST,
        candidate,
        said=f"candidate {candidate} of run {run.mlflow_run} ({run.key}) must be a whole logged model. Got {got}.",
        remedy=f"{_clear('train', run)}: it fits anew in a run of its own. Or delete the run in MLflow.",
    )


def _promotion(
    run: RunRecord, records: Records, champions: tuple[LogEntry, ...], before: datetime
) -> Irregularity | None:
    """Return that a candidate which passed wasn't promoted; `None` where it was, must not be, or may be just now.

    One that waits for people, or that they rejected, isn't to be.
    """
    if run.tag_of(APPROVAL) not in {None, Asked.NOT_NEEDED, ReplyState.APPROVED}:
        return None
    candidate = run.tag_of("candidate") or ""
    opened = (run.tag_of("verdict"), run.tag_of("mode"), run.tag_of("dry_run")) == ("PASS", "live", "false")
    if not opened or run.status != "FINISHED" or run.touched >= before:
        return None
    if any(entry.entry.model_id == candidate for entry in champions):
        return None
    if bar_on(records.entries, model_id=candidate, fingerprint=run.tag_of("fingerprint") or ""):
        return None
    said = f"candidate {candidate} of {run.key} must be a version, since it passed in a live run. Got none"
    if later := _in_between(run, champions):
        return Irregularity.note(
            Kind.LOST,
            candidate,
            said=f"{said}: version {later.version} was promoted in between, by {later.entry.who}.",
            remedy=f"{_clear('evaluate', run)} and what follows, to judge it against the champion of now.",
        )
    return Irregularity.wrong(
        Kind.LOST,
        candidate,
        said=f"{said}.",
        remedy=f"{_clear('promote', run)} and what follows: it says why, or promotes.",
    )


def _in_between(run: RunRecord, champions: tuple[LogEntry, ...]) -> LogEntry | None:
    """Return the first promotion after the champion that a candidate was judged against."""
    baseline = run.tag_of("baseline") or ""
    if baseline.isdecimal():
        return next((entry for entry in champions if entry.version > int(baseline)), None)
    if baseline == "none":
        return champions[0] if champions else None
    return next((entry for entry in champions if entry.at >= run.started), None)


def _clear(task: str, run: RunRecord) -> str:
    return f"Clear the task '{task}' of {_dag_run(run)} in Airflow"


def _dag_run(run: RunRecord) -> str:
    return f"the dag run {run.tag_of('dag_run_id') or '(unknown)'} of {run.tag_of('dag_id') or 'its Dag'}"


def _prune(model: str) -> str:
    return f"headgate prune {model} --yes deletes it, once it is a day old."
