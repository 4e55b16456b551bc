"""What a person may write as a suite, and what a mistake in it says."""

from __future__ import annotations

import json
import sys
from datetime import date
from pathlib import Path
from typing import Any

import great_expectations as gx
import great_expectations.expectations as gxe
import pytest
from great_expectations.expectations.metadata_types import FailureSeverity

from headgate.adapters.gx_suites import GxSuiteRunner
from headgate.core.validation import Severity
from headgate.errors import InputError
from tests.contract.suite_rows import (
    BETWEEN,
    MET,
    NOT_NULL,
    ROW_COUNT,
    ROWS,
    UNMET,
    Run,
    entry,
    written,
)


@pytest.fixture
def gx_run(tmp_path: Path) -> Run:
    return lambda entries: GxSuiteRunner().run(written(tmp_path, entries), ROWS)


def test_what_great_expectations_writes_is_read(tmp_path: Path) -> None:
    suite = gx.ExpectationSuite(
        name="written",
        expectations=[
            gxe.ExpectColumnValuesToBeBetween(
                column="co2", min_value=300, max_value=400, severity=FailureSeverity.WARNING, notes="x"
            ),
            gxe.ExpectColumnValuesToNotBeNull(column="n", meta={"who": "me"}),
        ],
    )
    path = tmp_path / "suite.json"
    path.write_text(json.dumps(suite.to_json_dict()))
    results = GxSuiteRunner().run(str(path), ROWS)
    assert [(r.finding, r.severity) for r in results] == [(UNMET, Severity.WARNING), (MET, Severity.CRITICAL)]


def test_the_older_key_of_an_expectations_type_is_read(gx_run: Run) -> None:
    assert gx_run([{"expectation_type": NOT_NULL, "kwargs": {"column": "n"}}])[0].finding is MET


def test_suite_parameters_are_filled_in(tmp_path: Path) -> None:
    path = tmp_path / "suite.json"
    least = {"type": ROW_COUNT, "kwargs": {"min_value": {"$PARAMETER": "least"}}}
    path.write_text(json.dumps({"expectations": [least], "suite_parameters": {"least": 11}}))
    assert GxSuiteRunner().run(str(path), ROWS)[0].finding is UNMET


def build_suite() -> gx.ExpectationSuite:
    context = gx.get_context(mode="ephemeral")  # as people do; it must not get in the way of ours
    suite = context.suites.add(gx.ExpectationSuite(name="built"))
    suite.add_expectation(gxe.ExpectColumnValuesToNotBeNull(column="co2", severity=FailureSeverity.INFO))
    return suite


def build_list() -> list[object]:
    bound = date(2000, 1, 2)
    return [
        gxe.ExpectTableRowCountToEqual(value=10),
        gxe.ExpectColumnMinToBeBetween(column="event_time", max_value=bound),
    ]


def build_nothing() -> None: ...


def build_badly() -> None:
    msg = "no such season"
    raise KeyError(msg)


@pytest.fixture
def importable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "my_suites", sys.modules[__name__])


@pytest.mark.usefixtures("importable")
def test_a_function_builds_a_suite_or_a_list() -> None:
    runner = GxSuiteRunner()
    for _ in range(2):
        assert [(r.finding, r.severity) for r in runner.run("my_suites:build_suite", ROWS)] == [(UNMET, Severity.INFO)]
        assert [r.finding for r in runner.run("my_suites:build_list", ROWS)] == [MET, MET]


@pytest.mark.usefixtures("importable")
@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("my_suites:build_nothing", "my_suites:build_nothing must return an ExpectationSuite .* Got None instead"),
        ("my_suites:build_badly", "my_suites:build_badly must return a suite. It raised KeyError: 'no such season'"),
        ("my_suites:NOT_NULL", "my_suites:NOT_NULL must be a function"),
        ("my_suites:build_lst", "build_lst.*Did you mean build_list"),
    ],
)
def test_a_function_that_builds_no_suite_is_an_input_error(path: str, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        GxSuiteRunner().run(path, ROWS)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{", "must be a JSON file that can be read. Got Expecting"),
        ("[]", r'must be a suite: \{"expectations": \[...\]\}. Got a list instead'),
        ('{"expectatoins": []}', r"Got the keys \['expectatoins'\] instead"),
        ('{"expectations": [3]}', r"expectations.0 of .*suite.json must be an object such as .* Got 3 instead"),
        ('{"expectations": [{"kwargs": {}}]}', "expectations.0 of .* must be an object such as"),
    ],
)
def test_a_file_that_is_no_suite_is_an_input_error(tmp_path: Path, text: str, sentence: str) -> None:
    path = tmp_path / "suite.json"
    path.write_text(text)
    with pytest.raises(InputError, match=sentence):
        GxSuiteRunner().run(str(path), ROWS)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (entry("expect_column_values_to_be_betwen", column="n"), f"expectations.1 .* Did you mean {BETWEEN}?"),
        (entry(BETWEEN, colum="n", min_value=1), "colum: it takes no such argument, did you mean column"),
        (entry(BETWEEN, column="n", min_value="low"), "Got {'column': 'n', 'min_value': 'low'} instead: min_value"),
        (entry(NOT_NULL, "fatal", column="n"), "Invalid severity 'fatal'"),
        (
            entry(NOT_NULL, column="n") | {"severety": "info"},
            "known key. Got 'severety' instead. Did you mean severity?",
        ),
        ({"type": NOT_NULL, "kwargs": [1]}, "kwargs must be a dict"),
    ],
)
def test_a_mistake_in_a_suite_is_an_input_error_that_says_where(
    gx_run: Run, wrong: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(InputError, match=sentence):
        gx_run([entry(NOT_NULL, column="c02"), wrong])


def test_a_relative_path_is_found_where_python_imports_from(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(tmp_path, [entry(NOT_NULL, column="n")])
    monkeypatch.syspath_prepend(str(tmp_path))
    assert GxSuiteRunner().run("suite.json", ROWS)[0].finding is MET
