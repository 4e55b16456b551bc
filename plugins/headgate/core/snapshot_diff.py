"""What changed between two snapshots."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from headgate.core.divergence import jensen_shannon, jensen_shannon_by_chance
from headgate.core.profile import ColumnProfile, Kind, Profile
from headgate.core.snapshots import Manifest, Part
from headgate.core.windows import Window
from headgate.errors import InputError

NULLS_MOVED = 0.01
"""From how much on a moved share of nulls is told, whatever the measure says."""

Row = tuple[tuple[str, str | None], ...]
"""A row for a person: columns and their values as text, `None` for null."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnChange:
    """A column that was added (no `before`), removed (no `after`), or is of another type."""

    name: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Restated:
    """One row that is told differently now: what makes it known again, and each changed column before and now."""

    row: Row
    changes: tuple[tuple[str, str | None, str | None], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bin:
    """Rows of a stretch of event time."""

    start: datetime
    added: int
    removed: int
    restated: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RowsDiff:
    """Rows that two samples don't share.

    Args:
        added: Rows that came, without the restated ones.
        removed: Rows that went, without the restated ones.
        restated: Rows whose values are others now.
        columns: In how many restated rows each column changed; only those that did.
        timeline: The counts over event time; only stretches that have any.
        added_rows: A few, in order of event time.
        removed_rows: A few.
        restated_rows: A few.
    """

    added: int = 0
    removed: int = 0
    restated: int = 0
    columns: tuple[tuple[str, int], ...] = ()
    timeline: tuple[Bin, ...] = ()
    added_rows: tuple[Row, ...] = ()
    removed_rows: tuple[Row, ...] = ()
    restated_rows: tuple[Restated, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether the rows are the same."""
        return not (self.added or self.removed or self.restated)


@dataclass(frozen=True, slots=True, kw_only=True)
class DiffPlan:
    """What must be read to compare two snapshots: what they share cancels out.

    Args:
        before: Parts of the first that the second lacks.
        after: Parts of the second that the first lacks.
        columns: Columns whose values can be compared.
        unread: Rows in parts that both have.
    """

    before: tuple[Part, ...]
    after: tuple[Part, ...]
    columns: tuple[str, ...]
    unread: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A column whose statistics moved.

    Args:
        name: The column.
        distance: Jensen-Shannon distance of its values, 0 to 1.
        said: What moved, for a person.
    """

    name: str
    distance: float
    said: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotDiff:
    """What changed between two snapshots.

    Args:
        before: The first.
        after: The second.
        schema: Columns that changed.
        rows: Rows that changed, by the columns that can be compared.
        plan: What was read for it.
        statistics: Columns whose statistics moved, the farthest first.
    """

    before: Manifest
    after: Manifest
    schema: tuple[ColumnChange, ...]
    rows: RowsDiff
    plan: DiffPlan
    statistics: tuple[Moved, ...]

    @property
    def same(self) -> int:
        """How many rows both have."""
        return self.after.statistics.rows - self.rows.added - self.rows.restated

    @property
    def is_empty(self) -> bool:
        """Whether they hold the same rows of the same columns."""
        return self.rows.is_empty and not self.schema


def plan_diff(before: Manifest, after: Manifest) -> DiffPlan:
    """Return what must be read of two snapshots.

    Raises:
        InputError: Their event times are different columns, or can't be compared.
    """
    columns = tuple(
        column.name for column in after.columns if _is_comparable(column.name, before.statistics, after.statistics)
    )
    if before.event_time != after.event_time or after.event_time not in columns:
        msg = "snapshots to compare must have one column of event times, of one kind. "
        msg += f"Got {_event_time(before)} and {_event_time(after)} instead."
        raise InputError(msg)
    counts = Counter(part.content.digest for part in before.parts)
    counts.subtract(part.content.digest for part in after.parts)
    only_before = _surplus(before.parts, {digest: count for digest, count in counts.items() if count > 0})
    only_after = _surplus(after.parts, {digest: -count for digest, count in counts.items() if count < 0})
    unread = sum(part.content.rows for part in before.parts) - sum(part.content.rows for part in only_before)
    return DiffPlan(before=only_before, after=only_after, columns=columns, unread=unread)


def span_of(before: Manifest, after: Manifest) -> Window:
    """Return the span of event time from the first window's start to the last one's end."""
    windows = [window for each in (before, after) for window in (each.windows.training, each.windows.holdout)]
    return Window(start=min(window.start for window in windows), end=max(window.end for window in windows))


def schema_changes(before: Manifest, after: Manifest) -> tuple[ColumnChange, ...]:
    """Return the columns that were removed, are of another type, or were added."""
    then = {column.name: column.type for column in before.columns}
    now = {column.name: column.type for column in after.columns}
    return tuple(
        ColumnChange(name=name, before=then.get(name), after=now.get(name))
        for name in dict.fromkeys((*then, *now))
        if then.get(name) != now.get(name)
    )


def moved_statistics(before: Manifest, after: Manifest) -> tuple[Moved, ...]:
    """Return the columns whose values moved farther than chance moves samples of these sizes, the farthest first.

    The times of events, and when rows became known and labels final, move with every window: they aren't among them.
    """
    times = {*before.times, *after.times}
    pairs = [
        (column, now)
        for column in before.statistics.columns
        if column.name not in times and (now := after.statistics.column_of(column.name)) and now.kind is column.kind
    ]
    found = [_moved(then, now) for then, now in pairs if then.rows and now.rows]
    return tuple(sorted((one for one in found if one), key=lambda one: (-one.distance, one.name)))


def _moved(then: ColumnProfile, now: ColumnProfile) -> Moved | None:
    distance = jensen_shannon(then, now)
    nulls = abs(then.null_share - now.null_share)
    if distance <= jensen_shannon_by_chance(then, now) and nulls < NULLS_MOVED:
        return None
    said = [f"Jensen-Shannon distance {distance:.2g}"]
    if then.kind is Kind.NUMBER and then.mean is not None and now.mean is not None:
        said.append(f"mean {then.mean:.4g}, now {now.mean:.4g}")
    if then.kind is Kind.NUMBER and then.std is not None and now.std is not None:
        said.append(f"std {then.std:.4g}, now {now.std:.4g}")
    if then.nulls or now.nulls:
        said.append(f"nulls {100 * then.null_share:.3g} %, now {100 * now.null_share:.3g} %")
    if then.kind in {Kind.TEXT, Kind.BOOL}:
        said.append(f"{then.distinct:,} categories, now {now.distinct:,}")
    return Moved(name=then.name, distance=distance, said="; ".join(said))


def _is_comparable(name: str, before: Profile, after: Profile) -> bool:
    then, now = before.column_of(name), after.column_of(name)
    if then is None or now is None:
        return False
    if then.type == now.type:
        return True
    if then.kind is Kind.TIME:
        return now.kind is Kind.TIME and _time(then.type) == _time(now.type)
    return then.kind is now.kind and then.kind in {Kind.NUMBER, Kind.TEXT}


def _time(kind: str) -> tuple[str, bool]:
    """Return what sort of time an Arrow type is, whatever its unit, and whether it has a zone.

    >>> _time("timestamp[us, tz=UTC]")
    ('timestamp', True)
    """
    return kind.partition("[")[0], "tz=" in kind


def _surplus(parts: tuple[Part, ...], counts: dict[str, int]) -> tuple[Part, ...]:
    left = dict(counts)
    found = []
    for part in parts:
        if left.get(part.content.digest, 0) > 0:
            left[part.content.digest] -= 1
            found.append(part)
    return tuple(found)


def _event_time(manifest: Manifest) -> str:
    kind = next((column.type for column in manifest.columns if column.name == manifest.event_time), "missing")
    return f"{manifest.event_time} ({kind})"
