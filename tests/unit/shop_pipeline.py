"""A pipeline of daily sales that a dotted path names, in this process or another. No Airflow here."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from headgate import AtMost, Estimator, FunctionSource, Label, NoWorseThan, Param, Pipeline, Policy, Rolling, days, mae

SUITE = Path(__file__).with_name("shop_expectations.json")

pipeline = Pipeline(
    model="shop",
    source=FunctionSource("tests.dagrun.shop:daily", event_time="day"),
    label=Label("sold"),
    windows=Rolling(lookback=days(30), holdout=days(7)),
    expectations=str(SUITE),
    estimator=Estimator("tests.dagrun.shop:build", params={"alpha": Param(default=1.0, minimum=0.0)}),
    metrics=(mae,),
    policy=Policy(gates=(AtMost(mae, 5.0), NoWorseThan(mae, tolerance=0.5, min_rows=7))),
)
empty = replace(pipeline, source=FunctionSource("tests.dagrun.shop:nothing", event_time="day"))
