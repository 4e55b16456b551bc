"""One expectation together with the table it is asked of."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from headgate.adapters.duckdb_suites.kinds import Column, Table
from headgate.adapters.duckdb_suites.plan import Answers, Ask, MissingColumnError, Plan, Rule
from headgate.adapters.duckdb_suites.quoting import all_of
from headgate.adapters.duckdb_suites.row_conditions import condition_of
from headgate.core.suite import Expectation, Measured


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """An expectation, the table it is asked of, and which of its rows it is about.

    Args:
        expectation: What is expected.
        table: The columns there are.
        condition: Its row condition as SQL, never null; empty when it is about all rows.
        conditioned: The columns that the condition needs.
    """

    expectation: Expectation
    table: Table
    condition: str = ""
    conditioned: frozenset[str] = frozenset()

    @property
    def kwargs(self) -> Mapping[str, Any]:
        """The expectation's arguments."""
        return self.expectation.kwargs

    def column(self, key: str = "column") -> Column:
        """Return the column that an argument names.

        Raises:
            MissingColumnError: It isn't there.
        """
        return require_column(self.kwargs[key], self.table)

    def column_list(self) -> list[Column]:
        """Return the columns that `column_list` names.

        Raises:
            MissingColumnError: One of them isn't there.
        """
        return [require_column(column, self.table) for column in self.kwargs["column_list"]]

    def where(self, *conditions: str) -> str:
        """Return what rows must meet besides the row condition, as one condition; empty when there is none."""
        every = [c for c in (self.condition, *conditions) if c]
        return all_of(every) if every else ""

    def ask(self, aggregate: str, columns: Sequence[Column] = (), where: str = "") -> Ask:
        """Return a figure of the rows that meet the row condition and another one."""
        condition = self.where(where)
        sql = f"{aggregate} FILTER (WHERE {condition})" if condition else aggregate
        return Ask(sql=sql, columns=self.needed(columns))

    def ask_of(self, query: str, aggregate: str, columns: Sequence[Column]) -> Ask:
        """Return a figure of a query's rows; the query minds the row condition itself."""
        return Ask(sql=aggregate, columns=self.needed(columns), of=f"({query})")

    def needed(self, columns: Sequence[Column]) -> frozenset[str]:
        """Return the columns that a look needs: those, and the row condition's."""
        return frozenset(column.name for column in columns) | self.conditioned


def requested(expectation: Expectation, table: Table) -> Request:
    """Return the request that an expectation makes of a table.

    Raises:
        UnfitError: Its row condition can't be asked of these columns.
    """
    condition = condition_of(expectation.kwargs)
    if condition is None:
        return Request(expectation=expectation, table=table)
    for column in condition.columns:
        require_column(column, table)
    return Request(
        expectation=expectation, table=table, condition=condition.sql(table), conditioned=frozenset(condition.columns)
    )


def require_column(column: str, table: Table) -> Column:
    """Return a column by its name.

    Raises:
        MissingColumnError: It isn't there.
    """
    if column in table.columns:
        return table.columns[column]
    close = difflib.get_close_matches(column, table.columns, n=1)
    hint = f" (did you mean {close[0]!r}?)" if close else ""
    msg = f"column {column!r} isn't there{hint}; there are: {', '.join(table.columns)}"
    raise MissingColumnError(msg)


def rowwise(
    request: Request, columns: Sequence[Column], *, fails: str, skips: str = "", counts_missing: bool = True
) -> Plan:
    """Return the plan of an expectation that each row meets or fails by itself.

    Args:
        request: The expectation, asked of a table.
        columns: What it is about.
        fails: True for rows that fail; it may be null, and means nothing for rows that are skipped.
        skips: True for rows that are skipped, never null; none are when it is empty.
        counts_missing: Whether Great Expectations counts those that are skipped at all.
    """
    total = request.ask("count(*)")
    kept = looked_at(request, columns, skips)
    failing = all_of([f"NOT {skips}", fails]) if skips else fails
    bad = request.ask("count(*)", columns, failing)

    def read(answers: Answers) -> Measured:
        missing = answers[total] - answers[kept] if kept else 0
        return judged(request, answers[total], missing if counts_missing else None, answers[bad])

    rule = Rule(
        where=request.where(failing),
        values=tuple(column.sql for column in columns),
        columns=request.needed(columns),
    )
    return Plan(asks=tuple(ask for ask in (total, kept, bad) if ask), read=read, rule=rule)


def looked_at(request: Request, columns: Sequence[Column], skips: str) -> Ask | None:
    """Return how many rows aren't skipped, `None` for all; DuckDB may know a column's nulls without reading it."""
    if not skips:
        return None
    if skips == is_null(columns[0]):
        return request.ask(f"count({columns[0].sql})", columns)
    return request.ask("count(*)", columns, f"NOT {skips}")


def judged(request: Request, total: int, missing: int | None, unexpected: int) -> Measured:
    """Return what counts mean: met when enough of the rows that were looked at are right, or there are none."""
    looked_at = total - (missing or 0)
    success = not looked_at or (looked_at - unexpected) / looked_at >= request.kwargs.get("mostly", 1)
    return Measured(success=success, element_count=total, missing_count=missing, unexpected_count=unexpected)


def is_null(column: Column) -> str:
    """Return the condition that a column is null; as text, for it stands in many asks."""
    return f"({column.sql} IS NULL)"
