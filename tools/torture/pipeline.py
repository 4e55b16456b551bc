"""The torture's pipeline: made-up rows of each day, a straight line, a gate that some weeks are too rough for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from headgate import AtMost, Estimator, FunctionSource, Label, Pipeline, Policy, Rolling, days, mae

if TYPE_CHECKING:
    import pandas as pd
    from sklearn.linear_model import Ridge

    from headgate import Windows

DAG = MODEL = "torture"
FIRST, LAST = datetime(2024, 3, 1, tzinfo=UTC), datetime(2024, 12, 31, tzinfo=UTC)
"""The first and the last day that a run may be about."""
ROWS_A_DAY = 8
CALM, ROUGH = 0.5, 3.0

pipeline = Pipeline(
    model=MODEL,
    source=FunctionSource("tools.torture.pipeline:rows", event_time="at"),
    label=Label("load"),
    windows=Rolling(lookback=days(30), holdout=days(7)),
    expectations="tools.torture.pipeline:suite",
    estimator=Estimator("tools.torture.pipeline:build", features=("size", "weekday")),
    metrics=(mae,),
    policy=Policy(gates=(AtMost(mae, 1.2),)),
)


def rows(windows: Windows) -> pd.DataFrame:
    """Return the rows of both windows; those of a day are always the same."""
    import numpy as np
    import pandas as pd

    first = windows.training.start
    frames = []
    for number in range((windows.holdout.end - first).days):
        day = first + timedelta(days=number)
        chance = np.random.default_rng(day.toordinal())
        size = chance.uniform(0.0, 10.0, ROWS_A_DAY)
        noise = chance.normal(0.0, ROUGH if day.toordinal() // 7 % 4 == 0 else CALM, ROWS_A_DAY)
        at = [day + timedelta(hours=3 * hour) for hour in range(ROWS_A_DAY)]
        load = 2.0 * size + 0.3 * day.weekday() + noise
        frames.append(pd.DataFrame({"at": at, "size": size, "weekday": float(day.weekday()), "load": load}))
    return pd.concat(frames, ignore_index=True)


def build(params: Mapping[str, Any]) -> Ridge:  # noqa: ARG001 - it takes none
    """Return an unfitted straight line."""
    from sklearn.linear_model import Ridge

    return Ridge()


def suite() -> list[dict[str, Any]]:
    """Return the expectations."""
    return [{"type": "expect_column_values_to_not_be_null", "kwargs": {"column": "size"}, "severity": "critical"}]
