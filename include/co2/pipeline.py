"""What the model is. No Airflow here: this also runs in a notebook and in a test."""

from __future__ import annotations

from headgate import (
    AtMost,
    Estimator,
    FunctionSource,
    Label,
    NoWorseThan,
    Param,
    Pipeline,
    Policy,
    Rolling,
    Serving,
    mae,
    max_error,
    rmse,
    weeks,
    years,
)

pipeline = Pipeline(
    model="co2_weekly",
    source=FunctionSource("include.co2.data:weekly", event_time="week"),
    label=Label("ppm_in_4_weeks", delay=weeks(4)),
    windows=Rolling(lookback=years(10), holdout=years(1)),
    expectations="include/co2/expectations.json",
    estimator=Estimator(
        "include.co2.model:build",
        params={
            "alpha": Param(default=0.1, minimum=0.0, maximum=100.0, description="Strength of the ridge penalty"),
            "season_knots": Param(default=9, minimum=5, maximum=27, description="Knots of the year's curve"),
        },
        features=("latest_ppm", "above_4_weeks", "above_13_weeks", "above_52_weeks", "day_of_year"),
    ),
    metrics=(mae, rmse, max_error),
    policy=Policy(gates=(AtMost(mae, 0.5), NoWorseThan(mae, tolerance=0.05))),
    slices=("season",),
    serving=Serving(),
)
