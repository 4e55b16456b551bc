"""Compare two snapshots."""

from __future__ import annotations

import difflib

from headgate.core.snapshot_diff import RowsDiff, SnapshotDiff, moved_statistics, plan_diff, schema_changes, span_of
from headgate.core.snapshots import Manifest
from headgate.errors import InputError
from headgate.ports import SnapshotStore
from headgate.ports.diffing import Comparison, RowsDiffer
from headgate.steps.reading import StoredRows


def diff_snapshots(
    before: Manifest, after: Manifest, *, store: SnapshotStore, differ: RowsDiffer, key: tuple[str, ...] = ()
) -> SnapshotDiff:
    """Return what changed from one snapshot to another; parts that both have aren't read.

    Args:
        before: The first.
        after: The second.
        store: Where both lie.
        differ: What compares rows.
        key: Columns that, with the event time, make a row known again.

    Raises:
        InputError: A column of the key isn't in both, or their event times can't be compared.
        SnapshotDamagedError: A part isn't what was written.
        StoreError: The store refuses.
        TransientError: The store can't be reached.
    """
    plan = plan_diff(before, after)
    for column in key:
        _require(column, plan.columns)
    comparison = Comparison(
        columns=plan.columns,
        event_time=after.event_time,
        key=tuple(column for column in dict.fromkeys(key) if column != after.event_time),
        span=span_of(before, after),
    )
    then, now = (StoredRows(store, parts, plan.columns) for parts in (plan.before, plan.after))
    rows = differ.compare(then, now, comparison) if plan.before or plan.after else RowsDiff()
    return SnapshotDiff(
        before=before,
        after=after,
        schema=schema_changes(before, after),
        rows=rows,
        plan=plan,
        statistics=moved_statistics(before, after),
    )


def _require(column: str, columns: tuple[str, ...]) -> None:
    if column not in columns:
        close = difflib.get_close_matches(column, columns, n=1)
        hint = f" Did you mean {close[0]}?" if close else ""
        msg = f"key must be columns that both snapshots have, such as {columns[0]}. Got {column!r} instead.{hint}"
        raise InputError(msg)
