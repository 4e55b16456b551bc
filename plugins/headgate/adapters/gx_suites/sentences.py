"""Say what became of an expectation, so that a person at three in the morning understands."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pandas as pd
from great_expectations.core.expectation_validation_result import ExpectationValidationResult
from great_expectations.expectations.expectation import Expectation

from headgate.core.validation import ExpectationResult, Finding, Severity

_SAMPLES = 5
_PHRASES = {
    "expect_column_values_to_not_be_null": "are null",
    "expect_column_values_to_be_null": "aren't null",
    "expect_column_values_to_be_between": "are outside",
    "expect_column_value_lengths_to_be_between": "are of another length",
    "expect_column_values_to_be_unique": "aren't unique",
    "expect_compound_columns_to_be_unique": "aren't unique",
    "expect_column_values_to_be_in_set": "aren't in the set",
    "expect_column_values_to_not_be_in_set": "are in the set",
    "expect_column_values_to_match_regex": "don't match",
}


def columns_of(expectation: Expectation) -> tuple[str, ...]:
    """Return the columns that an expectation is about; none when it is about the table."""
    named = [getattr(expectation, key, None) for key in ("column", "column_A", "column_B")]
    return tuple(c for c in (*named, *(getattr(expectation, "column_list", None) or ())) if isinstance(c, str))


def no_column(expectation: Expectation, missing: Sequence[str], present: Sequence[str]) -> ExpectationResult:
    """Return the result of an expectation about columns that aren't there: it broke."""
    name = missing[0]
    close = difflib.get_close_matches(name, present, n=1)
    hint = f" (did you mean {close[0]!r}?)" if close else ""
    sentence = f"{_question(expectation)}: column {name!r} isn't there{hint}; there are: {', '.join(present)}"
    return _told(expectation, Finding.BROKEN, sentence)


def result_of(expectation: Expectation, found: ExpectationValidationResult, frame: pd.DataFrame) -> ExpectationResult:
    """Return the result of an expectation that ran: met, unmet, or broken where it raised."""
    if raised := _raised(found.exception_info or {}):
        sentence = f"{_question(expectation)}: broke: {raised}{_types(expectation, frame)}"
        return _told(expectation, Finding.BROKEN, sentence)
    result = found.result
    share: float | None = None
    samples: tuple[str, ...] = ()
    numbers = _observed(expectation, result, frame)
    if "element_count" in result:
        looked_at = result["element_count"] - result.get("missing_count", 0)
        share = result["unexpected_count"] / looked_at if looked_at else 0.0
        samples = _samples(result["partial_unexpected_list"])
        phrase = _PHRASES.get(expectation.expectation_type, "don't meet it")
        numbers = f"{result['unexpected_count']:,} of {looked_at:,} values ({_percent(share)}) {phrase}"
    finding = Finding.MET if found.success else Finding.UNMET
    such = f", such as {', '.join(samples)}" if samples else ""
    return _told(expectation, finding, f"{_question(expectation)}: {numbers}{such}", share=share, samples=samples)


def _told(
    expectation: Expectation,
    finding: Finding,
    sentence: str,
    *,
    share: float | None = None,
    samples: tuple[str, ...] = (),
) -> ExpectationResult:
    notes = [expectation.notes] if isinstance(expectation.notes, str) else expectation.notes
    return ExpectationResult(
        expectation=expectation.expectation_type,
        column=", ".join(columns_of(expectation)),
        severity=Severity(expectation.severity.value),
        finding=finding,
        sentence=f"{sentence} (note: {' '.join(notes)})" if notes else sentence,
        share=share,
        samples=samples,
    )


def _question(expectation: Expectation) -> str:
    skipped = {"column", "column_A", "column_B", "column_list"}
    options = [
        f"{name.removesuffix('_value')} {_text(value, longest=80)}"
        for name, value in expectation.configuration.kwargs.items()
        if name not in skipped
    ]
    return f"{expectation.expectation_type}({', '.join((*columns_of(expectation), *options))})"


def _observed(expectation: Expectation, result: Mapping[str, Any], frame: pd.DataFrame) -> str:
    if expectation.expectation_type == "expect_column_to_exist":
        return f"there are {', '.join(map(str, frame.columns))}"
    details = result.get("details", {}).get("mismatched")
    if isinstance(details, Mapping):
        return "; ".join(f"{kind}: {_text(values, longest=200)}" for kind, values in details.items())
    unexpected = _samples(result.get("partial_unexpected_list", ()))
    if result.get("observed_value") is None and unexpected:
        return f"found {', '.join(unexpected)} besides"
    return f"found {_text(result.get('observed_value'), longest=200)}"


def _raised(info: Mapping[str, Any]) -> str:
    """Return what an expectation raised, in a line; GX keeps one for it, or one for each metric that it needs."""
    infos = [info] if "raised_exception" in info else [i for i in info.values() if isinstance(i, Mapping)]
    messages = [" ".join(str(i.get("exception_message")).split()) for i in infos if i.get("raised_exception")]
    return _cut("; ".join(dict.fromkeys(messages)), 300)


def _types(expectation: Expectation, frame: pd.DataFrame) -> str:
    types = [f"{column} is {frame[column].dtype}" for column in columns_of(expectation) if column in frame]
    return f" ({', '.join(types)})" if types else ""


def _samples(values: Sequence[Any]) -> tuple[str, ...]:
    texts = (_text(value, longest=40) for value in values)
    return tuple(dict.fromkeys(text for text in texts if text != "null"))[:_SAMPLES]


def _text(value: Any, *, longest: int) -> str:  # noqa: ANN401 - whatever a column holds
    if value is None or value is pd.NaT or (isinstance(value, float) and value != value):  # noqa: PLR0124 - NaN
        return "null"
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, pd.Timestamp | date):
        return value.isoformat().removesuffix("T00:00:00").removesuffix("T00:00:00+00:00")
    if isinstance(value, Mapping):
        return _cut(", ".join(f"{key} {_text(v, longest=longest)}" for key, v in value.items()), longest)
    if isinstance(value, list | tuple | set):
        return _cut(f"[{', '.join(_text(v, longest=longest) for v in value)}]", longest)
    return _cut(repr(value) if isinstance(value, str) else str(value), longest)


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def _percent(share: float) -> str:
    """Return a share in percent, never rounded to none or all when it is neither.

    >>> _percent(3 / 520), _percent(1e-7), _percent(0.0)
    ('0.58 %', '< 0.01 %', '0 %')
    """
    if 0 < share < 0.0001:  # noqa: PLR2004 - half of what two decimals can show
        return "< 0.01 %"
    if 0.9999 < share < 1:  # noqa: PLR2004
        return "> 99.99 %"
    return f"{100 * share:.2f}".rstrip("0").rstrip(".") + " %"
