"""Statistics of a table: small, plain, and enough to measure drift against later."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

QUANTILES = 101
"""How many quantiles a numeric column keeps: 0 %, 1 %, ... 100 %."""

TOP_CATEGORIES = 50
"""How many categories a column keeps by name; the rest is counted in `other`."""


class Kind(StrEnum):
    """What a column's values are, whatever their width."""

    NUMBER = "number"
    TIME = "time"
    TEXT = "text"
    BOOL = "bool"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnProfile:
    """Statistics of one column.

    Args:
        name: The column.
        type: Its Arrow type, as text.
        kind: What its values are.
        rows: How many rows, nulls too.
        nulls: How many are null.
        distinct: How many values differ (exact up to 1,024, about 4 % off beyond); `None` for nested types.
        mean: Of numbers; times in seconds since 1970, in UTC.
        std: Sample standard deviation, in the mean's unit.
        quantiles: `QUANTILES` of them, from the least to the greatest, in the mean's unit; none without values.
        categories: The most frequent values of text, bools and whole numbers, and how many rows have each.
        other: Rows whose value is none of them.
    """

    name: str
    type: str
    kind: Kind
    rows: int
    nulls: int
    distinct: int | None = None
    mean: float | None = None
    std: float | None = None
    quantiles: tuple[float, ...] = ()
    categories: tuple[tuple[str, int], ...] = ()
    other: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """Statistics of a table, a column each, in its order."""

    rows: int
    columns: tuple[ColumnProfile, ...]
