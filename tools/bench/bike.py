"""The bench's pipeline: hourly bike rentals in Washington, 2011 and 2012, retrained monthly.

Fanaee-T and Gama, "Event labeling combining ensemble detectors and background knowledge", Progress in Artificial
Intelligence (2013). The data lies beside the project, and the bench says so where it is absent.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from headgate import (
    AtMost,
    Estimator,
    FunctionSource,
    Label,
    NoWorseThan,
    Pipeline,
    Policy,
    Rolling,
    mae,
    months,
    r2,
    rmse,
)

if TYPE_CHECKING:
    import pandas as pd
    from sklearn.ensemble import HistGradientBoostingRegressor

    from headgate import Windows

DATA = Path(os.environ.get("HEADGATE_BENCH_DATA", Path(__file__).parents[3] / "shared/data/bike_sharing/hour.csv"))
SUITE = str(Path(__file__).parent / "expectations.json")
FEATURES = ("season", "hr", "holiday", "weekday", "workingday", "weathersit", "temp", "atemp", "hum", "windspeed")
AS_OFS = tuple(datetime(2011 + (6 + month) // 12, (6 + month) % 12 + 1, 1, tzinfo=UTC) for month in range(18))
"""The first of each month from July 2011 to December 2012."""

source = FunctionSource("tools.bench.bike:hourly", event_time="hour")
pipeline = Pipeline(
    model="bike",
    source=source,
    label=Label("cnt"),
    windows=Rolling(lookback=months(5), holdout=months(1)),
    expectations=SUITE,
    estimator=Estimator("tools.bench.bike:build", features=FEATURES),
    metrics=(mae, rmse, r2),
    policy=Policy(gates=(AtMost(mae, 200.0), NoWorseThan(mae, tolerance=5.0))),
)


def hourly(windows: Windows) -> pd.DataFrame:
    """Return the hours of both windows."""
    frame = all_hours()
    return frame[(frame["hour"] >= windows.training.start) & (frame["hour"] < windows.holdout.end)]


def all_hours() -> pd.DataFrame:
    """Return every hour of the record."""
    import pandas as pd

    frame = pd.read_csv(DATA)
    frame["hour"] = pd.to_datetime(frame["dteday"]).dt.tz_localize("UTC") + pd.to_timedelta(frame["hr"], unit="h")
    return frame[["hour", *FEATURES, "cnt"]]


def build(params: Mapping[str, Any]) -> HistGradientBoostingRegressor:  # noqa: ARG001 - it takes none
    """Return an unfitted gradient boosting of regression trees."""
    from sklearn.ensemble import HistGradientBoostingRegressor

    return HistGradientBoostingRegressor(max_iter=200, random_state=0)
