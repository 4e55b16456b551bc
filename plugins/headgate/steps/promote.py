"""Promote a candidate: append it to the promotion log, and read there who won."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace

from headgate import wire
from headgate.core.about import NOTHING_SAID, About
from headgate.core.approval import APPROVAL, APPROVAL_REASON, APPROVED_AT, APPROVED_BY
from headgate.core.bars import bar_on
from headgate.core.card_text import description_of
from headgate.core.promotion import Entry, Head, LogEntry, fold_log, winner_of
from headgate.core.refs import PromotionRef, VerdictRef
from headgate.core.rollback import CANDIDATE, FINGERPRINT
from headgate.core.validation import ValidationSummary
from headgate.errors import PromotionError
from headgate.ports import PromotionLog, SnapshotStore
from headgate.steps.card import CardDraft, CardPorts, draft_card, keep_card
from headgate.steps.journal import remembered
from headgate.steps.registry import read_registry
from headgate.steps.verdict_file import record_tag

ROUNDS = 4
"""How often an entry is appended anew when only void ones came in between."""


def promote_candidate(
    verdict: VerdictRef,
    *,
    log: PromotionLog,
    store: SnapshotStore,
    who: str | None = None,
    about: About = NOTHING_SAID,
    cards: CardPorts | None = None,
) -> PromotionRef:
    """Make the candidate the champion, if it is still the champion that it was judged against.

    The version says why in its tags, with the verdict's record, and in its description, with the model card.

    What it does not do: judge again. Who lost to another promotion says so, and stops. What somebody changed by hand in
    the registry is never overwritten.

    Running it again: the candidate's own entry is found by its key, and the aliases are set to what the log says.

    Args:
        verdict: The verdict.
        log: The promotion log.
        store: Remembers the promotion.
        who: Who asks for it; who started the candidate's run when `None`.
        about: What the owner says of the model; it is on its card.
        cards: Where the evidence lies, and the whole card is kept; without them the card tells the verdict alone.

    Raises:
        PromotionError: The verdict doesn't open the door; somebody else promoted in between; the fit is barred; the
            registry was changed by hand, or knows less than it did.
    """
    candidate = verdict.candidate
    model = candidate.snapshot.run.model
    if not verdict.opens:
        msg = f"verdict on {candidate.model_id} must be a live PASS, or approved. Got {verdict.judgement.outcome}, "
        msg += f"{f'{verdict.awaits.people} to approve' if verdict.awaits else verdict.mode}."
        raise PromotionError(msg)
    registry = read_registry(model, log=log, store=store)
    entries = registry.entries
    _require_unbarred(verdict, entries)
    draft = draft_card(
        verdict, who=who or candidate.snapshot.run.who, about=about, tracker=cards.tracker if cards else None
    )
    won = winner_of(entries, candidate.model_id)
    again = won is not None
    if won is None:
        entries, won = _appended(verdict, log, entries, draft)
    head = fold_log(entries)
    log.project(model, head)
    lost = keep_card(draft.of_version(won.version), candidate.tracked, cards) if cards else None
    notes = (*registry.notes, *remembered(store, model, entries), *((lost,) if lost else ()))
    serves = head.champion == won
    return PromotionRef(candidate=candidate, version=str(won.version), again=again, serves=serves, notes=notes)


def entry_of(verdict: VerdictRef, *, expected_head: int, draft: CardDraft) -> Entry:
    """Return the log's entry for a verdict. Its key is the candidate: one candidate is promoted once."""
    candidate = verdict.candidate
    run = candidate.snapshot.run
    override = (("override", verdict.override),) if verdict.override else ()
    return Entry(
        key=candidate.model_id,
        expected_head=expected_head,
        model_id=candidate.model_id,
        as_of=run.as_of.instant,
        who=draft.who,
        reason=_reason_of(verdict),
        tags=(
            ("dag_id", run.dag_id),
            ("dag_run_id", run.dag_run_id),
            ("mlflow_run", candidate.tracked.mlflow_run),
            ("snapshot", candidate.snapshot.id),
            (FINGERPRINT, candidate.fingerprint),
            ("verdict", verdict.judgement.outcome),
            ("verdict_reason", verdict.judgement.reason),
            ("verdicts", _gates_text(verdict)),
            ("record", record_tag(draft.record)),
            ("mode_reason", verdict.mode.reason),
            ("windows", wire.text(run.windows)),
            (CANDIDATE, wire.text(candidate)),
            *override,
            *_approval_tags(verdict),
            *_validation_tags(candidate.validation),
        ),
        description=description_of(draft.of_version(expected_head + 1)),
    )


def _gates_text(verdict: VerdictRef) -> str:
    """Return each gate's answer in short, as JSON; the comparisons are in the record."""
    gates = [wire.dump(replace(one, comparison=None, bounded=None, parts=())) for one in verdict.judgement.verdicts]
    return json.dumps(gates, ensure_ascii=False)


def _appended(
    verdict: VerdictRef, log: PromotionLog, entries: tuple[LogEntry, ...], draft: CardDraft
) -> tuple[tuple[LogEntry, ...], LogEntry]:
    """Return the log with the candidate's effective entry.

    A void entry in between changes nothing of what the candidate was judged against: the append is tried again.
    """
    candidate = verdict.candidate
    model = candidate.snapshot.run.model
    for _ in range(ROUNDS):
        head = fold_log(entries)
        _require_same_champion(model, verdict, head)
        log.append(model, entry_of(verdict, expected_head=head.number, draft=draft))
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


def _reason_of(verdict: VerdictRef) -> str:
    """Return why it is promoted: what the person said who started the run, what the gates say, who approved."""
    approved = [f"approved by {each.who}: {each.why}" for each in verdict.approvals] if verdict.awaits else []
    return "; ".join([verdict.reason or f"{verdict.judgement.outcome}: {verdict.judgement.reason}", *approved])


def _approval_tags(verdict: VerdictRef) -> tuple[tuple[str, str], ...]:
    """Return who approved, when, and why; of two people the first one first."""
    if verdict.awaits is None:
        return ()
    whys = [f"{each.who}: {each.why}" for each in verdict.approvals]
    return (
        (APPROVAL, verdict.awaits.reason),
        (APPROVED_BY, ", ".join(each.who for each in verdict.approvals)),
        (APPROVED_AT, ", ".join(each.at.isoformat() for each in verdict.approvals)),
        (APPROVAL_REASON, verdict.approvals[0].why if len(whys) == 1 else "; ".join(whys)),
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


def _lost(model: str, verdict: VerdictRef, champion: LogEntry | None) -> str:
    now = "nobody"
    if champion is not None:
        now = f"version {champion.version} (as-of {champion.entry.as_of:%Y-%m-%d}, by {champion.entry.who})"
    then = f"version {verdict.champion.version}" if verdict.champion else "nobody"
    return (
        f"candidate {verdict.candidate.model_id} of {model} must meet the champion that it was judged against "
        f"({then}). Got another promotion in between: the champion is "
        f"{now}. {_to_judge_anew(verdict)}"
    )


def _to_judge_anew(verdict: VerdictRef) -> str:
    if verdict.awaits is None:
        return "Clear the task 'evaluate' and what follows, to judge against it."
    as_of = verdict.candidate.snapshot.run.as_of.instant.isoformat().replace("+00:00", "Z")
    return f"Start the Dag anew with the as-of {as_of}, to judge against it, and to ask people about that."
