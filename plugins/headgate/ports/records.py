"""Records: MLflow's runs, the promotion log, and the pages that people read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from headgate.core.card import Card
from headgate.core.evaluation import Measure
from headgate.core.importance import Importance
from headgate.core.predictions import Predictions
from headgate.core.profile import Profile
from headgate.core.projection import Projection
from headgate.core.promotion import Entry, Head, LogEntry
from headgate.core.refs import RunRef, SnapshotRef, TrackedRun
from headgate.core.suite import Suite
from headgate.core.validation import ValidationReport
from headgate.core.verdict_record import VerdictRecord
from headgate.ports.models import Fitted, Question, Scored


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What a step writes to the MLflow run, in one batch at its end.

    Args:
        tags: Plain text; a second time replaces.
        params: Plain text; written once for a run.
        metrics: Numbers of the whole run.
        measures: Metrics of the candidate (and `baseline_...` of the baseline) by slice.
        model_id: The candidate that the measures are about.
        artifacts: Files by their path below the run's artifacts.
    """

    tags: Mapping[str, str] = field(default_factory=dict)
    params: Mapping[str, str] = field(default_factory=dict)
    metrics: Mapping[str, float] = field(default_factory=dict)
    measures: tuple[Measure, ...] = ()
    model_id: str | None = None
    artifacts: Mapping[str, bytes] = field(default_factory=dict)


class RunTracker(Protocol):
    """MLflow's runs and logged models: one live run for each key."""

    def open(self, run: RunRef, snapshot: str) -> TrackedRun:
        """Return the one live run of `run.key` that is about that snapshot, or make it.

        A live run of the key about another snapshot is superseded: soft-deleted and tagged. The second time finds the
        first one's.

        Raises:
            InputError: The model belongs to another Dag.
            TransientError: MLflow can't be reached.
        """

    def current(self, tracked: TrackedRun) -> TrackedRun | None:
        """Return the run itself while it is live, else the live one of its key about the same snapshot.

        `None` where there is none: it has to be fitted again.
        """

    def candidate_of(self, tracked: TrackedRun, fingerprint: str) -> str | None:
        """Return the id of the finished candidate of that fingerprint, if an earlier try logged one whole."""

    def begin_fit(self, run: RunRef, tracked: TrackedRun) -> TrackedRun:
        """Return a run that no other fit writes to.

        The given one where it is clean; otherwise a new one with its tags and validation report. What earlier tries of
        the same dag run left unfinished is superseded with the models that they logged, and so is a finished fit. What
        another dag run is fitting stays: `keep_only` decides between the two.

        Raises:
            TransientError: Somebody took its place at once.
        """

    def log_candidate(
        self, tracked: TrackedRun, fitted: Fitted, snapshot: SnapshotRef, evidence: Evidence, *, name: str
    ) -> str:
        """Log the model whole, then the evidence with the dataset; return the logged model's id.

        Raises:
            TransientError: The run was superseded meanwhile, or there is an outage.
        """

    def keep_only(self, run: RunRef, tracked: TrackedRun, model_id: str) -> None:
        """Let nothing else of the run's key stay: what other tries left is superseded, what was promoted stays.

        The second time finds nothing.

        Raises:
            TransientError: The run itself was superseded, or another dag run finished the same fit first.
        """

    def record(self, tracked: TrackedRun, evidence: Evidence) -> None:
        """Write a step's evidence. The second time replaces tags and artifacts, and adds points to metrics.

        Raises:
            TransientError: The run was superseded, or there is an outage.
        """

    def close(self, tracked: TrackedRun, *, failed: str | None = None) -> None:
        """Mark the run finished, or failed with its reason. The second time changes nothing more."""

    def read(self, tracked: TrackedRun, path: str) -> bytes:
        """Return an artifact of the run.

        Raises:
            TrackingError: It isn't there.
        """

    def fetch_model(self, model_id: str, folder: Path) -> Path:
        """Download a logged model below a folder, and return where it lies.

        Raises:
            TrackingError: There is no such model, or it isn't whole.
        """


class PromotionLog(Protocol):
    """The registered model's versions, as an append-only log with aliases as its projection."""

    def entries(self, model: str) -> tuple[LogEntry, ...]:
        """Return every version as an entry, oldest first; none when the model isn't registered yet.

        A version that no promoter wrote is there as well, void for ever (`LogEntry.is_foreign`): its number is taken.
        """

    def projection(self, model: str) -> Projection | None:
        """Return the registered model's aliases, its mark, and what the aliases were last set to here.

        `None` when the model isn't registered yet.
        """

    def append(self, model: str, entry: Entry) -> None:
        """Append a version with its tags in one call, whoever else does at the same time.

        It says nothing about who won: read the entries afterwards.
        """

    def project(self, model: str, head: Head) -> None:
        """Set the aliases `champion` and `previous` to what the log says, and mark the model as Headgate's.

        It overwrites whatever they are: look at `hand_changes` before. The second time changes nothing.
        """

    def tag(self, model: str, version: int, name: str, value: str) -> None:
        """Add a further fact to a version. The second time replaces it."""


class Pages(Protocol):
    """Draws the offline pages that people read."""

    def validation(
        self,
        report: ValidationReport,
        statistics: Profile | None = None,
        reference: Profile | None = None,
        suite: Suite | None = None,
    ) -> str:
        """Return an HTML page of a validation: the verdict first, then the unmet, then the rest.

        Args:
            report: What was found.
            statistics: Of the rows that it is about; without them nothing is drawn.
            reference: Of the snapshot that drift was measured against.
            suite: What the report's places are positions in; without it no limits are drawn.
        """

    def evaluation(self, run: RunRef, scored: Scored, question: Question, *, baseline: str | None) -> str:
        """Return an HTML page of an evaluation: candidate over baseline in numbers and pictures."""

    def importance(self, run: RunRef, found: Importance) -> str:
        """Return an HTML page of an explanation: which features the candidate goes by, as bars."""

    def gates(
        self, record: VerdictRecord, predictions: Predictions | None, importance: Importance | None = None
    ) -> str:
        """Return an HTML page of a verdict: the decision in a sentence, then what speaks for and against it.

        Args:
            record: The verdict, with its numbers.
            predictions: What both predicted for the holdout; without them nothing is drawn of its rows.
            importance: What the candidate goes by; without it, or where nothing was measured, nothing is shown of it.
        """

    def card(self, card: Card) -> str:
        """Return an HTML page of a model card."""
