"""Rows and suites for the tests of suite runners."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa

from headgate.core.validation import ExpectationResult, Finding

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
Run = Callable[[Sequence[dict[str, Any]]], tuple[ExpectationResult, ...]]


def entry(kind: str, severity: str | None = None, **kwargs: object) -> dict[str, Any]:
    return {"type": kind, "kwargs": kwargs} | ({"severity": severity} if severity else {})


NOT_NULL = "expect_column_values_to_not_be_null"
BETWEEN = "expect_column_values_to_be_between"
IN_SET = "expect_column_values_to_be_in_set"
ROW_COUNT = "expect_table_row_count_to_be_between"


def written(folder: Path, entries: object) -> str:
    path = folder / "suite.json"
    path.write_text(json.dumps({"expectations": entries}))
    return str(path)
