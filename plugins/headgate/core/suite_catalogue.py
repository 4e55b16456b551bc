"""The expectations that Great Expectations 1.24 knows, and their arguments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from headgate.core.suite_arguments import (
    BOOL,
    BOUND,
    CHARACTER,
    COLUMN,
    COLUMNS,
    CONDITION,
    NUMBER,
    OBJECT,
    PAIRS,
    PARSER,
    POSITIVE,
    QUANTILES,
    REGEX,
    REGEXES,
    SHARE,
    SOME_VALUES,
    TEXT,
    TEXTS,
    VALUES,
    WHOLE,
    Kind,
    one_of,
)

Kinds = Mapping[str, Kind]


@dataclass(frozen=True, slots=True, kw_only=True)
class Arguments:
    """What an expectation takes: by name, what each must be.

    Args:
        needed: Without these it can't be asked.
        optional: These have defaults.
        bounded: At least one of `min_value` and `max_value` must be given.
    """

    needed: Kinds
    optional: Kinds
    bounded: bool = False

    @property
    def all(self) -> Kinds:
        """Every argument."""
        return {**self.needed, **self.optional}


RUNTIME = frozenset({"batch_id", "catch_exceptions", "result_format", "windows"})
"""Arguments that every expectation takes and that don't say what is expected: Headgate decides them."""

_WHERE: Kinds = {"row_condition": CONDITION, "condition_parser": PARSER}
_STRICT: Kinds = {"strict_min": BOOL, "strict_max": BOOL}
_LIKE: Kinds = {"escape": CHARACTER}
_MATCH: Kinds = {"match_on": one_of("any", "all")}
_PAIR: Kinds = {"ignore_row_if": one_of("both_values_are_missing", "either_value_is_missing", "neither")}
_ROW: Kinds = {"ignore_row_if": one_of("all_values_are_missing", "any_value_is_missing", "never")}


def _range(bound: Kind) -> Kinds:
    return {"min_value": bound, "max_value": bound}


def _each(optional: Kinds | None = None, *, bounded: bool = False, **needed: Kind) -> Arguments:
    return Arguments(
        needed={"column": COLUMN, **needed}, optional={**(optional or {}), "mostly": SHARE, **_WHERE}, bounded=bounded
    )


def _pair(optional: Kinds | None = None, **needed: Kind) -> Arguments:
    columns = {"column_A": COLUMN, "column_B": COLUMN}
    return Arguments(needed={**columns, **needed}, optional={**(optional or {}), "mostly": SHARE, **_PAIR, **_WHERE})


def _row(**needed: Kind) -> Arguments:
    return Arguments(needed={"column_list": COLUMNS, **needed}, optional={"mostly": SHARE, **_ROW, **_WHERE})


def _whole(optional: Kinds | None = None, **needed: Kind) -> Arguments:
    return Arguments(needed={"column": COLUMN, **needed}, optional={**(optional or {}), **_WHERE})


def _between(bound: Kind) -> Arguments:
    return _whole({**_range(bound), **_STRICT})


def _table(optional: Kinds | None = None, **needed: Kind) -> Arguments:
    return Arguments(needed=needed, optional=optional or {})


CATALOGUE: Mapping[str, Arguments] = {
    "expect_column_distinct_values_to_be_in_set": _whole(value_set=SOME_VALUES),
    "expect_column_distinct_values_to_contain_set": _whole(value_set=VALUES),
    "expect_column_distinct_values_to_equal_set": _whole(value_set=VALUES),
    "expect_column_kl_divergence_to_be_less_than": _whole(
        {
            "partition_object": OBJECT,
            "threshold": NUMBER,
            "internal_weight_holdout": SHARE,
            "tail_weight_holdout": SHARE,
            "bucketize_data": BOOL,
            **_range(BOUND),
        }
    ),
    "expect_column_max_to_be_between": _between(BOUND),
    "expect_column_mean_to_be_between": _between(BOUND),
    "expect_column_median_to_be_between": _between(BOUND),
    "expect_column_min_to_be_between": _between(BOUND),
    "expect_column_most_common_value_to_be_in_set": _whole({"ties_okay": BOOL}, value_set=VALUES),
    "expect_column_pair_values_a_to_be_greater_than_b": _pair({"or_equal": BOOL}),
    "expect_column_pair_values_to_be_equal": _pair(),
    "expect_column_pair_values_to_be_in_set": _pair(value_pairs_set=PAIRS),
    "expect_column_proportion_of_non_null_values_to_be_between": _between(NUMBER),
    "expect_column_proportion_of_unique_values_to_be_between": _between(NUMBER),
    "expect_column_quantile_values_to_be_between": _whole(
        {
            "allow_relative_error": Kind(
                words="true, false, or an interpolation",
                fits=lambda v: isinstance(v, bool) or v in ("lower", "higher", "midpoint", "nearest", "linear"),
            )
        },
        quantile_ranges=QUANTILES,
    ),
    "expect_column_stdev_to_be_between": _between(NUMBER),
    "expect_column_sum_to_be_between": _between(BOUND),
    "expect_column_to_exist": _table({"column_index": WHOLE}, column=COLUMN),
    "expect_column_type_to_be": _table(column=COLUMN, type_=TEXT),
    "expect_column_unique_value_count_to_be_between": _between(WHOLE),
    "expect_column_value_lengths_to_be_between": _each({**_range(WHOLE), **_STRICT}, bounded=True),
    "expect_column_value_lengths_to_equal": _each(value=NUMBER),
    "expect_column_value_z_scores_to_be_less_than": _each(threshold=NUMBER, double_sided=BOOL),
    "expect_column_values_to_be_between": _each({**_range(BOUND), **_STRICT}, bounded=True),
    "expect_column_values_to_be_dateutil_parseable": _each(),
    "expect_column_values_to_be_decreasing": _each({"strictly": BOOL}),
    "expect_column_values_to_be_in_set": _each(value_set=VALUES),
    "expect_column_values_to_be_in_type_list": _each({"type_list": TEXTS}),
    "expect_column_values_to_be_increasing": _each({"strictly": BOOL}),
    "expect_column_values_to_be_json_parseable": _each(),
    "expect_column_values_to_be_null": _each(),
    "expect_column_values_to_be_of_type": _each(type_=TEXT),
    "expect_column_values_to_be_unique": _each(),
    "expect_column_values_to_match_json_schema": _each(json_schema=OBJECT),
    "expect_column_values_to_match_like_pattern": _each(_LIKE, like_pattern=TEXT),
    "expect_column_values_to_match_like_pattern_list": _each({**_LIKE, **_MATCH}, like_pattern_list=TEXTS),
    "expect_column_values_to_match_regex": _each({"regex": REGEX}),
    "expect_column_values_to_match_regex_list": _each(_MATCH, regex_list=REGEXES),
    "expect_column_values_to_match_strftime_format": _each(strftime_format=TEXT),
    "expect_column_values_to_not_be_in_set": _each(value_set=VALUES),
    "expect_column_values_to_not_be_null": _each(),
    "expect_column_values_to_not_be_outliers": _each({"method": one_of("iqr", "std"), "multiplier": POSITIVE}),
    "expect_column_values_to_not_match_like_pattern": _each(_LIKE, like_pattern=TEXT),
    "expect_column_values_to_not_match_like_pattern_list": _each(_LIKE, like_pattern_list=TEXTS),
    "expect_column_values_to_not_match_regex": _each(regex=REGEX),
    "expect_column_values_to_not_match_regex_list": _each(regex_list=REGEXES),
    "expect_compound_columns_to_be_unique": _row(),
    "expect_multicolumn_sum_to_equal": _row(sum_total=NUMBER),
    "expect_multicolumn_values_to_be_equal": _row(),
    "expect_query_results_to_match_comparison": _table(
        {"mostly": SHARE}, base_query=TEXT, comparison_data_source_name=TEXT, comparison_query=TEXT
    ),
    "expect_select_column_values_to_be_unique_within_record": _row(),
    "expect_table_column_count_to_be_between": _table(_range(WHOLE)),
    "expect_table_column_count_to_equal": _table(value=WHOLE),
    "expect_table_columns_to_match_ordered_list": _table(column_list=COLUMNS),
    "expect_table_columns_to_match_set": _table({"exact_match": BOOL}, column_set=COLUMNS),
    "expect_table_row_count_to_be_between": _table({**_range(WHOLE), **_STRICT, **_WHERE}),
    "expect_table_row_count_to_equal": _table(_WHERE, value=WHOLE),
    "expect_table_row_count_to_equal_other_table": _table(_WHERE, other_table_name=TEXT),
    "unexpected_rows_expectation": _table(unexpected_rows_query=TEXT),
}
"""By type. A test compares it with the installed Great Expectations."""
