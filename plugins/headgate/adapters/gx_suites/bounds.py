"""Times in an expectation's arguments as the column that they are compared with has them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from headgate.core.suite import Expectation
from headgate.core.suite_arguments import time_of

_MOST_COMMON = "expect_column_most_common_value_to_be_in_set"  # GX compares its values without their zone


def kwargs_for(expectation: Expectation, frame: pd.DataFrame) -> dict[str, Any]:
    """Return the arguments for Great Expectations, their times turned into what compares with the column.

    GX leaves a date a date and a zone out, and a time in a set a text; none of them compares with a column of times.
    """
    kwargs = dict(expectation.kwargs)
    fitting = [_fitting(frame[column], expectation.type) for column in expectation.columns if column in frame]
    if isinstance(pairs := kwargs.get("value_pairs_set"), list) and len(fitting) == 2:  # noqa: PLR2004 - a pair
        kwargs["value_pairs_set"] = [tuple(fit(value) for fit, value in zip(fitting, p, strict=True)) for p in pairs]
    if len(fitting) == 1:
        kwargs |= {key: fitting[0](kwargs[key]) for key in ("min_value", "max_value") if key in kwargs}
        if isinstance(values := kwargs.get("value_set"), list):
            kwargs["value_set"] = [fitting[0](value) for value in values]
    return kwargs


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fitting:
    """Turns the text of a time into what a column of times, or of dates, holds; and leaves all else alone."""

    is_time: bool = False
    is_date: bool = False
    is_aware: bool = False

    def __call__(self, value: Any) -> Any:  # noqa: ANN401 - whatever the suite holds
        time = time_of(value) if self.is_time or self.is_date else None
        if time is None or (self.is_date and time.time() != time.min.time()):
            return value
        if self.is_date:
            return time.date()
        return time if self.is_aware else time.replace(tzinfo=None)


def _fitting(column: pd.Series[Any], kind: str) -> _Fitting:
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        is_aware = getattr(column.dtype, "tz", None) is not None and kind != _MOST_COMMON
        return _Fitting(is_time=True, is_aware=is_aware)
    is_date = pd.api.types.is_object_dtype(column.dtype) and pd.api.types.infer_dtype(column, skipna=True) == "date"
    return _Fitting(is_date=is_date)
