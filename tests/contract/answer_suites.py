"""Expectations with arguments near the data they are asked of: one of each type, for a frame."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from random import Random
from typing import Any

from headgate.core.suite_reading import read_suite
from headgate.errors import InputError
from tests.contract.answer_frames import KINDS, Frame

Kwargs = dict[str, Any]
REGEXES = [
    "^a",
    "b$",
    r"\d+",
    r"^\d",
    "[a-z]+",
    "é",
    "^.$",
    "(?i)A",
    "a|b",
    r"\s",
    ".*",
    "^$",
    r"^\w+$",
    "a{2}",
    "[^a]",
    r"\b",
    "(a)(b)?",
    "$",
]
LIKES = ["a%", "%b", "_", "%", "a_", "%é%", ""]
TYPES = [
    "str",
    "int",
    "float",
    "bool",
    "int64",
    "float64",
    "int8",
    "uint8",
    "object",
    "datetime64[us]",
    "Timestamp",
    "datetime",
    "date",
    "Decimal",
    "float32",
    "datetime64[us, UTC]",
]


def written(value: Any) -> Any:
    """Return a value as a suite's JSON has it."""
    if isinstance(value, datetime):
        value = value.astimezone(UTC) if value.tzinfo else value
        return value.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes | list):
        return str(value)
    return float(value) if isinstance(value, Decimal) else value


class Asker:
    """Writes arguments for a frame.

    Args:
        frame: What will be asked about.
        random: Where choices come from.
    """

    def __init__(self, frame: Frame, random: Random) -> None:
        self.frame, self.random = frame, random
        self.pool = [written(v) for v in frame.values] + [written(v) for v in KINDS[frame.kind].values]
        self.near = [v for v in self.pool if not isinstance(v, float) or math.isfinite(v)]

    def maybe(self, kwargs: Kwargs, chance: float = 0.5) -> Kwargs:
        return kwargs if self.random.random() < chance else {}

    def flag(self, name: str) -> Kwargs:
        return self.maybe({name: self.random.random() < 0.5})

    def one(self) -> Any:
        return self.random.choice(self.near)

    def some(self, least: int = 0) -> list[Any]:
        chosen = self.random.choices(self.near, k=self.random.randint(least, 4))
        return list(dict.fromkeys(chosen))

    def bound(self) -> Any:
        value = self.one()
        if isinstance(value, str) and not KINDS[self.frame.kind].is_time:
            return self.random.choice([0, 1, 2.5])
        if isinstance(value, bool):
            return int(value)
        if isinstance(value, int) and abs(value) < 2**53:
            return value + self.random.choice([0, 0, 1, -1, 0.5])
        if isinstance(value, float) and self.random.random() < 0.3:
            return math.nextafter(value, self.random.choice([math.inf, -math.inf]))
        return value

    def bounds(self, draw: Callable[[], Any] | None = None) -> Kwargs:
        low, high = (draw or self.bound)(), (draw or self.bound)()
        kwargs = {"min_value": low, "max_value": high}
        kwargs = self.random.choice([kwargs, {"min_value": low}, {"max_value": high}])
        strict = self.maybe(self.flag("strict_min") | self.flag("strict_max"))
        return kwargs | strict

    def counts(self) -> Kwargs:
        return self.bounds(lambda: self.random.randint(0, 10))

    def shares(self) -> Kwargs:
        most = max(self.frame.rows.num_rows, 1)
        return self.bounds(lambda: self.random.randint(0, most) / most)

    def mostly(self) -> Kwargs:
        most = max(self.frame.rows.num_rows - self.random.randint(0, 3), 1)
        share = self.random.randint(0, most) / most
        nudged = min(max(math.nextafter(share, self.random.choice([2, -2])), 0.0), 1.0)
        return self.maybe({"mostly": self.random.choice([share, share, nudged])}, 0.6)

    def where(self) -> Kwargs:
        if self.random.random() < 0.1:
            text = self.random.choice(['col("g") > 0', 'col("g") != 1.5', 'col("s") == "a"', 'col("x").notnull()'])
            return {"row_condition": text, "condition_parser": "great_expectations"}
        return self.maybe({"row_condition": self.condition()}, 0.3)

    def condition(self) -> Kwargs:
        parts = [self.simple(), self.simple()]
        joined = {"type": self.random.choice(["and", "or"]), "conditions": parts}
        return self.random.choice([parts[0], parts[0], joined])

    def simple(self) -> Kwargs:
        comparison = {
            "type": "comparison",
            "column": {"name": "g"},
            "operator": self.random.choice(["==", "!=", "<", "<=", ">", ">="]),
            "parameter": self.random.choice([0, 1, 2, 1.5, 7]),
        }
        in_set = comparison | {"operator": self.random.choice(["IN", "NOT_IN"]), "parameter": [0, 2]}
        of_text = comparison | {"column": {"name": "s"}, "operator": self.random.choice(["==", "!="]), "parameter": "a"}
        nullity = {"type": "nullity", "column": {"name": "x"}, "is_null": self.random.random() < 0.3}
        of_x = comparison | {"column": {"name": "x"}, "parameter": self.one()}
        in_x = in_set | {"column": {"name": "x"}, "parameter": self.some(1)}
        return self.random.choice([comparison, comparison, in_set, of_text, nullity, of_x, in_x])

    def row(self, words: tuple[str, ...]) -> Kwargs:
        return self.maybe({"ignore_row_if": self.random.choice(words)}, 0.7)

    def regexes(self) -> list[str]:
        return self.random.sample(REGEXES, self.random.randint(1, 3))


X: Kwargs = {"column": "x"}
PAIR: Kwargs = {"column_A": "x", "column_B": "y"}
LIST: Kwargs = {"column_list": ["x", "y"]}
PAIR_WORDS = ("both_values_are_missing", "either_value_is_missing", "neither")
ROW_WORDS = ("all_values_are_missing", "any_value_is_missing", "never")


def _each(**more: Callable[[Asker], Any]) -> Callable[[Asker], Kwargs]:
    return lambda a: X | {name: ask(a) for name, ask in more.items()} | a.mostly() | a.where()


def _quantiles(a: Asker) -> Kwargs:
    these = sorted(a.random.sample([0, 0.1, 0.25, 0.5, 0.75, 0.9, 1], a.random.randint(1, 3)))
    numbers = [v for v in a.near if isinstance(v, int | float) and not isinstance(v, bool)] or [0, 1]
    pairs = [sorted(a.random.choices(numbers, k=2)) for _ in these]
    ranges = [a.random.choice([pair, [pair[0], None], [None, pair[1]]]) for pair in pairs]
    return X | {"quantile_ranges": {"quantiles": these, "value_ranges": ranges}} | a.where()


def _pairs_in_set(a: Asker) -> Kwargs:
    pairs = [[a.one(), a.one()] for _ in range(a.random.randint(1, 4))]
    return PAIR | {"value_pairs_set": pairs} | a.row(PAIR_WORDS) | a.mostly() | a.where()


ASK: Mapping[str, Callable[[Asker], Kwargs]] = {
    "expect_column_distinct_values_to_be_in_set": lambda a: X | {"value_set": a.some(1)} | a.where(),
    "expect_column_distinct_values_to_contain_set": lambda a: X | {"value_set": a.some()} | a.where(),
    "expect_column_distinct_values_to_equal_set": lambda a: X | {"value_set": a.some()} | a.where(),
    "expect_column_kl_divergence_to_be_less_than": lambda a: (
        X | {"partition_object": {"values": ["a", "b"], "weights": [0.5, 0.5]}, "threshold": 0.1}
    ),
    "expect_column_max_to_be_between": lambda a: X | a.bounds() | a.where(),
    "expect_column_mean_to_be_between": lambda a: X | a.bounds() | a.where(),
    "expect_column_median_to_be_between": lambda a: X | a.bounds() | a.where(),
    "expect_column_min_to_be_between": lambda a: X | a.bounds() | a.where(),
    "expect_column_most_common_value_to_be_in_set": lambda a: (
        X | {"value_set": a.some()} | a.flag("ties_okay") | a.where()
    ),
    "expect_column_pair_values_a_to_be_greater_than_b": lambda a: (
        PAIR | a.flag("or_equal") | a.row(PAIR_WORDS) | a.mostly() | a.where()
    ),
    "expect_column_pair_values_to_be_equal": lambda a: PAIR | a.row(PAIR_WORDS) | a.mostly() | a.where(),
    "expect_column_pair_values_to_be_in_set": _pairs_in_set,
    "expect_column_proportion_of_non_null_values_to_be_between": lambda a: X | a.shares() | a.where(),
    "expect_column_proportion_of_unique_values_to_be_between": lambda a: X | a.shares() | a.where(),
    "expect_column_quantile_values_to_be_between": _quantiles,
    "expect_column_stdev_to_be_between": lambda a: X | a.shares() | a.where(),
    "expect_column_sum_to_be_between": lambda a: X | a.bounds() | a.where(),
    "expect_column_to_exist": lambda a: (
        {"column": a.random.choice(["x", "y", "X", "q"])} | a.maybe({"column_index": a.random.randint(0, 3)})
    ),
    "expect_column_type_to_be": lambda a: X | {"type_": a.random.choice(TYPES)},
    "expect_column_unique_value_count_to_be_between": lambda a: X | a.counts() | a.where(),
    "expect_column_value_lengths_to_be_between": lambda a: X | a.counts() | a.mostly() | a.where(),
    "expect_column_value_lengths_to_equal": _each(value=lambda a: a.random.randint(0, 4)),
    "expect_column_value_z_scores_to_be_less_than": _each(
        threshold=lambda a: a.random.choice([0, 0.5, 1, 2]), double_sided=lambda a: a.random.random() < 0.5
    ),
    "expect_column_values_to_be_between": lambda a: X | a.bounds() | a.mostly() | a.where(),
    "expect_column_values_to_be_dateutil_parseable": _each(),
    "expect_column_values_to_be_decreasing": lambda a: X | a.flag("strictly") | a.mostly() | a.where(),
    "expect_column_values_to_be_in_set": _each(value_set=Asker.some),
    "expect_column_values_to_be_in_type_list": _each(type_list=lambda a: a.random.sample(TYPES, 2)),
    "expect_column_values_to_be_increasing": lambda a: X | a.flag("strictly") | a.mostly() | a.where(),
    "expect_column_values_to_be_json_parseable": _each(),
    "expect_column_values_to_be_null": _each(),
    "expect_column_values_to_be_of_type": _each(type_=lambda a: a.random.choice(TYPES)),
    "expect_column_values_to_be_unique": _each(),
    "expect_column_values_to_match_json_schema": _each(json_schema=lambda _: {"type": "object"}),
    "expect_column_values_to_match_like_pattern": _each(like_pattern=lambda a: a.random.choice(LIKES[:-1])),
    "expect_column_values_to_match_like_pattern_list": _each(
        like_pattern_list=lambda a: a.random.sample(LIKES[:-1], 2)
    ),
    "expect_column_values_to_match_regex": _each(regex=lambda a: a.random.choice(REGEXES)),
    "expect_column_values_to_match_regex_list": lambda a: (
        X
        | {"regex_list": a.regexes()}
        | a.maybe({"match_on": a.random.choice(["any", "all"])})
        | a.mostly()
        | a.where()
    ),
    "expect_column_values_to_match_strftime_format": _each(
        strftime_format=lambda a: a.random.choice(["%Y-%m-%d", "%d/%m/%Y", "%H"])
    ),
    "expect_column_values_to_not_be_in_set": _each(value_set=Asker.some),
    "expect_column_values_to_not_be_null": _each(),
    "expect_column_values_to_not_be_outliers": lambda a: (
        X
        | a.maybe({"method": a.random.choice(["iqr", "std"])})
        | a.maybe({"multiplier": a.random.choice([0.5, 1, 3])})
        | a.mostly()
        | a.where()
    ),
    "expect_column_values_to_not_match_like_pattern": _each(like_pattern=lambda a: a.random.choice(LIKES[:-1])),
    "expect_column_values_to_not_match_like_pattern_list": _each(
        like_pattern_list=lambda a: a.random.sample(LIKES[:-1], 2)
    ),
    "expect_column_values_to_not_match_regex": _each(regex=lambda a: a.random.choice(REGEXES)),
    "expect_column_values_to_not_match_regex_list": _each(regex_list=Asker.regexes),
    "expect_compound_columns_to_be_unique": lambda a: LIST | a.row(ROW_WORDS) | a.mostly() | a.where(),
    "expect_multicolumn_sum_to_equal": lambda a: (
        LIST | {"sum_total": a.random.choice([0, 1, 2.0, 3, 0.3])} | a.row(ROW_WORDS) | a.mostly() | a.where()
    ),
    "expect_multicolumn_values_to_be_equal": lambda a: LIST | a.row(ROW_WORDS) | a.mostly() | a.where(),
    "expect_select_column_values_to_be_unique_within_record": lambda a: (
        LIST | a.row(ROW_WORDS) | a.mostly() | a.where()
    ),
    "expect_table_column_count_to_be_between": lambda a: (
        a.bounds(lambda: a.random.randint(2, 6)) | {"strict_min": None, "strict_max": None}
    ),
    "expect_table_column_count_to_equal": lambda a: {"value": a.random.randint(3, 5)},
    "expect_table_columns_to_match_ordered_list": lambda a: {
        "column_list": a.random.choice([["x", "y", "g", "s"], ["x", "y"], ["y", "x", "g", "s"]])
    },
    "expect_table_columns_to_match_set": lambda a: (
        {"column_set": a.random.choice([["s", "y", "g", "x"], ["x"], ["x", "q"], ["x", "y", "g", "s", "q"]])}
        | a.flag("exact_match")
    ),
    "expect_table_row_count_to_be_between": lambda a: a.counts() | a.where(),
    "expect_table_row_count_to_equal": lambda a: {"value": a.random.randint(0, 9)} | a.where(),
}
"""By type: every one that doesn't need a database."""


def asked(kind: str, frame: Frame, random: Random) -> Any:
    """Return an expectation of a type, with arguments that make sense; drawn again until they do."""
    for _ in range(50):
        kwargs = {k: v for k, v in ASK[kind](Asker(frame, random)).items() if v is not None}
        try:
            return read_suite(kind, {"expectations": [{"type": kind, "kwargs": kwargs}]}).expectations[0]
        except InputError:
            continue
    msg = f"no arguments of {kind} make sense for a column of {frame.kind}"
    raise AssertionError(msg)
