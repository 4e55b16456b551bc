"""Adoption: take into the log what somebody changed by hand in the registry, or put the aliases back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from headgate.core.approval import APPROVAL_TAGS
from headgate.core.bars import BARS, BARS_FINGERPRINT, BARS_MODEL, LIFTED
from headgate.core.journal import LastSeen, forgotten
from headgate.core.model_card import again_of
from headgate.core.projection import CHAMPION, PREVIOUS, Projection, hand_changes, wanted_aliases
from headgate.core.promotion import Entry, LogEntry, fold_log
from headgate.core.rollback import ROLLBACK_TO
from headgate.errors import PromotionError

ADOPTED = "adopted"
"""Tag of an adoption's entry: the version that somebody had made the champion by hand."""

_OWN = frozenset({BARS, BARS_MODEL, BARS_FINGERPRINT, LIFTED, ROLLBACK_TO, ADOPTED, "override", *APPROVAL_TAGS})


@dataclass(frozen=True, slots=True, kw_only=True)
class Append:
    """Append an entry for the version that somebody made the champion."""

    entry: Entry
    said: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """Set the aliases to what the log says, and mark the model as Headgate's."""

    said: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Remember:
    """Go on from what the registry knows now."""

    said: str


Action = Append | Project | Remember


def plan_adoption(
    entries: Sequence[LogEntry],
    projection: Projection | None,
    seen: LastSeen | None,
    *,
    model: str,
    who: str,
    reason: str,
    restore: bool = False,
    as_of: datetime | None = None,
) -> tuple[Action, ...]:
    """Return what makes log, registry and journal agree again; nothing when they do.

    An alias `champion` that somebody moved becomes an entry: that version's model is promoted, forward, as the next
    version. With `restore` the aliases go back to what the log says instead.

    Args:
        entries: The log.
        projection: The registry's own words; `None` when the model isn't registered.
        seen: The last promotion that the store remembers.
        model: The registered model's name, for the sentences.
        who: Who decides.
        reason: Why.
        restore: Put the aliases back.
        as_of: As-of of a version that doesn't say its own; when it was made by default.

    Raises:
        PromotionError: The champion's alias is on a version that can't be promoted: one that isn't there, or that
            stands for no logged model.
    """
    actions: list[Action] = []
    if lost := forgotten(entries, seen):
        actions.append(Remember(said=f"go on from what MLflow knows: {lost}"))
    changes = [change for change in hand_changes(entries, projection) if change.stops]
    if projection is None:
        return tuple(actions)
    wanted, found = wanted_aliases(fold_log(entries)), projection.aliases.get(CHAMPION)
    stale = restore and any(projection.aliases.get(alias) != wanted.get(alias) for alias in (CHAMPION, PREVIOUS))
    if not changes and not stale:
        return tuple(actions)
    if not restore and found is not None and found != wanted.get(CHAMPION):
        chosen = _require_version(entries, found, model)
        entry = _entry(chosen, fold_log(entries).number, who=who, reason=reason, as_of=as_of)
        said = f"promote the model of version {found}, which somebody made the champion, as the next version"
        actions.append(Append(entry=entry, said=said))
    why = "; ".join(change.said for change in changes) or "a promotion that was killed left them behind"
    actions.append(Project(said=f"set the aliases to what the log says: {why}"))
    return tuple(actions)


def _require_version(entries: Sequence[LogEntry], version: int, model: str) -> LogEntry:
    chosen = next((entry for entry in entries if entry.version == version), None)
    if chosen is None or not chosen.entry.model_id:
        got = "which isn't there" if chosen is None else "which stands for other files"
        msg = f"alias champion of {model} must be on a version of a logged model to be adopted. Got version {version} "
        msg += f"instead, {got}: move the alias in MLflow, or put it back: headgate adopt {model} --restore."
        raise PromotionError(msg)
    return chosen


def _entry(chosen: LogEntry, head: int, *, who: str, reason: str, as_of: datetime | None) -> Entry:
    kept = tuple((name, value) for name, value in chosen.entry.tags if name not in _OWN)
    return Entry(
        key=f"adopt {chosen.version} at {head}",
        expected_head=head,
        model_id=chosen.entry.model_id,
        as_of=as_of or chosen.entry.as_of,
        who=who,
        reason=reason,
        tags=(*kept, (ADOPTED, str(chosen.version))),
        description=again_of(reason, chosen),
    )
