"""Snapshots, and what changed between two, in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from headgate.cli.tables import aligned, instant, shown
from headgate.core.headline import counted
from headgate.core.profile import ColumnProfile, Kind
from headgate.core.snapshot_diff import ColumnChange, Row, SnapshotDiff
from headgate.core.snapshots import LeftOut, Manifest, Part
from headgate.core.windows import Window

DIGITS = 12
"""How many digits of an id are shown."""

_PARTS = 12
_COLUMNS = 20


def list_text(manifests: Sequence[Manifest]) -> str:
    """Return a table of snapshots."""
    rows = [
        (
            each.model,
            instant(each.windows.as_of),
            f"{each.statistics.rows:,}",
            f"{len(each.parts):,}",
            each.id[:DIGITS],
            each.source,
        )
        for each in manifests
    ]
    return aligned(("model", "as-of", "rows", "parts", "id", "source"), rows, numbers={"rows", "parts"})


def show_text(manifest: Manifest) -> str:
    """Return what a snapshot is: windows, columns with statistics, parts, and what was left out."""
    windows = manifest.windows
    lines = [
        f"snapshot {manifest.id}",
        f"model    {manifest.model}",
        f"source   {shown(manifest.source)}",
        f"as-of    {instant(windows.as_of)}",
        f"training {windows.training}, {_held(manifest.training)}",
        f"holdout  {windows.holdout}, {_held(manifest.holdout)}",
        f"label {manifest.label}, final at {manifest.final_at or '(no column)'}",
        f"event time {manifest.event_time}, known at {manifest.known_at or '(no column)'}, {_key(manifest)}",
        *([_left_out(manifest.left_out)] if manifest.left_out else []),
        "",
        _columns_text(manifest),
        "",
        _parts_text(manifest.parts),
    ]
    return "\n".join(lines)


def diff_text(diff: SnapshotDiff) -> str:
    """Return what changed, with sample rows."""
    return "\n".join(_diff_lines(diff))


def _diff_lines(diff: SnapshotDiff) -> Iterator[str]:
    yield f"{_named(diff.before)} -> {_named(diff.after)}"
    rows = diff.rows
    yield f"rows: {rows.added:,} added, {rows.removed:,} removed, {rows.restated:,} restated; {diff.same:,} the same"
    yield f"  ({counted(diff.plan.unread, 'row', 'rows')} in parts that both have, which weren't read)"
    if rows.columns:
        yield f"restated values: {', '.join(f'{shown(name)} {count:,}' for name, count in rows.columns)}"
    if diff.schema:
        yield f"columns: {'; '.join(map(_change, diff.schema))}"
    if diff.statistics:
        yield "statistics that moved:"
        yield from (f"  {shown(each.name)}: {each.said}" for each in diff.statistics[:_COLUMNS])
    for each in rows.restated_rows:
        changes = "; ".join(f"{shown(name)} {shown(was)} -> {shown(now)}" for name, was, now in each.changes)
        yield f"~ {_row(each.row)}: {changes}"
    yield from (f"+ {_row(row)}" for row in rows.added_rows)
    yield from (f"- {_row(row)}" for row in rows.removed_rows)


def _named(manifest: Manifest) -> str:
    rows = counted(manifest.statistics.rows, "row", "rows")
    return f"{manifest.model} {manifest.id[:DIGITS]} (as-of {instant(manifest.windows.as_of)}, {rows})"


def _row(row: Row) -> str:
    return ", ".join(f"{shown(name)}={shown(value)}" for name, value in row)


def _change(change: ColumnChange) -> str:
    if change.before is None:
        return f"{shown(change.name)} is new ({change.after})"
    if change.after is None:
        return f"{shown(change.name)} is gone ({change.before})"
    return f"{shown(change.name)} was {change.before} and is {change.after}"


def _key(manifest: Manifest) -> str:
    if manifest.key is None:
        return "every row stands for itself"
    return f"the latest version of each {', '.join(('event time', *map(shown, manifest.key)))}"


def _held(parts: Sequence[Part]) -> str:
    rows = sum(part.content.rows for part in parts)
    return f"{counted(rows, 'row', 'rows')} in {counted(len(parts), 'part', 'parts')}"


def _left_out(left: LeftOut) -> str:
    reasons = "; ".join(f"{shown(reason)} {rows:,}" for reason, rows in left.reasons)
    return f"left out {left.rows:,} of {left.of:,} rows of {left.snapshot[:DIGITS]}: {reasons}"


def _columns_text(manifest: Manifest) -> str:
    head = ("column", "type", "nulls", "distinct", "least", "median", "greatest", "most frequent")
    rows = [_column_row(column) for column in manifest.statistics.columns]
    return aligned(head, rows, numbers={"nulls", "distinct", "least", "median", "greatest"})


def _column_row(column: ColumnProfile) -> tuple[str, ...]:
    middle = len(column.quantiles) // 2
    values = [column.quantiles[place] for place in (0, middle, -1)] if column.quantiles else []
    told = [_value(value, column.kind) for value in values] or ["", "", ""]
    top = ", ".join(f"{shown(name)} {count:,}" for name, count in column.categories[:3])
    distinct = "" if column.distinct is None else f"{column.distinct:,}"
    return (column.name, column.type, f"{column.nulls:,}", distinct, *told, top)


def _value(value: float, kind: Kind) -> str:
    if kind is not Kind.TIME:
        return f"{value:.6g}"
    from datetime import UTC, datetime

    try:
        return instant(datetime.fromtimestamp(round(value), UTC))
    except (OverflowError, OSError, ValueError):
        return f"{value:.6g} s"


def _parts_text(parts: Sequence[Part]) -> str:
    chosen = parts if len(parts) <= _PARTS else (*parts[: _PARTS // 2], *parts[-_PARTS // 2 :])
    rows = [(_span(part.span), f"{part.content.rows:,}", part.content.digest[:DIGITS]) for part in chosen]
    text = aligned(("part", "rows", "digest"), rows, numbers={"rows"})
    if len(chosen) < len(parts):
        text += f"\n({len(parts) - len(chosen):,} parts between them aren't shown: --json has all)"
    return text


def _span(window: Window) -> str:
    return f"{instant(window.start)} to {instant(window.end)}"
