"""The page of what changed between two snapshots: text, tables and still pictures; no script."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from headgate.adapters.plotly_pages.marks import PATTERNS, WIDTH, Scale, axis, cut, picture, rect, words
from headgate.adapters.plotly_pages.markup import STILL, element, facts, page, table
from headgate.adapters.plotly_pages.pictures import picture_of
from headgate.core.headline import counted
from headgate.core.snapshot_diff import Bin, Moved, Row, SnapshotDiff, span_of
from headgate.core.snapshots import Manifest

_MOST_PICTURES = 20
_LONGEST = 80
_STRIP = 44.0
_KINDS = ("added", "removed", "restated")
_STYLE = ("page.css", "validation.css")


def snapshot_diff_page(diff: SnapshotDiff) -> str:
    """Return the page: the counts in the first line, then when, where and which, then the statistics that moved."""
    title = _headline(diff)
    return page(
        f"{diff.after.model}: {title}",
        PATTERNS,
        element("h1", escape(title)),
        facts({"Before (reference)": _named(diff.before), "After (now)": _named(diff.after), "The same": _same(diff)}),
        _schema(diff),
        _timeline(diff),
        _restated(diff),
        _samples("Rows that were added", diff.rows.added_rows, diff.rows.added),
        _samples("Rows that were removed", diff.rows.removed_rows, diff.rows.removed),
        _statistics(diff),
        policy=STILL,
        styles=_STYLE,
    )


def _headline(diff: SnapshotDiff) -> str:
    if diff.is_empty:
        return "Nothing changed: the same rows of the same columns"
    rows = diff.rows
    said = f"{counted(rows.added, 'row', 'rows')} added, {rows.removed:,} removed, {rows.restated:,} restated"
    return f"{said}; {counted(len(diff.schema), 'column', 'columns')} changed" if diff.schema else said


def _named(manifest: Manifest) -> str:
    rows = counted(manifest.statistics.rows, "row", "rows")
    return f"{manifest.id[:16]}, {manifest.windows}, {rows} from {manifest.source}"


def _same(diff: SnapshotDiff) -> str:
    return f"{counted(diff.same, 'row', 'rows')}, {diff.plan.unread:,} of them in parts that both have"


def _schema(diff: SnapshotDiff) -> str:
    if not diff.schema:
        return ""
    rows = [
        element(
            "tr",
            element("th", escape(change.name), scope="row"),
            element("td", escape(change.before or "(no such column)")),
            element("td", escape(change.after or "(no such column)")),
        )
        for change in diff.schema
    ]
    return element("h2", "Columns") + table("Columns that changed", ("Column", "Before", "Now"), rows)


def _timeline(diff: SnapshotDiff) -> str:
    if not diff.rows.timeline:
        return ""
    span = span_of(diff.before, diff.after)
    scale = Scale(low=span.start.timestamp(), high=span.end.timestamp(), left=72, is_time=True)
    kinds = [kind for kind in _KINDS if getattr(diff.rows, kind)]
    strips = [_strip(kind, place, diff.rows.timeline, scale) for place, kind in enumerate(kinds)]
    bottom = len(kinds) * _STRIP
    first, last = diff.rows.timeline[0], diff.rows.timeline[-1]
    said = f"From {scale.text(first.start.timestamp())} to {scale.text(last.start.timestamp())}: " + ", ".join(
        f"{getattr(diff.rows, kind):,} {kind}, most from {scale.text(_most(kind, diff.rows.timeline))}"
        for kind in kinds
    )
    drawn = picture("timeline", "Changes over event time", f"{said}.", *strips, axis(scale, bottom), height=bottom + 22)
    return element("h2", "When") + drawn


def _strip(kind: str, place: int, bins: Sequence[Bin], scale: Scale) -> str:
    highest = max(getattr(each, kind) for each in bins)
    width = max((scale.right - scale.left) / 60 - 0.8, 1.5)
    bottom = (place + 1) * _STRIP
    drawn = [words("tick", 4, bottom - 6, kind)]
    for each in bins:
        count = getattr(each, kind)
        if count:
            height = max(2.0, (_STRIP - 10) * count / highest)
            left = min(scale.at(each.start.timestamp()), WIDTH - width)
            drawn.append(rect("out" if kind == "restated" else "bar", left, bottom - height, width, height))
    return "".join(drawn)


def _most(kind: str, bins: Sequence[Bin]) -> float:
    return max(bins, key=lambda each: getattr(each, kind)).start.timestamp()


def _restated(diff: SnapshotDiff) -> str:
    if not diff.rows.restated:
        return ""
    counts = [
        element("tr", element("th", escape(name), scope="row"), element("td", f"{count:,}", class_="number"))
        for name, count in sorted(diff.rows.columns, key=lambda pair: -pair[1])
    ]
    rows = [
        element(
            "tr",
            element("th", escape(_known(each.row)), scope="row"),
            element("td", element("code", escape(name))),
            element("td", escape(_value(was))),
            element("td", escape(_value(now)), class_="hit"),
        )
        for each in diff.rows.restated_rows
        for name, was, now in each.changes
    ]
    return (
        element("h2", "Rows that were restated")
        + table("In how many rows a column changed", ("Column", "Rows"), counts, numbers=("Rows",))
        + table("The first of them", ("Row", "Column", "Before", "Now"), rows)
    )


def _known(row: Row) -> str:
    return ", ".join(f"{name} {_value(value)}" for name, value in row)


def _samples(title: str, rows: Sequence[Row], count: int) -> str:
    if not rows:
        return ""
    body = [element("tr", *(element("td", escape(_value(value))) for _, value in row)) for row in rows]
    caption = f"The first {len(rows):,} of {count:,}" if count > len(rows) else f"All {count:,}"
    return element("h2", escape(title)) + table(caption, [name for name, _ in rows[0]], body)


def _value(value: str | None) -> str:
    return "null" if value is None else cut(value, _LONGEST)


def _statistics(diff: SnapshotDiff) -> str:
    if not diff.statistics:
        return ""
    shown = diff.statistics[:_MOST_PICTURES]
    more = len(diff.statistics) - len(shown)
    note = (
        element("p", f"{counted(more, 'further column', 'further columns')} moved less.", class_="faint")
        if more
        else ""
    )
    cards = [_card(f"moved{place}", each, diff) for place, each in enumerate(shown)]
    return element("h2", "Statistics that moved") + "".join(cards) + note


def _card(key: str, moved: Moved, diff: SnapshotDiff) -> str:
    then, now = (each.statistics.column_of(moved.name) for each in (diff.before, diff.after))
    text = element("div", element("h3", element("code", escape(moved.name))), element("p", escape(f"{moved.said}.")))
    return element("article", text, picture_of(key, None, now, then), class_="finding told")
