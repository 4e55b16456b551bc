"""Conditions that choose rows, as a tree; each is true or false for every row, as in pandas, and never null."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from headgate.adapters.duckdb_suites.kinds import Column, Kind, Table
from headgate.adapters.duckdb_suites.operands import comparable, is_in, members, operand
from headgate.adapters.duckdb_suites.plan import UnfitError
from headgate.adapters.duckdb_suites.quoting import all_of, any_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """A column compared with a value: `==`, `!=`, `<`, `<=`, `>` or `>=`. Only `!=` is true of nulls."""

    column: str
    operator: str
    value: Any

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that it needs."""
        return (self.column,)

    def sql(self, table: Table) -> str:
        """Return it as SQL.

        Raises:
            UnfitError: The column and the value have no order, or pandas compares them by other rules.
        """
        column = _compared(table.columns[self.column])
        if self.operator in {"==", "!="}:
            same = _equal(column, self.value)
            return same if self.operator == "==" else f"(NOT {same})"
        return f"coalesce({comparable(column)} {self.operator} {operand(self.value, column)}, false)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """A column's value is one of several; a null is none of them."""

    column: str
    values: tuple[Any, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that it needs."""
        return (self.column,)

    def sql(self, table: Table) -> str:
        """Return it as SQL.

        Raises:
            UnfitError: Pandas compares values of the column's type by other rules.
        """
        column = _compared(table.columns[self.column])
        return f"coalesce({is_in(members(self.values, column), column)}, false)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Nullity:
    """A column is null."""

    column: str

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that it needs."""
        return (self.column,)

    def sql(self, table: Table) -> str:
        """Return it as SQL."""
        return f"({table.columns[self.column].sql} IS NULL)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Negation:
    """Another condition doesn't hold."""

    condition: Condition

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that it needs."""
        return self.condition.columns

    def sql(self, table: Table) -> str:
        """Return it as SQL.

        Raises:
            UnfitError: As the other one.
        """
        return f"(NOT {self.condition.sql(table)})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Junction:
    """All of several conditions hold, or any of them."""

    conditions: Sequence[Condition]
    is_any: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that it needs."""
        return tuple(column for condition in self.conditions for column in condition.columns)

    def sql(self, table: Table) -> str:
        """Return it as SQL.

        Raises:
            UnfitError: As one of them.
        """
        return (any_of if self.is_any else all_of)([condition.sql(table) for condition in self.conditions])


Condition = Comparison | Membership | Nullity | Negation | Junction


def _compared(column: Column) -> Column:
    is_single = column.type == "FLOAT"
    if is_single or column.kind in {Kind.DATE, Kind.TIME, Kind.DECIMAL, Kind.OTHER}:
        msg = (
            f"column {column.name!r} is {column.kind.value} ({column.type}), which pandas compares by rules of its own"
        )
        raise UnfitError(msg)
    return column


def _equal(column: Column, value: object) -> str:
    """Return whether they are equal: a text never equals a number, and only an order of the two is nonsense."""
    try:
        return f"coalesce({comparable(column)} = {operand(value, column)}, false)"
    except UnfitError:
        return "false"
