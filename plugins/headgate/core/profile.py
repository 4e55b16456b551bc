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
        mean: Of numbers; times in seconds since 1970, in UTC; `None` without values, or when one is infinite.
        std: Sample standard deviation, in the mean's unit; `None` of fewer than two values, or when one is infinite.
        quantiles: `QUANTILES` of them, from the least to the greatest, in the mean's unit; none without values. An
            infinite value counts as the greatest that a double can hold.
        categories: The `TOP_CATEGORIES` most frequent values of text and bools, and of whole numbers that have no
            more than that, and how many rows have each.
        other: Rows with another value of text.
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

    @property
    def values(self) -> int:
        """How many rows aren't null."""
        return self.rows - self.nulls

    @property
    def null_share(self) -> float:
        """Nulls / rows, 0 to 1; 0 without rows."""
        return self.nulls / self.rows if self.rows else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """Statistics of a table, a column each, in its order."""

    rows: int
    columns: tuple[ColumnProfile, ...]

    def column_of(self, name: str) -> ColumnProfile | None:
        """Return the statistics of a column, if there is one of that name."""
        return next((column for column in self.columns if column.name == name), None)
