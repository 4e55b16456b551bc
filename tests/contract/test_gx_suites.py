"""Both suite runners keep the port's promises; what only Great Expectations can do is tested below that."""

from __future__ import annotations

import gc
import logging
import subprocess
import sys
import threading
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest

from headgate.adapters.gx_suites import GxSuiteRunner
from headgate.core.validation import ExpectationResult, Finding, Severity
from headgate.errors import InputError
from headgate.ports import SuiteRunner
from headgate.testing.fake_suites import FakeSuiteRunner
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
    Run,
    entry,
    written,
)


def of_gx(folder: Path, entries: Sequence[dict[str, Any]]) -> tuple[SuiteRunner, str]:
    return GxSuiteRunner(), written(folder, entries)


def of_fake(folder: Path, entries: Sequence[dict[str, Any]]) -> tuple[SuiteRunner, str]:
    return FakeSuiteRunner({"suite": entries}), "suite"


@pytest.fixture(params=[of_gx, of_fake], ids=["great_expectations", "fake"])
def run(request: pytest.FixtureRequest, tmp_path: Path) -> Run:
    def run_entries(entries: Sequence[dict[str, Any]]) -> tuple[ExpectationResult, ...]:
        runner: SuiteRunner
        runner, suite = request.param(tmp_path, entries)
        return runner.run(suite, ROWS)

    return run_entries


@pytest.fixture
def gx_run(tmp_path: Path) -> Run:
    return lambda entries: GxSuiteRunner().run(written(tmp_path, entries), ROWS)


# The port's promises


def test_results_come_in_the_suites_order_even_when_some_broke(run: Run) -> None:
    results = run(
        [entry(BETWEEN, column="co2", max_value=400), entry(NOT_NULL, column="c02"), entry(ROW_COUNT, min_value=1)]
    )
    assert [(r.expectation, r.finding) for r in results] == [(BETWEEN, UNMET), (NOT_NULL, BROKEN), (ROW_COUNT, MET)]


def test_the_same_expectation_twice_gives_two_results(run: Run) -> None:
    results = run([entry(NOT_NULL, column="n"), entry(NOT_NULL, "info", column="n")])
    assert [r.severity for r in results] == [Severity.CRITICAL, Severity.INFO]


@pytest.mark.parametrize("severity", list(Severity))
def test_severity_is_kept(run: Run, severity: Severity) -> None:
    assert run([entry(NOT_NULL, severity, column="n")])[0].severity is severity


def test_severity_is_critical_unless_said(run: Run) -> None:
    assert run([entry(NOT_NULL, column="n")])[0].severity is Severity.CRITICAL


@pytest.mark.parametrize(("mostly", "finding"), [(0.91, UNMET), (0.9, MET), (0.89, MET)])
def test_mostly_is_inclusive(run: Run, mostly: float, finding: Finding) -> None:
    assert run([entry(NOT_NULL, column="co2", mostly=mostly)])[0].finding is finding


@pytest.mark.parametrize(("floor", "finding"), [(9, MET), (10, MET), (11, UNMET)])
def test_a_limit_is_inclusive(run: Run, floor: int, finding: Finding) -> None:
    assert run([entry(ROW_COUNT, min_value=floor)])[0].finding is finding


def test_the_share_is_of_the_values_that_are_there_and_the_samples_are_the_unexpected(run: Run) -> None:
    result = run([entry(BETWEEN, column="co2", min_value=300, max_value=400)])[0]
    assert result.share == pytest.approx(2 / 9)
    assert [float(sample) for sample in result.samples] == pytest.approx([412.125, 415.0])
    assert result.column == "co2"


def test_samples_say_each_value_once(run: Run) -> None:
    assert run([entry(IN_SET, column="station", value_set=["a"])])[0].samples == ("'b'", "'x'")


def test_a_column_that_is_not_there_breaks_its_expectation_and_the_sentence_names_those_that_are(run: Run) -> None:
    (result,) = run([entry(NOT_NULL, column="c02")])
    assert result.finding is BROKEN
    assert "column 'c02' isn't there" in result.sentence
    assert "there are: event_time, co2, station, n" in result.sentence


def test_a_suite_without_expectations_has_no_results(run: Run) -> None:
    assert run([]) == ()


def test_an_unknown_expectation_is_an_input_error(run: Run) -> None:
    with pytest.raises(InputError, match="expect_colum_values_to_not_be_null"):
        run([entry("expect_colum_values_to_not_be_null", column="n")])


@pytest.mark.parametrize("runner", [GxSuiteRunner(), FakeSuiteRunner({})], ids=["great_expectations", "fake"])
def test_a_suite_that_is_not_there_is_an_input_error(runner: SuiteRunner) -> None:
    with pytest.raises(InputError, match=r"nowhere/suite\.json"):
        runner.run("nowhere/suite.json", ROWS)


# Great Expectations: what a person reads


def test_a_sentence_names_expectation_column_limits_share_and_samples(gx_run: Run) -> None:
    (result,) = gx_run([entry(BETWEEN, column="co2", min_value=300, max_value=400)])
    assert result.sentence == (
        "expect_column_values_to_be_between(co2, min 300, max 400): "
        "2 of 9 values (22.22 %) are outside, such as 412.125, 415"
    )


def test_a_sentence_of_an_aggregate_says_what_was_found(gx_run: Run) -> None:
    (result,) = gx_run([entry("expect_column_max_to_be_between", column="co2", max_value=400)])
    assert (result.finding, result.share) == (UNMET, None)
    assert result.sentence == "expect_column_max_to_be_between(co2, max 400): found 415"


def test_the_authors_note_is_repeated(gx_run: Run) -> None:
    (result,) = gx_run([entry(NOT_NULL, column="co2") | {"notes": "the station was closed in 1964"}])
    assert result.sentence.endswith("(note: the station was closed in 1964)")


def test_an_expectation_that_raises_broke_and_says_why(gx_run: Run) -> None:
    mean, met = gx_run(
        [entry("expect_column_mean_to_be_between", column="station", min_value=1), entry(NOT_NULL, column="n")]
    )
    assert (mean.finding, met.finding) == (BROKEN, MET)
    assert "broke: " in mean.sentence
    assert "'mean'" in mean.sentence
    assert "station is str" in mean.sentence


def test_an_expectation_for_databases_broke(gx_run: Run) -> None:
    (result,) = gx_run(
        [entry("unexpected_rows_expectation", unexpected_rows_query="SELECT * FROM {batch} WHERE n > 1")]
    )
    assert result.finding is BROKEN


def test_asking_whether_a_column_is_there_is_unmet_when_it_is_not(gx_run: Run) -> None:
    (result,) = gx_run([entry("expect_column_to_exist", column="c02")])
    assert result.finding is UNMET
    assert "there are event_time, co2, station, n" in result.sentence


def test_a_pair_of_columns_says_which_one_is_missing(gx_run: Run) -> None:
    pair = "expect_column_pair_values_a_to_be_greater_than_b"
    (result,) = gx_run([entry(pair, column_A="co2", column_B="m")])
    assert (result.finding, result.column) == (BROKEN, "co2, m")
    assert "column 'm' isn't there" in result.sentence


def test_a_set_of_columns_says_what_is_missing_and_what_is_there_besides(gx_run: Run) -> None:
    columns = {"column_set": ["event_time", "co2", "station", "m"]}
    (result,) = gx_run([{"type": "expect_table_columns_to_match_set", "kwargs": columns}])
    assert "unexpected: ['n']" in result.sentence
    assert "missing: ['m']" in result.sentence


# Great Expectations: what of it is wrong on pandas 3


def test_text_is_text_in_a_type_list(gx_run: Run) -> None:
    results = gx_run(
        [
            entry("expect_column_values_to_be_in_type_list", column="station", type_list=["str"]),
            entry("expect_column_values_to_be_in_type_list", column="station", type_list=["int", "float"]),
            entry("expect_column_values_to_be_of_type", column="station", type_="str"),
        ]
    )
    assert [r.finding for r in results] == [MET, UNMET, MET]


def test_quantiles_are_measured(gx_run: Run) -> None:
    ranges = {"quantiles": [0.1, 0.9], "value_ranges": [[0, 2], [7, 8.5]]}
    (result,) = gx_run([entry("expect_column_quantile_values_to_be_between", column="n", quantile_ranges=ranges)])
    assert result.finding is MET
    assert result.sentence.endswith("found quantiles [0.1, 0.9], values [1, 8]")


@pytest.mark.parametrize(
    "floor", ["2000-01-02", "2000-01-02T00:00:00", "2000-01-02T00:00:00Z", "2000-01-02T01:00:00+01:00"]
)
def test_a_date_bound_means_utc_however_it_is_written(gx_run: Run, floor: str) -> None:
    least, each = gx_run(
        [
            entry("expect_column_min_to_be_between", column="event_time", min_value=floor),
            entry(BETWEEN, column="event_time", min_value=floor),
        ]
    )
    assert (least.finding, each.finding) == (UNMET, UNMET)
    assert each.share == pytest.approx(0.1)
    assert each.samples == ("2000-01-01",)


@pytest.mark.parametrize("times", [pa.timestamp("us"), pa.timestamp("ns", tz="America/New_York")])
def test_a_date_bound_compares_with_any_column_of_times(tmp_path: Path, times: pa.DataType) -> None:
    rows = pa.table({"t": pa.array([START, START + timedelta(days=2)]).cast(times)})
    suite = written(tmp_path, [entry(BETWEEN, column="t", min_value="2000-01-02")])
    assert GxSuiteRunner().run(suite, rows)[0].share == pytest.approx(0.5)


# Great Expectations: what it must not do


def test_a_run_logs_nothing_and_leaves_the_rows_alone(gx_run: Run, caplog: pytest.LogCaptureFixture) -> None:
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


def test_runners_work_at_once_in_several_threads(tmp_path: Path) -> None:
    suite = written(tmp_path, [entry(ROW_COUNT, min_value=6)])
    found: dict[int, Finding] = {}

    def run(rows: int) -> None:
        found[rows] = GxSuiteRunner().run(suite, ROWS.slice(0, rows))[0].finding

    threads = [threading.Thread(target=run, args=[rows]) for rows in range(1, 11)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {rows: MET if rows >= 6 else UNMET for rows in range(1, 11)}


def test_a_run_keeps_no_rows_afterwards(tmp_path: Path) -> None:
    rows = pa.table({"n": list(range(4321))})
    GxSuiteRunner().run(written(tmp_path, [entry(NOT_NULL, column="n")]), rows)
    gc.collect()
    assert not [o for o in gc.get_objects() if type(o) is pd.DataFrame and len(o) == rows.num_rows]
