"""Judge a candidate: may it be promoted?"""

from __future__ import annotations

from headgate import wire
from headgate.core.mode import decide_mode
from headgate.core.policy import Policy
from headgate.core.refs import EvaluationRef, VerdictRef
from headgate.ports import Evidence, RunTracker

RECORD = "verdict.json"


def judge_candidate(
    evaluation: EvaluationRef, *, policy: Policy, dry_run: bool, reason: str, tracker: RunTracker
) -> VerdictRef:
    """Apply the policy, decide live or replay, and close the MLflow run with the verdict.

    What it does not do: promote.

    Running it again: the same evaluation gets the same verdict.
    """
    candidate = evaluation.candidate
    run, champion = candidate.snapshot.run, evaluation.champion
    verdict = VerdictRef(
        candidate=candidate,
        head=evaluation.head,
        judgement=policy.judge(evaluation.evaluation),
        mode=decide_mode(
            run_type=run.run_type,
            as_of=run.as_of.instant,
            champion_as_of=champion.as_of if champion else None,
            own_champion=champion is not None and champion.model_id == candidate.model_id,
        ),
        dry_run=dry_run,
        reason=reason,
    )
    tags = {
        "headgate.verdict": verdict.judgement.outcome,
        "headgate.verdict_reason": verdict.judgement.reason,
        "headgate.mode": verdict.mode.mode,
        "headgate.mode_reason": verdict.mode.reason,
        "headgate.dry_run": str(dry_run).lower(),
    }
    tracker.record(candidate.tracked, Evidence(tags=tags, artifacts={RECORD: wire.text(verdict).encode()}))
    tracker.close(candidate.tracked)
    return verdict


def explain(verdict: VerdictRef) -> str:
    """Return one sentence that says what follows from a verdict, and why."""
    outcome, mode = verdict.judgement, verdict.mode
    if outcome.outcome != "PASS":
        return f"{outcome.outcome}, so nothing is promoted: {outcome.reason}"
    if mode.mode != "live":
        return f"PASS ({outcome.reason}), and nothing is promoted: {mode}"
    if verdict.dry_run:
        return f"PASS ({outcome.reason}), and nothing is promoted: dry run"
    return f"PASS ({outcome.reason}), to be promoted: {mode}"
