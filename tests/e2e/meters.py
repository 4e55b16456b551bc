"""A project whose rows come from a database: its Dag file is for Airflow's folder, its functions are imported."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sklearn.linear_model import LinearRegression

BEGAN = datetime(2024, 1, 1, tzinfo=UTC)
DAG = """
from headgate import AtLeastRows, AtMost, Drift, Estimator, Expectations, Label, Pipeline, Policy, Quarantine, Rolling
from headgate import SqlCheck, SqlSource, days, mae, retraining_dag

pipeline = Pipeline(
    model="meters",
    source=SqlSource(
        "SELECT * FROM readings WHERE at >= :start AND at < :end", conn_id="meters", event_time="at", zone="UTC"
    ),
    label=Label("load"),
    windows=Rolling(lookback=days(60), holdout=days(20)),
    expectations=Expectations(
        suite="tests.e2e.meters:suite",
        checks=(SqlCheck(name="nights are quiet", sql="SELECT * FROM rows WHERE size = 0 AND load > 2"),),
        drift=Drift(psi=0.2, min_rows=20),
        quarantine=Quarantine(max_share=0.05),
    ),
    estimator=Estimator("tests.e2e.meters:build"),
    metrics=(mae,),
    policy=Policy(gates=(AtMost(mae, 1.0),)),
)
dag = retraining_dag(pipeline, dag_id="meters", ready=AtLeastRows(20), default_args={"poke_interval": 2})
"""


def build(params: Mapping[str, Any]) -> LinearRegression:
    """Return the estimator."""
    return LinearRegression()


def suite() -> list[dict[str, Any]]:
    """Return the expectations: one that sets rows aside, one that warns."""
    return [
        {"type": "expect_column_values_to_not_be_null", "kwargs": {"column": "size"}, "severity": "critical"},
        {
            "type": "expect_column_max_to_be_between",
            "kwargs": {"column": "load", "max_value": 10.0},
            "severity": "warning",
        },
    ]


def create(database: Path) -> None:
    """Make the table, without rows."""
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("CREATE TABLE readings (at TEXT, size REAL, load REAL)")


def deliver(database: Path, *, days: int, since: int = 0) -> None:
    """Write a reading a day; every fortieth lacks its size."""
    rows = [
        (f"{BEGAN + timedelta(days=n):%Y-%m-%d %H:%M:%S}", None if n % 40 == 5 else n % 7.0, 1.0 + 2.0 * (n % 7))
        for n in range(since, since + days)
    ]
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.executemany("INSERT INTO readings VALUES (?, ?, ?)", rows)
