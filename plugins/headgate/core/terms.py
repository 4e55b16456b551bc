"""Who served when: the promotion log as terms, one after the other."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from headgate.core.adoption import ADOPTED
from headgate.core.bars import Bar, bars_of
from headgate.core.promotion import LogEntry, effective_of
from headgate.core.rollback import ROLLBACK_TO


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """What a version of the log was, and the time for which it was the champion.

    Args:
        entry: The version.
        since: When it became the champion; `None` when it never was: the entry is void, or somebody else's.
        until: When the next one did; `None` while it is the champion, and when it never was.
        bar: What keeps its fit from being promoted again, if anything does.
    """

    entry: LogEntry
    since: datetime | None = None
    until: datetime | None = None
    bar: Bar | None = None

    @property
    def again(self) -> str | None:
        """The version whose model it is again, by a rollback or by adoption; `None` when it brought a new one."""
        return self.entry.tag_of(ROLLBACK_TO) or self.entry.tag_of(ADOPTED)

    @property
    def void(self) -> str | None:
        """Why it never was the champion; `None` when it was."""
        if self.since is not None:
            return None
        entry = self.entry
        if entry.is_foreign:
            return f"void: {entry.entry.reason}"
        return f"void: it was to follow version {entry.entry.expected_head}, and version {entry.version - 1} came first"


def terms_of(entries: Sequence[LogEntry], *, every: bool = False) -> tuple[Term, ...]:
    """Return the terms of the champions, oldest first.

    Args:
        entries: The log.
        every: Give the versions that never were champions as well.
    """
    effective = effective_of(entries)
    ends = {one.version: following.at for one, following in pairwise(effective)}
    since = {entry.version: entry.at for entry in effective}
    bars = {bar.version: bar for bar in bars_of(entries)}
    chosen = sorted(entries, key=lambda entry: entry.version) if every else effective
    return tuple(
        Term(
            entry=entry,
            since=since.get(entry.version),
            until=ends.get(entry.version),
            bar=bars.get(str(entry.version)),
        )
        for entry in chosen
    )


def term_at(terms: Sequence[Term], moment: datetime) -> Term | None:
    """Return whose term it was at a moment of real time; `None` when nobody was the champion yet."""
    begun = [term for term in terms if term.since is not None and term.since <= moment]
    return begun[-1] if begun else None


def term_by(terms: Sequence[Term], as_of: datetime) -> Term | None:
    """Return the last champion whose own as-of isn't later; `None` when each of them knew more than that."""
    known = [term for term in terms if term.since is not None and term.entry.entry.as_of <= as_of]
    return known[-1] if known else None


def verdict_said(entry: LogEntry) -> str:
    """Return the verdict that a version was promoted by, in a few words: `PASS: AtMost(mae) 0.349`.

    Nothing where nobody judged it, or its tags can't be read.
    """
    outcome = entry.tag_of("verdict") or ""
    try:
        verdicts = json.loads(entry.tag_of("verdicts") or "[]")
        numbers = ", ".join(f"{each['gate']} {each['value']:.4g}" for each in verdicts if each["value"] is not None)
    except (ValueError, TypeError, KeyError):
        numbers = ""
    return ": ".join(filter(None, (outcome, numbers)))
