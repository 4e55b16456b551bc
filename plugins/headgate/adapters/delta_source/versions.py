"""Which version of a table an as-of means."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from pyarrow.fs import FileSystem

from headgate.errors import DataError


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """A version of a table, and when it was committed, in UTC; `None` where its writer didn't note it."""

    version: int
    instant: datetime | None


def commits_in(log: FileSystem, newest: int) -> Iterator[Commit]:
    """Yield the commits of a table, the newest first, as far back as its log goes.

    The time is what the writer noted: unlike the log file's own, it survives a copy of the table. The library's
    `history` isn't asked: it reads every version of the log, which may be thousands.

    Args:
        log: The files of the table's folder.
        newest: The number of its newest version.
    """
    for version in range(newest, -1, -1):
        try:
            with log.open_input_file(f"_delta_log/{version:020}.json") as file:
                text = file.read()
        except FileNotFoundError:
            return
        yield Commit(version=version, instant=_noted(text))


def version_at(commits: Iterable[Commit], as_of: datetime, *, name: str) -> int:
    """Return the newest version that was committed by the as-of.

    Args:
        commits: The newest first; no more are taken than it needs.
        as_of: The as-of; a commit of that very instant counts.
        name: What the source is called.

    Raises:
        DataError: There was none yet, or the log doesn't go back so far.

    >>> commits = [Commit(version=v, instant=datetime(2024, 1, v, tzinfo=UTC)) for v in (3, 2, 1)]
    >>> version_at(commits, datetime(2024, 1, 2, 6, tzinfo=UTC), name="trips")
    2
    """
    first = None
    for commit in commits:
        if commit.instant is not None:
            if commit.instant <= as_of:
                return commit.version
            first = commit.version, commit.instant
    msg = f"source {name} must have a version of the as-of {as_of.isoformat()}. "
    if first is None:
        msg += "Got a log that doesn't say when its versions were committed instead: "
        msg += "read the newest by DeltaSource(time_travel=False)."
        raise DataError(msg)
    version, instant = first
    told = "the table began with" if version == 0 else "the log goes back to"
    msg += f"Got none instead: {told} version {version} at {instant.isoformat(timespec='seconds')}."
    raise DataError(msg)


def _noted(text: bytes) -> datetime | None:
    """Return the time that a commit's entries note, if they do; they are lines of JSON."""
    for line in text.splitlines():
        if b'"commitInfo"' in line:
            info = json.loads(line).get("commitInfo") or {}
            milliseconds = info.get("inCommitTimestamp", info.get("timestamp"))
            if milliseconds is not None:
                return datetime.fromtimestamp(milliseconds / 1000, tz=UTC)
    return None
