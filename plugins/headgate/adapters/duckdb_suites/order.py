"""Expectations about the order of the rows: one pass through the parts, one after the other."""

# ruff: noqa: S608 - names and values are quoted, each in its place
from __future__ import annotations

from headgate.adapters.duckdb_suites.kinds import Kind
from headgate.adapters.duckdb_suites.operands import comparable
from headgate.adapters.duckdb_suites.plan import ROWS, Answers, Plan, Rule, UnfitError
from headgate.adapters.duckdb_suites.request import Request, is_null, judged
from headgate.core.suite import Measured


def increasing(request: Request) -> Plan:
    """Plan `expect_column_values_to_be_increasing`: each value against the last one before it that isn't null."""
    return _ordered(request, ">" if request.kwargs.get("strictly") else ">=")


def decreasing(request: Request) -> Plan:
    """Plan `expect_column_values_to_be_decreasing`."""
    return _ordered(request, "<" if request.kwargs.get("strictly") else "<=")


def _ordered(request: Request, order: str) -> Plan:
    column = request.column()
    if column.kind in {Kind.OTHER, Kind.TEXT}:
        msg = f"column {column.name!r} is {column.kind.value} ({column.type}), which has no differences"
        raise UnfitError(msg)
    quoted = comparable(column)
    where = request.where(f"NOT {is_null(column)}")
    query = f"SELECT {quoted} AS v, lag({quoted}) OVER () AS p FROM {ROWS} WHERE {where}"
    fails = f"NOT (v {order} p)"
    if column.kind is Kind.FLOAT:
        fails = f"({fails} AND NOT isnan(v - p))"  # pandas looks at differences, and inf - inf has none
    total, values = request.ask("count(*)"), request.ask(f"count({column.sql})", [column])
    bad = request.ask_of(query, f"count(*) FILTER (WHERE {fails})", [column])

    def read(answers: Answers) -> Measured:
        return judged(request, answers[total], answers[total] - answers[values], answers[bad])

    rule = Rule(where=fails, values=("v",), columns=request.needed([column]), of=f"({query})")
    return Plan(asks=(total, values, bad), read=read, rule=rule)
