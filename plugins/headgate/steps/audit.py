"""Audit a model: read everything that is known of it, and say what isn't as it should be."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from headgate.core.audit import AuditReport, audit, audit_report
from headgate.core.irregularity import PRUNED, Gravity, Irregularity, Records
from headgate.core.ledger import ModelRecord
from headgate.core.promotion import LogEntry
from headgate.core.span import Span
from headgate.errors import InputError
from headgate.ports import PromotionLog, RunLedger, SnapshotStore
from headgate.steps.journal import last_seen


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditPorts:
    """What an audit reads.

    Args:
        ledger: Runs and logged models.
        log: Versions and aliases.
        store: Manifests, and what was last promoted; `None` to do without.
    """

    ledger: RunLedger
    log: PromotionLog
    store: SnapshotStore | None


def audit_model(model: str, *, ports: AuditPorts, now: datetime, idle: Span) -> AuditReport:
    """Return what is irregular about a model.

    Where anything is wrong, everything is read a second time, and only what is wrong still counts: work that goes on
    meanwhile isn't taken for a fault.

    What it does not do: change anything.

    Args:
        model: The registered model.
        ports: What is read.
        now: The present.
        idle: What nobody touched for longer than this is abandoned.

    Raises:
        InputError: Nothing is known of that model.
        PromotionError: What the store remembers of it can't be read.
        TransientError: MLflow or the store can't be reached.
    """
    records = read_records(model, ports)
    found = audit(records, now=now, idle=idle)
    if any(one.gravity is Gravity.WRONG for one in found):
        before = {_identity(one) for one in found}
        records = read_records(model, ports)
        found = tuple(one for one in audit(records, now=now, idle=idle) if _identity(one) in before)
    return audit_report(records, found)


def read_records(model: str, ports: AuditPorts) -> Records:
    """Return everything that is known of a model.

    What points to something else is read before it, so that a promotion in between doesn't seem to have lost its model.

    Raises:
        InputError: Nothing is known of that model.
        PromotionError: What the store remembers of it can't be read.
        TransientError: MLflow or the store can't be reached.
    """
    seen = last_seen(ports.store, model) if ports.store else None
    projection = ports.log.projection(model)
    entries = ports.log.entries(model)
    runs = ports.ledger.runs(model)
    models = ports.ledger.models(model)
    if not (entries or runs or projection or seen):
        msg = f"model must be one that MLflow knows. Got {model!r} instead, of which it has no runs and no versions."
        raise InputError(msg)
    return Records(
        model=model,
        runs=runs,
        models=models,
        elsewhere=_elsewhere(entries, models, ports.ledger),
        entries=entries,
        projection=projection,
        seen=seen,
        manifests=frozenset(ports.store.documents(f"snapshots/{model}")) if ports.store else None,
    )


def _elsewhere(
    entries: tuple[LogEntry, ...], models: tuple[ModelRecord, ...], ledger: RunLedger
) -> tuple[ModelRecord, ...]:
    """Return the logged models that versions stand for and that aren't in the model's own experiment."""
    wanted = {entry.entry.model_id for entry in entries if entry.entry.model_id and entry.tag_of(PRUNED) is None}
    missing = wanted - {logged.model_id for logged in models}
    return tuple(found for model_id in sorted(missing) if (found := ledger.model_of(model_id)) is not None)


def _identity(one: Irregularity) -> tuple[str, str]:
    return one.kind, one.about
