"""A snapshot as data: its parts, and the manifest that says what they are."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from headgate.core.profile import Profile
from headgate.core.windows import Window, Windows


@dataclass(frozen=True, slots=True, kw_only=True)
class PartRef:
    """One immutable part in the store: sha256 of its Arrow content, in hex, and its rows."""

    digest: str
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """From when to when the times of a column are, both inclusive and exact to the microsecond that they lie in.

    Args:
        column: Its name.
        first: The first instant; `None` without any.
        last: The last instant; `None` without any.
        nulls: How many rows have none.
    """

    column: str
    first: datetime | None
    last: datetime | None
    nulls: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of a snapshot: the rows of one span of event time, sorted.

    Args:
        span: The span that it covers; it may hold fewer rows than the span has, never others.
        content: Where its rows lie in the store.
        token: What the source said these rows were made of; `None` where only reading could tell.
        extents: Of the columns of times that matter, as its rows have them; none where nobody has looked.
    """

    span: Window
    content: PartRef
    token: str | None = None
    extents: tuple[Extent, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column by its name and its Arrow type, as text."""

    name: str
    type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """What quarantine set aside.

    Args:
        rows: How many rows.
        of: How many rows there were before.
        content: Those rows in the store, with the column `headgate_reasons`.
        reasons: How many rows each expectation refused; a row may have several.
        snapshot: Id of the snapshot before.
    """

    rows: int
    of: int
    content: PartRef
    reasons: tuple[tuple[str, int], ...]
    snapshot: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a snapshot is. It is written last: a snapshot that has one is whole.

    Args:
        id: 64 hex digits made of the parts' content, and of nothing else.
        model: Name of the registered model.
        source: Where the rows came from: a name without credentials.
        columns: The columns, in order.
        label: Name of the label's column.
        event_time: Name of the event time's column.
        known_at: Name of the column that says when a row became known, if there is one.
        windows: The as-of and the windows.
        training: The training window's parts, in order.
        holdout: The holdout's parts, in order.
        statistics: Of all rows: the reference for drift.
        key: Columns that, with the event time, make a row known again; `None` where each row stands for itself.
        final_at: Name of the column that says when a row's label became final, if there is one.
        labels_final_before: Labels of earlier events were final at the as-of, says the label delay; others weren't.
        left_out: What quarantine set aside, if it did.
        recipe: Digest of the source's specification and of the rows' form: snapshots of one recipe share parts unread.
        format: Version of this form.
    """

    id: str
    model: str
    source: str
    columns: tuple[Column, ...]
    label: str
    event_time: str
    windows: Windows
    training: tuple[Part, ...]
    holdout: tuple[Part, ...]
    statistics: Profile
    known_at: str | None = None
    key: tuple[str, ...] | None = None
    final_at: str | None = None
    labels_final_before: datetime | None = None
    left_out: LeftOut | None = None
    recipe: str | None = None
    format: int = 2

    @property
    def parts(self) -> tuple[Part, ...]:
        """Every part, in order of event time."""
        return (*self.training, *self.holdout)

    @property
    def times(self) -> tuple[str, ...]:
        """The columns of times that tell whether a row, and its label, was known at the as-of; each once."""
        return times_of(self.event_time, self.known_at, self.final_at)

    @property
    def path(self) -> str:
        """Where it lies in the store."""
        return manifest_path(self.model, self.windows.as_of, self.id)


def times_of(event_time: str, known_at: str | None, final_at: str | None) -> tuple[str, ...]:
    """Return the names of these columns of times, each once.

    >>> times_of("sold_at", None, "sold_at")
    ('sold_at',)
    """
    return tuple(dict.fromkeys(name for name in (event_time, known_at, final_at) if name is not None))


def snapshot_id(training: Sequence[PartRef], holdout: Sequence[PartRef]) -> str:
    """Return the id that the content of both windows makes, and nothing else: 64 hex digits (sha256).

    >>> part = PartRef(digest="00", rows=1)
    >>> len(snapshot_id([part], [part]))
    64
    """
    lines = [
        f"{window} {part.digest}\n"
        for window, parts in (("training", training), ("holdout", holdout))
        for part in parts
    ]
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def manifest_path(model: str, as_of: datetime, identity: str) -> str:
    """Return where the manifest of a snapshot lies: names made of data, never of the clock.

    >>> manifest_path("co2", datetime(2000, 1, 1, tzinfo=UTC), "ab" * 32)
    'snapshots/co2/20000101T000000Z-abababababababab.json'
    """
    return f"snapshots/{model}/{as_of.astimezone(UTC):%Y%m%dT%H%M%SZ}-{identity[:16]}.json"


def part_path(part: PartRef) -> str:
    """Return where a part lies.

    >>> part_path(PartRef(digest="abcd", rows=1))
    'parts/ab/abcd.parquet'
    """
    return f"parts/{part.digest[:2]}/{part.digest}.parquet"


def profile_path(part: PartRef) -> str:
    """Return where the statistics of a part lie, as a profiler's sketch.

    >>> profile_path(PartRef(digest="abcd", rows=1))
    'parts/ab/abcd.profile.json'
    """
    return f"parts/{part.digest[:2]}/{part.digest}.profile.json"
