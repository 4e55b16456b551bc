"""Expectations about one figure of a column."""

from __future__ import annotations

import math
from typing import Any

from headgate.adapters.duckdb_suites.bounds import bounds_of, is_within
from headgate.adapters.duckdb_suites.kinds import Column, Kind
from headgate.adapters.duckdb_suites.operands import comparable
from headgate.adapters.duckdb_suites.plain import plain
from headgate.adapters.duckdb_suites.plan import Answers, Plan, UnfitError
from headgate.adapters.duckdb_suites.request import Request
from headgate.core.suite import Measured


def minimum(request: Request) -> Plan:
    """Plan `expect_column_min_to_be_between`: numbers, moments, or text by code points."""
    column = _ordered(request)
    return _between(request, f"min({column.sql})", column)


def maximum(request: Request) -> Plan:
    """Plan `expect_column_max_to_be_between`."""
    column = _ordered(request)
    return _between(request, f"max({column.sql})", column)


def mean(request: Request) -> Plan:
    """Plan `expect_column_mean_to_be_between`: of numbers or moments."""
    column = request.column()
    return _between(request, f"avg({arithmetic(column, moments=True)})", column)


def median(request: Request) -> Plan:
    """Plan `expect_column_median_to_be_between`: the mean of both in the middle of an even number."""
    column = request.column()
    return _between(request, f"median({arithmetic(column, moments=True)})", column)


def stdev(request: Request) -> Plan:
    """Plan `expect_column_stdev_to_be_between`: of a sample (n - 1); none for fewer than two values."""
    column = request.column()
    return _between(request, f"stddev_samp({arithmetic(column)})", column)


def total(request: Request) -> Plan:
    """Plan `expect_column_sum_to_be_between`: 0 without values."""
    column = request.column()
    return _between(request, f"sum({arithmetic(column)})", column, otherwise=0)


def proportion_of_non_null(request: Request) -> Plan:
    """Plan `expect_column_proportion_of_non_null_values_to_be_between`: 0 without rows."""
    column = request.column()
    low, high = bounds_of(request.kwargs)
    rows = request.ask("count(*)")
    values = request.ask(f"count({column.sql})", [column])

    def read(answers: Answers) -> Measured:
        observed = answers[values] / answers[rows] if answers[rows] else 0
        return Measured(success=is_within(observed, low, high, request.kwargs), observed=observed)

    return Plan(asks=(rows, values), read=read)


def arithmetic(column: Column, *, moments: bool = False) -> str:
    """Return a column as SQL that can be added up, or averaged where moments are allowed.

    Raises:
        UnfitError: It can't.
    """
    if column.kind is Kind.DECIMAL:
        return f"CAST({column.sql} AS DOUBLE)"
    if column.kind.is_number:
        return comparable(column)
    if moments and column.kind is Kind.TIMESTAMP:
        return f"CAST({column.sql} AS TIMESTAMP)"
    msg = f"column {column.name!r} is {column.kind.value} ({column.type}), which has no such figure"
    raise UnfitError(msg)


def _ordered(request: Request) -> Column:
    column = request.column()
    if column.kind is Kind.OTHER:
        msg = f"column {column.name!r} is {column.type}, which has no order"
        raise UnfitError(msg)
    return column


def _between(request: Request, aggregate: str, column: Column, otherwise: int | None = None) -> Plan:
    low, high = bounds_of(request.kwargs, column)
    ask = request.ask(aggregate, [column])

    def read(answers: Answers) -> Measured:
        value: Any = otherwise if answers[ask] is None else answers[ask]
        if value is None or (isinstance(value, float) and math.isnan(value)):
            return Measured(success=False)
        return Measured(success=is_within(value, low, high, request.kwargs), observed=plain(value, column))

    return Plan(asks=(ask,), read=read)
