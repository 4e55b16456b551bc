"""Rows and suites for the tests of suite runners."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa

from headgate.core.suite import Measured
from headgate.core.suite_reading import read_suite
from headgate.core.validation import ExpectationResult, Finding
from headgate.ports import SuiteRunner
from headgate.steps.suites import run_suite
from headgate.testing.memory_scan import MemoryScan

MET, UNMET, BROKEN = Finding.MET, Finding.UNMET, Finding.BROKEN
START = datetime(2000, 1, 1, tzinfo=UTC)
ROWS = pa.table(
    {
        "event_time": pa.array([START + timedelta(days=d) for d in range(10)], pa.timestamp("us", tz="UTC")),
        "co2": [350.0, 351.0, None, 352.0, 412.125, 415.0, 353.0, 354.0, 355.0, 356.0],
        "station": ["a", "b", "a", "b", "a", "b", "a", "b", "a", "x"],
        "n": list(range(10)),
    }
)

NOT_NULL = "expect_column_values_to_not_be_null"
BETWEEN = "expect_column_values_to_be_between"
IN_SET = "expect_column_values_to_be_in_set"
ROW_COUNT = "expect_table_row_count_to_be_between"


def entry(kind: str, severity: str | None = None, **kwargs: object) -> dict[str, Any]:
    return {"type": kind, "kwargs": kwargs} | ({"severity": severity} if severity else {})


def measured(engine: SuiteRunner, entries: Sequence[dict[str, Any]], rows: pa.Table = ROWS) -> tuple[Measured, ...]:
    suite = read_suite("suite.json", {"expectations": list(entries)})
    return engine.run(suite.expectations, MemoryScan(rows))


def results(
    engine: SuiteRunner, entries: Sequence[dict[str, Any]], rows: pa.Table = ROWS
) -> tuple[ExpectationResult, ...]:
    return run_suite(read_suite("suite.json", {"expectations": list(entries)}), MemoryScan(rows), engines=[engine])
