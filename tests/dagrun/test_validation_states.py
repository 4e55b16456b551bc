"""Every state of a validation, through the real operators and on a real MLflow server."""

from __future__ import annotations

import logging
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from headgate import Drift, FunctionCheck, FunctionSource, PanderaCheck, SqlCheck
from headgate.core.snapshots import manifest_path
from headgate.core.validation import Severity
from tests.dagrun.chain import MAY, Chain
from tests.dagrun.stations import (
    FEW_ROWS,
    NO_COLUMN,
    NOT_NEGATIVE,
    SMALL,
    artifact,
    report,
    stations,
    tags,
    validate,
)

WARNINGS = [{**SMALL, "severity": "warning"}, {**FEW_ROWS, "severity": "warning"}]
REPORT = "Validation report"


def test_all_met_passes_and_nothing_is_marked(chain: Chain) -> None:
    stations(chain, "clean", NOT_NEGATIVE)
    shown = validate(chain)
    assert shown.output["verdict"]["outcome"] == "PASS"
    assert sorted(shown.links) == ["MLflow run", REPORT]
    assert shown.xcoms == {}
    assert shown.log.lines[1][1] == "PASS: 1 of 1 expectation met on 148 rows"
    assert {level for level, _ in shown.log.lines} == {logging.INFO}
    assert tags(chain)["headgate.validation"] == "PASS"


def test_an_unmet_critical_expectation_fails_at_once_and_before_any_training(chain: Chain) -> None:
    stations(chain, "clean", NOT_NEGATIVE, {**FEW_ROWS, "severity": "critical"}, WARNINGS[0])
    shown = validate(chain)
    assert shown.refusal.startswith("the data was refused: expect_table_row_count_to_be_between(")
    assert shown.log.at(logging.ERROR)[0].startswith("FAIL with 1 failure and 1 warning: 1 of 3 expectations met")
    assert shown.log.at(logging.ERROR)[1].startswith("unmet critical: expect_table_row_count_to_be_between(")
    assert tags(chain)["headgate.validation"] == "FAIL"
    assert shown.refusal.replace("[", r"\[") in tags(chain)["mlflow.note.content"]
    assert chain.failed_with() == shown.refusal
    assert REPORT in shown.links


def test_warnings_go_on_and_are_marked_in_the_task(chain: Chain) -> None:
    stations(chain, "clean", NOT_NEGATIVE, *WARNINGS)
    shown = validate(chain)
    assert shown.output["verdict"]["outcome"] == "PASS"
    assert shown.links["Unmet warnings"] == shown.links[REPORT]
    assert shown.xcoms["warnings"] == shown.output["summary"]["warnings"]
    told = shown.log.at(logging.WARNING)
    assert told[0] == "PASS with 2 warnings: 1 of 3 expectations met on 148 rows"
    assert [line.partition("(")[0] for line in told[1:]] == [
        "unmet warning: expect_column_max_to_be_between",
        "unmet warning: expect_table_row_count_to_be_between",
    ]
    assert "evaluated by headgate: 3" in shown.log.at(logging.INFO)


def test_warnings_are_marked_in_the_mlflow_run_and_on_the_version(chain: Chain) -> None:
    stations(chain, "clean", NOT_NEGATIVE, *WARNINGS)
    chain.run("promote")
    said = tags(chain)
    assert (said["headgate.validation"], said["headgate.unmet_warning"]) == ("PASS with 2 warnings", "2")
    assert said["mlflow.note.content"].startswith("**Validation: PASS with 2 warnings: 1 of 3 expectations met")
    (version,) = chain.client.search_model_versions(f"name = '{chain.model}'")
    description = str(version.description)
    for told in (said["mlflow.note.content"], description):
        assert "* expect_column_max_to_be_between(size" in told
        assert "* expect_table_row_count_to_be_between(" in told
    assert "### Validation of the data\n\nPASS with 2 warnings" in description
    assert version.tags["headgate.validation"] == "PASS with 2 warnings"


def test_a_second_fit_keeps_the_note_of_the_validation(chain: Chain) -> None:
    stations(chain, "clean", NOT_NEGATIVE, *WARNINGS)
    chain.run("train")
    chain.params["alpha"] = 2.0
    del chain.outputs["train"]
    chain.run("train")
    assert tags(chain)["mlflow.note.content"].startswith("**Validation: PASS with 2 warnings")


@pytest.mark.parametrize(("most", "passes"), [(1, False), (2, True), (3, True)])
def test_more_warnings_than_may_pass_fail_and_are_named(chain: Chain, most: int, passes: bool) -> None:  # noqa: FBT001 - the answer
    stations(chain, "clean", NOT_NEGATIVE, *WARNINGS, max_warnings=most)
    shown = validate(chain)
    assert (shown.output is not None) is passes
    if not passes:
        assert shown.refusal.startswith(
            "the data was refused: 2 warnings, more than the 1 that may pass: expect_column"
        )
        assert chain.failed_with() == shown.refusal


def test_a_broken_expectation_is_its_own_outcome(chain: Chain) -> None:
    stations(chain, "clean", NOT_NEGATIVE, {**NO_COLUMN, "severity": "info"}, WARNINGS[0])
    shown = validate(chain)
    assert shown.refusal.startswith("the suite is broken, not the data: expect_column_values_to_not_be_null(price")
    assert shown.log.at(logging.ERROR)[0].startswith("UNDECIDED with 1 broken expectation")
    assert shown.log.at(logging.ERROR)[1].startswith("broken info: ")
    assert (tags(chain)["headgate.validation"], tags(chain)["headgate.broken"]) == ("UNDECIDED", "1")
    assert chain.failed_with() == shown.refusal


CHECKS: dict[str, Any] = {
    "sql": SqlCheck(name="even sizes", sql="SELECT * FROM rows WHERE size % 2 <> 0", severity=Severity.WARNING),
    "function": FunctionCheck("tests.dagrun.stations:even", severity=Severity.WARNING),
    "pandera": PanderaCheck("tests.contract.checks:UNIQUE_SIZES", severity=Severity.WARNING),
}


@pytest.mark.parametrize("kind", CHECKS)
def test_a_custom_check_has_a_severity_as_an_expectation_has(chain: Chain, kind: str) -> None:
    stations(chain, "clean", NOT_NEGATIVE, checks=(CHECKS[kind],))
    shown = validate(chain)
    assert tags(chain)["headgate.validation"] == "PASS with 1 warning"
    assert shown.xcoms["warnings"][0].startswith(CHECKS[kind].title)
    assert "evaluated by headgate: 1, check: 1" in shown.log.at(logging.INFO)


@pytest.mark.parametrize(
    ("check", "said"),
    [
        (SqlCheck(name="loads", sql="SELECT laod FROM rows"), '"laod" not found'),
        (FunctionCheck("tests.dagrun.stations:faulty"), "KeyError: 'price'"),
    ],
)
def test_a_custom_check_that_fails_is_broken(chain: Chain, check: Any, said: str) -> None:
    stations(chain, "clean", NOT_NEGATIVE, checks=(check,))
    refusal = validate(chain).refusal
    assert refusal.startswith("the suite is broken, not the data: ")
    assert said in refusal


def test_a_log_says_what_is_wrong_with_the_data_before_what_is_wrong_with_the_suite(chain: Chain) -> None:
    stations(chain, "clean", WARNINGS[0], NO_COLUMN, {**FEW_ROWS, "severity": "critical"})
    told = [line.partition(": ")[0] for level, line in validate(chain).log.lines if level >= logging.WARNING]
    assert told[1:] == ["unmet critical", "broken critical", "unmet warning"]


def test_a_custom_check_that_is_nowhere_is_the_specifications_fault(chain: Chain) -> None:
    stations(chain, "clean", NOT_NEGATIVE, checks=(FunctionCheck("tests.dagrun.stations:evne"),))
    assert "Did you mean even" in validate(chain).refusal
    assert chain.runs() == []


def in_june(chain: Chain, source: str) -> None:
    """Let the chain be a run of a later as-of, over other rows."""
    chain.outputs.clear()
    chain.skipped.clear()
    chain.facts |= {"run_id": "manual 2", "data_interval_end": MAY + timedelta(days=31)}
    chain.pipeline["source"] = FunctionSource(f"tests.dagrun.stations:{source}", event_time="day")


def of_june(chain: Chain) -> dict[str, str]:
    (run,) = [one for one in chain.runs() if one.data.tags["headgate.as_of"].startswith("2024-06")]
    return dict(run.data.tags)


def test_without_a_champion_drift_is_not_measured_and_that_is_said(chain: Chain) -> None:
    stations(chain, "clean", NOT_NEGATIVE, drift=Drift())
    shown = validate(chain)
    said = f"not measured: {chain.model} has no champion yet, so there is no reference"
    assert report(chain)["reference"] == said
    assert f"drift: {said}" in shown.log.at(logging.INFO)
    assert (tags(chain)["headgate.validation"], tags(chain)["headgate.drift_reference"]) == ("PASS", said)


def test_rows_like_those_that_the_champion_learned_from_raise_no_alarm(chain: Chain) -> None:
    stations(chain, "clean", NOT_NEGATIVE, drift=Drift(min_rows=10))
    chain.run("promote")
    in_june(chain, "clean")
    shown = validate(chain)
    assert shown.output["verdict"]["outcome"] == "PASS"
    assert shown.xcoms == {}
    assert "of version 1 of" in of_june(chain)["headgate.drift_reference"]


@pytest.mark.parametrize(
    ("severity", "state"), [(Severity.WARNING, "PASS with 1 warning"), (Severity.CRITICAL, "FAIL")]
)
def test_an_alarm_has_the_severity_that_its_limits_have(chain: Chain, severity: Severity, state: str) -> None:
    drift = Drift(min_rows=10, columns=("size",), severity=severity)
    stations(chain, "clean", NOT_NEGATIVE, drift=drift)
    chain.run("promote")
    in_june(chain, "grown")
    shown = validate(chain)
    assert of_june(chain)["headgate.validation"] == state
    if severity is Severity.CRITICAL:
        assert shown.refusal.startswith("the data was refused: size")
    else:
        assert any("size" in warning for warning in shown.xcoms["warnings"])


def test_a_replay_is_held_against_the_champion_that_it_would_have_met(chain: Chain) -> None:
    stations(chain, "clean", NOT_NEGATIVE, drift=Drift(min_rows=10))
    chain.run("promote")
    in_june(chain, "grown")
    chain.facts |= {"run_id": "manual 0", "data_interval_end": MAY - timedelta(days=31)}
    assert validate(chain).output["verdict"]["outcome"] == "PASS"
    assert any("has no champion yet" in run.data.tags["headgate.drift_reference"] for run in chain.runs())


def champions_manifest(chain: Chain) -> Path:
    snapshot = chain.outputs["snapshot"]["id"]
    return chain.store / manifest_path(chain.model, MAY, snapshot)


def test_a_champion_whose_manifest_is_gone_is_no_failure_but_told(chain: Chain) -> None:
    stations(chain, "clean", NOT_NEGATIVE, drift=Drift(min_rows=10))
    chain.run("promote")
    champions_manifest(chain).unlink()
    in_june(chain, "grown")
    shown = validate(chain)
    assert shown.output["verdict"]["outcome"] == "PASS"
    assert "isn't in the store any more" in of_june(chain)["headgate.drift_reference"]
    assert any(line.startswith("unmet info: drift was not measured") for line in shown.log.at(logging.INFO))


def test_a_champion_whose_manifest_is_damaged_stops_the_run(chain: Chain) -> None:
    stations(chain, "clean", NOT_NEGATIVE, drift=Drift(min_rows=10))
    chain.run("promote")
    champions_manifest(chain).write_text("{")
    in_june(chain, "grown")
    assert "is damaged" in validate(chain).refusal


def test_the_report_is_kept_as_data_too(chain: Chain) -> None:
    stations(chain, "clean", NOT_NEGATIVE)
    validate(chain)
    (run,) = chain.runs()
    assert [result["place"] for result in report(chain)["results"]] == [0]
    assert Path(artifact(chain, run.info.run_id, "validation/report.html")).read_text().startswith("<!doctype html>")


def test_great_expectations_own_page_is_kept_where_it_is_asked_for(chain: Chain) -> None:
    stations(chain, "clean", NOT_NEGATIVE, data_docs=True)
    shown = validate(chain)
    (run,) = chain.runs()
    page = Path(artifact(chain, run.info.run_id, "validation/data_docs.html")).read_text()
    assert "values must be greater than or equal to" in page
    assert "<script" not in page
    assert "data_docs.html" in shown.links["Data Docs"]
