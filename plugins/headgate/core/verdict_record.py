"""The record of a verdict: all that an auditor needs of it, as one value with a numbered schema."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from headgate.core.approval import Approved, Awaited
from headgate.core.decision import decision_of
from headgate.core.evaluation import OVERALL, Evaluation, Fact, Measure
from headgate.core.mode import RunMode
from headgate.core.refs import CandidateRef, ChampionRef, RunRef, SnapshotRef, TrackedRun, VerdictRef
from headgate.core.validation import ValidationSummary
from headgate.core.verdict import Judgement
from headgate.core.verdict_words import cut

SCHEMA: Literal[1] = 1
"""The schema's number: it changes when what an older Headgate wrote can't be read as it stands."""

RECORD = "verdict.json"
"""The record's path below the artifacts of the MLflow run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedSnapshot:
    """The rows that the candidate learned from and was scored on: as `SnapshotRef`, without its run."""

    id: str
    label: str
    event_time: str
    training_rows: int
    holdout_rows: int
    manifest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedCandidate:
    """The candidate, and where its evidence lies: as `CandidateRef`, without its snapshot."""

    model_id: str
    fingerprint: str
    reused: bool
    experiment: str
    mlflow_run: str
    validation: ValidationSummary | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedBaseline:
    """What the candidate was compared with.

    Args:
        version: The version that scored the same holdout; `None` when there was nothing to compare with.
        error: Why it could not be scored, if it could not.
    """

    version: str | None
    error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictRecord:
    """A verdict with its evidence in numbers, and nothing that has to be looked up elsewhere to understand it.

    Args:
        schema: The number of this schema.
        decision: What follows, in a sentence.
        run: Which run it was: model, as-of, windows, Dag, and who started it.
        snapshot: Its rows.
        candidate: What was judged.
        baseline: What it was compared with.
        champion: The champion at the time, if there was one; of a replay it may be another than the baseline.
        head: The log's last version number at the time.
        judgement: The outcome, why, and each gate's verdict with its comparisons.
        measures: Metrics by slice.
        facts: Costs, ages and counts that gates asked for.
        policy: The gates with their arguments, as `dump_frozen` writes them; `None` where nobody kept them.
        mode: Live, or a replay.
        dry_run: Whether nothing was to be promoted anyway.
        reason: Why a person started the run; empty when nobody said.
        override: The named override that the person chose, if any.
        awaits: Whose approval it waits for, if anybody's.
        approvals: Who approved so far.
        compact: Whether comparisons, measures of slices, facts and the policy were left out for want of room: the whole
            record is the artifact `verdict.json` of the candidate's MLflow run.
    """

    schema: Literal[1]
    decision: str
    run: RunRef
    snapshot: RecordedSnapshot
    candidate: RecordedCandidate
    baseline: RecordedBaseline
    champion: ChampionRef | None
    head: int
    judgement: Judgement
    measures: tuple[Measure, ...]
    facts: tuple[Fact, ...]
    policy: Mapping[str, Any] | None
    mode: RunMode
    dry_run: bool
    reason: str
    override: str | None = None
    awaits: Awaited | None = None
    approvals: tuple[Approved, ...] = ()
    compact: bool = False

    def measure_of(self, metric: str, slice_name: str = OVERALL) -> Measure | None:
        """Return the measure of a metric on a slice, or `None` when nobody measured it."""
        return next((one for one in self.measures if (one.metric, one.slice) == (metric, slice_name)), None)


def record_of(
    verdict: VerdictRef, *, evaluation: Evaluation | None, policy: Mapping[str, Any] | None = None
) -> VerdictRecord:
    """Return the record of a verdict.

    Args:
        verdict: The verdict.
        evaluation: What it is about; `None` where nobody kept it.
        policy: The gates, as `dump_frozen` writes them.
    """
    candidate, snapshot = verdict.candidate, verdict.candidate.snapshot
    return VerdictRecord(
        schema=SCHEMA,
        decision=decision_of(verdict),
        run=snapshot.run,
        snapshot=RecordedSnapshot(
            id=snapshot.id,
            label=snapshot.label,
            event_time=snapshot.event_time,
            training_rows=snapshot.training_rows,
            holdout_rows=snapshot.holdout_rows,
            manifest=snapshot.manifest,
        ),
        candidate=RecordedCandidate(
            model_id=candidate.model_id,
            fingerprint=candidate.fingerprint,
            reused=candidate.reused,
            experiment=candidate.tracked.experiment,
            mlflow_run=candidate.tracked.mlflow_run,
            validation=candidate.validation,
        ),
        baseline=_baseline_of(verdict, evaluation),
        champion=verdict.champion,
        head=verdict.head,
        judgement=verdict.judgement,
        measures=evaluation.measures if evaluation else (),
        facts=evaluation.facts if evaluation else (),
        policy=policy,
        mode=verdict.mode,
        dry_run=verdict.dry_run,
        reason=verdict.reason,
        override=verdict.override,
        awaits=verdict.awaits,
        approvals=verdict.approvals,
    )


def verdict_of(record: VerdictRecord) -> VerdictRef:
    """Return the verdict that a record is of."""
    candidate, snapshot = record.candidate, record.snapshot
    return VerdictRef(
        candidate=CandidateRef(
            snapshot=SnapshotRef(
                id=snapshot.id,
                run=record.run,
                label=snapshot.label,
                event_time=snapshot.event_time,
                training_rows=snapshot.training_rows,
                holdout_rows=snapshot.holdout_rows,
                manifest=snapshot.manifest,
            ),
            tracked=TrackedRun(experiment=candidate.experiment, mlflow_run=candidate.mlflow_run),
            model_id=candidate.model_id,
            fingerprint=candidate.fingerprint,
            reused=candidate.reused,
            validation=candidate.validation,
        ),
        head=record.head,
        judgement=record.judgement,
        mode=record.mode,
        dry_run=record.dry_run,
        reason=record.reason,
        champion=record.champion,
        override=record.override,
        awaits=record.awaits,
        approvals=record.approvals,
    )


def compacted(record: VerdictRecord, *, longest: int = 300, most: int = 100) -> VerdictRecord:
    """Return the record without what takes room: the decision and the gates stay, in words and numbers.

    Args:
        record: The whole one.
        longest: Characters of a gate's reason that stay.
        most: Gates that stay.
    """
    judgement = record.judgement
    gates = tuple(
        replace(verdict, comparison=None, bounded=None, parts=(), reason=cut(verdict.reason, longest))
        for verdict in judgement.verdicts[:most]
    )
    return replace(
        record,
        judgement=replace(judgement, verdicts=gates, reason=cut(judgement.reason, 5 * longest)),
        measures=tuple(measure for measure in record.measures if measure.slice == OVERALL),
        facts=(),
        policy=None,
        compact=True,
    )


def _baseline_of(verdict: VerdictRef, evaluation: Evaluation | None) -> RecordedBaseline:
    if evaluation is None:
        return RecordedBaseline(version=verdict.champion.version if verdict.champion else None)
    return RecordedBaseline(version=evaluation.baseline, error=evaluation.baseline_error)
