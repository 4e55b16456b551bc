"""What of a model may go, and what stays whatever its age."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from datetime import datetime

from headgate.core.irregularity import PRUNED, Records
from headgate.core.promotion import LogEntry, effective_of
from headgate.core.prune_actions import DeleteModel, DeleteRun, MarkVersion, PrunePlan
from headgate.core.retention_files import drafts_to_go, manifests_to_go, parts_to_go, unread_that_stay
from headgate.core.retention_rule import LEFT_OVER, Holdings, Retention
from headgate.core.retention_runs import Limits, models_to_go, needed_by_versions, runs_to_go
from headgate.core.snapshots import manifest_path


def plan_prune(holdings: Holdings, rule: Retention, *, now: datetime) -> PrunePlan:
    """Return what may go of a model by a rule, in the order in which it should go.

    Versions are marked before what they stand for goes, runs go before their models and manifests before their parts:
    whatever is killed in between, nothing that is left points to what is gone, and the next time goes on.

    What always stays: versions, all of them; what the champion, the previous one, the last promotions, and versions
    under an alias or of somebody else's making stand for; running runs; whatever is young; and each snapshot and part
    that one of these needs, or any other model.

    Args:
        holdings: What there is.
        rule: What is old, and how many promotions stay.
        now: The present.
    """
    records = holdings.records
    limits = Limits(old=rule.older_than.before(now), left=LEFT_OVER.before(now))
    needed = needed_by_versions(records, rule, limits)
    runs = runs_to_go(records, needed, limits)
    models = models_to_go(records, needed, runs, limits)
    manifests = manifests_to_go(holdings, needed, runs.keys(), models.keys(), limits)
    paths = {manifest.path for manifest in manifests}
    marked = [entry for entry in effective_of(records.entries) if entry not in needed.versions]
    marks = [entry for entry in marked if _loses(entry, holdings, runs.keys(), models.keys(), paths)]
    return PrunePlan(
        model=records.model,
        actions=(
            *(MarkVersion(version=entry.version, why=str(rule)) for entry in marks),
            *(DeleteRun(mlflow_run=mlflow_run, why=why) for mlflow_run, why in runs.items()),
            *(DeleteModel(model_id=model_id, why=why) for model_id, why in models.items()),
            *manifests,
            *parts_to_go(holdings, paths, limits),
            *drafts_to_go(holdings, limits),
        ),
        notes=tuple(_notes(holdings, paths)),
        manifests=frozenset({*holdings.named, *holdings.unread}),
    )


def _loses(
    entry: LogEntry, holdings: Holdings, runs: AbstractSet[str], models: AbstractSet[str], manifests: AbstractSet[str]
) -> bool:
    """Tell whether something that a version stands for goes or is gone, and nobody has marked that yet."""
    if entry.tag_of(PRUNED) is not None:
        return False
    records, snapshot = holdings.records, entry.tag_of("snapshot")
    path = manifest_path(records.model, entry.entry.as_of, snapshot) if snapshot else None
    is_gone = path is not None and path not in {file.path for file in holdings.snapshots}
    return (
        entry.entry.model_id in models
        or entry.entry.model_id not in records.statuses()
        or entry.tag_of("mlflow_run") in runs | _deleted(records)
        or path in manifests
        or is_gone
    )


def _deleted(records: Records) -> set[str]:
    return {run.mlflow_run for run in records.runs if run.deleted}


def _notes(holdings: Holdings, manifests: AbstractSet[str]) -> Iterator[str]:
    if unread := unread_that_stay(holdings, manifests):
        yield f"no part goes, since nobody knows what these manifests name, which can't be read: {', '.join(unread)}"
