"""Pictures of a validation: a column's values with what is allowed, and those of now over the reference's."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from headgate.adapters.plotly_pages.allowed import Limits, limits_of, refused_categories
from headgate.adapters.plotly_pages.marks import WIDTH, Scale, axis, cut, limit, line, picture, rect, steps, words
from headgate.adapters.plotly_pages.shapes import Shape, quantiles_of, shape_of, view
from headgate.core.headline import counted
from headgate.core.profile import ColumnProfile, Kind
from headgate.core.suite import Expectation

_BINS = 48
_MOST_CATEGORIES = 10
_TOP, _BOTTOM, _HEIGHT = 22.0, 120.0, 142.0
_ROW = 24.0


def picture_of(
    key: str, expectation: Expectation | None, now: ColumnProfile | None, reference: ColumnProfile | None
) -> str:
    """Return the picture that helps to understand a result about a column; nothing where none does.

    Args:
        key: What no other picture of the page is called.
        expectation: What is asked of the column; `None` when its drift is.
        now: Statistics of the column; they hold no limit of what can't be drawn.
        reference: Statistics to compare with, for drift.
    """
    if now is None:
        return ""
    if expectation is None:
        return _moved(key, now, reference) if reference else ""
    refused = refused_categories(expectation, [name for name, _ in now.categories])
    if refused is not None:
        return _categories(key, now, refused)
    limits = limits_of(expectation, now) if quantiles_of(now) else None
    return _within(key, now, limits) if limits else ""


def spark(column: ColumnProfile) -> str:
    """Return a column's values as a tiny picture beside its numbers, which say the same in text."""
    quantiles = quantiles_of(column)
    if quantiles and column.kind in {Kind.NUMBER, Kind.TIME}:
        low, high = view(quantiles)
        shares: Sequence[float] = shape_of(quantiles, low, high, 24).shares
    else:
        shares = [count for _, count in column.categories[:24]]
    highest = max(shares, default=0) or 1
    width = 96 / max(len(shares), 8)
    bars = "".join(
        rect("bar", place * width, 24 - 24 * share / highest, width - 0.6, 24 * share / highest)
        for place, share in enumerate(shares)
        if share
    )
    return f'<svg class="spark" viewBox="0 0 96 24" aria-hidden="true">{bars}</svg>' if bars else ""


def _within(key: str, column: ColumnProfile, limits: Limits) -> str:
    quantiles = quantiles_of(column)
    marked = [value for value in (limits.low, limits.high, limits.found) if value is not None]
    low, high = view(quantiles, *marked)
    scale = Scale(low=low, high=high, is_time=column.kind is Kind.TIME)
    shape = shape_of(quantiles, low, high, _BINS)
    drawn = [_forbidden(scale, limits), _bars(scale, shape, limits), axis(scale, _BOTTOM)]
    if limits.low is not None:
        drawn.append(limit(scale, limits.low, f"min {scale.text(limits.low)}", top=_TOP, bottom=_BOTTOM))
    if limits.high is not None:
        beside = limits.low is not None and scale.at(limits.high) - scale.at(limits.low) < WIDTH / 3
        drawn.append(limit(scale, limits.high, f"max {scale.text(limits.high)}", top=_TOP, bottom=_BOTTOM))
        if beside:
            drawn[-2:] = [_both(scale, limits)]
    if limits.found is not None:
        drawn.append(line("found", (scale.at(limits.found), _TOP + 8), (scale.at(limits.found), _BOTTOM)))
    return picture(key, f"{column.name} and its limits", _described(column, scale, limits), *drawn, height=_HEIGHT)


def _both(scale: Scale, limits: Limits) -> str:
    """Return two limits that are too near for words each."""
    low, high = limits.low or 0.0, limits.high or 0.0
    text = f"{scale.text(low)} to {scale.text(high)}"
    lines = [line("limit", (scale.at(value), _TOP), (scale.at(value), _BOTTOM)) for value in (low, high)]
    return "".join(lines) + limit(scale, (low + high) / 2, text, top=_TOP, bottom=_TOP)


def _forbidden(scale: Scale, limits: Limits) -> str:
    left = scale.left if limits.low is None else scale.at(limits.low)
    right = scale.right if limits.high is None else scale.at(limits.high)
    below = rect("forbidden", scale.left, _TOP, left - scale.left, _BOTTOM - _TOP) if left > scale.left else ""
    return below + (rect("forbidden", right, _TOP, scale.right - right, _BOTTOM - _TOP) if right < scale.right else "")


def _bars(scale: Scale, shape: Shape, limits: Limits) -> str:
    """Return a bar for each bin that has rows, of two pixels at least: what is rare is what was looked for."""
    highest = max(shape.shares) or 1.0
    drawn = []
    for left, right, share in zip(shape.edges, shape.edges[1:], shape.shares, strict=False):
        if share:
            height = max(2.0, share / highest * (_BOTTOM - _TOP - 12))
            outside = not limits.name and (
                (limits.low is not None and right <= limits.low) or (limits.high is not None and left >= limits.high)
            )
            x = scale.at(left)
            drawn.append(rect("bar out" if outside else "bar", x, _BOTTOM - height, scale.at(right) - x - 0.8, height))
    return "".join(drawn)


def _described(column: ColumnProfile, scale: Scale, limits: Limits) -> str:
    quantiles = quantiles_of(column)
    last = len(quantiles) - 1
    least, lower, upper, greatest = (scale.text(quantiles[round(last * share)]) for share in (0, 0.25, 0.75, 1))
    said = f"Half of {column.name} lies from {lower} to {upper}, all of it from {least} to {greatest}. Allowed: "
    said += " ".join(
        f"{word} {scale.text(value)}"
        for word, value in (("from", limits.low), ("to", limits.high))
        if value is not None
    )
    if limits.found is not None:
        said += f" for {limits.name}, which is {scale.text(limits.found)} (the solid line)"
    beyond = quantiles[0] < scale.low or quantiles[-1] > scale.high
    return f"{said}.{' What lies further out is drawn at the edge.' if beyond else ''}"


def _categories(key: str, column: ColumnProfile, refused: Collection[str]) -> str:
    """Return bars for the frequent categories, and for all refused ones that there is room for."""
    kept = [(name, count) for name, count in column.categories if name in refused][: _MOST_CATEGORIES // 2]
    room = _MOST_CATEGORIES - len(kept)
    kept = [*[(n, count) for n, count in column.categories if n not in refused][:room], *kept]
    kept.sort(key=lambda pair: (-pair[1], pair[0]))
    if not kept:
        return ""
    highest = max(count for _, count in kept)
    drawn = []
    for place, (name, count) in enumerate(kept):
        y = place * _ROW
        wrong = name in refused
        length = max(2.0, 160 * count / highest)
        drawn.append(words("tick", 132, y + 16, cut(name, 17), anchor="end"))
        drawn.append(rect("bar out" if wrong else "bar", 140, y + 4, length, 15))
        drawn.append(words("said", 146 + length, y + 16, f"{count:,}{' ✗ refused' if wrong else ''}"))
    said = f"{counted(len(refused), 'value', 'values')} of {column.name} refused"
    names = ", ".join(cut(name, 40) for name, _ in kept if name in refused)
    distinct = len(column.categories) if column.distinct is None else column.distinct
    said += f": {names}." if names else " among those kept in the statistics."
    said += f" Drawn: {len(kept)} of {counted(distinct, 'value', 'values')}."
    return picture(key, f"Values of {column.name}", said, *drawn, height=len(kept) * _ROW + 4)


def _moved(key: str, now: ColumnProfile, reference: ColumnProfile) -> str:
    if quantiles_of(now) and quantiles_of(reference) and not _is_categories(now, reference):
        return _curves(key, now, reference)
    return _pairs(key, now, reference) if now.categories or reference.categories else ""


def _is_categories(now: ColumnProfile, reference: ColumnProfile) -> bool:
    return now.kind in {Kind.TEXT, Kind.BOOL} or reference.kind in {Kind.TEXT, Kind.BOOL}


def _curves(key: str, now: ColumnProfile, reference: ColumnProfile) -> str:
    here, before = quantiles_of(now), quantiles_of(reference)
    edges = (*view(here), *view(before))
    scale = Scale(low=min(edges), high=max(edges), is_time=now.kind is Kind.TIME)
    shapes = [shape_of(quantiles, scale.low, scale.high, _BINS) for quantiles in (before, here)]
    highest = max(max(shape.shares) for shape in shapes) or 1.0
    drawn = []
    for name, shape in zip(("reference", "current"), shapes, strict=True):
        top = _BOTTOM - (_BOTTOM - _TOP) * max(shape.shares) / highest
        points = steps(scale, shape.edges, shape.shares, top=top, bottom=_BOTTOM)
        drawn.append(f'<polyline class="{name}" points="{points}"/>')
    middle = [scale.text(quantiles[len(quantiles) // 2]) for quantiles in (before, here)]
    said = f"{now.name}: the median is {middle[1]} now (solid) and was {middle[0]} in the reference (dashed)."
    return picture(
        key, f"{now.name} now and in the reference", said, *drawn, axis(scale, _BOTTOM), _key(), height=_HEIGHT
    )


def _key() -> str:
    return (
        line("reference", (8, 9), (32, 9))
        + words("tick", 38, 13, "reference")
        + line("current", (120, 9), (144, 9))
        + words("tick", 150, 13, "now")
    )


def _pairs(key: str, now: ColumnProfile, reference: ColumnProfile) -> str:
    shares = [_shares(column) for column in (reference, now)]
    names = sorted({*shares[0], *shares[1]}, key=lambda name: (-max(side.get(name, 0.0) for side in shares), name))
    shown = names[:_MOST_CATEGORIES]
    highest = max(max(side.get(name, 0.0) for side in shares) for name in shown) or 1.0
    drawn = []
    for place, name in enumerate(shown):
        y = place * 34.0 + 24
        drawn.append(words("tick", 132, y + 18, cut(name, 17), anchor="end"))
        for offset, class_, side in ((2, "before", shares[0]), (15, "bar", shares[1])):
            length = 190 * side.get(name, 0.0) / highest
            drawn.append(rect(class_, 140, y + offset, max(length, 1), 11))
            drawn.append(words("small", 146 + length, y + offset + 9, f"{100 * side.get(name, 0.0):.1f} %"))
    legend = rect("before", 140, 4, 12, 11) + words("tick", 158, 14, "reference")
    legend += rect("bar", 240, 4, 12, 11) + words("tick", 258, 14, "now")
    moved = max(shown, key=lambda name: abs(shares[1].get(name, 0.0) - shares[0].get(name, 0.0)))
    said = f"{now.name}: {cut(moved, 40)} moved most, from {100 * shares[0].get(moved, 0.0):.1f} % in the reference "
    said += f"to {100 * shares[1].get(moved, 0.0):.1f} % now."
    title = f"{now.name} now and in the reference"
    return picture(key, title, said, legend, *drawn, height=len(shown) * 34 + 28)


def _shares(column: ColumnProfile) -> dict[str, float]:
    counted_rows = sum(count for _, count in column.categories) + column.other
    return {name: count / counted_rows for name, count in column.categories} if counted_rows else {}
