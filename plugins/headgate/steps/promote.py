"""Promote a candidate: append it to the promotion log, and read there who won."""

from __future__ import annotations

from headgate import wire
from headgate.core.promotion import Entry, Head, LogEntry, fold_log, winner_of
from headgate.core.refs import PromotionRef, VerdictRef
from headgate.core.validation import ValidationSummary
from headgate.errors import PromotionError
from headgate.ports import PromotionLog


def promote_candidate(verdict: VerdictRef, *, log: PromotionLog) -> PromotionRef:
    """Make the candidate the champion, if the log hasn't moved since it was evaluated.

    What it does not do: judge again. Whoever lost says so, and stops.

    Running it again: the candidate's own entry is found by its key, and the aliases are set to what the log says.

    Raises:
        PromotionError: The verdict doesn't open the door, or somebody else promoted in between.
    """
    candidate = verdict.candidate
    model = candidate.snapshot.run.model
    if not verdict.opens:
        msg = f"verdict on {candidate.model_id} must be a live PASS. Got {verdict.judgement.outcome}, {verdict.mode}."
        raise PromotionError(msg)
    entries = log.entries(model)
    won = winner_of(entries, candidate.model_id)
    again = won is not None
    if won is None:
        _require_unmoved(model, verdict, fold_log(entries))
        log.append(model, entry_of(verdict))
        entries = log.entries(model)
        won = winner_of(entries, candidate.model_id)
    if won is None:
        raise PromotionError(_lost(model, verdict, fold_log(entries).champion))
    log.project(model, fold_log(entries))
    return PromotionRef(candidate=candidate, version=str(won.version), again=again)


def entry_of(verdict: VerdictRef) -> Entry:
    """Return the log's entry for a verdict. Its key is the candidate: one candidate is promoted once."""
    candidate = verdict.candidate
    run = candidate.snapshot.run
    return Entry(
        key=candidate.model_id,
        expected_head=verdict.head,
        model_id=candidate.model_id,
        as_of=run.as_of.instant,
        who=run.who,
        reason=verdict.reason or f"{verdict.judgement.outcome}: {verdict.judgement.reason}",
        tags=(
            ("dag_id", run.dag_id),
            ("dag_run_id", run.dag_run_id),
            ("mlflow_run", candidate.tracked.mlflow_run),
            ("snapshot", candidate.snapshot.id),
            ("verdict", verdict.judgement.outcome),
            ("verdict_reason", verdict.judgement.reason),
            ("windows", wire.text(run.windows)),
            *_validation_tags(candidate.validation),
        ),
    )


def _validation_tags(validation: ValidationSummary | None) -> tuple[tuple[str, str], ...]:
    if validation is None:
        return ()
    told = {
        "validation": validation.state,
        "validation_warnings": "\n".join(validation.warnings),
        "validation_notes": "\n".join(validation.notes),
    }
    return tuple((name, text) for name, text in told.items() if text)


def _require_unmoved(model: str, verdict: VerdictRef, head: Head) -> None:
    if head.number != verdict.head:
        raise PromotionError(_lost(model, verdict, head.champion))


def _lost(model: str, verdict: VerdictRef, champion: LogEntry | None) -> str:
    now = "nobody"
    if champion is not None:
        now = f"version {champion.version} (as-of {champion.entry.as_of:%Y-%m-%d}, by {champion.entry.who})"
    return (
        f"candidate {verdict.candidate.model_id} of {model} must be promoted onto the log that it was judged against "
        f"(last version {verdict.head}). Got another promotion in between: the champion is "
        f"{now}. Clear the task 'evaluate' and what follows, to judge against it."
    )
