"""Say what became of an expectation, so that a person at three in the morning understands."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, time
from typing import Any

from headgate.core.quarantine import percent
from headgate.core.suite import Expectation, Measured
from headgate.core.suite_arguments import time_of
from headgate.core.validation import ExpectationResult, Finding

_SAMPLES = 5
_ROWS = 5
_SHORT, _LONG, _LONGEST = 40, 80, 200
_NOT_ASKED = frozenset({"column", "column_A", "column_B", "column_list", "condition_parser"})
_PHRASES = {
    "expect_column_pair_values_a_to_be_greater_than_b": "aren't greater",
    "expect_column_pair_values_to_be_equal": "differ",
    "expect_column_pair_values_to_be_in_set": "aren't in the set",
    "expect_column_value_lengths_to_be_between": "are of another length",
    "expect_column_value_lengths_to_equal": "are of another length",
    "expect_column_value_z_scores_to_be_less_than": "are too far from the mean",
    "expect_column_values_to_be_between": "are outside",
    "expect_column_values_to_be_dateutil_parseable": "are no dates",
    "expect_column_values_to_be_decreasing": "don't decrease",
    "expect_column_values_to_be_in_set": "aren't in the set",
    "expect_column_values_to_be_in_type_list": "are of another type",
    "expect_column_values_to_be_increasing": "don't increase",
    "expect_column_values_to_be_json_parseable": "aren't JSON",
    "expect_column_values_to_be_null": "aren't null",
    "expect_column_values_to_be_of_type": "are of another type",
    "expect_column_values_to_be_unique": "aren't unique",
    "expect_column_values_to_match_json_schema": "don't match",
    "expect_column_values_to_match_like_pattern": "don't match",
    "expect_column_values_to_match_like_pattern_list": "don't match",
    "expect_column_values_to_match_regex": "don't match",
    "expect_column_values_to_match_regex_list": "don't match",
    "expect_column_values_to_match_strftime_format": "aren't of that form",
    "expect_column_values_to_not_be_in_set": "are in the set",
    "expect_column_values_to_not_be_null": "are null",
    "expect_column_values_to_not_be_outliers": "are outliers",
    "expect_column_values_to_not_match_like_pattern": "match",
    "expect_column_values_to_not_match_like_pattern_list": "match",
    "expect_column_values_to_not_match_regex": "match",
    "expect_column_values_to_not_match_regex_list": "match",
    "expect_compound_columns_to_be_unique": "aren't unique",
    "expect_multicolumn_sum_to_equal": "have another sum",
    "expect_multicolumn_values_to_be_equal": "differ",
    "expect_select_column_values_to_be_unique_within_record": "repeat a value",
}


def missing_columns(expectation: Expectation, present: Sequence[str]) -> tuple[str, ...]:
    """Return the columns that an expectation needs and that aren't there.

    Asking whether a column is there needs none.
    """
    if expectation.type == "expect_column_to_exist":
        return ()
    needed = dict.fromkeys((*expectation.columns, *expectation.condition_columns))
    return tuple(column for column in needed if column not in present)


def result_of(expectation: Expectation, found: Measured, present: Sequence[str], *, engine: str) -> ExpectationResult:
    """Return what an engine found as a result: met, unmet or broken, with its sentence.

    Args:
        expectation: What was asked.
        found: What the engine found.
        present: The columns that there are. An expectation about another one broke, whatever the engine says.
        engine: Who evaluated it.
    """
    counted = found.element_count is not None and found.unexpected_count is not None
    samples = _samples(found.samples)
    share: float | None = None
    if missing := missing_columns(expectation, present):
        finding, said = Finding.BROKEN, _no_column(missing[0], present)
    elif found.success is None:
        finding, said = Finding.BROKEN, f"broke: {_cut(' '.join((found.error or 'nobody says why').split()), 300)}"
    else:
        finding = Finding.MET if found.success else Finding.UNMET
        share = (found.unexpected_percent or 0.0) / 100 if counted else None
        such = f", such as {', '.join(samples)}" if samples and counted else ""
        said = (_counts(expectation, found) if counted else _observed(expectation, found, present)) + such
    note = f" (note: {expectation.notes})" if expectation.notes else ""
    return ExpectationResult(
        expectation=expectation.type,
        column=", ".join(expectation.columns),
        severity=expectation.severity,
        finding=finding,
        sentence=f"{expectation.description or _question(expectation)}: {said}{note}",
        share=share,
        samples=samples if finding is not Finding.BROKEN else (),
        rows=_rows(found.rows) if finding is not Finding.BROKEN else (),
        engine=engine,
        place=expectation.place,
    )


def _question(expectation: Expectation) -> str:
    options = [
        f"{name.removesuffix('_value').removesuffix('_')} {text_of(value, longest=_LONG)}"
        for name, value in expectation.kwargs.items()
        if name not in _NOT_ASKED or (name == "column_list" and not expectation.columns)
    ]
    return f"{expectation.type}({', '.join((*expectation.columns, *options))})"


def _no_column(name: str, present: Sequence[str]) -> str:
    close = difflib.get_close_matches(name, present, n=1)
    hint = f" (did you mean {close[0]!r}?)" if close else ""
    return f"column {name!r} isn't there{hint}; there are: {', '.join(present)}"


def _counts(expectation: Expectation, found: Measured) -> str:
    what = "rows" if len(expectation.columns) > 1 else "values"
    looked_at = (found.element_count or 0) - (found.missing_count or 0)
    phrase = _PHRASES.get(expectation.type, "don't meet it")
    share = percent((found.unexpected_percent or 0.0) / 100)
    return f"{found.unexpected_count:,} of {looked_at:,} {what} ({share}) {phrase}"


def _observed(expectation: Expectation, found: Measured, present: Sequence[str]) -> str:
    match expectation.type:
        case "expect_column_to_exist":
            return f"there are {', '.join(present)}"
        case "expect_table_columns_to_match_set" if not found.success:
            return _set_difference(expectation.kwargs.get("column_set") or (), present)
        case "expect_table_columns_to_match_ordered_list" if not found.success:
            return _order_difference(expectation.kwargs.get("column_list") or (), present)
    if found.observed is None:
        besides = _samples(found.samples)
        return f"found {', '.join(besides)} besides" if besides else "found no value"
    return f"found {text_of(found.observed, longest=_LONGEST)}"


def _set_difference(expected: Iterable[str], present: Sequence[str]) -> str:
    unexpected = [column for column in present if column not in expected]
    missing = [column for column in expected if column not in present]
    kinds = {"unexpected": unexpected, "missing": missing}
    return "; ".join(
        f"{kind}: {text_of(sorted(columns), longest=_LONGEST)}" for kind, columns in kinds.items() if columns
    )


def _order_difference(expected: Sequence[str], present: Sequence[str]) -> str:
    pairs = zip(expected, present, strict=False)
    wrong = next((place for place, (one, other) in enumerate(pairs) if one != other), min(len(expected), len(present)))
    there = repr(present[wrong]) if wrong < len(present) else "nothing"
    wanted = repr(expected[wrong]) if wrong < len(expected) else "the end"
    return f"column {wrong} is {there} instead of {wanted}; found {text_of(list(present), longest=_LONGEST)}"


def _rows(rows: Sequence[Mapping[str, Any]]) -> tuple[tuple[tuple[str, str], ...], ...]:
    return tuple(tuple((name, text_of(value, longest=_LONG)) for name, value in row.items()) for row in rows[:_ROWS])


def _samples(values: Sequence[Any]) -> tuple[str, ...]:
    texts = (text_of(value, longest=_SHORT) for value in values)
    return tuple(dict.fromkeys(text for text in texts if text != "null"))[:_SAMPLES]


def text_of(value: Any, *, longest: int = _LONG) -> str:  # noqa: ANN401 - whatever a column holds
    """Return a value as a short text, a text in quotes.

    >>> text_of(None), text_of(0.25), text_of("a")
    ('null', '0.25', "'a'")
    """
    if value is None or (isinstance(value, float) and value != value):  # noqa: PLR0124 - NaN
        return "null"
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, date | time) or (isinstance(value, str) and "T" in value and time_of(value)):
        written = value if isinstance(value, str) else value.isoformat()
        return written.removesuffix("T00:00:00").removesuffix("T00:00:00+00:00")
    if isinstance(value, Mapping):
        return _cut(", ".join(f"{key} {text_of(v, longest=longest)}" for key, v in value.items()), longest)
    if isinstance(value, list | tuple | set):
        return _cut(f"[{', '.join(text_of(v, longest=longest) for v in value)}]", longest)
    return _cut(repr(value) if isinstance(value, str) else str(value), longest)


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"
