"""Expectations that take one grouped pass over their columns: uniqueness, and distinct values."""

# ruff: noqa: S608 - names and values are quoted, each in its place
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from headgate.adapters.duckdb_suites.bounds import bounds_of, is_within
from headgate.adapters.duckdb_suites.kinds import Column, Kind
from headgate.adapters.duckdb_suites.operands import is_in, members
from headgate.adapters.duckdb_suites.plain import plain
from headgate.adapters.duckdb_suites.plan import ROWS, Answers, Plan, Rule, UnfitError
from headgate.adapters.duckdb_suites.request import Request, is_null, judged, looked_at
from headgate.adapters.duckdb_suites.several_columns import skipping
from headgate.core.suite import Measured

_SHOWN = 5
_MOST_LISTED = 1000
_MOST_SHOWN = 20
_BITS = 16
"""Whole numbers are counted as bits where that takes no more than so many of them a value."""
_LONGEST = 2**62


def unique(request: Request) -> Plan:
    """Plan `expect_column_values_to_be_unique`: every one of several equal values fails."""
    column = request.column()
    return _unique(request, [column], is_null(column))


def compound_unique(request: Request) -> Plan:
    """Plan `expect_compound_columns_to_be_unique`: nulls equal nulls."""
    columns = request.column_list()
    return _unique(request, columns, skipping(request, columns))


def unique_count(request: Request) -> Plan:
    """Plan `expect_column_unique_value_count_to_be_between`: of the values that aren't null."""
    return _of_distinct(request, lambda distinct, _: distinct)


def unique_proportion(request: Request) -> Plan:
    """Plan `expect_column_proportion_of_unique_values_to_be_between`: distinct values / values; 0 without values."""
    return _of_distinct(request, lambda distinct, values: distinct / values if values else 0)


def most_common(request: Request) -> Plan:
    """Plan `expect_column_most_common_value_to_be_in_set`: all that are equally frequent are the most common."""
    column = request.column()
    wanted = members(request.kwargs.get("value_set") or (), column)
    query = f"{_grouped(request, [column], is_null(column))} QUALIFY n = max(n) OVER ()"
    count, listed, meeting = (
        request.ask_of(query, aggregate, [column])
        for aggregate in (
            "count(*)",
            f"list(k0 ORDER BY k0)[:{_MOST_LISTED}]",
            f"count(*) FILTER (WHERE {_key_in(wanted, column)})",
        )
    )

    def read(answers: Answers) -> Measured:
        ties, found = answers[count], answers[meeting]
        success = found > 0 if request.kwargs.get("ties_okay") else ties == found == 1
        return Measured(success=success, observed=[plain(value, column) for value in answers[listed] or ()])

    return Plan(asks=(count, listed, meeting), read=read)


def distinct_in_set(request: Request) -> Plan:
    """Plan `expect_column_distinct_values_to_be_in_set`."""
    return _distinct(request, may_lack=True)


def distinct_contain(request: Request) -> Plan:
    """Plan `expect_column_distinct_values_to_contain_set`."""
    return _distinct(request, may_exceed=True)


def distinct_equal(request: Request) -> Plan:
    """Plan `expect_column_distinct_values_to_equal_set`."""
    return _distinct(request)


def _unique(request: Request, columns: Sequence[Column], skips: str) -> Plan:
    """Count the rows that have keys first: where there are as many keys, that is all there is to know."""
    total, kept = request.ask("count(*)"), looked_at(request, columns, skips)
    only = columns[0] if len(columns) == 1 and columns[0].kind is Kind.INTEGER else None
    edges = [request.ask(f"{edge}({only.sql})", [only]) for edge in ("min", "max")] if only else []

    def read(answers: Answers) -> Plan:
        rows, values = answers[total], answers[kept] if kept else answers[total]

        def repeated() -> Plan:
            return _repeated(request, columns, skips, (rows, rows - values))

        if only is None or not values:
            return repeated()
        low, high = (answers[edge] for edge in edges)
        if high - low >= _BITS * values or high > _LONGEST or low < -_LONGEST:
            return repeated()
        seen = request.ask(f"bitstring_agg({only.sql}, {low}, {high})", [only])
        bits = replace(seen, sql=f"bit_count({seen.sql})")

        def count(answers: Answers) -> Measured | Plan:
            return judged(request, rows, rows - values, 0) if answers[bits] == values else repeated()

        return Plan(asks=(bits,), read=count)

    asks = tuple(ask for ask in (total, kept, *edges) if ask)
    return Plan(asks=asks, read=read, rule=unique_rule(request, columns, skips))


def _repeated(request: Request, columns: Sequence[Column], skips: str, counts: tuple[int, int]) -> Plan:
    twice = f"{_grouped(request, columns, skips)} HAVING count(*) > 1"
    repeated = request.ask_of(twice, "coalesce(sum(n), 0)::BIGINT", columns)
    packed = "k0" if len(columns) == 1 else f"row({', '.join(_keys(columns))})"
    shown = request.ask_of(twice, f"max_by({packed}, n, {_SHOWN})", columns)

    def read(answers: Answers) -> Measured:
        return replace(judged(request, *counts, answers[repeated]), samples=tuple(answers[shown] or ()))

    return Plan(asks=(repeated, shown), read=read, rule=unique_rule(request, columns, skips))


def unique_rule(request: Request, columns: Sequence[Column], skips: str) -> Rule:
    """Return the rule that rows fail that share their keys with others."""
    keys = tuple(column.sql for column in columns)
    where = request.where(f"NOT {skips}" if skips else "") or "true"
    return Rule(where=where, values=keys, columns=request.needed(columns), keys=keys)


def _grouped(request: Request, columns: Sequence[Column], skips: str) -> str:
    keys = [column.sql for column in columns]
    where = request.where(f"NOT {skips}" if skips else "")
    named = ", ".join(f"{key} AS {alias}" for key, alias in zip(keys, _keys(columns), strict=True))
    return f"SELECT {named}, count(*) AS n FROM {ROWS}{f' WHERE {where}' if where else ''} GROUP BY {', '.join(keys)}"


def _keys(columns: Sequence[Column]) -> list[str]:
    return [f"k{place}" for place in range(len(columns))]


def _of_distinct(request: Request, figure: Any) -> Plan:  # noqa: ANN401 - a function of two counts
    column = request.column()
    low, high = bounds_of(request.kwargs)
    query = _grouped(request, [column], is_null(column))
    distinct = request.ask_of(query, "count(*)", [column])
    values = request.ask_of(query, "coalesce(sum(n), 0)::BIGINT", [column])

    def read(answers: Answers) -> Measured:
        observed = figure(answers[distinct], answers[values])
        return Measured(success=is_within(observed, low, high, request.kwargs), observed=observed)

    return Plan(asks=(distinct, values), read=read)


def _distinct(request: Request, *, may_lack: bool = False, may_exceed: bool = False) -> Plan:
    column = request.column()
    wanted = members(request.kwargs.get("value_set") or (), column)
    never = _never(request.kwargs.get("value_set") or (), column)
    query = _grouped(request, [column], is_null(column))
    is_wanted = _key_in(wanted, column)
    figures = {
        "others": f"count(*) FILTER (WHERE NOT {is_wanted})",
        "other": f"min(k0, {_MOST_SHOWN}) FILTER (WHERE NOT {is_wanted})",
        "found": f"list(k0) FILTER (WHERE {is_wanted})",
    }
    asks = {key: request.ask_of(query, figure, [column]) for key, figure in figures.items()}

    def read(answers: Answers) -> Measured:
        found = {plain(value, column) for value in answers[asks["found"]] or ()}
        lacking = [] if may_lack else [value for value in wanted if plain(value, column) not in found] + never
        others = [] if may_exceed else answers[asks["other"]] or []
        observed = {
            kind: [plain(value, column) for value in values[:_MOST_SHOWN]]
            for kind, values in (("unexpected", others), ("missing", lacking))
            if values
        }
        return Measured(success=not observed, observed=observed or None)

    return Plan(asks=tuple(asks.values()), read=read)


def _never(values: Sequence[Any], column: Column) -> list[Any]:
    """Return those of a set's values that a column of that type can never hold."""
    return list(dict.fromkeys(value for value in values if not members([value], column)))


def _key_in(wanted: list[Any], column: Column) -> str:
    if column.kind is Kind.OTHER:
        msg = f"column {column.name!r} is {column.type}, which has no sets"
        raise UnfitError(msg)
    key = Column(name="k0", type=column.type)
    return f"({is_in(wanted, key)})"
