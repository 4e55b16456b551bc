"""Which versions keep what they stand for, and which runs and logged models may go."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from headgate.core.irregularity import Records
from headgate.core.ledger import ModelRecord, RunRecord
from headgate.core.promotion import LogEntry, effective_of, fold_log
from headgate.core.retention_rule import Retention


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The two instants of a prune.

    Args:
        old: What was touched earlier is older than the rule's length of time.
        left: What killed work left earlier than this may go at once.
    """

    old: datetime
    left: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Needed:
    """What the versions need that keep what they stand for.

    Args:
        versions: These versions.
        models: Ids of their logged models.
        runs: Ids of their MLflow runs.
    """

    versions: tuple[LogEntry, ...]
    models: frozenset[str]
    runs: frozenset[str]


def needed_by_versions(records: Records, rule: Retention, limits: Limits) -> Needed:
    """Return what stays for the sake of the log.

    A version keeps what it stands for when it is the champion or the previous one; of the last promotions or void
    since; young; under an alias, whosever that is; or foreign, since nobody here made it.
    """
    champions = effective_of(records.entries)
    head, kept = fold_log(records.entries), rule.keep_promotions
    since = champions[-kept].version if len(champions) > kept else 0
    named = set(records.projection.aliases.values()) if records.projection else set()
    named |= {entry.version for entry in (head.champion, head.previous) if entry is not None}
    versions = tuple(
        entry
        for entry in records.entries
        if entry.version >= since or entry.version in named or entry.is_foreign or entry.at >= limits.old
    )
    models = frozenset(entry.entry.model_id for entry in versions)
    runs = {entry.tag_of("mlflow_run") or "" for entry in versions}
    runs |= {logged.mlflow_run for logged in records.models if logged.model_id in models}
    return Needed(versions=versions, models=models, runs=frozenset(runs))


def runs_to_go(records: Records, needed: Needed, limits: Limits) -> dict[str, str]:
    """Return why each run goes, by its id.

    One that is running stays, whatever its age: somebody may have taken it up again. So do those that no dag run made:
    by hand, or for a history. A superseded one that no version needs goes at once.
    """
    evidence, created = records.evidence(), {logged.model_id: logged.created for logged in records.models}
    going: dict[str, str] = {}
    for run in records.runs:
        by_hand = run.key is None and run.is_live
        if run.deleted or by_hand or run.mlflow_run in needed.runs:
            continue
        touched = max(run.touched, created.get(run.tag_of("candidate") or "", run.touched))
        if not run.is_live and run.mlflow_run not in evidence:
            if touched < limits.left:
                going[run.mlflow_run] = f"superseded by {run.tag_of('superseded_by')}"
        elif touched < limits.old and not _is_running(run):
            going[run.mlflow_run] = f"old: last touched {touched:%Y-%m-%d}"
    return going


def models_to_go(records: Records, needed: Needed, runs: dict[str, str], limits: Limits) -> dict[str, str]:
    """Return why each logged model goes, by its id.

    Args:
        records: What MLflow holds.
        needed: What stays for the sake of the log.
        runs: The runs that go; their models go with them.
        limits: The two instants.
    """
    promoted, by_id = records.promoted(), {run.mlflow_run: run for run in records.runs}
    going: dict[str, str] = {}
    for logged in records.models:
        run = by_id.get(logged.mlflow_run)
        is_ours = (logged.key or (run.key if run else None)) is not None
        if logged.model_id in needed.models or not is_ours:
            continue
        if logged.mlflow_run in runs:
            if logged.created < limits.left:
                going[logged.model_id] = f"its run {logged.mlflow_run} goes"
        elif logged.model_id in promoted:
            if (run is None or run.deleted) and logged.created < limits.old:
                going[logged.model_id] = f"old: logged {logged.created:%Y-%m-%d}"
        elif logged.created < limits.left and (why := _left_over(logged, run)):
            going[logged.model_id] = why
    return going


def _left_over(logged: ModelRecord, run: RunRecord | None) -> str | None:
    if run is None or not run.is_live:
        return f"left over: its run {logged.mlflow_run} was superseded or deleted"
    if logged.model_id != run.tag_of("candidate") and not _is_running(run):
        return f"left over: not the candidate of its run {logged.mlflow_run}"
    return None


def _is_running(run: RunRecord) -> bool:
    return run.is_live and run.status in ("RUNNING", "SCHEDULED")
