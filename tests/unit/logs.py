"""Promotion logs for tests, written one after the other."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from headgate.core.promotion import Entry, LogEntry, fold_log, foreign_entry

START = datetime(2000, 1, 1, tzinfo=UTC)


def entry(version: int, *, expected: int | None = None, key: str = "", as_of: int = 0, **tags: str) -> LogEntry:
    """Return an entry; effective unless it expects another head than the one before it."""
    written = Entry(
        key=key or f"k{version}",
        expected_head=version - 1 if expected is None else expected,
        model_id=tags.pop("model_id", f"m-{version}"),
        as_of=START + timedelta(days=as_of or version),
        who="ann",
        reason="better",
        tags=tuple(sorted(tags.items())),
    )
    return LogEntry(version=version, at=START + timedelta(seconds=version), entry=written)


def foreign(version: int, model_id: str = "m-x") -> LogEntry:
    return foreign_entry(version=version, at=START + timedelta(seconds=version), model_id=model_id, who="bob")


def appended(entries: list[LogEntry], written: Entry) -> list[LogEntry]:
    """Return the log after a promoter's append."""
    version = fold_log(entries).number + 1
    return [*entries, LogEntry(version=version, at=START + timedelta(seconds=version), entry=written)]
