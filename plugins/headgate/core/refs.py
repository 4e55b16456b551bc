"""What one task hands to the next: small values that name what lies in the store and in MLflow."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from headgate.core.approval import Approved, Awaited
from headgate.core.asof import AsOf, RunType
from headgate.core.evaluation import Evaluation
from headgate.core.mode import RunMode
from headgate.core.validation import ValidationSummary
from headgate.core.verdict import Judgement, Verdict
from headgate.core.windows import Windows


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRef:
    """Which run this is: the same key means the same work.

    Args:
        dag_id: Airflow's Dag.
        dag_run_id: Airflow's run of it.
        run_type: How it was started.
        who: The Airflow user who started it; the Dag's id when nobody did.
        model: Name of the registered model.
        as_of: The resolved as-of.
        windows: The windows of that as-of.
    """

    dag_id: str
    dag_run_id: str
    run_type: RunType
    who: str
    model: str
    as_of: AsOf
    windows: Windows

    @property
    def key(self) -> str:
        """`dag|as-of|model`: names the one live MLflow run."""
        return f"{self.dag_id}|{_stamp(self.as_of.instant)}|{self.model}"

    @property
    def name(self) -> str:
        """A name for people, made of data: `co2 2000-01-01`."""
        return f"{self.dag_id} {_stamp(self.as_of.instant)}"

    @property
    def starter(self) -> str | None:
        """The Airflow user who started it by hand; `None` when nobody did."""
        return self.who if self.who != self.dag_id else None

    @property
    def said(self) -> str:
        """The first line of each task's log: the as-of, where it came from, and the windows."""
        said = f"as-of {_stamp(self.as_of.instant)} (from {self.as_of.origin})"
        return f"{said}, training {self.windows.training}, holdout {self.windows.holdout}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotRef:
    """A snapshot in the store.

    Args:
        id: 64 hex digits made of the parts' content, and of nothing else.
        run: The run that took it.
        label: Name of the label's column.
        event_time: Name of the event time's column.
        training_rows: Rows of the training window.
        holdout_rows: Rows of the holdout.
        manifest: Path of the manifest in the store.
    """

    id: str
    run: RunRef
    label: str
    event_time: str
    training_rows: int
    holdout_rows: int
    manifest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackedRun:
    """The one live MLflow run of a dag run: its id, and its experiment's."""

    experiment: str
    mlflow_run: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidatedRef:
    """A validated snapshot, with the MLflow run that holds its report.

    Args:
        snapshot: What was validated: the snapshot of the rest, where quarantine set rows aside.
        tracked: The run that holds the report.
        verdict: Whether training may go on.
        summary: What is told of it in a few lines.
    """

    snapshot: SnapshotRef
    tracked: TrackedRun
    verdict: Verdict
    summary: ValidationSummary


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateRef:
    """A fitted model: a logged model that nobody promoted yet.

    Args:
        snapshot: What it learned from.
        tracked: The run that holds its evidence.
        model_id: Logged model id, `m-...`.
        fingerprint: Hash of snapshot, code, params and seed: the same means the same fit.
        reused: An earlier try had fitted it already.
        validation: What the model card tells of its rows' validation.
    """

    snapshot: SnapshotRef
    tracked: TrackedRun
    model_id: str
    fingerprint: str
    reused: bool
    validation: ValidationSummary | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChampionRef:
    """An entry of the promotion log, by version, model and as-of."""

    version: str
    model_id: str
    as_of: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationRef:
    """The evidence about a candidate.

    Args:
        candidate: The candidate.
        evaluation: Every measure.
        head: The log's last version number at the time: what a promotion expects.
        champion: The champion at the time, if there was one.
        barred: Why this fit must not be promoted, if it was rolled back before.
    """

    candidate: CandidateRef
    evaluation: Evaluation
    head: int
    champion: ChampionRef | None
    barred: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictRef:
    """A judged candidate: may it be promoted?

    Args:
        candidate: The candidate.
        head: The log's last version number when it was evaluated.
        judgement: What the policy says.
        mode: Live, or a replay.
        dry_run: Whether nothing is to be promoted anyway.
        reason: Why a person started the run; empty when nobody said.
        champion: The champion that it was judged against, if there was one.
        override: The named override that the person chose, if any.
        awaits: What it waits for before it opens the door: the approval of people; `None` when the gates decide alone.
        approvals: Who approved so far.
    """

    candidate: CandidateRef
    head: int
    judgement: Judgement
    mode: RunMode
    dry_run: bool
    reason: str
    champion: ChampionRef | None = None
    override: str | None = None
    awaits: Awaited | None = None
    approvals: tuple[Approved, ...] = ()

    @property
    def opens(self) -> bool:
        """Whether promotion follows: a live PASS that waits for nobody, or whatever all the people approved."""
        if self.mode.mode != "live" or self.dry_run:
            return False
        if self.awaits is None:
            return self.judgement.outcome == "PASS"
        return len({each.who for each in self.approvals}) >= self.awaits.people


@dataclass(frozen=True, slots=True, kw_only=True)
class PromotionRef:
    """An effective entry of the promotion log.

    Args:
        candidate: What was promoted.
        version: Its version.
        again: An earlier try had promoted it already.
        serves: Whether it is the champion: a version that was promoted by an earlier try may not be, any more.
        notes: What a person should know of the registry besides.
    """

    candidate: CandidateRef
    version: str
    again: bool
    serves: bool = True
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DeploymentRef:
    """A serving target that answers with the promoted version."""

    promotion: PromotionRef
    url: str
    rows: int


def _stamp(instant: datetime) -> str:
    return instant.isoformat().replace("+00:00", "Z").removesuffix("T00:00:00Z")
