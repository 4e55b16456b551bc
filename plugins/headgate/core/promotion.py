"""The promotion log: the registered model's versions, read as compare-and-set."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What a promoter writes; its version number is given out by MLflow.

    Args:
        key: Names the promotion: the same key never promotes twice.
        expected_head: The last version number that the promoter saw, 0 for an empty log.
        model_id: Logged model that is promoted.
        as_of: As-of of the run that fitted it.
        who: Airflow user, or the Dag that promoted by itself.
        reason: Why, for a person.
        tags: Further facts (verdict, snapshot, windows, dag run), as text.
        description: Its model card in short, as Markdown; what the tags say where it is empty. Two entries that differ
            in nothing else are equal.
    """

    key: str
    expected_head: int
    model_id: str
    as_of: datetime
    who: str
    reason: str
    tags: tuple[tuple[str, str], ...] = ()
    description: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class LogEntry:
    """An entry with the number that it got and when that was (UTC)."""

    version: int
    at: datetime
    entry: Entry

    @property
    def is_effective(self) -> bool:
        """Whether it won: nothing was appended between what its promoter saw and itself."""
        return self.version == self.entry.expected_head + 1

    @property
    def is_foreign(self) -> bool:
        """Whether no promoter wrote it: somebody made the version by hand, or changed its tags."""
        return self.entry.expected_head < 0

    def tag_of(self, name: str) -> str | None:
        """Return one of the further facts, or `None` where nobody wrote it."""
        return dict(self.entry.tags).get(name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The state of the log.

    Args:
        number: The last version number, effective or void; 0 for an empty log. The next entry must expect it.
        champion: The last effective entry: what serves.
        previous: The effective entry before it.
    """

    number: int
    champion: LogEntry | None
    previous: LogEntry | None


def foreign_entry(*, version: int, at: datetime, model_id: str, who: str) -> LogEntry:
    """Return what a version that no promoter wrote is in the log: a number that is taken, and void for ever.

    Args:
        version: Its number.
        at: When it was made.
        model_id: Logged model that it stands for; empty when it stands for other files.
        who: Who made it, as far as the registry knows.
    """
    reason = "nobody promoted it: the version was made or changed by hand"
    entry = Entry(key=f"foreign {version}", expected_head=-1, model_id=model_id, as_of=at, who=who, reason=reason)
    return LogEntry(version=version, at=at, entry=entry)


def fold_log(entries: Sequence[LogEntry]) -> Head:
    """Return the head of a log given in any order.

    >>> fold_log([])
    Head(number=0, champion=None, previous=None)
    """
    ordered = sorted(entries, key=lambda entry: entry.version)
    effective = effective_of(ordered)
    return Head(
        number=ordered[-1].version if ordered else 0,
        champion=effective[-1] if effective else None,
        previous=effective[-2] if len(effective) > 1 else None,
    )


def effective_of(entries: Sequence[LogEntry]) -> tuple[LogEntry, ...]:
    """Return the effective entries, oldest first: the champions, one after the other."""
    return tuple(sorted((entry for entry in entries if entry.is_effective), key=lambda entry: entry.version))


def winner_of(entries: Sequence[LogEntry], key: str) -> LogEntry | None:
    """Return the effective entry of that key, or `None` when it never won.

    MLflow's client may post an entry twice; only the log tells which one counts.
    """
    wins = [entry for entry in entries if entry.entry.key == key and entry.is_effective]
    return min(wins, key=lambda entry: entry.version, default=None)


def champion_before(entries: Sequence[LogEntry], as_of: datetime) -> LogEntry | None:
    """Return the last effective entry whose as-of is earlier: whom a run of that as-of may meet."""
    earlier = [entry for entry in effective_of(entries) if entry.entry.as_of < as_of]
    return earlier[-1] if earlier else None


def champion_at(entries: Sequence[LogEntry], moment: datetime) -> LogEntry | None:
    """Return who was the champion at a moment of real time, or `None` when nobody was yet."""
    earlier = [entry for entry in effective_of(entries) if entry.at <= moment]
    return earlier[-1] if earlier else None
