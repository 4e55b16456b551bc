"""What was last promoted, remembered outside the registry: a registry that forgot is noticed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from headgate.core.promotion import LogEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class LastSeen:
    """The newest effective entry that somebody read in the log.

    Args:
        version: Its number.
        key: Its key.
        at: When it was promoted.
    """

    version: int
    key: str
    at: datetime


def journal_path(model: str) -> str:
    """Return where the store remembers a model's last promotion.

    >>> journal_path("co2")
    'promotions/co2.json'
    """
    return f"promotions/{model}.json"


def last_seen_of(entry: LogEntry) -> LastSeen:
    """Return what is remembered of an entry."""
    return LastSeen(version=entry.version, key=entry.entry.key, at=entry.at)


def forgotten(entries: Sequence[LogEntry], seen: LastSeen | None) -> str | None:
    """Return what the registry must know and doesn't, as a sentence; `None` when it knows what was seen."""
    if seen is None or any((entry.version, entry.entry.key) == (seen.version, seen.key) for entry in entries):
        return None
    last = max((entry.version for entry in entries), default=0)
    taken = next((entry for entry in entries if entry.version == seen.version), None)
    now = f"its last version is {last}" if taken is None else f"version {seen.version} is another one now"
    return (
        f"the log must hold version {seen.version}, which was promoted at {seen.at:%Y-%m-%d %H:%M} UTC. Got a log "
        f"without it instead ({now}): MLflow was restored from an older backup, or somebody deleted the version"
    )
