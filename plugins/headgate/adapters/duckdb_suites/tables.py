"""Expectations about the table: its rows as a number, its columns by name; and a query of the user's."""

from __future__ import annotations

from collections.abc import Callable

from headgate.adapters.duckdb_suites.bounds import bounds_of, is_within
from headgate.adapters.duckdb_suites.plan import ROWS, Answers, Ask, Plan, Rule
from headgate.adapters.duckdb_suites.request import Request
from headgate.core.suite import Measured


def row_count_between(request: Request) -> Plan:
    """Plan `expect_table_row_count_to_be_between`."""
    low, high = bounds_of(request.kwargs)
    return _of_rows(request, lambda rows: is_within(rows, low, high, request.kwargs))


def row_count_equal(request: Request) -> Plan:
    """Plan `expect_table_row_count_to_equal`."""
    return _of_rows(request, lambda rows: rows == request.kwargs["value"])


def column_count_between(request: Request) -> Plan:
    """Plan `expect_table_column_count_to_be_between`."""
    low, high = bounds_of(request.kwargs)
    count = len(request.table.columns)
    return known(Measured(success=is_within(count, low, high, request.kwargs), observed=count))


def column_count_equal(request: Request) -> Plan:
    """Plan `expect_table_column_count_to_equal`."""
    count = len(request.table.columns)
    return known(Measured(success=count == request.kwargs["value"], observed=count))


def column_exists(request: Request) -> Plan:
    """Plan `expect_column_to_exist`; a place counts from 0, and from the end when it is negative."""
    columns, place = list(request.table.columns), request.kwargs.get("column_index")
    if place is None:
        return known(Measured(success=request.kwargs["column"] in columns))
    there = -len(columns) <= place < len(columns)
    return known(Measured(success=there and columns[place] == request.kwargs["column"]))


def columns_match_set(request: Request) -> Plan:
    """Plan `expect_table_columns_to_match_set`; unless the match is exact, more columns are fine."""
    there, wanted = set(request.table.columns), set(request.kwargs.get("column_set") or ())
    exact = request.kwargs.get("exact_match", True)
    return known(Measured(success=there == wanted if exact else wanted <= there, observed=sorted(there)))


def columns_match_list(request: Request) -> Plan:
    """Plan `expect_table_columns_to_match_ordered_list`."""
    there, wanted = list(request.table.columns), request.kwargs.get("column_list")
    return known(Measured(success=wanted is None or there == list(wanted), observed=there))


def unexpected_rows(request: Request) -> Plan:
    """Plan an `UnexpectedRowsExpectation`: a query, `{batch}` standing for the table, that selects what is wrong."""
    query = request.kwargs["unexpected_rows_query"].strip().rstrip(";").replace("{batch}", ROWS)
    count = Ask(sql="count(*)", of=f"({query}\n)", columns=frozenset(request.table.columns))

    def read(answers: Answers) -> Measured:
        return Measured(success=answers[count] == 0, observed=answers[count])

    return Plan(asks=(count,), read=read, rule=Rule(where="true", values=(), columns=count.columns, of=count.of))


def known(measured: Measured) -> Plan:
    """Return the plan of what is known without a look at the rows."""
    return Plan(read=lambda _: measured)


def _of_rows(request: Request, holds: Callable[[int], bool]) -> Plan:
    count = request.ask("count(*)")
    return Plan(asks=(count,), read=lambda answers: Measured(success=holds(answers[count]), observed=answers[count]))
