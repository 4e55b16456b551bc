"""Score candidate and champion on the same holdout."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from headgate import wire
from headgate.core.bars import bar_on
from headgate.core.evaluation import Evaluation
from headgate.core.frozen import dump_frozen
from headgate.core.mode import decide_mode
from headgate.core.promotion import LogEntry, champion_before, fold_log
from headgate.core.refs import CandidateRef, ChampionRef, EvaluationRef
from headgate.errors import PermanentError, TransientError
from headgate.ports import (
    Evidence,
    Explainer,
    LoadedModel,
    Pages,
    PredictionReader,
    PromotionLog,
    Question,
    RowsTable,
    RunTracker,
    Scored,
    Scorer,
    SnapshotStore,
)
from headgate.steps.closing import closed_on_refusal
from headgate.steps.evidence import EVALUATION, gather
from headgate.steps.explaining import explanations
from headgate.steps.judging import PREDICTIONS
from headgate.steps.models import ModelShelf
from headgate.steps.reading import holdout_rows, manifest_of
from headgate.steps.subject import EvidencePorts, Subject

QUESTION = "evaluation/question.json"
"""What was asked: metrics and slices, to be asked again."""

REPORT = "evaluation/report.html"


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationPorts:
    """What an evaluation needs of the world; without an explainer nothing is explained."""

    table: RowsTable
    store: SnapshotStore
    tracker: RunTracker
    log: PromotionLog
    models: ModelShelf
    scorer: Scorer
    reader: PredictionReader
    evidence: EvidencePorts
    pages: Pages
    explainer: Explainer | None = None


def evaluate_candidate(
    candidate: CandidateRef,
    *,
    question: Question,
    trusted: Sequence[str],
    ports: EvaluationPorts,
    override: str | None = None,
) -> EvaluationRef:
    """Measure the candidate, and the champion that a run of this as-of may meet, on the same rows.

    With an override it meets the champion that it is to take the place of, of whatever as-of.

    A champion that can't be loaded or scored is written down as such: its gates stay undecided.

    What it does not do: judge.

    Running it again: reads the log anew and replaces the evidence. Where another dag run of the same as-of took the
    candidate's place with the same fit, it goes on with that one.

    Raises:
        InputError: A slice names a column that isn't there.
        DataError: The candidate can't score the holdout.
        TransientError: Another dag run of the same as-of took the candidate's place, and has no such fit yet.
    """
    candidate = current_candidate(candidate, ports.tracker)
    with closed_on_refusal(ports.tracker, candidate.tracked):
        return _evaluate(candidate, question=question, trusted=trusted, ports=ports, override=override)


def current_candidate(candidate: CandidateRef, tracker: RunTracker) -> CandidateRef:
    """Return the candidate while its run is live, else the same fit in the run that took its place.

    Raises:
        TransientError: There is none yet.
    """
    current = tracker.current(candidate.tracked)
    if current == candidate.tracked:
        return candidate
    model_id = tracker.candidate_of(current, candidate.fingerprint) if current else None
    if current is None or model_id is None:
        msg = (
            f"run {candidate.tracked.mlflow_run} of the candidate {candidate.model_id} must be live. Got superseded by "
            "another dag run of the same as-of, whose fit isn't there yet or is another one. Where another try doesn't "
            "help: clear the task 'train' and what follows."
        )
        raise TransientError(msg)
    return replace(candidate, tracked=current, model_id=model_id, reused=True)


def _evaluate(
    candidate: CandidateRef, *, question: Question, trusted: Sequence[str], ports: EvaluationPorts, override: str | None
) -> EvaluationRef:
    run = candidate.snapshot.run
    entries = ports.log.entries(run.model)
    head = fold_log(entries)
    met = head.champion if override else champion_before(entries, run.as_of.instant)
    bar = bar_on(entries, model_id=candidate.model_id, fingerprint=candidate.fingerprint)
    model = ports.models.load(candidate.model_id, tuple(trusted))
    baseline, refusal = _load_baseline(met, trusted, ports)
    manifest = manifest_of(ports.store, candidate.snapshot)
    rows = ports.table.join(tuple(holdout_rows(ports.store, manifest).parts()))
    scored = ports.scorer.score(model, baseline, rows, question)
    subject = Subject(
        candidate=candidate,
        model=model,
        met=met,
        manifest=manifest,
        holdout=rows,
        predictions=ports.reader.read(scored.predictions),
    )
    mode = decide_mode(
        run_type=run.run_type,
        as_of=run.as_of.instant,
        champion_as_of=head.champion.entry.as_of if head.champion else None,
        own_champion=head.champion is not None and head.champion.entry.model_id == candidate.model_id,
        override=override,
    )
    evaluation = Evaluation(
        candidate=candidate.model_id,
        baseline=str(met.version) if met else None,
        baseline_error=refusal or scored.baseline_error,
        measures=scored.measures,
        facts=gather(question.needs, subject=subject, trusted=trusted, mode=mode.mode, ports=ports.evidence),
    )
    files = explanations(
        model, rows, run=run, question=question, explainer=ports.explainer, table=ports.table, pages=ports.pages
    )
    scored = replace(scored, baseline_error=evaluation.baseline_error)
    _record(candidate, evaluation, scored, question, ports, files=files)
    return EvaluationRef(
        candidate=candidate,
        evaluation=evaluation,
        head=head.number,
        champion=_champion_of(head.champion),
        barred=str(bar) if bar else None,
    )


def _load_baseline(
    met: LogEntry | None, trusted: Sequence[str], ports: EvaluationPorts
) -> tuple[LoadedModel | None, str | None]:
    if met is None:
        return None, None
    try:
        return ports.models.load(met.entry.model_id, tuple(trusted)), None
    except PermanentError as error:
        return None, f"version {met.version} could not be loaded: {error}"


def _record(
    candidate: CandidateRef,
    evaluation: Evaluation,
    scored: Scored,
    question: Question,
    ports: EvaluationPorts,
    *,
    files: Mapping[str, bytes],
) -> None:
    run = candidate.snapshot.run
    page = ports.pages.evaluation(run, scored, question, baseline=evaluation.baseline)
    evidence = Evidence(
        tags={"headgate.baseline": evaluation.baseline or "none"},
        measures=evaluation.measures,
        model_id=candidate.model_id,
        artifacts={
            PREDICTIONS: ports.table.to_parquet(scored.predictions),
            EVALUATION: wire.text(evaluation).encode(),
            QUESTION: _asked(question).encode(),
            REPORT: page.encode(),
            **files,
        },
    )
    ports.tracker.record(candidate.tracked, evidence)


def _asked(question: Question) -> str:
    told = {"metrics": dump_frozen(question.metrics), "slices": dump_frozen(question.slices)}
    return json.dumps(told, ensure_ascii=False, sort_keys=True)


def _champion_of(entry: LogEntry | None) -> ChampionRef | None:
    if entry is None:
        return None
    return ChampionRef(version=str(entry.version), model_id=entry.entry.model_id, as_of=entry.entry.as_of)
