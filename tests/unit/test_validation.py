from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.core.card_text import LONGEST
from headgate.core.headline import headline
from headgate.core.model_card import card_of, note_of
from headgate.core.promotion import Entry
from headgate.core.validation import (
    TOLD,
    ExpectationResult,
    Finding,
    Severity,
    ValidationReport,
    ValidationSummary,
    judge_validation,
    summarize,
)
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


@pytest.mark.parametrize("engine", ["drift", "quarantine"])
def test_drift_and_quarantine_alone_are_no_validation(engine: str) -> None:
    asked_nothing = report(replace(result(MET, Severity.INFO), engine=engine))
    verdict = judge_validation(asked_nothing)
    assert (verdict.outcome, verdict.reason) == (Outcome.UNDECIDED, "the suite has no expectations")
    assert headline(asked_nothing, verdict) == "UNDECIDED: the suite has no expectations; 10 rows"
    checked = report(*asked_nothing.results, replace(result(MET), engine="check"))
    assert judge_validation(checked).outcome is Outcome.PASS


def test_a_quarantine_that_was_refused_is_a_failure_and_no_expectation() -> None:
    refused = report(result(MET), replace(result(UNMET), engine="quarantine"))
    assert headline(refused, judge_validation(refused)) == "FAIL with 1 failure: 1 of 1 expectation met on 10 rows"


def test_no_rows_meet_anything_and_do_not_pass() -> None:
    verdict = judge_validation(replace(report(result(MET)), rows=0))
    assert (verdict.outcome, verdict.reason) == (Outcome.UNDECIDED, "there are no rows, which meet anything")
    assert judge_validation(replace(report(result(UNMET)), rows=0)).outcome is Outcome.FAIL
    assert judge_validation(replace(report(result(MET)), rows=1)).outcome is Outcome.PASS


def test_many_sentences_are_counted_and_long_ones_cut() -> None:
    many = report(*(result(UNMET, sentence=f"s{n}\n{'x' * 9000}") for n in range(1000)))
    reason = judge_validation(many).reason
    assert reason.startswith("the data was refused: s0 xxx")
    assert reason.endswith("; and 989 more, which the report lists")
    assert len(reason) < 6000


def test_a_summary_of_many_warnings_is_small_and_a_card_counts_them() -> None:
    many = report(result(MET), *(result(UNMET, Severity.WARNING, f"w{n}") for n in range(1000)))
    found = summary(many)
    assert (found.state, len(found.warnings)) == ("PASS with 1,000 warnings", TOLD)
    assert found.warnings[-1] == "and 989 more, which the report lists"
    assert found.warnings[-1] in note_of("PASS", found)


@pytest.mark.parametrize("number", [TOLD - 1, TOLD])
def test_as_many_warnings_as_there_is_room_for_are_told(number: int) -> None:
    said = tuple(f"w{n}" for n in range(number))
    assert summary(report(*(result(UNMET, Severity.WARNING, one) for one in said))).warnings == said


def test_a_run_that_was_refused_says_why() -> None:
    told = note_of("FAIL with 1 failure", ValidationSummary(state="FAIL"), refusal="the data was refused: a is bad")
    assert told == "**Validation: FAIL with 1 failure**\n\nthe data was refused: a is bad"


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


@pytest.mark.parametrize(
    ("warnings", "outcome"), [(0, Outcome.PASS), (1, Outcome.PASS), (2, Outcome.PASS), (3, Outcome.FAIL)]
)
def test_warnings_pass_below_and_at_the_most_that_may_and_not_above(warnings: int, outcome: Outcome) -> None:
    results = [result(MET), *(result(UNMET, Severity.WARNING, f"w{n}") for n in range(warnings))]
    assert judge_validation(replace(report(*results), max_warnings=2)).outcome is outcome


def test_warnings_above_the_most_that_may_pass_are_named() -> None:
    results = [result(UNMET, Severity.WARNING, "a is odd"), result(UNMET, Severity.WARNING, "b is odd")]
    verdict = judge_validation(replace(report(*results), max_warnings=1))
    said = "the data was refused: 2 warnings, more than the 1 that may pass: a is odd; b is odd"
    assert (verdict.outcome, verdict.reason) == (Outcome.FAIL, said)


def test_no_warning_may_pass_where_none_may() -> None:
    assert judge_validation(replace(report(result(UNMET, Severity.WARNING)), max_warnings=0)).outcome is Outcome.FAIL


@pytest.mark.parametrize("other", [result(UNMET, Severity.INFO), result(BROKEN, Severity.WARNING), result(MET)])
def test_only_unmet_warnings_count_as_such(other: ExpectationResult) -> None:
    assert judge_validation(replace(report(other), max_warnings=0)).outcome is not Outcome.FAIL


def test_any_number_of_warnings_passes_unless_a_number_is_said() -> None:
    many = [result(UNMET, Severity.WARNING)] * 1000
    assert judge_validation(report(*many)).outcome is Outcome.PASS


@given(st.lists(st.builds(result, st.sampled_from(Finding), st.sampled_from(Severity))), st.none() | st.integers(0, 3))
def test_only_what_is_wholly_evaluated_and_refused_by_nobody_passes(
    results: list[ExpectationResult], most: int | None
) -> None:
    whole = replace(report(*results), max_warnings=most)
    outcome = judge_validation(whole).outcome
    warnings = len(whole.found(UNMET, Severity.WARNING))
    is_refused = bool(whole.found(UNMET, Severity.CRITICAL)) or (most is not None and warnings > most)
    assert (outcome is Outcome.FAIL) == is_refused
    assert (outcome is Outcome.PASS) == (bool(results) and not whole.found(BROKEN) and not is_refused)


def summary(whole: ValidationReport) -> ValidationSummary:
    return summarize(whole, judge_validation(whole))


@pytest.mark.parametrize(
    ("results", "state"),
    [
        ([result(MET)], "PASS"),
        ([result(UNMET, Severity.INFO)], "PASS"),
        ([result(UNMET, Severity.WARNING)], "PASS with 1 warning"),
        ([result(UNMET, Severity.WARNING)] * 1200, "PASS with 1,200 warnings"),
        ([result(UNMET), result(UNMET, Severity.WARNING)], "FAIL"),
        ([result(BROKEN), result(UNMET, Severity.WARNING)], "UNDECIDED"),
        ([], "UNDECIDED"),
    ],
)
def test_the_state_says_the_outcome_and_how_many_warnings_passed(results: list[Any], state: str) -> None:
    assert summary(report(*results)).state == state


def test_a_summary_says_the_warnings_what_was_set_aside_and_the_reference() -> None:
    whole = report(result(UNMET, Severity.WARNING, "a is odd"), result(UNMET, Severity.INFO, "b is odd"))
    found = summary(replace(whole, left_out=12, left_out_of=10_000, reference="not measured"))
    assert found.warnings == ("a is odd",)
    assert found.notes == ("12 of 10,000 rows were set aside", "drift: not measured")


def test_a_summary_says_which_expectations_set_most_rows_aside() -> None:
    by = (("a(x)", 1200), ("b(y)", 7), ("c()", 2), ("d()", 1))
    (note,) = summary(replace(report(result(MET)), left_out=1205, left_out_of=10_000, left_out_by=by)).notes
    assert note == "1,205 of 10,000 rows were set aside by a(x) 1,200, b(y) 7, c() 2, and 1 more"


def test_a_run_says_its_headline_then_the_warnings_as_markdown() -> None:
    told = note_of("PASS with 1 warning", ValidationSummary(state="PASS", warnings=("a < *b*",), notes=("drift: x",)))
    assert told == "**Validation: PASS with 1 warning**\n\n* a \\< \\*b\\*\n\n* drift: x"


def entry(**tags: str) -> Entry:
    said = {"key": "m-1", "expected_head": 0, "model_id": "m-1", "who": "ada", "reason": "better by far"}
    return Entry(as_of=datetime(2024, 5, 1, tzinfo=UTC), tags=tuple(tags.items()), **said)  # type: ignore[arg-type]


def test_a_model_card_is_the_reason_where_nothing_is_known_of_a_validation() -> None:
    assert card_of(entry()) == "better by far"


def test_a_model_card_says_how_its_rows_were_validated() -> None:
    card = card_of(entry(validation="PASS with 2 warnings", validation_warnings="a is odd\nb is odd"))
    assert card == "better by far\n\n**Validation: PASS with 2 warnings**\n\n* a is odd\n* b is odd"


def test_a_model_card_fits_what_mlflow_keeps_whatever_there_is_to_say() -> None:
    many = "\n".join(f"warning {n}" for n in range(40))
    assert "* and 28 more" in card_of(entry(validation="PASS with 40 warnings", validation_warnings=many))
    assert len(card_of(entry(validation="PASS", validation_warnings="x" * 9000))) == LONGEST
