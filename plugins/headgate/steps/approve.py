"""Ask people about a verdict, and keep what they answered."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace

from headgate import wire
from headgate.core.approval import Approval
from headgate.core.approval_replies import Decided, Reply, decide_reply
from headgate.core.approval_text import ApprovalQuestion, Side, question_of
from headgate.core.refs import CandidateRef, EvaluationRef, VerdictRef
from headgate.core.rollback import CANDIDATE
from headgate.errors import HeadgateError, InputError, TrackingError, TransientError
from headgate.ports import Evidence, PromotionLog, RunTracker
from headgate.steps.fit_record import read_record
from headgate.steps.judge import approval_tags


def approval_question(
    verdict: VerdictRef,
    evaluation: EvaluationRef,
    *,
    links: Mapping[str, str],
    log: PromotionLog,
    tracker: RunTracker,
) -> ApprovalQuestion:
    """Return what people are asked about a verdict.

    What it does not do: ask. What isn't known of the champion, such as one that was adopted, is left out.

    Running it again: the same verdict gets the same question.

    Args:
        verdict: The verdict that waits for people.
        evaluation: What was measured.
        links: Where a person finds more, by what the link says.
        log: The promotion log, which says how the champion was fitted.
        tracker: Where the evidence of both lies.

    Raises:
        TransientError: MLflow can't be reached.
    """
    champion = _champion_of(verdict, log)
    return question_of(
        verdict,
        evaluation.evaluation,
        about=name_of(verdict),
        candidate=Side(candidate=verdict.candidate, params=_params_of(verdict.candidate, tracker)),
        champion=Side(candidate=champion, params=_params_of(champion, tracker) if champion else None),
        links=links,
    )


def name_of(verdict: VerdictRef) -> str:
    """Return what names a question: a hash of all that is judged, without who approved so far."""
    return hashlib.sha256(wire.text(replace(verdict, approvals=())).encode()).hexdigest()[:12]


def answered(verdict: VerdictRef, reply: Reply, *, approval: Approval, about: str) -> tuple[VerdictRef, Decided]:
    """Return the verdict with a reply that counts, and what the reply comes to.

    Args:
        verdict: The verdict as it is now.
        reply: What Airflow says became of the question.
        approval: Who may approve.
        about: The name of the question that was asked.
    """
    starter = verdict.candidate.snapshot.run.starter
    decided = decide_reply(
        reply, approval=approval, starter=starter, earlier=verdict.approvals, is_same=about == name_of(verdict)
    )
    if decided.approved is None:
        return verdict, decided
    return replace(verdict, approvals=(*verdict.approvals, decided.approved)), decided


def record_approval(verdict: VerdictRef, decided: Decided, *, tracker: RunTracker) -> str | None:
    """Write on the candidate's MLflow run what people decided; return why it couldn't be, if so.

    An outage doesn't undo a decision that a person has made: Airflow would ask again.

    Running it again: replaces what was written.
    """
    state = str(decided.state)
    if decided.approved is not None and not verdict.opens and verdict.awaits is not None:
        state = f"{state} by {len(verdict.approvals)} of {verdict.awaits.people}"
    earlier = verdict.approvals[:-1] if decided.approved else verdict.approvals
    said = "; ".join([*(f"{each.who} approves: {each.why}" for each in earlier), decided.said])
    tags = approval_tags(state, said, approvals=verdict.approvals, rejected=decided.rejected)
    try:
        tracker.record(verdict.candidate.tracked, Evidence(tags=tags))
    except HeadgateError as error:
        return str(error)
    return None


def _champion_of(verdict: VerdictRef, log: PromotionLog) -> CandidateRef | None:
    if verdict.champion is None:
        return None
    entries = log.entries(verdict.candidate.snapshot.run.model)
    entry = next((entry for entry in entries if str(entry.version) == verdict.champion.version), None)
    try:
        return wire.parse(CandidateRef, (entry.tag_of(CANDIDATE) or "") if entry else "")
    except InputError:
        return None


def _params_of(candidate: CandidateRef, tracker: RunTracker) -> dict[str, str] | None:
    try:
        record = read_record(tracker, candidate.tracked)
    except TransientError:
        raise
    except TrackingError:
        return None
    recipe = record.recipe
    params = {name: str(value) for name, value in recipe.params.items()}
    return {**params, "estimator": recipe.build, "seed": str(recipe.seed), "code": record.code[:12]}
