"""Expectations about several columns of one row."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from headgate.adapters.duckdb_suites.kinds import Column, Kind
from headgate.adapters.duckdb_suites.operands import comparable, is_in, members, operand
from headgate.adapters.duckdb_suites.plan import Plan, UnfitError
from headgate.adapters.duckdb_suites.quoting import all_of, any_of, literal
from headgate.adapters.duckdb_suites.request import Request, is_null, rowwise

_SKIPPING = {
    "both_values_are_missing": all_of,
    "either_value_is_missing": any_of,
    "all_values_are_missing": all_of,
    "any_value_is_missing": any_of,
}


def pair_equal(request: Request) -> Plan:
    """Plan `expect_column_pair_values_to_be_equal`."""
    a, b = pair_of(request)
    return rowwise(request, [a, b], fails=f"NOT {_same(a, b)}", skips=skipping(request, [a, b]))


def pair_greater(request: Request) -> Plan:
    """Plan `expect_column_pair_values_a_to_be_greater_than_b`: a row with one null fails."""
    a, b = pair_of(request)
    if a.kind.family != b.kind.family or a.kind is Kind.OTHER or a.is_aware != b.is_aware:
        msg = f"column {a.name!r} is {a.kind.value} ({a.type}) and {b.name!r} is {b.kind.value} ({b.type}): "
        raise UnfitError(msg + "they have no order")
    greater = f"{comparable(a)} {'>=' if request.kwargs.get('or_equal') else '>'} {comparable(b)}"
    return rowwise(request, [a, b], fails=f"NOT coalesce({greater}, false)", skips=skipping(request, [a, b]))


def pair_in_set(request: Request) -> Plan:
    """Plan `expect_column_pair_values_to_be_in_set`; null in a pair means null."""
    a, b = pair_of(request)
    pairs = request.kwargs.get("value_pairs_set")
    is_one = "true" if pairs is None else any_of([all_of([_is(a, x), _is(b, y)]) for x, y in pairs])
    return rowwise(request, [a, b], fails=f"NOT {is_one}", skips=skipping(request, [a, b]))


def sum_equal(request: Request) -> Plan:
    """Plan `expect_multicolumn_sum_to_equal`: a row with a null fails, unless it is skipped."""
    columns = request.column_list()
    for column in columns:
        operand(0, column)
    exact = all(column.kind in {Kind.INTEGER, Kind.BOOLEAN} for column in columns)
    terms = [f"CAST({comparable(column)} AS {'HUGEINT' if exact else 'DOUBLE'})" for column in columns]
    same = f"coalesce({' + '.join(terms)} = {literal(request.kwargs['sum_total'])}, false)"
    return rowwise(request, columns, fails=f"NOT {same}", skips=skipping(request, columns))


def values_equal(request: Request) -> Plan:
    """Plan `expect_multicolumn_values_to_be_equal`: nulls equal nulls."""
    first, *others = columns = request.column_list()
    same = all_of([f"({_same(first, other)} OR {all_of([is_null(first), is_null(other)])})" for other in others])
    return rowwise(request, columns, fails=f"NOT {same}", skips=skipping(request, columns))


def unique_within_record(request: Request) -> Plan:
    """Plan `expect_select_column_values_to_be_unique_within_record`: two nulls are equal."""
    columns = request.column_list()
    twins = [f"({_same(a, b)} OR {all_of([is_null(a), is_null(b)])})" for a, b in itertools.combinations(columns, 2)]
    return rowwise(request, columns, fails=any_of(twins), skips=skipping(request, columns))


def pair_of(request: Request) -> tuple[Column, Column]:
    """Return both columns of a pair.

    Raises:
        UnfitError: One of them isn't there.
    """
    return request.column("column_A"), request.column("column_B")


def skipping(request: Request, columns: Sequence[Column]) -> str:
    """Return which rows are skipped for their nulls; empty for none."""
    default = "both_values_are_missing" if "column_A" in request.kwargs else "all_values_are_missing"
    join = _SKIPPING.get(request.kwargs.get("ignore_row_if", default))
    return join([is_null(column) for column in columns]) if join else ""


def _same(a: Column, b: Column) -> str:
    """Two types that don't compare are never equal; nor are a moment with a zone and one without."""
    if a.kind.family != b.kind.family or a.is_aware != b.is_aware:
        return "false"
    return f"coalesce({comparable(a)} = {comparable(b)}, false)"


def _is(column: Column, value: object) -> str:
    if value is None:
        return is_null(column)
    return f"coalesce({is_in(members([value], column), column)}, false)"
