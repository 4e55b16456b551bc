"""Great Expectations and the fake keep the port's promises; what only Great Expectations does is tested below that."""

from __future__ import annotations

import gc
import logging
import subprocess
import sys
import threading
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest

from headgate.adapters.gx_suites import GxSuites
from headgate.core.validation import ExpectationResult, Finding
from headgate.ports import SuiteRunner
from headgate.testing.conformance_suites import SuiteConformance
from headgate.testing.fake_suites import FakeSuites
from headgate.testing.memory_scan import MemoryScan
from tests.contract.suite_rows import (
    BETWEEN,
    BROKEN,
    IN_SET,
    MET,
    NOT_NULL,
    ROW_COUNT,
    ROWS,
    START,
    UNMET,
    entry,
    measured,
    results,
)

TYPE_LIST = "expect_column_values_to_be_in_type_list"
MAX = "expect_column_max_to_be_between"


class TestGreatExpectations(SuiteConformance):
    def make(self) -> SuiteRunner:
        return GxSuites()


class TestFake(SuiteConformance):
    def make(self) -> SuiteRunner:
        return FakeSuites()


def gx_run(entries: Sequence[dict[str, Any]], rows: pa.Table = ROWS) -> tuple[ExpectationResult, ...]:
    return results(GxSuites(), entries, rows)


# What is asked of a frame


def test_only_the_columns_that_are_asked_about_are_read() -> None:
    class Watched(MemoryScan):
        def parts(self, columns: Sequence[str] | None = None) -> Any:
            asked.append(columns)
            return super().parts(columns)

    asked: list[Sequence[str] | None] = []
    condition = {"type": "comparison", "column": {"name": "n"}, "operator": ">", "parameter": 1}
    for entries in (
        [entry(NOT_NULL, column="co2", row_condition=condition), entry("expect_column_to_exist", column="station")],
        [entry("expect_table_columns_to_match_set", column_set=["n"])],
        [entry(NOT_NULL, column="co2", row_condition="n > 1", condition_parser="pandas")],
        [entry(ROW_COUNT, min_value=1)],
    ):
        assert all(found.success is not None for found in measured_of(entries, Watched(ROWS)))
    assert asked == [["co2", "n"], None, ["event_time"]]


def measured_of(entries: list[dict[str, Any]], rows: MemoryScan) -> Any:
    from headgate.core.suite_reading import read_suite

    return GxSuites().run(read_suite("s", {"expectations": entries}).expectations, rows)


@pytest.mark.parametrize(
    "condition",
    [
        {"row_condition": {"type": "comparison", "column": {"name": "n"}, "operator": ">", "parameter": 6}},
        {"row_condition": 'col("n") > 6', "condition_parser": "great_expectations"},
        {"row_condition": "n > 6", "condition_parser": "pandas"},
        {"row_condition": "n > 6"},
    ],
)
def test_a_row_condition_can_be_written_in_four_ways(condition: dict[str, Any]) -> None:
    (found,) = measured(GxSuites(), [entry(IN_SET, column="station", value_set=["a"], **condition)])
    assert (found.element_count, found.unexpected_count) == (3, 2)


# What a person reads


def test_a_sentence_of_great_expectations_facts_is_as_of_any_other() -> None:
    (result,) = gx_run([entry(BETWEEN, column="co2", min_value=300, max_value=400)])
    assert result.engine == "gx"
    assert result.sentence == (
        "expect_column_values_to_be_between(co2, min 300, max 400): "
        "2 of 9 values (22.22 %) are outside, such as 412.125, 415"
    )


def test_an_expectation_that_raises_broke_and_says_why() -> None:
    (result,) = gx_run([entry("expect_column_mean_to_be_between", column="station", min_value=1)])
    assert result.finding is BROKEN
    assert "'mean'" in result.sentence
    assert "station is str" in result.sentence


def test_a_row_condition_that_raises_breaks_its_expectation_alone() -> None:
    condition = {"type": "comparison", "column": {"name": "d"}, "operator": ">=", "parameter": "2000-01-01"}
    rows = pa.table({"d": [date(2000, 1, 1)], "n": [1.0]})
    asked = [entry("expect_column_sum_to_be_between", column="n", min_value=1, row_condition=condition)]
    found = gx_run([entry(NOT_NULL, column="n"), *asked, entry(ROW_COUNT, min_value=1)], rows)
    assert [result.finding for result in found] == [MET, BROKEN, MET]
    assert "datetime.date" in found[1].sentence


def test_an_expectation_for_databases_broke() -> None:
    query = entry("unexpected_rows_expectation", unexpected_rows_query="SELECT * FROM {batch} WHERE n > 1")
    assert gx_run([query])[0].finding is BROKEN


def test_asking_whether_a_column_is_there_is_unmet_when_it_is_not() -> None:
    assert gx_run([entry("expect_column_to_exist", column="c02")])[0].finding is UNMET


def test_distinct_values_say_which_are_too_many_and_which_are_missing() -> None:
    (found,) = measured(
        GxSuites(), [entry("expect_column_distinct_values_to_equal_set", column="station", value_set=["a", "q"])]
    )
    assert (found.success, found.observed) == (False, {"unexpected": ["b", "x"], "missing": ["q"]})
    assert (found.element_count, found.missing_count) == (None, None)


# What of it is wrong on pandas 3


def test_text_is_text_in_a_type_list() -> None:
    found = gx_run(
        [
            entry(TYPE_LIST, column="station", type_list=["str"]),
            entry(TYPE_LIST, column="station", type_list=["int", "float"]),
            entry("expect_column_values_to_be_of_type", column="station", type_="str"),
        ]
    )
    assert [r.finding for r in found] == [MET, UNMET, MET]


def test_quantiles_are_measured() -> None:
    ranges = {"quantiles": [0.1, 0.9], "value_ranges": [[0, 2], [7, 8.5]]}
    (result,) = gx_run([entry("expect_column_quantile_values_to_be_between", column="n", quantile_ranges=ranges)])
    assert result.finding is MET
    assert result.sentence.endswith("found quantiles [0.1, 0.9], values [1, 8]")


@pytest.mark.parametrize(
    "floor", ["2000-01-02", "2000-01-02T00:00:00", "2000-01-02T00:00:00Z", "2000-01-02T01:00:00+01:00"]
)
def test_a_date_bound_means_utc_however_it_is_written(floor: str) -> None:
    least, each = gx_run(
        [
            entry("expect_column_min_to_be_between", column="event_time", min_value=floor),
            entry(BETWEEN, column="event_time", min_value=floor),
        ]
    )
    assert (least.finding, each.finding) == (UNMET, UNMET)
    assert each.share == pytest.approx(0.1)
    assert each.samples == ("2000-01-01",)


TIMES = [pa.timestamp("us"), pa.timestamp("ns", tz="America/New_York"), pa.date32()]


@pytest.mark.parametrize("times", TIMES, ids=str)
def test_a_date_compares_with_any_column_of_times_as_bound_and_in_a_set(times: pa.DataType) -> None:
    rows = pa.table({"t": pa.array([START, START + timedelta(days=2)]).cast(times)})
    found = measured(
        GxSuites(),
        [
            entry(BETWEEN, column="t", min_value="2000-01-02"),
            entry(IN_SET, column="t", value_set=["2000-01-01"]),
            entry("expect_column_values_to_not_be_in_set", column="t", value_set=["2000-01-01"]),
        ],
        rows,
    )
    assert [f.unexpected_count for f in found] == [1, 1, 1]


def test_what_is_observed_is_plain_json() -> None:
    rows = pa.table({"t": [START], "d": [date(2000, 1, 1)], "x": [1.5], "e": pa.array([None], pa.float64())})
    found = measured(GxSuites(), [entry(MAX, column=column, min_value=None) for column in rows.column_names], rows)
    assert [f.observed for f in found] == ["2000-01-01T00:00:00+00:00", "2000-01-01", 1.5, None]


# What it must not do


def test_a_run_logs_nothing_and_leaves_the_rows_alone(caplog: pytest.LogCaptureFixture) -> None:
    before = ROWS.slice(0)
    with caplog.at_level(logging.INFO, logger="root"):
        gx_run([entry("expect_column_mean_to_be_between", column="station", min_value=1), entry(NOT_NULL, column="n")])
    assert caplog.records == []
    assert before.equals(ROWS)


def test_importing_it_starts_no_thread_opens_no_connection_and_logs_nothing() -> None:
    script = """
import logging, socket, sys, threading
logging.basicConfig(level=logging.DEBUG)
def refuse(*args, **kwargs): raise SystemExit("a connection was tried")
socket.socket.connect = socket.getaddrinfo = refuse
import headgate.adapters.gx_suites
assert threading.enumerate() == [threading.main_thread()], threading.enumerate()
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert "great_expectations" not in done.stderr


def test_runners_work_at_once_in_several_threads() -> None:
    found: dict[int, Finding] = {}

    def run(rows: int) -> None:
        found[rows] = gx_run([entry(NOT_NULL, column="n"), entry(ROW_COUNT, min_value=6)], ROWS.slice(0, rows))[
            1
        ].finding

    threads = [threading.Thread(target=run, args=[rows]) for rows in range(1, 11)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {rows: MET if rows >= 6 else UNMET for rows in range(1, 11)}


def test_a_run_keeps_no_rows_afterwards() -> None:
    rows = pa.table({"n": list(range(4321))})
    gx_run([entry(NOT_NULL, column="n")], rows)
    gc.collect()
    assert not [o for o in gc.get_objects() if type(o) is pd.DataFrame and len(o) == rows.num_rows]
