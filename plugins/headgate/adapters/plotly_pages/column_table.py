"""The table of a profile: a row for each column, with its shape."""

from __future__ import annotations

from html import escape

from headgate.adapters.plotly_pages.findings import percent
from headgate.adapters.plotly_pages.marks import cut, value_text
from headgate.adapters.plotly_pages.markup import element, table
from headgate.adapters.plotly_pages.pictures import spark
from headgate.core.profile import ColumnProfile, Kind, Profile

_MOST_COLUMNS = 200
_HEAD = ("Column", "Type", "Nulls", "Distinct", "Least", "Median", "Greatest", "Mean", "Std", "Values")
_NUMBERS = _HEAD[2:9]


def statistics_table(profile: Profile) -> str:
    """Return the table of a profile's columns, in their order; only the first 200 are shown."""
    caption = f"Of {profile.rows:,} rows"
    if len(profile.columns) > _MOST_COLUMNS:
        caption += f"; the first {_MOST_COLUMNS} of {len(profile.columns):,} columns"
    return table(caption, _HEAD, map(_row, profile.columns[:_MOST_COLUMNS]), numbers=_NUMBERS)


def _row(column: ColumnProfile) -> str:
    numbers = (_nulls(column), "" if column.distinct is None else f"{column.distinct:,}", *_places(column))
    return element(
        "tr",
        element("th", escape(column.name), scope="row"),
        element("td", element("code", escape(cut(column.type, 30))), class_="short"),
        *(element("td", escape(text), class_="number") for text in numbers),
        element("td", spark(column), escape(_top(column)), class_="shape"),
    )


def _nulls(column: ColumnProfile) -> str:
    return percent(column.nulls / column.rows) if column.rows else ""


def _places(column: ColumnProfile) -> tuple[str, ...]:
    values = column.quantiles
    if not values or column.kind not in {Kind.NUMBER, Kind.TIME}:
        return ("",) * 5
    is_time, span = column.kind is Kind.TIME, values[-1] - values[0]
    shown = [
        value_text(value, is_time=is_time, span=span) for value in (values[0], values[len(values) // 2], values[-1])
    ]
    mean = "" if column.mean is None else value_text(column.mean, is_time=is_time, span=span)
    std = "" if column.std is None or is_time else value_text(column.std)
    return (*shown, mean, std)


def _top(column: ColumnProfile) -> str:
    """Return the most frequent values of what has no order, with their shares."""
    if column.kind in {Kind.NUMBER, Kind.TIME} or not column.rows:
        return ""
    most = column.categories[:3]
    return ", ".join(f"{cut(name, 24)} {percent(count / column.rows)}" for name, count in most)
