"""The audit of a model: what isn't as it should be, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from headgate.core.audit_log import audit_log
from headgate.core.audit_models import audit_models
from headgate.core.audit_runs import audit_runs
from headgate.core.irregularity import Gravity, Irregularity, Kind, Records
from headgate.core.span import Span

_ORDER = tuple(Kind)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditReport:
    """What an audit found.

    Args:
        model: Name of the registered model.
        runs: How many MLflow runs it looked at, deleted ones too.
        models: How many logged models.
        versions: How many versions.
        snapshots: How many manifests; `None` when it didn't look into the store.
        found: What is irregular, what is wrong first.
    """

    model: str
    runs: int
    models: int
    versions: int
    snapshots: int | None
    found: tuple[Irregularity, ...]

    @property
    def is_clean(self) -> bool:
        """Whether nothing is wrong. Notes don't count."""
        return all(one.gravity is Gravity.NOTE for one in self.found)

    def count(self, kind: Kind) -> int:
        """Return how many of a kind are wrong."""
        return sum(one.kind is kind and one.gravity is Gravity.WRONG for one in self.found)


def audit(records: Records, *, now: datetime, idle: Span) -> tuple[Irregularity, ...]:
    """Return what is irregular about a model, what is wrong first.

    What is younger than `idle` may be being worked on: a run that is running, a model that is being logged, a promotion
    that is to come. Everything else is told at once.

    Args:
        records: What is known of the model.
        now: The present.
        idle: What nobody touched for longer than this is abandoned.

    >>> from datetime import UTC
    >>> audit(Records(model="co2"), now=datetime(2026, 1, 1, tzinfo=UTC), idle=Span())
    ()
    """
    before = idle.before(now)
    found = (
        *audit_runs(records, before=before),
        *audit_models(records, before=before),
        *audit_log(records, before=before),
    )
    return tuple(sorted(found, key=lambda one: (one.gravity is Gravity.NOTE, _ORDER.index(one.kind))))


def audit_report(records: Records, found: tuple[Irregularity, ...]) -> AuditReport:
    """Return what was found, and in how much."""
    return AuditReport(
        model=records.model,
        runs=len(records.runs),
        models=len(records.models),
        versions=len(records.entries),
        snapshots=None if records.manifests is None else len(records.manifests),
        found=found,
    )
