"""Each expectation goes to the first engine that takes it, and results come back in the suite's order."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pytest

from headgate.core.suite import Expectation, Measured, Suite
from headgate.core.suite_reading import read_suite
from headgate.core.validation import Finding
from headgate.errors import InputError, SnapshotDamagedError
from headgate.hooks import parts
from headgate.ports import RowsScan, SuiteRunner
from headgate.steps.suites import LazyEngine, run_suite
from headgate.testing.fake_suites import FakeSuites
from headgate.testing.memory_scan import MemoryScan

NOT_NULL = "expect_column_values_to_not_be_null"
UNIQUE = "expect_column_values_to_be_unique"
ROWS = pa.table({"n": [1, 2, None]})


class Anything:
    """An engine that takes everything and finds it met."""

    name = "anything"

    def __init__(self) -> None:
        self.asked: list[str] = []

    def takes(self, expectation: Expectation) -> bool:
        return True

    def run(self, expectations: Sequence[Expectation], rows: RowsScan) -> tuple[Measured, ...]:
        self.asked += [e.type for e in expectations]
        return tuple(Measured(success=True) for _ in expectations)


def suite(*kinds: str) -> Suite:
    return read_suite("s", {"expectations": [{"type": kind, "kwargs": {"column": "n"}} for kind in kinds]})


def refuse() -> SuiteRunner:
    msg = "it must not be loaded"
    raise AssertionError(msg)


def test_each_goes_to_the_first_engine_that_takes_it_and_results_keep_the_suites_order() -> None:
    first, last = FakeSuites("first"), Anything()
    found = run_suite(suite(UNIQUE, NOT_NULL, UNIQUE, NOT_NULL), MemoryScan(ROWS), engines=[first, last])
    assert [(r.expectation, r.engine, r.place) for r in found] == [
        (UNIQUE, "anything", 0),
        (NOT_NULL, "first", 1),
        (UNIQUE, "anything", 2),
        (NOT_NULL, "first", 3),
    ]
    assert [r.finding for r in found] == [Finding.MET, Finding.UNMET, Finding.MET, Finding.UNMET]
    assert last.asked == [UNIQUE, UNIQUE]


MEAN = "expect_column_mean_to_be_between"
TEXTS = pa.table({"n": ["a", "b"]})


class Nothing(Anything):
    """An engine that takes everything and knows nothing."""

    name = "nothing"

    def run(self, expectations: Sequence[Expectation], rows: RowsScan) -> tuple[Measured, ...]:
        return tuple(Measured(success=None, error="I don't know") for _ in expectations)


def test_what_an_engine_declines_when_it_sees_the_rows_goes_to_the_next() -> None:
    first, last = FakeSuites("first"), Anything()
    found = run_suite(suite(MEAN, NOT_NULL), MemoryScan(TEXTS), engines=[first, last])
    assert [(r.engine, r.finding) for r in found] == [("anything", Finding.MET), ("first", Finding.MET)]
    assert last.asked == [MEAN]


@pytest.mark.parametrize("others", [[], [Nothing()]], ids=["nobody else", "another that breaks"])
def test_what_is_declined_and_evaluated_by_nobody_broke_and_says_why_it_was_declined(others: list[SuiteRunner]) -> None:
    (found,) = run_suite(suite(MEAN), MemoryScan(TEXTS), engines=[FakeSuites("first"), *others])
    assert (found.engine, found.finding) == ("first", Finding.BROKEN)
    assert "string" in found.sentence


def test_an_engine_with_nothing_to_do_is_not_loaded_and_reads_nothing() -> None:
    rows = MemoryScan(ROWS)
    engines: list[SuiteRunner] = [FakeSuites(), LazyEngine("gx", refuse, takes_all=True)]
    assert len(run_suite(suite(NOT_NULL, NOT_NULL), rows, engines=engines)) == 2
    assert rows.scans == 1


def test_an_engine_is_loaded_once() -> None:
    loads: list[FakeSuites] = []

    def load() -> FakeSuites:
        loads.append(FakeSuites())
        return loads[-1]

    engine = LazyEngine("headgate", load)
    run_suite(suite(NOT_NULL, UNIQUE), MemoryScan(ROWS), engines=[engine])
    run_suite(suite(NOT_NULL), MemoryScan(ROWS), engines=[engine])
    assert len(loads) == 1


def test_what_no_engine_takes_broke() -> None:
    (result,) = run_suite(suite(UNIQUE), MemoryScan(ROWS), engines=[FakeSuites()])
    assert result.finding is Finding.BROKEN
    assert "no engine knows it" in result.sentence


def test_an_empty_suite_has_no_results_and_reads_nothing() -> None:
    rows = MemoryScan(ROWS)
    assert run_suite(suite(), rows, engines=[LazyEngine("headgate", refuse)]) == ()
    assert rows.scans == 0


def test_damaged_rows_are_no_finding() -> None:
    with pytest.raises(SnapshotDamagedError):
        run_suite(suite(NOT_NULL), MemoryScan(ROWS, damaged=0), engines=[FakeSuites()])


def test_the_engines_are_headgates_own_before_great_expectations() -> None:
    assert [engine.name for engine in parts.engines()] == ["headgate", "gx"]
    assert [engine.name for engine in parts.engines("gx")] == ["gx"]


def test_an_unknown_engine_is_an_input_error() -> None:
    with pytest.raises(InputError, match=r"engine must be headgate or gx\. Got 'spark' instead"):
        parts.engines("spark")


def imported_by(kind: str, **kwargs: Any) -> set[str]:
    script = f"""
import io
import sys
from pyarrow.csv import read_csv  # lists would make pyarrow look whether they are pandas'
from headgate.core.suite_reading import read_suite
from headgate.hooks import parts
from headgate.steps.suites import run_suite
from headgate.testing.memory_scan import MemoryScan
suite = read_suite("s", {{"expectations": [{{"type": {kind!r}, "kwargs": {kwargs!r}}}]}})
(result,) = run_suite(suite, MemoryScan(read_csv(io.BytesIO(b"n\\n1\\n2\\n"))), engines=parts.engines())
print(result.engine, *({{"great_expectations", "pandas"}} & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


def test_great_expectations_is_not_imported_for_what_is_compiled() -> None:
    assert imported_by(NOT_NULL, column="n") == {"headgate"}


def test_great_expectations_evaluates_what_is_not_compiled() -> None:
    kwargs = {"column": "n", "partition_object": {"values": [1, 2], "weights": [0.5, 0.5]}, "threshold": 0.1}
    assert imported_by("expect_column_kl_divergence_to_be_less_than", **kwargs) == {
        "gx",
        "great_expectations",
        "pandas",
    }
