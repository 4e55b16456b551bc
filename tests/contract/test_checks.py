"""Custom checks: what each must do, and what is its own."""

from __future__ import annotations

import builtins
import importlib
import re
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandera.pandas as pandera
import pyarrow as pa
import pytest
from pandera.config import config_context

from headgate.adapters.duckdb_check import DuckdbCheck
from headgate.adapters.function_check import FunctionRunner
from headgate.adapters.pandera_check import PanderaRunner
from headgate.core.validation import ExpectationResult, Finding, Severity
from headgate.errors import InputError
from headgate.hooks.checks import runner_of
from headgate.ports import CheckRunner
from headgate.spec import FunctionCheck, PanderaCheck, SqlCheck
from headgate.testing.conformance_checks import CheckConformance
from headgate.testing.memory_scan import MemoryScan
from tests.contract import checks

MET, UNMET, BROKEN = Finding.MET, Finding.UNMET, Finding.BROKEN
MAY = datetime(2024, 5, 1, tzinfo=UTC)
ROWS = pa.table(
    {
        "day": pa.array([MAY, MAY, MAY], pa.timestamp("us", "UTC")),
        "load": [1.0, -2.0, None],
        "station": ["a", "b", "a"],
    }
)


class TestSql(CheckConformance):
    def make(self, severity: Severity) -> CheckRunner:
        return DuckdbCheck(SqlCheck(name="loads", sql="SELECT * FROM rows WHERE load < 0", severity=severity))

    def make_broken(self) -> CheckRunner:
        return DuckdbCheck(SqlCheck(name="loads", sql="SELEC 1"))


class TestFunction(CheckConformance):
    def make(self, severity: Severity) -> CheckRunner:
        return FunctionRunner(FunctionCheck("tests.contract.checks:positive", severity=severity))

    def make_broken(self) -> CheckRunner:
        return FunctionRunner(FunctionCheck("tests.contract.checks:fails"))


class TestPandera(CheckConformance):
    def make(self, severity: Severity) -> CheckRunner:
        return PanderaRunner(PanderaCheck("tests.contract.checks:Schema", severity=severity))

    def make_broken(self) -> CheckRunner:
        return PanderaRunner(PanderaCheck("tests.contract.checks:FAULTY"))


def sql(query: str, rows: MemoryScan | None = None) -> ExpectationResult:
    return DuckdbCheck(SqlCheck(name="mine", sql=query)).run(rows or MemoryScan(ROWS))


def test_a_query_that_returns_no_rows_is_met() -> None:
    result = sql("SELECT * FROM rows WHERE load > 100")
    assert (result.finding, result.sentence) == (MET, "mine: no rows are wrong")


def test_a_query_says_how_many_rows_it_returned_and_shows_a_few() -> None:
    result = sql("SELECT day, load FROM rows WHERE load < 0;  -- below zero")
    assert (result.finding, result.sentence) == (UNMET, "mine: 1 row returned, none expected")
    assert result.rows == ((("day", "2024-05-01"), ("load", "-2")),)


def test_times_are_told_in_utc() -> None:
    assert sql("SELECT * FROM rows WHERE hour(day) <> 0").finding is MET


def test_a_query_that_needs_the_rows_twice_reads_all_of_them_twice() -> None:
    rows = MemoryScan(ROWS, ROWS)
    result = sql("SELECT count(*) AS n FROM rows a JOIN rows b USING (station) HAVING count(*) <> 20", rows)
    assert (result.finding, rows.scans >= 2) == (MET, True)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("SELEC 1", r'syntax error at or near "SELEC" LINE 1: SELEC 1$'),
        ("SELECT laod FROM rows", r'"laod" not found.*Candidate bindings.*"load"'),
        ("SELECT CAST(station AS INT) FROM rows", r"Could not convert string 'a' to INT32"),
        ("SELECT load, station AS load FROM rows", r"names of their own. Got load more than once"),
        ("SELECT 1; SELECT 2", r"must be one SELECT. Got SELECT, SELECT instead"),
        ("-- nothing at all", r"must be one SELECT. Got none instead"),
        ("DROP VIEW rows", r"must be one SELECT. Got DROP instead"),
        ("CREATE TABLE other AS SELECT * FROM rows", r"must be one SELECT. Got CREATE instead"),
        ("SET enable_external_access = true", r"must be one SELECT. Got SET instead"),
        ("INSTALL httpfs", r"must be one SELECT"),
        ("SELECT * FROM read_text('/etc/hostname')", r"disabled by configuration"),
        ("SELECT * FROM 'https://localhost:1/rows.parquet'", r"disabled by configuration"),
        ("SELECT * FROM read_parquet('https://localhost:1/rows.parquet')", r"disabled by configuration"),
        ("SELECT * FROM ROWS2", r"Table with name ROWS2 does not exist"),
    ],
)
def test_sql_that_fails_or_does_more_than_select_broke_and_says_why(query: str, said: str) -> None:
    result = sql(query)
    assert result.finding is BROKEN
    assert re.search(said, result.sentence), result.sentence


def test_sql_writes_no_files(tmp_path: Path) -> None:
    assert sql(f"COPY rows TO '{tmp_path}/rows.csv'").finding is BROKEN
    assert sql(f"ATTACH '{tmp_path}/rows.db'").finding is BROKEN
    assert list(tmp_path.iterdir()) == []


def test_sql_sees_no_variable_of_the_process() -> None:
    hidden = pa.table({"secret": ["s"]})
    assert hidden.num_rows == 1
    assert sql("SELECT * FROM hidden").finding is BROKEN


def function(name: str, **fields: Any) -> ExpectationResult:
    return FunctionRunner(FunctionCheck(f"tests.contract.checks:{name}", **fields)).run(MemoryScan(ROWS))


@pytest.mark.parametrize(("mostly", "finding"), [(0.65, MET), (2 / 3, MET), (0.67, UNMET), (1.0, UNMET)])
def test_a_share_of_right_rows_is_enough_at_its_limit_and_above(mostly: float, finding: Finding) -> None:
    assert function("not_negative", mostly=mostly).finding is finding


def test_a_function_says_how_many_rows_are_wrong() -> None:
    result = function("not_negative", mostly=0.9)
    said = "1 of 3 rows (33.33 %) are wrong, at least 90 % must be right"
    assert result.sentence == f"tests.contract.checks:not_negative: {said}"
    assert result.share == pytest.approx(1 / 3)


def test_answers_in_another_order_are_about_the_rows_that_they_name() -> None:
    (row,) = function("by_size").rows
    assert dict(row)["load"] == "-2"


def test_a_function_is_given_the_columns_that_it_asks_for() -> None:
    assert function("only_load", columns=("load",)).finding is MET
    assert function("only_load").finding is UNMET


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("fails", r"it fails in .*checks\.py, line \d+: KeyError: 'price'"),
        ("one_bool", r"must return a Series of bool, one for each of the batch's 3 rows. Got bool instead in .*checks"),
        ("too_few", r"Got 2 values instead"),
        ("numbers", r"Got float64 with nulls instead"),
        ("nullable", r"Got boolean with nulls instead"),
        ("masked", r"Got MaskedArray instead"),
        ("a_frame", r"Got DataFrame instead"),
    ],
)
def test_a_function_that_fails_or_returns_something_else_broke_with_its_place(name: str, said: str) -> None:
    result = function(name)
    assert result.finding is BROKEN
    assert re.search(said, result.sentence), result.sentence


def test_a_function_whose_columns_are_not_there_broke_and_is_not_called() -> None:
    result = function("fails", columns=("laod",))
    assert "column 'laod' isn't there; there are: day, load, station" in result.sentence


@pytest.mark.parametrize("name", ["THREE", "nowhere"])
def test_a_function_that_is_none_or_nowhere_is_the_specifications_fault(name: str) -> None:
    with pytest.raises(InputError):
        function(name)


def test_a_large_part_is_handed_over_in_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "SIZES", [])
    many = pa.table({"load": pa.nulls(300_000, pa.float64())})
    FunctionRunner(FunctionCheck("tests.contract.checks:sized")).run(MemoryScan(many))
    assert sum(checks.SIZES) == 300_000
    assert max(checks.SIZES) < 300_000


def schema(name: str, rows: pa.Table = ROWS) -> ExpectationResult:
    return PanderaRunner(PanderaCheck(f"tests.contract.checks:{name}")).run(MemoryScan(rows))


def test_every_error_of_a_schema_is_counted() -> None:
    result = schema("STRICT")
    assert result.finding is UNMET
    assert "2 of 3 rows (66.67 %) fail" in result.sentence
    assert "load not_nullable (1)" in result.sentence
    assert "load greater_than_or_equal_to(0) (1)" in result.sentence
    assert result.share == pytest.approx(2 / 3)
    assert "-2" in result.samples


def test_a_schema_about_the_whole_frame_sees_all_parts() -> None:
    result = PanderaRunner(PanderaCheck("tests.contract.checks:UNIQUE")).run(MemoryScan(ROWS, ROWS))
    assert result.finding is UNMET


def test_a_schema_that_misses_a_column_is_unmet_and_names_it() -> None:
    result = schema("STRICT", ROWS.drop_columns(["load"]))
    assert (result.finding, "load" in result.sentence) == (UNMET, True)


@pytest.mark.parametrize("off", [{"validation_enabled": False}, {"validation_depth": "SCHEMA_ONLY"}])
def test_a_schema_looks_at_rows_whatever_panderas_environment_says(off: dict[str, Any]) -> None:
    with config_context(**off):
        assert schema("STRICT").finding is UNMET


def test_rows_that_a_schema_would_drop_fail_it() -> None:
    result = schema("DROPPING")
    assert (result.finding, result.severity) == (UNMET, Severity.CRITICAL)
    assert "1 of 3 rows (33.33 %) fail: the schema would drop them" in result.sentence


def test_what_a_schema_only_warns_of_is_an_unmet_warning() -> None:
    result = schema("WARNING")
    assert (result.finding, result.severity) == (UNMET, Severity.WARNING)
    assert "the schema warns: Column 'load' failed" in result.sentence
    assert schema("WARNING", ROWS.slice(0, 1)).finding is MET


@pytest.mark.parametrize("name", ["THREE", "positive", "nowhere"])
def test_a_path_that_names_no_schema_is_the_specifications_fault(name: str) -> None:
    with pytest.raises(InputError):
        schema(name)


def test_without_pandera_the_sentence_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    imported = builtins.__import__

    def without(name: str, *rest: Any, **named: Any) -> Any:
        if name.startswith("pandera"):
            raise ImportError(name)
        return imported(name, *rest, **named)

    monkeypatch.delitem(sys.modules, "headgate.adapters.pandera_check")
    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(InputError, match=re.escape("pip install 'headgate[pandera]'")):
        importlib.import_module("headgate.adapters.pandera_check")


@pytest.mark.parametrize(
    ("check", "kind"),
    [
        (SqlCheck(name="x", sql="SELECT 1"), DuckdbCheck),
        (FunctionCheck("tests.contract.checks:positive"), FunctionRunner),
        (PanderaCheck("tests.contract.checks:Schema"), PanderaRunner),
    ],
)
def test_each_check_of_the_specification_has_its_runner(check: Any, kind: type[Any]) -> None:
    assert type(runner_of(check)).__name__ == kind.__name__


def test_the_schemas_are_panderas_own() -> None:
    assert isinstance(checks.STRICT, pandera.DataFrameSchema)
