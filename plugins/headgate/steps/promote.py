"""Promote a candidate: append it to the promotion log, and read there who won."""

from __future__ import annotations

import json
from collections.abc import Sequence

from headgate import wire
from headgate.core.bars import bar_on
from headgate.core.projection import hand_changes
from headgate.core.promotion import Entry, Head, LogEntry, fold_log, winner_of
from headgate.core.refs import PromotionRef, VerdictRef
from headgate.core.rollback import CANDIDATE, FINGERPRINT
from headgate.core.validation import ValidationSummary
from headgate.errors import PromotionError
from headgate.ports import PromotionLog, SnapshotStore
from headgate.steps.journal import remember, require_remembered

ROUNDS = 4
"""How often an entry is appended anew when only void ones came in between."""


def promote_candidate(verdict: VerdictRef, *, log: PromotionLog, store: SnapshotStore) -> PromotionRef:
    """Make the candidate the champion, if it is still the champion that it was judged against.

    What it does not do: judge again. Who lost to another promotion says so, and stops. What somebody changed by hand in
    the registry is never overwritten.

    Running it again: the candidate's own entry is found by its key, and the aliases are set to what the log says.

    Raises:
        PromotionError: The verdict doesn't open the door; somebody else promoted in between; the fit is barred; the
            registry was changed by hand, or knows less than it did.
    """
    candidate = verdict.candidate
    model = candidate.snapshot.run.model
    if not verdict.opens:
        msg = f"verdict on {candidate.model_id} must be a live PASS. Got {verdict.judgement.outcome}, {verdict.mode}."
        raise PromotionError(msg)
    entries = log.entries(model)
    require_remembered(store, model, entries)
    notes = require_untouched(log, model, entries)
    _require_unbarred(verdict, entries)
    won = winner_of(entries, candidate.model_id)
    again = won is not None
    if won is None:
        entries, won = _appended(verdict, log, entries)
    head = fold_log(entries)
    remember(store, model, entries)
    log.project(model, head)
    serves = head.champion == won
    return PromotionRef(candidate=candidate, version=str(won.version), again=again, serves=serves, notes=notes)


def require_untouched(log: PromotionLog, model: str, entries: Sequence[LogEntry]) -> tuple[str, ...]:
    """Return what a person should know of the registry, where nothing in it keeps a promotion from being right.

    Raises:
        PromotionError: An alias was moved by hand, or somebody else registered the model.
    """
    changes = hand_changes(entries, log.projection(model))
    if stops := [change.said for change in changes if change.stops]:
        msg = f"{model}: {'; '.join(stops)}. Nothing is promoted before somebody has decided: "
        msg += f"headgate adopt {model} takes it into the log, with --restore the aliases go back to what the log says."
        raise PromotionError(msg)
    return tuple(change.said for change in changes)


def entry_of(verdict: VerdictRef, *, expected_head: int) -> Entry:
    """Return the log's entry for a verdict. Its key is the candidate: one candidate is promoted once."""
    candidate = verdict.candidate
    run = candidate.snapshot.run
    override = (("override", verdict.override),) if verdict.override else ()
    return Entry(
        key=candidate.model_id,
        expected_head=expected_head,
        model_id=candidate.model_id,
        as_of=run.as_of.instant,
        who=run.who,
        reason=verdict.reason or f"{verdict.judgement.outcome}: {verdict.judgement.reason}",
        tags=(
            ("dag_id", run.dag_id),
            ("dag_run_id", run.dag_run_id),
            ("mlflow_run", candidate.tracked.mlflow_run),
            ("snapshot", candidate.snapshot.id),
            (FINGERPRINT, candidate.fingerprint),
            ("verdict", verdict.judgement.outcome),
            ("verdict_reason", verdict.judgement.reason),
            ("verdicts", json.dumps([wire.dump(one) for one in verdict.judgement.verdicts], ensure_ascii=False)),
            ("mode_reason", verdict.mode.reason),
            ("windows", wire.text(run.windows)),
            (CANDIDATE, wire.text(candidate)),
            *override,
            *_validation_tags(candidate.validation),
        ),
    )


def _appended(
    verdict: VerdictRef, log: PromotionLog, entries: tuple[LogEntry, ...]
) -> tuple[tuple[LogEntry, ...], LogEntry]:
    """Return the log with the candidate's effective entry.

    A void entry in between changes nothing of what the candidate was judged against: the append is tried again.
    """
    candidate = verdict.candidate
    model = candidate.snapshot.run.model
    for _ in range(ROUNDS):
        head = fold_log(entries)
        _require_same_champion(model, verdict, head)
        log.append(model, entry_of(verdict, expected_head=head.number))
        entries = log.entries(model)
        if (won := winner_of(entries, candidate.model_id)) is not None:
            return entries, won
    raise PromotionError(_lost(model, verdict, fold_log(entries).champion))


def _require_same_champion(model: str, verdict: VerdictRef, head: Head) -> None:
    judged_against = verdict.champion.version if verdict.champion else None
    if judged_against != (str(head.champion.version) if head.champion else None):
        raise PromotionError(_lost(model, verdict, head.champion))


def _require_unbarred(verdict: VerdictRef, entries: Sequence[LogEntry]) -> None:
    candidate = verdict.candidate
    if bar := bar_on(entries, model_id=candidate.model_id, fingerprint=candidate.fingerprint):
        model = candidate.snapshot.run.model
        msg = f"candidate {candidate.model_id} of {model} must not be barred: {bar}. "
        msg += f"Lift it with 'headgate lift {model} {bar.version} --reason ...' if that is over."
        raise PromotionError(msg)


def _validation_tags(validation: ValidationSummary | None) -> tuple[tuple[str, str], ...]:
    if validation is None:
        return ()
    told = {
        "validation": validation.state,
        "validation_warnings": "\n".join(validation.warnings),
        "validation_notes": "\n".join(validation.notes),
    }
    return tuple((name, text) for name, text in told.items() if text)


def _lost(model: str, verdict: VerdictRef, champion: LogEntry | None) -> str:
    now = "nobody"
    if champion is not None:
        now = f"version {champion.version} (as-of {champion.entry.as_of:%Y-%m-%d}, by {champion.entry.who})"
    then = f"version {verdict.champion.version}" if verdict.champion else "nobody"
    return (
        f"candidate {verdict.candidate.model_id} of {model} must meet the champion that it was judged against "
        f"({then}). Got another promotion in between: the champion is "
        f"{now}. Clear the task 'evaluate' and what follows, to judge against it."
    )
