"""What a column holds, as far as an expectation's meaning depends on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from headgate.adapters.duckdb_suites.quoting import name as quoted


class Kind(StrEnum):
    """Families of types within which values compare."""

    INTEGER = "a whole number"
    FLOAT = "a float"
    DECIMAL = "a decimal"
    BOOLEAN = "a bool"
    TEXT = "text"
    TIMESTAMP = "a timestamp"
    DATE = "a date"
    TIME = "a time"
    OTHER = "another type"

    @property
    def is_number(self) -> bool:
        """Whether arithmetic is defined; a bool counts as 0 or 1, as in pandas."""
        return self in {Kind.INTEGER, Kind.FLOAT, Kind.DECIMAL, Kind.BOOLEAN}

    @property
    def family(self) -> str:
        """Kinds of one family compare with each other."""
        if self.is_number:
            return "number"
        return "moment" if self in {Kind.TIMESTAMP, Kind.DATE} else self.value


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column.

    Args:
        name: What the user calls it.
        type: Its DuckDB type.
        stored: What DuckDB calls it, where it can't go by its name: DuckDB doesn't tell `A` from `a`.
    """

    name: str
    type: str
    stored: str = ""

    @property
    def sql(self) -> str:
        """Its name as SQL."""
        return quoted(self.stored or self.name)

    @property
    def kind(self) -> Kind:
        """Which family its values belong to."""
        plain, _, width = self.type.partition("(")
        if self.type.endswith("]") or (width and int(width.partition(",")[0]) > _EXACT_DIGITS):
            return Kind.OTHER
        return _KINDS.get(plain, Kind.OTHER)

    @property
    def is_aware(self) -> bool:
        """Whether it is a timestamp with a zone; its values are read as UTC."""
        return self.type in _AWARE


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """The columns of the rows, by name and in their order."""

    columns: Mapping[str, Column]


_EXACT_DIGITS = 15
"""A decimal of so many digits is the same number as a float."""
_AWARE = ("TIMESTAMP WITH TIME ZONE", "TIMESTAMPTZ_NS")
_KINDS = {
    **dict.fromkeys(_AWARE, Kind.TIMESTAMP),
    **dict.fromkeys(("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT"), Kind.INTEGER),
    **dict.fromkeys(("UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT"), Kind.INTEGER),
    **dict.fromkeys(("FLOAT", "DOUBLE"), Kind.FLOAT),
    **dict.fromkeys(("TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS"), Kind.TIMESTAMP),
    "DECIMAL": Kind.DECIMAL,
    "BOOLEAN": Kind.BOOLEAN,
    "VARCHAR": Kind.TEXT,
    "DATE": Kind.DATE,
    "TIME": Kind.TIME,
}
