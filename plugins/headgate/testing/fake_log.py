"""The promotion log in memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Lock

from headgate.core.promotion import Entry, Head, LogEntry

EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


class FakePromotionLog:
    """Promotion logs in memory; they pass `PromotionLogConformance`.

    Each entry is one second younger than the one before; nothing reads a clock.
    """

    def __init__(self) -> None:
        self._entries: dict[str, list[LogEntry]] = {}
        self._aliases: dict[str, dict[str, str]] = {}
        self._lock = Lock()

    def entries(self, model: str) -> tuple[LogEntry, ...]:
        """Return every entry, oldest first."""
        return tuple(self._entries.get(model, ()))

    def append(self, model: str, entry: Entry) -> None:
        """Append an entry, whoever else does at the same time."""
        with self._lock:
            entries = self._entries.setdefault(model, [])
            version = len(entries) + 1
            kept = replace(entry, tags=tuple(sorted(entry.tags)))
            entries.append(LogEntry(version=version, at=EPOCH + timedelta(seconds=version), entry=kept))

    def project(self, model: str, head: Head) -> None:
        """Set the aliases to what the log says."""
        wanted = {"champion": head.champion, "previous": head.previous}
        self._aliases[model] = {alias: str(entry.version) for alias, entry in wanted.items() if entry}

    def aliases(self, model: str) -> Mapping[str, str]:
        """Return the aliases, for a test to look at."""
        return dict(self._aliases.get(model, {}))

    def holds(self, model_id: str) -> bool:
        """Return whether a logged model was ever promoted."""
        return any(entry.entry.model_id == model_id for entries in self._entries.values() for entry in entries)
