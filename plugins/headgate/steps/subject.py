"""What evidence is about, and what gathering it needs of the world."""

from __future__ import annotations

from dataclasses import dataclass

from headgate.core.predictions import Predictions
from headgate.core.promotion import LogEntry
from headgate.core.refs import CandidateRef, RunRef
from headgate.core.snapshots import Manifest
from headgate.ports import CostMeter, LoadedModel, Prober, Rows, RowsTable, RunLedger, Scorer, SnapshotStore
from headgate.steps.models import ModelShelf


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidencePorts:
    """What gathering evidence needs of the world."""

    table: RowsTable
    store: SnapshotStore
    models: ModelShelf
    scorer: Scorer
    meter: CostMeter
    prober: Prober
    ledger: RunLedger


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What evidence is about.

    Args:
        candidate: The candidate.
        model: Its model.
        met: Whom it is compared with; `None` when nothing was promoted yet.
        manifest: The snapshot's.
        holdout: The rows of the holdout.
        predictions: What is predicted for them.
    """

    candidate: CandidateRef
    model: LoadedModel
    met: LogEntry | None
    manifest: Manifest
    holdout: Rows
    predictions: Predictions

    @property
    def run(self) -> RunRef:
        """The run that the candidate is of."""
        return self.candidate.snapshot.run
