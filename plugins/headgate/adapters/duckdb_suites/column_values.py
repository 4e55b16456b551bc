"""Expectations that each value of one column meets or fails by itself."""

from __future__ import annotations

from headgate.adapters.duckdb_suites.bounds import bounds_of, within
from headgate.adapters.duckdb_suites.operands import as_text, comparable, is_in, members
from headgate.adapters.duckdb_suites.plan import Answers, Plan, Rule, UnfitError
from headgate.adapters.duckdb_suites.quoting import all_of, any_of, text
from headgate.adapters.duckdb_suites.regexes import translated
from headgate.adapters.duckdb_suites.request import Request, is_null, judged, rowwise
from headgate.core.suite import Measured


def not_null(request: Request) -> Plan:
    """Plan `expect_column_values_to_not_be_null`."""
    column = request.column()
    total, values = request.ask("count(*)"), request.ask(f"count({column.sql})", [column])

    def read(answers: Answers) -> Measured:
        return judged(request, answers[total], None, answers[total] - answers[values])

    rule = Rule(where=request.where(is_null(column)), values=(), columns=request.needed([column]))
    return Plan(asks=(total, values), read=read, rule=rule)


def null(request: Request) -> Plan:
    """Plan `expect_column_values_to_be_null`."""
    column = request.column()
    return rowwise(request, [column], fails=f"NOT {is_null(column)}", counts_missing=False)


def in_set(request: Request) -> Plan:
    """Plan `expect_column_values_to_be_in_set`; without a set, everything is in it."""
    return _meeting(request, "true" if request.kwargs.get("value_set") is None else _is_member(request))


def not_in_set(request: Request) -> Plan:
    """Plan `expect_column_values_to_not_be_in_set`; without a set, nothing is in it."""
    return _failing(request, "false" if request.kwargs.get("value_set") is None else _is_member(request))


def between(request: Request) -> Plan:
    """Plan `expect_column_values_to_be_between`."""
    column = request.column()
    return _meeting(request, within(comparable(column), *bounds_of(request.kwargs, column), request.kwargs))


def lengths_between(request: Request) -> Plan:
    """Plan `expect_column_value_lengths_to_be_between`: in code points."""
    length = f"length({as_text(request.column())})"
    return _meeting(request, within(length, *bounds_of(request.kwargs), request.kwargs))


def lengths_equal(request: Request) -> Plan:
    """Plan `expect_column_value_lengths_to_equal`."""
    value = request.kwargs["value"]
    return _meeting(request, within(f"length({as_text(request.column())})", value, value, {}))


def regex(request: Request) -> Plan:
    """Plan `expect_column_values_to_match_regex`: anywhere in the text, as Python's `re.search`."""
    return _meeting(request, _matches(request, [request.kwargs["regex"]])[0])


def not_regex(request: Request) -> Plan:
    """Plan `expect_column_values_to_not_match_regex`."""
    return _failing(request, _matches(request, [request.kwargs["regex"]])[0])


def regex_list(request: Request) -> Plan:
    """Plan `expect_column_values_to_match_regex_list`."""
    return _meeting(request, _joined(request, _matches(request, request.kwargs["regex_list"])))


def not_regex_list(request: Request) -> Plan:
    """Plan `expect_column_values_to_not_match_regex_list`: none of them."""
    return _failing(request, any_of(_matches(request, request.kwargs["regex_list"])))


def like(request: Request) -> Plan:
    """Plan `expect_column_values_to_match_like_pattern`."""
    return _meeting(request, _is_like(request, [request.kwargs["like_pattern"]])[0])


def not_like(request: Request) -> Plan:
    """Plan `expect_column_values_to_not_match_like_pattern`."""
    return _failing(request, _is_like(request, [request.kwargs["like_pattern"]])[0])


def like_list(request: Request) -> Plan:
    """Plan `expect_column_values_to_match_like_pattern_list`."""
    return _meeting(request, _joined(request, _is_like(request, request.kwargs["like_pattern_list"])))


def not_like_list(request: Request) -> Plan:
    """Plan `expect_column_values_to_not_match_like_pattern_list`: none of them."""
    return _failing(request, any_of(_is_like(request, request.kwargs["like_pattern_list"])))


def _meeting(request: Request, meets: str) -> Plan:
    return _failing(request, f"NOT {meets}")


def _failing(request: Request, fails: str) -> Plan:
    column = request.column()
    return rowwise(request, [column], fails=fails, skips=is_null(column))


def _is_member(request: Request) -> str:
    column = request.column()
    return f"({is_in(members(request.kwargs['value_set'], column), column)})"


def _matches(request: Request, patterns: list[str]) -> list[str]:
    column = as_text(request.column())
    return [f"regexp_matches({column}, {text(translated(pattern))})" for pattern in patterns]


def _is_like(request: Request, patterns: list[str]) -> list[str]:
    column, escape = as_text(request.column()), request.kwargs.get("escape")
    if escape is not None and len(escape) != 1:
        msg = f"escape must be one character. Got {escape!r} instead"
        raise UnfitError(msg)
    escaping = f" ESCAPE {text(escape)}" if escape else ""
    return [f"({column} LIKE {text(pattern)}{escaping})" for pattern in patterns]


def _joined(request: Request, conditions: list[str]) -> str:
    return (all_of if request.kwargs.get("match_on") == "all" else any_of)(conditions)
