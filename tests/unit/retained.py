"""What there is of a model, as a test states it or hypothesis does; and what becomes of it by a plan."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from headgate.core.irregularity import PRUNED, Records
from headgate.core.projection import Projection
from headgate.core.promotion import LogEntry, foreign_entry
from headgate.core.prune_actions import Action, DeleteFile, DeleteModel, DeleteRun, MarkVersion
from headgate.core.retention_rule import Holdings
from headgate.core.snapshots import PartRef, part_path, profile_path
from headgate.core.stored_file import StoredFile
from tests.unit.ledgers import LONG_AGO, MODEL, NOW, logged, manifest, records, run, snapshot, version

OTHER = "snapshots/other/20000101T000000Z-0123456789abcdef.json"


def digest(number: int) -> str:
    return hashlib.sha256(b"part %d" % number).hexdigest()


def stored(path: str, *, written: datetime | None = LONG_AGO, size: int = 10) -> StoredFile:
    return StoredFile(path=path, size=size, written=written)


def part_files(number: int, *, written: datetime | None = LONG_AGO) -> tuple[StoredFile, StoredFile]:
    part = PartRef(digest=digest(number), rows=1)
    return stored(part_path(part), written=written, size=1000), stored(profile_path(part), written=written)


def holdings(known: Records, snapshots: Iterable[int], **facts: Any) -> Holdings:
    """Return a store in which each snapshot has a part of its own and shares one with the next."""
    numbers = sorted(snapshots)
    parts = sorted({part for number in numbers for part in (number, number + 1)})
    given = {
        "records": known,
        "snapshots": tuple(stored(manifest(number)) for number in numbers),
        "parts": tuple(file for number in parts for file in part_files(number)),
        "named": {
            manifest(number): frozenset({snapshot(number), digest(number), digest(number + 1)}) for number in numbers
        },
        **facts,
    }
    return Holdings(**given)


def promoted(count: int, **facts: Any) -> Holdings:
    """Return a model with so many promotions, all long ago."""
    numbers = range(1, count + 1)
    return holdings(records(*numbers), numbers, **facts)


def applied(held: Holdings, actions: Iterable[Action]) -> Holdings:
    """Return what is left once the actions were done."""
    known, actions = held.records, tuple(actions)
    marked = {action.version for action in actions if isinstance(action, MarkVersion)}
    runs = {action.mlflow_run for action in actions if isinstance(action, DeleteRun)}
    models = {action.model_id for action in actions if isinstance(action, DeleteModel)}
    paths = {action.path for action in actions if isinstance(action, DeleteFile)}
    return replace(
        held,
        records=replace(
            known,
            entries=tuple(_marked(entry) if entry.version in marked else entry for entry in known.entries),
            runs=tuple(replace(one, deleted=True) if one.mlflow_run in runs else one for one in known.runs),
            models=tuple(one for one in known.models if one.model_id not in models),
        ),
        snapshots=tuple(file for file in held.snapshots if file.path not in paths),
        parts=tuple(file for file in held.parts if file.path not in paths),
        named={path: named for path, named in held.named.items() if path not in paths},
        unread=tuple(path for path in held.unread if path not in paths),
    )


def _marked(entry: LogEntry) -> LogEntry:
    tags = tuple(sorted({**dict(entry.entry.tags), PRUNED: "by a rule"}.items()))
    return replace(entry, entry=replace(entry.entry, tags=tags))


AGES = st.sampled_from([0.0, 0.5, 1.0, 1.5, 30.0, 89.9, 90.0, 90.1, 200.0])


def ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


@st.composite
def states(draw: st.DrawFn) -> Holdings:
    """Anything that killed work, hands and time may leave."""
    numbers = range(draw(st.integers(0, 6)))
    runs = [draw(_runs(number)) for number in numbers if draw(st.integers(0, 9))]
    models = [draw(_models(number, twin)) for number in numbers for twin in range(draw(st.integers(0, 2)))]
    entries = [draw(_entries(number)) for number in range(1, draw(st.integers(0, 6)) + 1)]
    aliases = draw(st.dictionaries(st.sampled_from(["champion", "previous", "mine"]), st.integers(1, 6)))
    snapshots = [number for number in numbers if draw(st.integers(0, 4))]
    held = holdings(
        Records(
            model=MODEL,
            runs=tuple(runs),
            models=tuple(models),
            entries=tuple(entries),
            projection=Projection(managed=True, aliases=aliases),
        ),
        snapshots,
    )
    unread = tuple(path for path in held.named if not draw(st.integers(0, 9)))
    named = {path: draw(_also_named(names)) for path, names in held.named.items() if path not in unread}
    return replace(
        held,
        snapshots=tuple(replace(file, written=draw(_written())) for file in held.snapshots),
        parts=tuple(replace(file, written=draw(_written())) for file in held.parts),
        named={**named, OTHER: frozenset(digest(number) for number in draw(st.sets(st.integers(0, 6), max_size=2)))},
        unread=unread,
    )


def _written() -> st.SearchStrategy[datetime | None]:
    return st.none() | AGES.map(ago)


@st.composite
def _also_named(draw: st.DrawFn, names: frozenset[str]) -> frozenset[str]:
    before = draw(st.none() | st.integers(0, 6))
    return names if before is None else names | {snapshot(before)}


@st.composite
def _runs(draw: st.DrawFn, number: int) -> Any:
    tags = {
        "key": None if not draw(st.integers(0, 9)) else f"dag|{draw(st.integers(0, 2))}|{MODEL}",
        "superseded_by": draw(st.sampled_from([None, None, "another"])),
        "candidate": draw(st.sampled_from([None, f"m-{number}", f"m-{number}-0"])),
        "snapshot": snapshot(draw(st.integers(0, 6))),
    }
    status = draw(st.sampled_from(["RUNNING", "FINISHED", "FAILED"]))
    started = draw(AGES)
    ended = draw(st.none() | st.just(ago(started)))
    deleted = not draw(st.integers(0, 4))
    return run(number, started=ago(started), ended=ended, status=status, tags=tags, deleted=deleted)


@st.composite
def _models(draw: st.DrawFn, number: int, twin: int) -> Any:
    model_id = f"m-{number}" if not twin else f"m-{number}-{twin - 1}"
    tags = draw(st.sampled_from([{}, {"headgate.key": "k", "headgate.snapshot": snapshot(number)}]))
    return logged(
        number,
        model_id=model_id,
        status=draw(st.sampled_from(["READY", "READY", "PENDING"])),
        created=ago(draw(AGES)),
        tags=tags,
    )


@st.composite
def _entries(draw: st.DrawFn, number: int) -> LogEntry:
    of, at = draw(st.integers(0, 6)), ago(draw(AGES))
    if not draw(st.integers(0, 9)):
        return foreign_entry(version=number, at=at, model_id=f"m-{of}", who="bob")
    tags = {PRUNED: "before"} if not draw(st.integers(0, 9)) else {}
    head = draw(st.sampled_from([number - 1, number - 1, number - 1, 0]))
    return version(number, of=of, at=at, expected_head=head, tags=tags)
