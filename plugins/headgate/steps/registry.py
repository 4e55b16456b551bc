"""Read a promotion log that may be written to: nobody changed it by hand, and it knows what it knew."""

from __future__ import annotations

from dataclasses import dataclass

from headgate.core.journal import forgotten
from headgate.core.projection import hand_changes
from headgate.core.promotion import LogEntry
from headgate.errors import PromotionError
from headgate.ports import PromotionLog, SnapshotStore
from headgate.steps.journal import last_seen


@dataclass(frozen=True, slots=True, kw_only=True)
class Registry:
    """A log that may be appended to.

    Args:
        entries: Every entry, oldest first.
        notes: What a person should know of it, and what keeps nothing from being right.
    """

    entries: tuple[LogEntry, ...]
    notes: tuple[str, ...]


def read_registry(model: str, *, log: PromotionLog, store: SnapshotStore) -> Registry:
    """Return a model's log, once it is sure that it may be appended to.

    What is remembered, and the aliases, are looked at before the log: whoever promotes meanwhile makes the log longer
    than they say, never shorter.

    Raises:
        PromotionError: An alias was moved by hand, somebody else registered the model, or the registry forgot.
    """
    seen = last_seen(store, model)
    projection = log.projection(model)
    entries = log.entries(model)
    if lost := forgotten(entries, seen):
        msg = f"{model}: {lost}. Nothing is promoted. Bring the newer MLflow back, or go on from the older one: "
        msg += f"headgate adopt {model}"
        raise PromotionError(msg)
    changes = hand_changes(entries, projection)
    if stops := [change.said for change in changes if change.stops]:
        msg = f"{model}: {'; '.join(stops)}. Nothing is promoted before somebody has decided: "
        msg += f"headgate adopt {model} takes it into the log, with --restore the aliases go back to what the log says."
        raise PromotionError(msg)
    return Registry(entries=entries, notes=tuple(change.said for change in changes))
