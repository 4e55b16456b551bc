"""Find what of an earlier snapshot can stay as it is, without reading it."""

from __future__ import annotations

import hashlib
import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from headgate import wire
from headgate.core.parts import keepable
from headgate.core.refs import RunRef
from headgate.core.snapshots import Column, Manifest, Part, times_of
from headgate.errors import SnapshotDamagedError
from headgate.ports import RowsSource, SnapshotStore
from headgate.steps.reading import manifest_at

_TRIED = 8

_FORM = 1
"""Of the rows that cutters make. Raise it with any change to these: parts of another form must not stay unread."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a snapshot is taken of.

    Args:
        source: Where rows come from.
        event_time: Name of the event time's column.
        label: Name of the label's column.
        known_at: Name of the column that says when a row became known, if there is one.
        recipe: Digest of the source's specification. Nothing is kept unread when `None`.
        key: Columns that, with the event time, make a row known again; `None` where each row stands for itself.
        final_at: Name of the column that says when a row's label became final, if there is one.
        labels_final_before: Labels of earlier events were final at the as-of; `None` where nobody says.
    """

    source: RowsSource
    event_time: str
    label: str
    known_at: str | None = None
    recipe: str | None = None
    key: tuple[str, ...] | None = None
    final_at: str | None = None
    labels_final_before: datetime | None = None

    @property
    def times(self) -> tuple[str, ...]:
        """The columns of times that tell whether a row, and its label, was known at the as-of; each once."""
        return times_of(self.event_time, self.known_at, self.final_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Parts that stay as they are, in order.

    Args:
        parts: Them.
        columns: The columns of the snapshot that they are of.
        all: Whether they are all of it; a part that isn't among them may be what made a column's type.
    """

    parts: tuple[Part, ...] = ()
    columns: tuple[Column, ...] = ()
    all: bool = False


def recipe_of(specification: object) -> str:
    """Return the digest of a source's specification, and of the form that its rows are brought into: sha256, in hex."""
    return hashlib.sha256(f"{_FORM} {type(specification).__name__} {wire.text(specification)}".encode()).hexdigest()


def kept_parts(run: RunRef, wanted: Wanted, store: SnapshotStore) -> Kept:
    """Return the parts of the snapshot with the nearest as-of whose rows, says the source, are still the same.

    A damaged part isn't noticed here, but by whoever reads it.
    """
    source, as_of = wanted.source, run.as_of.instant
    if wanted.recipe is None or source.token(run.windows.holdout, as_of) is None:
        return Kept()
    earlier = next((found for found in _nearest(run, store) if _agrees(found, wanted, as_of)), None)
    if earlier is None:
        return Kept()
    parts = keepable(earlier.parts, run.windows)
    seen = [part for part in parts if {extent.column for extent in part.extents} >= set(wanted.times)]
    same = [part for part in seen if source.token(part.span, as_of) == part.token and store.has(part.content)]
    return Kept(parts=tuple(same), columns=earlier.columns, all=len(same) == len(earlier.parts))


def _nearest(run: RunRef, store: SnapshotStore) -> Iterator[Manifest]:
    """Yield earlier manifests of the model, the nearest as-of first; damaged ones and other formats are passed over."""
    paths = [(_as_of(path), path) for path in store.documents(f"snapshots/{run.model}")]
    dated = [(abs(moment - run.as_of.instant), path) for moment, path in paths if moment is not None]
    for _, path in sorted(dated)[:_TRIED]:
        try:
            yield manifest_at(store, path)
        except SnapshotDamagedError:
            continue


def _as_of(path: str) -> datetime | None:
    stamp = posixpath.basename(path).partition("-")[0]
    try:
        return datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        return None


def _agrees(earlier: Manifest, wanted: Wanted, as_of: datetime) -> bool:
    """Tell whether rows of that snapshot are rows of this one, where the source hasn't changed.

    With a known-at column, a snapshot of a later as-of may hold rows that weren't known yet, and lack versions that
    weren't superseded yet. What quarantine left is
    never all of a span.
    """
    asked = (wanted.source.name, wanted.label, wanted.key, wanted.event_time, wanted.known_at, wanted.final_at)
    then = (earlier.source, earlier.label, earlier.key, earlier.event_time, earlier.known_at, earlier.final_at)
    known = wanted.known_at is None or earlier.windows.as_of <= as_of
    return asked == then and wanted.recipe == earlier.recipe and known and earlier.left_out is None
