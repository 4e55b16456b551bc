"""What Great Expectations writes or builds is read as data; and what is known of it here is what is installed."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, get_args

import great_expectations as gx
import great_expectations.expectations as gxe
import pytest
from great_expectations.expectations.metadata_types import FailureSeverity
from great_expectations.expectations.registry import (
    get_expectation_impl,
    list_registered_expectation_implementations,
)
from great_expectations.expectations.row_conditions import Column

from headgate.adapters.gx_suites import GxSuites
from headgate.adapters.suite_files import load_suite
from headgate.core.suite_catalogue import CATALOGUE, RUNTIME
from headgate.core.validation import Severity
from headgate.errors import InputError
from headgate.steps.suites import run_suite
from headgate.testing.memory_scan import MemoryScan
from tests.contract.suite_rows import BETWEEN, MET, NOT_NULL, ROW_COUNT, ROWS, UNMET, entry

OF_ALL = {"id", "meta", "notes", "description", "rendered_content", "severity", "library_metadata"}


def test_every_type_that_is_installed_is_known_and_no_other() -> None:
    installed = {n for n in list_registered_expectation_implementations() if not n.startswith("expect_our_")}
    assert set(CATALOGUE) == installed


@pytest.mark.parametrize("kind", sorted(CATALOGUE))
def test_the_arguments_of_a_type_are_those_that_are_installed(kind: str) -> None:
    fields = get_expectation_impl(kind).__fields__
    assert set(CATALOGUE[kind].all) == fields.keys() - OF_ALL - RUNTIME
    needed_besides = {"column_set", "column_list"}  # Great Expectations has defaults that mean nothing
    assert {name for name, field in fields.items() if field.required} <= CATALOGUE[kind].needed.keys()
    assert {name for name in CATALOGUE[kind].needed if not fields[name].required} <= needed_besides


def test_the_words_that_an_argument_takes_are_those_that_are_installed() -> None:
    tried = set()
    for kind, name in ((kind, name) for kind in CATALOGUE for name in ("ignore_row_if", "match_on", "method")):
        field = get_expectation_impl(kind).__fields__.get(name)
        words = {word for part in (get_args(field.outer_type_) if field else ()) for word in (get_args(part) or [part])}
        assert all(CATALOGUE[kind].all[name].fits(word) for word in words if isinstance(word, str))
        tried |= {word for word in words if isinstance(word, str)}
    assert {"neither", "never", "any", "iqr"} <= tried


def our_suite() -> gx.ExpectationSuite:
    context = gx.get_context(mode="ephemeral")  # as people do; it must not get in the way of ours
    suite = context.suites.add(gx.ExpectationSuite(name="built", suite_parameters={"least": 11}))
    suite.add_expectation(
        gxe.ExpectColumnValuesToBeBetween(
            column="co2",
            min_value=300,
            max_value=400,
            severity=FailureSeverity.WARNING,
            notes=["x", "y"],
            meta={"who": "me"},
            description="dry air",
            row_condition=Column("n") > 1,
        )
    )
    suite.add_expectation(gxe.ExpectTableRowCountToBeBetween(min_value={"$PARAMETER": "least"}))
    return suite


def our_list() -> list[object]:
    day = date(2000, 1, 2)
    return [
        gxe.ExpectTableRowCountToEqual(value=10),
        gxe.ExpectColumnMinToBeBetween(column="event_time", max_value=day),
        gxe.ExpectColumnMinToBeBetween(column="event_time", max_value=datetime(2000, 1, 1, tzinfo=UTC)),
        gxe.ExpectColumnValuesToBeInSet(column="event_time", value_set=[day], mostly=0.1),
        gxe.ExpectTableColumnsToMatchSet(column_set={"event_time", "co2", "station", "n"}),
        entry(NOT_NULL, column="n"),
    ]


def our_data() -> dict[str, Any]:
    return {"expectations": ({"type": NOT_NULL, "kwargs": {"column": "n"}, "notes": ("a", "b")},)}


class ExpectOurCarbon(gxe.ExpectColumnValuesToBeBetween):
    column: str = "co2"
    min_value: float = 300
    max_value: float = 400


def our_own() -> list[object]:
    return [ExpectOurCarbon(mostly=0.5, severity=FailureSeverity.INFO)]


def build_nothing() -> None: ...


def build_badly() -> None:
    msg = "no such season"
    raise KeyError(msg)


@pytest.fixture(autouse=True)
def importable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "my_suites", sys.modules[__name__])


def test_what_great_expectations_writes_is_read(tmp_path: Path) -> None:
    path = tmp_path / "suite.json"
    path.write_text(json.dumps(our_suite().to_json_dict()))
    written, built = load_suite(str(path)), load_suite("my_suites:our_suite")
    assert written.expectations == built.expectations
    between, count = built.expectations
    assert (between.severity, between.notes, between.description) == (Severity.WARNING, "x y", "dry air")
    assert between.meta == {"who": "me"}
    assert between.condition_columns == ("n",)
    assert count.kwargs == {"min_value": 11}


@pytest.mark.parametrize("name", ["our_list", "our_data", "our_own"])
def test_what_a_function_builds_is_read_as_data_and_can_be_run(name: str) -> None:
    for _ in range(2):
        suite = load_suite(f"my_suites:{name}")
        json.dumps([dict(e.kwargs) for e in suite.expectations])
        found = run_suite(suite, MemoryScan(ROWS), engines=[GxSuites()])
        assert {result.finding for result in found} == {MET}


def test_an_expectation_of_the_users_own_class_goes_on_working() -> None:
    suite = load_suite("my_suites:our_own")
    assert [(e.type, e.severity) for e in suite.expectations] == [("expect_our_carbon", Severity.INFO)]
    (result,) = run_suite(suite, MemoryScan(ROWS), engines=[GxSuites()])
    assert result.share == pytest.approx(2 / 9)
    assert (result.finding, result.engine) == (MET, "gx")


def test_an_expectation_of_the_users_own_class_is_unknown_in_a_file(tmp_path: Path) -> None:
    path = tmp_path / "suite.json"
    path.write_text(json.dumps({"expectations": [entry("expect_our_carbon")]}))
    with pytest.raises(InputError, match=r"must hold a known expectation\. Got 'expect_our_carbon'"):
        load_suite(str(path))


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("my_suites:build_nothing", "my_suites:build_nothing must return an ExpectationSuite.* Got None instead"),
        ("my_suites:build_badly", "my_suites:build_badly must return a suite. It raised KeyError: 'no such season'"),
        ("my_suites:NOT_NULL", "my_suites:NOT_NULL must be a function"),
        ("my_suites:our_lst", "our_lst.*Did you mean our_list"),
        ("nowhere/suite.json", "there is no such file"),
        ("no_such_module:suite", "no_such_module"),
    ],
)
def test_what_is_no_suite_is_an_input_error(path: str, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        load_suite(path)


@pytest.mark.parametrize("text", ["{", '"\\ud800"'])
def test_a_file_that_is_no_json_or_no_suite_is_an_input_error(tmp_path: Path, text: str) -> None:
    path = tmp_path / "suite.json"
    path.write_text(text)
    with pytest.raises(InputError, match=r"suite\.json must be"):
        load_suite(str(path))


def test_a_relative_path_is_found_where_python_imports_from(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "found.json").write_text(json.dumps({"expectations": [entry(BETWEEN, column="n", min_value=1)]}))
    monkeypatch.syspath_prepend(str(tmp_path))
    suite = load_suite("found.json")
    assert (suite.name, suite.expectations[0].kwargs["min_value"]) == ("found.json", 1)


def test_reading_a_suite_imports_no_heavy_library(tmp_path: Path) -> None:
    path = tmp_path / "suite.json"
    path.write_text(json.dumps({"expectations": [entry(ROW_COUNT, min_value=1)]}))
    script = f"""
import sys
from headgate.adapters.suite_files import load_suite
load_suite({str(path)!r})
print(sorted({{"great_expectations", "pandas", "numpy", "pyarrow", "duckdb"}} & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_an_empty_suite_is_a_suite(tmp_path: Path) -> None:
    path = tmp_path / "suite.json"
    path.write_text('{"expectations": []}')
    assert load_suite(str(path)).expectations == ()


def test_findings_differ_where_the_suite_says_so() -> None:
    found = run_suite(load_suite("my_suites:our_suite"), MemoryScan(ROWS), engines=[GxSuites()])
    assert [(result.finding, result.severity) for result in found] == [
        (UNMET, Severity.WARNING),
        (UNMET, Severity.CRITICAL),
    ]
