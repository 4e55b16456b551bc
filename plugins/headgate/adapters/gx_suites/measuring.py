"""Great Expectations' results as plain facts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
from great_expectations.core.expectation_validation_result import ExpectationValidationResult

from headgate.core.suite import Expectation, Measured

_SAMPLES = 5
_ROWS = 5


def measured(expectation: Expectation, found: ExpectationValidationResult, frame: pd.DataFrame) -> Measured:
    """Return what an expectation's result says: its counts, or its observed value, or why it broke."""
    if raised := _raised(found.exception_info or {}):
        return Measured(success=None, error=f"{raised}{_types(expectation, frame)}")
    result = found.result
    samples = _samples(result.get("partial_unexpected_list") or ())
    if "element_count" in result:
        return Measured(
            success=bool(found.success),
            element_count=int(result["element_count"]),
            missing_count=None if result.get("missing_count") is None else int(result["missing_count"]),
            unexpected_count=int(result["unexpected_count"]),
            samples=samples,
            rows=_rows(result.get("partial_unexpected_index_list") or (), frame),
        )
    observed = _observed(result, is_aware=any(_is_aware(frame, column) for column in expectation.columns))
    return Measured(success=bool(found.success), observed=observed, samples=samples)


def _observed(result: Mapping[str, Any], *, is_aware: bool) -> Any:  # noqa: ANN401 - JSON
    """Return the observed value; of distinct values what is too many and too few, since GX observes no other."""
    observed = result.get("observed_value")
    differences = {"unexpected": "partial_unexpected_list", "missing": "partial_missing_list"}
    if observed is None and differences.values() & result.keys():
        return {kind: plain(result[key]) for kind, key in differences.items() if result.get(key)} or None
    if isinstance(observed, list) and is_aware:  # the most common values, which lost their zone
        observed = [pd.Timestamp(value).tz_localize(UTC) if _is_naive(value) else value for value in observed]
    return plain(observed)


def _is_naive(value: object) -> bool:
    return isinstance(value, np.datetime64)


def _is_aware(frame: pd.DataFrame, column: str) -> bool:
    return column in frame and getattr(frame[column].dtype, "tz", None) is not None


def _raised(info: Mapping[str, Any]) -> str:
    """Return what an expectation raised, in a line; GX keeps one for it, or one for each metric that it needs."""
    infos = [info] if "raised_exception" in info else [i for i in info.values() if isinstance(i, Mapping)]
    messages = [" ".join(str(i.get("exception_message")).split()) for i in infos if i.get("raised_exception")]
    return "; ".join(dict.fromkeys(messages))


def _types(expectation: Expectation, frame: pd.DataFrame) -> str:
    types = [f"{column} is {frame[column].dtype}" for column in expectation.columns if column in frame]
    return f" ({', '.join(types)})" if types else ""


def _rows(places: Sequence[Any], frame: pd.DataFrame) -> tuple[Mapping[str, Any], ...]:
    """Return the rows at those places, of the columns that the frame has."""
    rows = frame.loc[[place for place in places[:_ROWS] if place in frame.index]]
    return tuple(
        {str(column): plain(value) for column, value in zip(frame.columns, row, strict=True)}
        for row in rows.astype(object).itertuples(index=False, name=None)
    )


def _samples(values: Sequence[Any]) -> tuple[Any, ...]:
    plains = [plain(value) for value in values]
    counted = Counter(map(repr, plains))
    first = {repr(value): value for value in reversed(plains) if value is not None}
    return tuple(first[text] for text, _ in counted.most_common() if text in first)[:_SAMPLES]


def plain(value: Any) -> Any:  # noqa: ANN401, C901, PLR0911 - JSON, a kind each
    """Return a value of pandas' or numpy's as JSON has it; times as ISO texts in UTC, what isn't there as `None`."""
    match value:
        case Mapping():
            return {str(key): plain(inner) for key, inner in value.items()}
        case list() | tuple() | set() | np.ndarray():
            return [plain(inner) for inner in value]
        case np.generic() if not isinstance(value, np.datetime64 | np.timedelta64):  # whose items are numbers
            return plain(value.item())
        case float():
            return None if np.isnan(value) else value
        case np.datetime64():
            return plain(pd.Timestamp(value))
        case pd.Timestamp() | datetime():
            return None if value is pd.NaT else _in_utc(value).isoformat()
        case date() | time():
            return value.isoformat()
        case Decimal():
            return float(value)
        case timedelta():
            return value.total_seconds()
    if value is None or isinstance(value, bool | int | str):
        return value
    return None if value is pd.NaT or value is pd.NA else str(value)


def _in_utc(value: datetime) -> datetime:
    return value if value.tzinfo is None else value.astimezone(UTC)
