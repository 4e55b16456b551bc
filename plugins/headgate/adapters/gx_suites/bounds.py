"""Times in an expectation's arguments as the column that they are compared with has them."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd

from headgate.core.suite import Expectation
from headgate.core.suite_arguments import time_of


def kwargs_for(expectation: Expectation, frame: pd.DataFrame) -> dict[str, Any]:
    """Return the arguments for Great Expectations, their times turned into what compares with the column.

    GX leaves a date a date and a zone out, and a time in a set a text; none of them compares with a column of times.
    """
    kwargs = dict(expectation.kwargs)
    column = frame.get(kwargs.get("column"))
    if column is None or not (fitting := _fitting(column)):
        return kwargs
    times: dict[str, Any] = {key: fitting(kwargs[key]) for key in ("min_value", "max_value") if key in kwargs}
    if isinstance(values := kwargs.get("value_set"), list):
        times["value_set"] = [fitting(value) for value in values]
    return {**kwargs, **times}


class _Fitting:
    """Turns the text of a time into what a column of times, or of dates, holds."""

    def __init__(self, dtype: Any) -> None:  # noqa: ANN401 - numpy's or pandas'
        self.is_date = pd.api.types.is_object_dtype(dtype)
        self.is_aware = getattr(dtype, "tz", None) is not None

    def __call__(self, value: Any) -> Any:  # noqa: ANN401 - whatever the suite holds
        time = time_of(value)
        if time is None:
            return value
        if self.is_date:
            return time.date() if time.time() == time.min.time() else value
        return time if self.is_aware else time.replace(tzinfo=None)


def _fitting(column: pd.Series[Any]) -> _Fitting | None:
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        return _Fitting(column.dtype)
    first = column.dropna().head(1)
    return _Fitting(column.dtype) if column.dtype == object and any(type(v) is date for v in first) else None
