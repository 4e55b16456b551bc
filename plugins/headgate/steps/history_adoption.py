"""Start an empty promotion log from a simulated history."""

from __future__ import annotations

from dataclasses import replace

from headgate.core.history import History, HistoryRow
from headgate.core.mode import Mode, RunMode
from headgate.core.promotion import LogEntry, fold_log
from headgate.core.refs import PromotionRef, TrackedRun, VerdictRef
from headgate.core.verdict_record import RECORD
from headgate.errors import PromotionError
from headgate.ports import PromotionLog, RunTracker, SnapshotStore
from headgate.steps.card import CardPorts
from headgate.steps.promote import promote_candidate
from headgate.steps.verdict_file import read_verdict

ADOPTED = "adopted from the simulated history"


def adopt_history(
    history: History, *, who: str, reason: str, log: PromotionLog, store: SnapshotStore, cards: CardPorts
) -> PromotionRef:
    """Promote the history's last champion once, as one live promotion of its as-of.

    What it does not do: promote into a log that has a champion, or promote the earlier champions one after the other.

    Running it again: finds its own promotion, and sets the aliases to what the log says.

    Args:
        history: The simulated history.
        who: Who asks for it.
        reason: Why; it is kept in the log.
        log: The promotion log.
        store: Remembers the promotion.
        cards: Hold the evidence about the candidate, and keep its model card.

    Raises:
        PromotionError: There is no reason, nobody passed, the log has a champion, the fit is barred, or somebody
            changed the registry by hand or brought an older one back.
    """
    model = history.model
    if not reason.strip():
        msg = f"adoption of the simulated history of {model} must have a reason: it is kept in the log. Got none."
        raise PromotionError(msg)
    if not history.promotions:
        msg = f"simulated history of {model} must have a champion to be adopted. Got none: no candidate passed."
        raise PromotionError(msg)
    row = history.promotions[-1]
    _require_empty(model, fold_log(log.entries(model)).champion, row)
    return promote_candidate(_verdict(row, reason, cards.tracker), log=log, store=store, who=who, cards=cards)


def _require_empty(model: str, champion: LogEntry | None, row: HistoryRow) -> None:
    if champion is not None and champion.entry.model_id != row.run.model_id:
        msg = (
            f"promotion log of {model} must have no champion to be started from its history. Got version "
            f"{champion.version}, as-of {champion.entry.as_of:%Y-%m-%d}, by {champion.entry.who} instead: a live run "
            f"promotes a later model."
        )
        raise PromotionError(msg)


def _verdict(row: HistoryRow, reason: str, tracker: RunTracker) -> VerdictRef:
    """Return the verdict of the run, as the history has it."""
    tracked = TrackedRun(experiment=row.run.experiment, mlflow_run=row.run.mlflow_run)
    given = read_verdict(tracker.read(tracked, RECORD).decode())
    if given.candidate.model_id != row.run.model_id:
        msg = f"{RECORD} of the run {row.run.mlflow_run} must be about its candidate {row.run.model_id}. "
        msg += f"Got {given.candidate.model_id} instead: clear the task 'evaluate' of that run and what follows."
        raise PromotionError(msg)
    return replace(
        given,
        judgement=row.judged.judgement,
        mode=RunMode(mode=Mode.LIVE, reason=ADOPTED),
        dry_run=False,
        reason=f"{ADOPTED}: {reason}",
        champion=None,
        override=None,
    )
