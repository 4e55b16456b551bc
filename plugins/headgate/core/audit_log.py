"""What is irregular about the versions of a model, and about what the registry says beside them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterator
from dataclasses import replace
from datetime import datetime

from headgate.core.adoption import ADOPTED
from headgate.core.irregularity import PRUNED, Gravity, Irregularity, Kind, Records
from headgate.core.journal import forgotten
from headgate.core.projection import (
    CHAMPION,
    PREVIOUS,
    HandChange,
    HandChangeKind,
    Projection,
    hand_changes,
    wanted_aliases,
)
from headgate.core.promotion import LogEntry, effective_of, fold_log
from headgate.core.rollback import ROLLBACK_TO
from headgate.core.snapshots import manifest_path


def audit_log(records: Records, *, before: datetime) -> Iterator[Irregularity]:
    """Yield what is irregular about the versions, the aliases, and what others remember of them.

    Args:
        records: What is known.
        before: What was promoted earlier isn't being worked on any more.
    """
    yield from _forgotten(records)
    yield from _duplicates(records)
    statuses, deleted = records.statuses(), {run.mlflow_run for run in records.runs if run.deleted}
    for entry in effective_of(records.entries):
        if entry.tag_of(PRUNED) is None:
            yield from _evidence(entry, records, statuses, deleted)
    yield from _gaps(records)
    yield from _hand_changes(records)
    yield from _stale_aliases(records, before)
    yield from _void(records)


def _forgotten(records: Records) -> Iterator[Irregularity]:
    if lost := forgotten(records.entries, records.seen):
        yield Irregularity.wrong(
            Kind.LOST,
            f"version {records.seen.version}" if records.seen else "",
            said=f"{lost}.",
            remedy=f"Bring the newer MLflow back, or go on from this one: headgate adopt {records.model} --reason ...",
        )


def _duplicates(records: Records) -> Iterator[Irregularity]:
    by_key: dict[Hashable, list[LogEntry]] = defaultdict(list)
    by_run: dict[Hashable, list[LogEntry]] = defaultdict(list)
    for entry in effective_of(records.entries):
        by_key[entry.entry.key].append(entry)
        if dag := entry.tag_of("dag_id"):
            is_meant = any(entry.tag_of(name) for name in (ROLLBACK_TO, ADOPTED, "override"))
            by_run[dag, entry.entry.as_of, is_meant and entry.version].append(entry)
    found = [entries for entries in (*by_key.values(), *by_run.values()) if len(entries) > 1]
    for entries in dict.fromkeys(tuple(entries) for entries in found):
        numbers = ", ".join(str(entry.version) for entry in entries)
        dag, as_of = entries[0].tag_of("dag_id") or "-", entries[0].entry.as_of
        yield Irregularity.wrong(
            Kind.DUPLICATE,
            f"versions {numbers}",
            said=f"Dag {dag} as-of {as_of:%Y-%m-%d} must have one effective version. Got {len(entries)}: {numbers}.",
            remedy=f"Look which should serve: headgate rollback {records.model} --reason ... makes an earlier one the "
            "champion again. The log keeps them all.",
        )


def _evidence(entry: LogEntry, records: Records, statuses: dict[str, str], deleted: set[str]) -> Iterator[Irregularity]:
    version, model_id = entry.version, entry.entry.model_id
    serves = fold_log(records.entries).champion == entry
    back = (
        f"headgate rollback {records.model} --reason ... makes another version the champion."
        if serves
        else _accept(records)
    )
    if statuses.get(model_id) != "READY":
        got = f"one that is {statuses[model_id]}" if model_id in statuses else "none: somebody deleted it"
        yield Irregularity.wrong(
            Kind.HALF_WRITTEN if model_id in statuses else Kind.LOST,
            f"version {version}",
            said=f"version {version} must stand for a whole logged model. Got {got} ({model_id}).",
            remedy=back,
        )
    snapshot = entry.tag_of("snapshot")
    path = manifest_path(records.model, entry.entry.as_of, snapshot) if snapshot else None
    if path and records.manifests is not None and path not in records.manifests:
        yield Irregularity.wrong(
            Kind.LOST,
            f"version {version}",
            said=f"version {version} must have its snapshot in the store. Got none at {path}.",
            remedy="Clear the task 'snapshot' of its dag run in Airflow, which takes the same one from the same rows; "
            f"or bring the store back from a backup. {'' if serves else _accept(records)}".rstrip(),
        )
    mlflow_run = entry.tag_of("mlflow_run") or ""
    if mlflow_run in deleted:
        yield Irregularity.wrong(
            Kind.LOST,
            f"version {version}",
            said=f"version {version} must keep its run {mlflow_run}, which is its evidence. Got one that is deleted.",
            remedy=f"mlflow runs restore --run-id {mlflow_run}",
        )


def _accept(records: Records) -> str:
    return f"Or leave it: headgate prune {records.model} marks it once it is old enough, and it isn't told any more."


def _gaps(records: Records) -> Iterator[Irregularity]:
    numbers = {entry.version for entry in records.entries}
    missing = sorted(set(range(1, max(numbers, default=0))) - numbers)
    if missing:
        told = ", ".join(map(str, missing))
        yield Irregularity.note(
            Kind.LOST,
            f"versions {told}",
            said=f"versions of {records.model} must have numbers without gaps. Got none of {told}: somebody deleted "
            "them, and what served then can't be told.",
            remedy="A backup of MLflow's database has them.",
        )


def _hand_changes(records: Records) -> Iterator[Irregularity]:
    adopt = f"headgate adopt {records.model} --reason ... takes it into the log"
    remedies = {
        HandChangeKind.UNMANAGED: f"{adopt}, or give the pipeline another model name.",
        HandChangeKind.ALIAS: f"{adopt}; with --restore the alias goes back to what the log says.",
        HandChangeKind.VERSION: f"Nothing, unless it should serve: set the alias {CHAMPION} to it, and {adopt}.",
    }
    for change in hand_changes(records.entries, records.projection):
        yield Irregularity(
            kind=Kind.ALIAS if change.kind is HandChangeKind.ALIAS else Kind.FOREIGN,
            gravity=Gravity.WRONG if change.stops else Gravity.NOTE,
            about=_about(change, records),
            said=f"{change.said}.",
            remedy=remedies[change.kind],
        )


def _about(change: HandChange, records: Records) -> str:
    return records.model if change.version is None else f"version {change.version}"


def _stale_aliases(records: Records, before: datetime) -> Iterator[Irregularity]:
    """Yield the aliases that a promoter which was killed left behind: nobody moved them by hand."""
    projection, head = records.projection, fold_log(records.entries)
    if projection is None or head.champion is None:
        return
    wanted = wanted_aliases(head)
    for alias in (CHAMPION, PREVIOUS):
        found = projection.aliases.get(alias)
        if found == wanted.get(alias) or _is_moved(alias, records, projection, wanted):
            continue
        now = f"version {found}" if found else "none"
        going_on = head.champion.at >= before
        yield Irregularity(
            kind=Kind.HALF_WRITTEN,
            gravity=Gravity.NOTE if going_on else Gravity.WRONG,
            about=f"alias {alias}",
            said=f"alias {alias} must be on version {wanted.get(alias)}, as the log says. Got {now}: the promotion of "
            f"version {head.champion.version} {'may be going on' if going_on else 'was killed before it set it'}.",
            remedy=f"The next promotion sets it; headgate adopt {records.model} --restore --reason ... does so now.",
        )


def _is_moved(alias: str, records: Records, projection: Projection, wanted: dict[str, int]) -> bool:
    """Tell whether somebody moved an alias by hand, whatever became of the other one."""
    found = projection.aliases.get(alias)
    alone = {name: version for name, version in wanted.items() if name != alias}
    only = replace(projection, aliases=alone if found is None else {**alone, alias: found})
    return any(change.stops for change in hand_changes(records.entries, only))


def _void(records: Records) -> Iterator[Irregularity]:
    void = [str(entry.version) for entry in records.entries if not entry.is_effective and not entry.is_foreign]
    if void:
        yield Irregularity.note(
            Kind.VOID,
            f"versions {', '.join(void)}",
            said=f"{len(void)} of {len(records.entries)} versions are void ({', '.join(void)}): posted twice, or lost "
            "to another promotion at the same moment. That is normal.",
        )
