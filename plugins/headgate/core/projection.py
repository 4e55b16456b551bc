"""The aliases, as a projection of the promotion log, and what somebody did to them by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from headgate.core.promotion import Head, LogEntry, effective_of, fold_log

CHAMPION = "champion"
PREVIOUS = "previous"


@dataclass(frozen=True, slots=True, kw_only=True)
class Projection:
    """What the registry says beside the versions.

    Args:
        managed: Whether the registered model bears Headgate's mark.
        aliases: Version by alias, those of others too.
        projected: What Headgate set the aliases to last, as far as it could write that down.
    """

    managed: bool
    aliases: Mapping[str, int] = field(default_factory=dict)
    projected: Mapping[str, int] = field(default_factory=dict)


class HandChangeKind(StrEnum):
    """What somebody did."""

    UNMANAGED = "unmanaged"
    ALIAS = "alias"
    VERSION = "version"


@dataclass(frozen=True, slots=True, kw_only=True)
class HandChange:
    """A change that no promoter made.

    Args:
        kind: What was changed.
        said: What is so, and what should be, for a person.
        version: The version that it is about, if any.
        stops: Whether nothing may be promoted before somebody has decided about it.
    """

    kind: HandChangeKind
    said: str
    version: int | None
    stops: bool


def wanted_aliases(head: Head) -> dict[str, int]:
    """Return the aliases that a log asks for."""
    both = {CHAMPION: head.champion, PREVIOUS: head.previous}
    return {alias: entry.version for alias, entry in both.items() if entry is not None}


def hand_changes(entries: Sequence[LogEntry], projection: Projection | None) -> tuple[HandChange, ...]:
    """Return what somebody changed by hand in the registry, the gravest first.

    An alias is one of ours when it is what the log asks for, what Headgate set it to last, or on a champion that is
    later than that: a promoter that was killed before it could write this down. Any other was moved by hand.

    Args:
        entries: The log.
        projection: The registry's own words; `None` when the model isn't registered.
    """
    if projection is None:
        return ()
    if not projection.managed and any(entry.is_foreign for entry in entries):
        said = "the registered model must bear the mark of Headgate. Got one without: somebody else registered it"
        return (HandChange(kind=HandChangeKind.UNMANAGED, said=said, version=None, stops=True),)
    wanted, effective = wanted_aliases(fold_log(entries)), {entry.version for entry in effective_of(entries)}
    moved = [
        _moved(alias, wanted.get(alias), projection.aliases.get(alias))
        for alias in (CHAMPION, PREVIOUS)
        if not _is_ours(alias, wanted, effective, projection)
    ]
    foreign = [_foreign(entry) for entry in entries if entry.is_foreign]
    return (*moved, *foreign)


def _is_ours(alias: str, wanted: Mapping[str, int], effective: set[int], projection: Projection) -> bool:
    found, last = projection.aliases.get(alias), projection.projected.get(alias)
    if found in (wanted.get(alias), last):
        return True
    return found is not None and found in effective and found > (last or 0)


def _moved(alias: str, wanted: int | None, found: int | None) -> HandChange:
    should = f"be on version {wanted}, as the log says" if wanted else "not be there, since nothing was promoted"
    now = f"version {found}" if found else "none"
    said = f"alias {alias} must {should}. Got {now} instead: somebody changed it by hand"
    return HandChange(kind=HandChangeKind.ALIAS, said=said, version=found, stops=True)


def _foreign(entry: LogEntry) -> HandChange:
    by = f", by {entry.entry.who}" if entry.entry.who else ""
    said = f"version {entry.version} must be written by Headgate. Got one without its tags{by}: it is void"
    return HandChange(kind=HandChangeKind.VERSION, said=said, version=entry.version, stops=False)
