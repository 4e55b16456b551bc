"""The promotion log in memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Lock

from headgate.core.projection import Projection, wanted_aliases
from headgate.core.promotion import Entry, Head, LogEntry, fold_log, foreign_entry

EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


class FakePromotionLog:
    """Promotion logs in memory; they pass `PromotionLogConformance`.

    Each entry is one second younger than the one before; nothing reads a clock.
    """

    def __init__(self) -> None:
        self._entries: dict[str, list[LogEntry]] = {}
        self._projections: dict[str, Projection] = {}
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
        wanted = wanted_aliases(head)
        if wanted:
            self._projections[model] = Projection(managed=True, aliases=wanted, projected=wanted)

    def projection(self, model: str) -> Projection | None:
        """Return aliases, mark and what was last set; `None` when nobody registered the model."""
        return self._projections.get(model, Projection(managed=True)) if self.entries(model) else None

    def tag(self, model: str, version: int, name: str, value: str) -> None:
        """Add a further fact to a version."""
        with self._lock:
            found = self._entries[model][version - 1]
            tags = tuple(sorted({**dict(found.entry.tags), name: value}.items()))
            self._entries[model][version - 1] = replace(found, entry=replace(found.entry, tags=tags))

    def move_alias(self, model: str, alias: str, version: int | None) -> None:
        """Move an alias as somebody does by hand; `None` deletes it."""
        found = self._projections.get(model, Projection(managed=True))
        aliases = {name: number for name, number in found.aliases.items() if name != alias}
        self._projections[model] = replace(found, aliases={**aliases, **({alias: version} if version else {})})

    def append_foreign(self, model: str, *, model_id: str, who: str = "") -> int:
        """Register a version as somebody does by hand, and return its number."""
        with self._lock:
            entries = self._entries.setdefault(model, [])
            version = len(entries) + 1
            at = EPOCH + timedelta(seconds=version)
            entries.append(foreign_entry(version=version, at=at, model_id=model_id, who=who))
        self._projections.setdefault(model, Projection(managed=version > 1))
        return version

    def restore(self, model: str, length: int) -> None:
        """Go back to an older backup: its first entries, with the aliases of that time."""
        self._entries[model] = self._entries.get(model, [])[:length]
        self._projections.pop(model, None)
        self.project(model, fold_log(self._entries[model]))

    def aliases(self, model: str) -> Mapping[str, str]:
        """Return the aliases, for a test to look at."""
        found = self._projections.get(model)
        return {alias: str(version) for alias, version in found.aliases.items()} if found else {}

    def holds(self, model_id: str) -> bool:
        """Return whether a logged model was ever promoted."""
        return any(entry.entry.model_id == model_id for entries in self._entries.values() for entry in entries)
