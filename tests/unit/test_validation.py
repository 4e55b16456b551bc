from __future__ import annotations

import pytest

from headgate.core.validation import ExpectationResult, Finding, Severity, ValidationReport, judge_validation
from headgate.core.verdict import Outcome


def result(finding: Finding, severity: Severity = Severity.CRITICAL, sentence: str = "said") -> ExpectationResult:
    return ExpectationResult(
        expectation="expect_something", column="x", severity=severity, finding=finding, sentence=sentence
    )


def report(*results: ExpectationResult) -> ValidationReport:
    return ValidationReport(suite="suite.json", snapshot="abc", rows=10, results=results)


MET, UNMET, BROKEN = Finding.MET, Finding.UNMET, Finding.BROKEN


def test_all_met_opens_the_door() -> None:
    verdict = judge_validation(report(result(MET), result(MET, Severity.INFO)))
    assert (verdict.outcome, verdict.reason) == (Outcome.PASS, "2 of 2 expectations met")


def test_a_suite_without_expectations_does_not_pass() -> None:
    verdict = judge_validation(report())
    assert (verdict.outcome, verdict.reason) == (Outcome.UNDECIDED, "the suite has no expectations")


def test_an_unmet_critical_expectation_refuses_the_data_and_says_which() -> None:
    verdict = judge_validation(
        report(result(MET), result(UNMET, sentence="a is bad"), result(UNMET, sentence="b is bad"))
    )
    assert verdict.outcome is Outcome.FAIL
    assert verdict.reason == "the data was refused: a is bad; b is bad"


@pytest.mark.parametrize("severity", [Severity.WARNING, Severity.INFO])
def test_a_lesser_unmet_expectation_is_told_and_does_not_block(severity: Severity) -> None:
    verdict = judge_validation(report(result(MET), result(UNMET, severity, "a is odd")))
    assert (verdict.outcome, verdict.reason) == (Outcome.PASS, "1 of 2 expectations met; unmet: a is odd")


@pytest.mark.parametrize("severity", list(Severity))
def test_a_broken_expectation_leaves_it_undecided_whatever_its_severity(severity: Severity) -> None:
    verdict = judge_validation(report(result(MET), result(BROKEN, severity, "no column y")))
    assert verdict.outcome is Outcome.UNDECIDED
    assert verdict.reason == "the suite is broken, not the data: no column y"


def test_bad_data_outweighs_a_broken_suite() -> None:
    assert judge_validation(report(result(BROKEN), result(UNMET))).outcome is Outcome.FAIL


def test_a_broken_suite_outweighs_a_warning() -> None:
    assert judge_validation(report(result(UNMET, Severity.WARNING), result(BROKEN))).outcome is Outcome.UNDECIDED


def test_the_verdict_names_the_suite() -> None:
    assert judge_validation(report()).gate == "suite suite.json"


def test_results_are_found_by_finding_and_severity_in_their_order() -> None:
    first, second = result(UNMET, Severity.INFO, "first"), result(UNMET, Severity.CRITICAL, "second")
    whole = report(first, result(MET), second)
    assert whole.found(UNMET) == (first, second)
    assert whole.found(UNMET, Severity.CRITICAL) == (second,)
    assert whole.found(UNMET, Severity.CRITICAL, Severity.INFO) == (first, second)
    assert whole.found(BROKEN) == ()
