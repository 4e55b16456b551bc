"""Adopt what somebody changed by hand in the registry."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import assert_never

from headgate.core.adoption import Action, Append, Project, Remember, plan_adoption
from headgate.core.promotion import fold_log, winner_of
from headgate.errors import PromotionError
from headgate.ports import PromotionLog, SnapshotStore
from headgate.steps.journal import last_seen, remember


def plan_adopt(
    model: str,
    *,
    who: str,
    reason: str,
    log: PromotionLog,
    store: SnapshotStore,
    restore: bool = False,
    as_of: datetime | None = None,
) -> tuple[Action, ...]:
    """Return what an adoption would do, without doing it; see `plan_adoption`.

    Raises:
        PromotionError: No reason is given, or what was done by hand can't be adopted.
    """
    if not reason.strip():
        msg = f"adoption of what was changed in {model} must have a reason: it is kept in the log. Got none."
        raise PromotionError(msg)
    seen, projection = last_seen(store, model), log.projection(model)
    entries = log.entries(model)  # last: see `read_registry`
    return plan_adoption(entries, projection, seen, model=model, who=who, reason=reason, restore=restore, as_of=as_of)


def apply_adopt(model: str, actions: Sequence[Action], *, log: PromotionLog, store: SnapshotStore) -> None:
    """Do what was planned.

    Running it again: plan anew; what is done already isn't planned any more.

    Raises:
        PromotionError: Somebody promoted in between.
    """
    for action in actions:
        match action:
            case Append():
                log.append(model, action.entry)
                if winner_of(log.entries(model), action.entry.key) is None:
                    msg = f"adoption in {model} must be the only promotion at its moment. Got another one in between: "
                    msg += f"look at 'headgate log {model}', and ask again."
                    raise PromotionError(msg)
            case Project():
                log.project(model, fold_log(log.entries(model)))
            case Remember():
                remember(store, model, log.entries(model))
            case unknown:
                assert_never(unknown)
    if actions:
        remember(store, model, log.entries(model))
