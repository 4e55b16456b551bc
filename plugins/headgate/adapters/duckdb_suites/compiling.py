"""Which expectations are compiled, what arguments they take, and what becomes of one and a table: a plan."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from headgate.adapters.duckdb_suites import (
    aggregates,
    column_types,
    column_values,
    order,
    several_columns,
    spread,
    tables,
    uniqueness,
)
from headgate.adapters.duckdb_suites.kinds import Table
from headgate.adapters.duckdb_suites.plan import Plan, UnfitError
from headgate.adapters.duckdb_suites.regexes import UntranslatableError, translated
from headgate.adapters.duckdb_suites.request import Request, requested
from headgate.adapters.duckdb_suites.row_conditions import condition_of
from headgate.core.suite import Expectation

Kwargs = Mapping[str, Any]


def _anything(_: Kwargs) -> bool:
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Compiled:
    """How expectations of one type are compiled.

    Args:
        plan: Makes the plan.
        needs: Arguments that must be there, and not null.
        takes: Arguments that may be there.
        fits: Whether arguments of that form can be asked exactly.
        is_row_level: Whether each row meets or fails it by itself or by its group.
    """

    plan: Callable[[Request], Plan]
    needs: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()
    fits: Callable[[Kwargs], bool] = _anything
    is_row_level: bool = False


def takes(expectation: Expectation) -> bool:
    """Return whether an expectation of that type, with those arguments, is compiled."""
    compiled = TYPES.get(expectation.type)
    kwargs = expectation.kwargs
    if compiled is None or any(kwargs.get(key) is None for key in compiled.needs):
        return False
    known = {*compiled.needs, *compiled.takes, *_EVERYWHERE}
    given = {key for key, value in kwargs.items() if value is not None}
    return given <= known and _plain(kwargs) and compiled.fits(kwargs) and _conditioned(kwargs)


def is_row_level(expectation: Expectation) -> bool:
    """Return whether each row meets or fails an expectation by itself or by its group, and it is compiled."""
    return takes(expectation) and TYPES[expectation.type].is_row_level


def plan_of(expectation: Expectation, table: Table) -> Plan:
    """Return what an expectation that is taken asks of a table.

    Raises:
        UnfitError: It can't be asked of these columns.
    """
    try:
        return TYPES[expectation.type].plan(requested(expectation, table))
    except (UntranslatableError, KeyError, TypeError, ValueError) as error:
        msg = f"its arguments can't be asked of the rows: {error}"
        raise UnfitError(msg) from error


def _plain(kwargs: Kwargs) -> bool:
    """Return whether every value was put in: a mapping is a suite parameter, but for those that are objects."""
    mostly = kwargs.get("mostly", 1)
    if isinstance(mostly, bool) or not isinstance(mostly, int | float) or not 0 <= mostly <= 1:
        return False
    objects = {key for key, value in kwargs.items() if isinstance(value, Mapping)}
    return objects <= {"row_condition", "quantile_ranges", "meta", "result_format"}


def _conditioned(kwargs: Kwargs) -> bool:
    try:
        condition_of(kwargs)
    except ValueError:
        return False
    return True


def _has_regexes(kwargs: Kwargs) -> bool:
    patterns = kwargs.get("regex_list") or [kwargs.get("regex")]
    try:
        return all(isinstance(pattern, str) and translated(pattern) for pattern in patterns)
    except UntranslatableError:
        return False


def _has_quantiles(kwargs: Kwargs) -> bool:
    ranges = kwargs["quantile_ranges"]
    shares, bounds = ranges.get("quantiles"), ranges.get("value_ranges")
    if not isinstance(shares, list) or not isinstance(bounds, list) or len(shares) != len(bounds):
        return False
    numbers = [bound for pair in bounds for bound in pair if bound is not None]
    method = kwargs.get("allow_relative_error") or "nearest"
    fair = all(isinstance(share, int | float) and 0 <= share <= 1 for share in shares)
    return fair and all(isinstance(n, int | float) for n in numbers) and method in spread.METHODS


def _has_names(kwargs: Kwargs) -> bool:
    wanted = kwargs.get("type_list") or [kwargs.get("type_")]
    return all(name in column_types.KNOWN for name in wanted)


def _has_values(kwargs: Kwargs) -> bool:
    return bool(kwargs["value_set"])


def _has_bound(kwargs: Kwargs) -> bool:
    return kwargs.get("min_value") is not None or kwargs.get("max_value") is not None


def _by_value(plan: Callable[[Request], Plan], *needs: str, **more: Any) -> Compiled:  # noqa: ANN401 - Compiled's own
    taken = more.pop("takes", ())
    return Compiled(
        plan=plan, needs=("column", *needs), takes=taken, is_row_level=more.pop("is_row_level", True), **more
    )


def _by_figure(plan: Callable[[Request], Plan], **more: Any) -> Compiled:  # noqa: ANN401 - as above
    return Compiled(plan=plan, needs=("column",), takes=_BETWEEN, **more)


def _by_pair(plan: Callable[[Request], Plan], *takes: str) -> Compiled:
    return Compiled(plan=plan, needs=("column_A", "column_B"), takes=("ignore_row_if", *takes), is_row_level=True)


def _by_columns(plan: Callable[[Request], Plan], *needs: str) -> Compiled:
    return Compiled(plan=plan, needs=("column_list", *needs), takes=("ignore_row_if",), is_row_level=True)


_EVERYWHERE = (
    "mostly", "row_condition", "condition_parser", "batch_id", "catch_exceptions", "result_format", "meta",
    "include_config", "windows",
)  # fmt: skip
_BETWEEN = ("min_value", "max_value", "strict_min", "strict_max")
_LIST = ("match_on",)
_LIKE = ("escape",)

TYPES: Mapping[str, Compiled] = {
    "expect_column_values_to_not_be_null": _by_value(column_values.not_null),
    "expect_column_values_to_be_null": _by_value(column_values.null),
    "expect_column_values_to_be_in_set": _by_value(column_values.in_set, takes=("value_set",)),
    "expect_column_values_to_not_be_in_set": _by_value(column_values.not_in_set, takes=("value_set",)),
    "expect_column_values_to_be_between": _by_value(column_values.between, takes=_BETWEEN, fits=_has_bound),
    "expect_column_values_to_match_regex": _by_value(column_values.regex, "regex", fits=_has_regexes),
    "expect_column_values_to_not_match_regex": _by_value(column_values.not_regex, "regex", fits=_has_regexes),
    "expect_column_values_to_match_regex_list": _by_value(
        column_values.regex_list, "regex_list", takes=_LIST, fits=_has_regexes
    ),
    "expect_column_values_to_not_match_regex_list": _by_value(
        column_values.not_regex_list, "regex_list", fits=_has_regexes
    ),
    "expect_column_values_to_match_like_pattern": _by_value(column_values.like, "like_pattern", takes=_LIKE),
    "expect_column_values_to_not_match_like_pattern": _by_value(column_values.not_like, "like_pattern", takes=_LIKE),
    "expect_column_values_to_match_like_pattern_list": _by_value(
        column_values.like_list, "like_pattern_list", takes=_LIST + _LIKE
    ),
    "expect_column_values_to_not_match_like_pattern_list": _by_value(
        column_values.not_like_list, "like_pattern_list", takes=_LIKE
    ),
    "expect_column_value_lengths_to_be_between": _by_value(
        column_values.lengths_between, takes=_BETWEEN, fits=_has_bound
    ),
    "expect_column_value_lengths_to_equal": _by_value(column_values.lengths_equal, "value"),
    "expect_column_values_to_be_unique": _by_value(uniqueness.unique),
    "expect_column_values_to_be_increasing": _by_value(order.increasing, takes=("strictly",), is_row_level=False),
    "expect_column_values_to_be_decreasing": _by_value(order.decreasing, takes=("strictly",), is_row_level=False),
    "expect_column_value_z_scores_to_be_less_than": _by_value(
        spread.z_scores, "threshold", takes=("double_sided",), is_row_level=False
    ),
    "expect_column_values_to_not_be_outliers": _by_value(
        spread.outliers, takes=("method", "multiplier"), is_row_level=False
    ),
    "expect_column_values_to_be_of_type": _by_value(column_types.of_type, "type_", fits=_has_names, is_row_level=False),
    "expect_column_values_to_be_in_type_list": _by_value(
        column_types.in_type_list, "type_list", fits=_has_names, is_row_level=False
    ),
    "expect_column_pair_values_to_be_equal": _by_pair(several_columns.pair_equal),
    "expect_column_pair_values_a_to_be_greater_than_b": _by_pair(several_columns.pair_greater, "or_equal"),
    "expect_column_pair_values_to_be_in_set": _by_pair(several_columns.pair_in_set, "value_pairs_set"),
    "expect_multicolumn_sum_to_equal": _by_columns(several_columns.sum_equal, "sum_total"),
    "expect_multicolumn_values_to_be_equal": _by_columns(several_columns.values_equal),
    "expect_select_column_values_to_be_unique_within_record": _by_columns(several_columns.unique_within_record),
    "expect_compound_columns_to_be_unique": _by_columns(uniqueness.compound_unique),
    "expect_column_min_to_be_between": _by_figure(aggregates.minimum),
    "expect_column_max_to_be_between": _by_figure(aggregates.maximum),
    "expect_column_mean_to_be_between": _by_figure(aggregates.mean),
    "expect_column_median_to_be_between": _by_figure(aggregates.median),
    "expect_column_sum_to_be_between": _by_figure(aggregates.total),
    "expect_column_stdev_to_be_between": _by_figure(aggregates.stdev),
    "expect_column_proportion_of_non_null_values_to_be_between": _by_figure(aggregates.proportion_of_non_null),
    "expect_column_unique_value_count_to_be_between": _by_figure(uniqueness.unique_count),
    "expect_column_proportion_of_unique_values_to_be_between": _by_figure(uniqueness.unique_proportion),
    "expect_column_quantile_values_to_be_between": Compiled(
        plan=spread.quantiles, needs=("column", "quantile_ranges"), takes=("allow_relative_error",), fits=_has_quantiles
    ),
    "expect_column_most_common_value_to_be_in_set": Compiled(
        plan=uniqueness.most_common, needs=("column",), takes=("value_set", "ties_okay")
    ),
    "expect_column_distinct_values_to_be_in_set": Compiled(
        plan=uniqueness.distinct_in_set, needs=("column", "value_set"), fits=_has_values
    ),
    "expect_column_distinct_values_to_contain_set": Compiled(
        plan=uniqueness.distinct_contain, needs=("column",), takes=("value_set",)
    ),
    "expect_column_distinct_values_to_equal_set": Compiled(
        plan=uniqueness.distinct_equal, needs=("column",), takes=("value_set",)
    ),
    "expect_column_to_exist": Compiled(plan=tables.column_exists, needs=("column",), takes=("column_index",)),
    "expect_table_row_count_to_be_between": Compiled(plan=tables.row_count_between, takes=_BETWEEN),
    "expect_table_row_count_to_equal": Compiled(plan=tables.row_count_equal, needs=("value",)),
    "expect_table_column_count_to_be_between": Compiled(plan=tables.column_count_between, takes=_BETWEEN),
    "expect_table_column_count_to_equal": Compiled(plan=tables.column_count_equal, needs=("value",)),
    "expect_table_columns_to_match_set": Compiled(plan=tables.columns_match_set, takes=("column_set", "exact_match")),
    "expect_table_columns_to_match_ordered_list": Compiled(plan=tables.columns_match_list, takes=("column_list",)),
    "unexpected_rows_expectation": Compiled(
        plan=tables.unexpected_rows, needs=("unexpected_rows_query",), takes=("description",)
    ),
}
