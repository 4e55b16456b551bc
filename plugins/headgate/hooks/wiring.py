"""What each step of a chain is given, the same in an Airflow task as on the command line. Imports no Airflow."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from headgate.hooks import parts
from headgate.hooks.checks import runner_of
from headgate.ports import PromotionLog, RowsSource, RunLedger, RunTracker, SnapshotStore
from headgate.spec import Expectations, Label, Source
from headgate.steps.card import CardPorts
from headgate.steps.evaluate import EvaluationPorts
from headgate.steps.judging import JudgementPorts
from headgate.steps.keeping import Wanted, recipe_of
from headgate.steps.models import ModelShelf
from headgate.steps.quarantine import QuarantinePorts
from headgate.steps.snapshot import SnapshotPorts
from headgate.steps.subject import EvidencePorts
from headgate.steps.validate import Demands, ValidationPorts


def wanted_of(source: Source, rows: RowsSource, label: Label, *, as_of: datetime, zone: str) -> Wanted:
    """Return what a snapshot is taken of.

    Args:
        source: What the specification says.
        rows: What reads it.
        label: The column to predict.
        as_of: The run's.
        zone: Time zone of the windows, by whose calendar labels become final.
    """
    return Wanted(
        source=rows,
        event_time=source.event_time,
        label=label.column,
        known_at=source.known_at,
        recipe=recipe_of(source),
        key=source.key,
        final_at=label.final_at,
        labels_final_before=label.delay.before(as_of.astimezone(ZoneInfo(zone))).astimezone(UTC),
    )


def snapshot_ports(store: SnapshotStore) -> SnapshotPorts:
    """Return what taking a snapshot needs."""
    return SnapshotPorts(cutter=parts.cutter(), store=store, profiler=parts.profiler(), table=parts.table())


def demands_of(asked: Expectations) -> Demands:
    """Return what is asked of a snapshot.

    Raises:
        InputError: The suite can't be read, or a check needs an extra that isn't installed.
    """
    return Demands(
        suite=parts.suite(asked.suite),
        checks=tuple(runner_of(check) for check in asked.checks),
        max_warnings=asked.max_warnings,
        drift=asked.drift,
        quarantine=asked.quarantine,
    )


def validation_ports(
    asked: Expectations, *, store: SnapshotStore, log: PromotionLog, tracker: RunTracker
) -> ValidationPorts:
    """Return what a validation needs."""
    table = parts.table()
    quarantine = None
    if asked.quarantine is not None:
        quarantine = QuarantinePorts(store=store, table=table, splitter=parts.splitter(), profiler=parts.profiler())
    return ValidationPorts(
        engines=parts.engines(),
        table=table,
        store=store,
        log=log,
        tracker=tracker,
        pages=parts.pages(),
        quarantine=quarantine,
        data_docs=parts.data_docs if asked.data_docs else None,
    )


def evaluation_ports(
    *, store: SnapshotStore, log: PromotionLog, tracker: RunTracker, ledger: RunLedger
) -> EvaluationPorts:
    """Return what evaluations need; the last models that they loaded stay loaded."""
    models, table, scorer = ModelShelf(tracker, parts.loader()), parts.table(), parts.scorer()
    return EvaluationPorts(
        table=table,
        store=store,
        tracker=tracker,
        log=log,
        models=models,
        scorer=scorer,
        reader=parts.predictions(),
        evidence=EvidencePorts(
            table=table,
            store=store,
            models=models,
            scorer=scorer,
            meter=parts.cost_meter(),
            prober=parts.prober(),
            ledger=ledger,
        ),
        pages=parts.pages(),
        explainer=parts.explainer(scorer),
    )


def judgement_ports(tracker: RunTracker) -> JudgementPorts:
    """Return what judging needs."""
    return JudgementPorts(tracker=tracker, table=parts.table(), reader=parts.predictions(), pages=parts.pages())


def card_ports(tracker: RunTracker) -> CardPorts:
    """Return what writing a model card needs."""
    return CardPorts(tracker=tracker, pages=parts.pages())
