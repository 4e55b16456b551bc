"""Roll back: append an earlier champion's model as the next version."""

from __future__ import annotations

from dataclasses import dataclass

from headgate import wire
from headgate.core.bars import LIFTED, bars_of
from headgate.core.promotion import LogEntry, fold_log, winner_of
from headgate.core.refs import CandidateRef, PromotionRef
from headgate.core.rollback import CANDIDATE, Rollback, plan_rollback
from headgate.errors import PromotionError
from headgate.ports import PromotionLog, SnapshotStore
from headgate.steps.journal import remembered
from headgate.steps.registry import read_registry


@dataclass(frozen=True, slots=True, kw_only=True)
class RolledBack:
    """An effective rollback.

    Args:
        entry: The entry of the log: what serves now.
        to: The version whose model that is.
        promotion: What a deployment needs to probe it; `None` where the version doesn't say (an adopted one).
        again: An earlier try had done it already.
        notes: What a person should know besides.
    """

    entry: LogEntry
    to: LogEntry
    promotion: PromotionRef | None
    again: bool
    notes: tuple[str, ...] = ()


def roll_back(
    model: str, *, to: int | None, who: str, reason: str, log: PromotionLog, store: SnapshotStore
) -> RolledBack:
    """Make an earlier champion's model the champion again, and bar the one that it takes the place of.

    What it does not do: deploy; delete or change any version.

    Running it again: finds what the first try appended, and sets the aliases to what the log says.

    Args:
        model: The registered model.
        to: The version to go back to; the champion before the present one when `None`.
        who: Who asks for it.
        reason: Why.
        log: The promotion log.
        store: Remembers the promotion.

    Raises:
        PromotionError: There is no such champion, it is barred, or somebody promoted at the same moment.
    """
    if not reason.strip():
        msg = f"rollback of {model} must have a reason: it is kept with the version. Got none."
        raise PromotionError(msg)
    entries = read_registry(model, log=log, store=store).entries
    plan = plan_rollback(entries, model=model, to=to, who=who, reason=reason)
    entry = plan.done
    if plan.entry is not None:
        log.append(model, plan.entry)
        entries = log.entries(model)
        entry = winner_of(entries, plan.entry.key)
    if entry is None:
        msg = f"rollback of {model} to version {plan.to.version} must be the only promotion at its moment. "
        msg += f"Got another one in between: look at 'headgate log {model}', and ask again."
        raise PromotionError(msg)
    log.project(model, fold_log(entries))
    notes = remembered(store, model, entries)
    again = plan.done is not None
    return RolledBack(entry=entry, to=plan.to, promotion=_promotion_of(entry, plan), again=again, notes=notes)


def lift_bar(model: str, version: str, *, who: str, reason: str, log: PromotionLog) -> None:
    """Let the fit of a version that was rolled back from be promoted again.

    Running it again: raises, since there is no bar any more.

    Raises:
        PromotionError: There is no such bar, or no reason.
    """
    if not reason.strip():
        msg = f"lifting the bar on version {version} of {model} must have a reason: it is kept. Got none."
        raise PromotionError(msg)
    bars = [bar for bar in bars_of(log.entries(model)) if bar.version == version]
    if not bars:
        msg = f"version {version} of {model} must be barred to be lifted. Got one that isn't."
        raise PromotionError(msg)
    for bar in bars:
        log.tag(model, bar.by.version, LIFTED, f"{who}: {reason}")


def _promotion_of(entry: LogEntry, plan: Rollback) -> PromotionRef | None:
    text = entry.tag_of(CANDIDATE)
    if text is None:
        return None
    candidate = wire.parse(CandidateRef, text)
    return PromotionRef(candidate=candidate, version=str(entry.version), again=plan.done is not None)
