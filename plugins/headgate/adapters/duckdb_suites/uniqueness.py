"""Expectations that take one grouped pass over their columns: uniqueness, and distinct values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from headgate.adapters.duckdb_suites.bounds import bounds_of, is_within
from headgate.adapters.duckdb_suites.kinds import Column, Kind
from headgate.adapters.duckdb_suites.operands import is_in, members
from headgate.adapters.duckdb_suites.plan import ROWS, Answers, Plan, Rule, UnfitError
from headgate.adapters.duckdb_suites.plain import plain
from headgate.adapters.duckdb_suites.request import Request, is_null, judged
from headgate.adapters.duckdb_suites.several_columns import skipping
from headgate.core.suite import Measured

_SHOWN = 5
_MOST_LISTED = 1000


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
    total = request.ask("count(*)")
    skipped = request.ask("count(*)", columns, skips) if skips else None
    twice = f"{_grouped(request, columns, skips)} HAVING count(*) > 1"
    repeated = request.ask_of(twice, "coalesce(sum(n), 0)::BIGINT", columns)
    packed = "k0" if len(columns) == 1 else f"row({', '.join(_keys(columns))})"
    shown = request.ask_of(twice, f"max_by({packed}, n, {_SHOWN})", columns)

    def read(answers: Answers) -> Measured:
        missing = answers[skipped] if skipped else 0
        found = judged(request, answers[total], missing, answers[repeated])
        return Measured(
            success=found.success,
            element_count=found.element_count,
            missing_count=found.missing_count,
            unexpected_count=found.unexpected_count,
            samples=tuple(answers[shown] or ()),
        )

    rule = Rule(
        where=request.where(f"NOT {skips}" if skips else "") or "true",
        values=tuple(column.sql for column in columns),
        columns=request.needed(columns),
        keys=tuple(column.sql for column in columns),
    )
    return Plan(asks=tuple(ask for ask in (total, skipped, repeated, shown) if ask), read=read, rule=rule)


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
    aggregates = {
        "others": f"count(*) FILTER (WHERE NOT {is_wanted})",
        "other": f"min(k0, {_SHOWN}) FILTER (WHERE NOT {is_wanted})",
        "found": f"list(k0) FILTER (WHERE {is_wanted})",
    }
    asks = {key: request.ask_of(query, aggregate, [column]) for key, aggregate in aggregates.items()}

    def read(answers: Answers) -> Measured:
        found = {plain(value, column) for value in answers[asks["found"]] or ()}
        lacking = [value for value in wanted if plain(value, column) not in found] + never
        others = 0 if may_exceed else answers[asks["others"]]
        lacks = 0 if may_lack else len(lacking)
        samples = (answers[asks["other"]] or () if others else ()) or (lacking if lacks else ())
        return Measured(
            success=not others and not lacks,
            missing_count=None if may_lack else lacks,
            unexpected_count=None if may_exceed else others,
            samples=tuple(plain(value, column) for value in samples[:_SHOWN]),
        )

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
