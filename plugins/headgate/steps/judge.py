"""Judge a candidate: may it be promoted?"""

from __future__ import annotations

import json
from typing import Any

from headgate.core.approval import (
    APPROVAL,
    APPROVAL_REASON,
    Approval,
    ApprovalDecision,
    Approved,
    Asked,
    Awaited,
    When,
    decide_approval,
)
from headgate.core.approval_record import AT, BY, NOBODY, REJECTED_AT, REJECTED_BY
from headgate.core.approval_replies import Rejected
from headgate.core.frozen import dump_frozen
from headgate.core.ledger import PREFIX
from headgate.core.mode import PROMOTE_OLDER, decide_mode
from headgate.core.policy import Policy
from headgate.core.predictions import Predictions
from headgate.core.refs import EvaluationRef, VerdictRef
from headgate.core.verdict import Judgement, Outcome, Verdict
from headgate.core.verdict_record import RECORD, record_of
from headgate.errors import InputError
from headgate.ports import Evidence
from headgate.steps.judging import JudgementPorts, ask_within, kept_importance, kept_predictions
from headgate.steps.verdict_file import record_text

GATE_REPORT = "gate_report.html"
POLICY = "policy.json"
"""The policy that was applied, to be applied again."""

UNWRITABLE = "unwritable"
"""What `POLICY` holds of a policy that can't be written down: why."""


def judge_candidate(
    evaluation: EvaluationRef,
    *,
    policy: Policy,
    dry_run: bool,
    reason: str,
    ports: JudgementPorts,
    override: str | None = None,
) -> VerdictRef:
    """Apply the policy, decide live or replay, and close the MLflow run with the verdict's record and page.

    What it does not do: promote.

    Running it again: the same evaluation gets the same verdict.

    Args:
        evaluation: The evidence.
        policy: The gates.
        dry_run: Whether nothing is to be promoted anyway.
        reason: Why a person started the run; empty when nobody said.
        ports: Bring the predictions, draw the gate report, and keep the verdict.
        override: The named override that the person chose; it needs a reason.

    Raises:
        InputError: There is no such override, or it comes without a reason.
        DataError: The predictions were kept by another version.
    """
    require_override(override, reason)
    candidate = evaluation.candidate
    predictions = kept_predictions(candidate, ports)
    run, champion = candidate.snapshot.run, evaluation.champion
    promoted = champion is not None and champion.model_id == candidate.model_id
    judgement = _judgement(policy, evaluation, predictions)
    mode = decide_mode(
        run_type=run.run_type,
        as_of=run.as_of.instant,
        champion_as_of=champion.as_of if champion else None,
        own_champion=promoted,
        override=reason if override else None,
    )
    asking = decide_approval(judgement, mode=mode, dry_run=dry_run, approval=policy.approval, promoted=promoted)
    verdict = VerdictRef(
        candidate=candidate,
        head=evaluation.head,
        judgement=judgement,
        mode=mode,
        dry_run=dry_run,
        reason=reason,
        champion=champion,
        override=override,
        awaits=_awaited(asking, policy.approval),
    )
    tags = {
        "headgate.verdict": verdict.judgement.outcome,
        "headgate.verdict_reason": verdict.judgement.reason,
        "headgate.mode": verdict.mode.mode,
        "headgate.mode_reason": verdict.mode.reason,
        "headgate.dry_run": str(dry_run).lower(),
        **(approval_tags(asking.asked, asking.reason) if policy.approval.when != When.NEVER else {}),
    }
    record = record_of(verdict, evaluation=evaluation.evaluation, policy=policy_data(policy))
    artifacts = {
        RECORD: record_text(record).encode(),
        POLICY: policy_text(policy).encode(),
        GATE_REPORT: ports.pages.gates(record, predictions, kept_importance(candidate, ports)).encode(),
    }
    ports.tracker.record(candidate.tracked, Evidence(tags=tags, artifacts=artifacts))
    ports.tracker.close(candidate.tracked)
    return verdict


def approval_tags(
    state: str, reason: str, *, approvals: tuple[Approved, ...] = (), rejected: Rejected | None = None
) -> dict[str, str]:
    """Return what an MLflow run says about its approval: the second time replaces each of them."""
    return {
        f"{PREFIX}{APPROVAL}": state,
        f"{PREFIX}{APPROVAL_REASON}": reason,
        f"{PREFIX}{BY}": ", ".join(each.who for each in approvals) or NOBODY,
        f"{PREFIX}{AT}": ", ".join(each.at.isoformat() for each in approvals) or NOBODY,
        f"{PREFIX}{REJECTED_BY}": rejected.who if rejected else NOBODY,
        f"{PREFIX}{REJECTED_AT}": rejected.at.isoformat() if rejected else NOBODY,
    }


def require_override(override: str | None, reason: str) -> None:
    """Raise unless a run's override is one that there is, and says why.

    Raises:
        InputError: It isn't, or doesn't.
    """
    if override is None:
        return
    if override != PROMOTE_OLDER:
        msg = f"override of the trigger form must be {PROMOTE_OLDER}, or empty. Got {override!r} instead."
        raise InputError(msg)
    if not reason.strip():
        msg = f"override {override} of the trigger form must come with a reason, which is kept. Got none."
        raise InputError(msg)


def policy_text(policy: Policy) -> str:
    """Return a policy as JSON that it can be built from again; why not, where a gate of the user's own can't be."""
    return json.dumps(policy_data(policy), ensure_ascii=False, sort_keys=True)


def policy_data(policy: Policy) -> dict[str, Any]:
    """Return the same as plain data."""
    try:
        return dict(dump_frozen(policy))
    except InputError as error:
        return {UNWRITABLE: str(error)}


def _judgement(policy: Policy, evaluation: EvaluationRef, predictions: Predictions) -> Judgement:
    """Return what the policy says; a barred fit fails whatever it says."""
    judged = policy.judge(evaluation.evaluation, predictions, ask=ask_within(policy.gate_seconds))
    if evaluation.barred is None:
        return judged
    verdict = Verdict(gate="barred", outcome=Outcome.FAIL, reason=evaluation.barred)
    return Judgement(outcome=Outcome.FAIL, reason=evaluation.barred, verdicts=(verdict, *judged.verdicts))


def _awaited(asking: ApprovalDecision, approval: Approval) -> Awaited | None:
    return Awaited(reason=asking.reason, people=approval.people) if asking.asked is Asked.NEEDED else None


def explain(verdict: VerdictRef) -> str:
    """Return one sentence that says what follows from a verdict, and why."""
    judgement, mode, awaits = verdict.judgement, verdict.mode, verdict.awaits
    found = f"{judgement.outcome} ({judgement.reason})"
    if awaits is not None and not verdict.opens:
        so_far = f", of whom {' and '.join(each.who for each in verdict.approvals)} did" if verdict.approvals else ""
        people = f"{awaits.people} people must approve{so_far}" if awaits.people > 1 else "a person must approve"
        return f"{found}, and nothing is promoted yet: {people} ({awaits.reason})"
    if awaits is not None:
        return f"{found}, approved by {' and '.join(each.who for each in verdict.approvals)}, to be promoted: {mode}"
    if judgement.outcome != "PASS":
        return f"{judgement.outcome}, so nothing is promoted: {judgement.reason}"
    if mode.mode != "live":
        return f"{found}, and nothing is promoted: {mode}"
    if verdict.dry_run:
        return f"{found}, and nothing is promoted: dry run"
    return f"{found}, to be promoted: {mode}"
