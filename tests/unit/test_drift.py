from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.core.drift import Drift, measure_drift
from headgate.core.profile import ColumnProfile, Kind
from headgate.core.validation import ExpectationResult, Finding, Severity
from headgate.errors import InputError
from tests.unit.profiles import numbers, profile, texts

NORMAL = np.random.default_rng(7).normal(size=10_000)
ALL = Drift(psi=0.2, jensen_shannon=0.1, wasserstein=0.1)


def measured(
    before: ColumnProfile, after: ColumnProfile, limits: Drift = ALL
) -> dict[tuple[str, str], ExpectationResult]:
    results = measure_drift(profile(before), profile(after), limits)
    assert {result.engine for result in results} == {"drift"}
    return {(result.expectation, result.column): result for result in results}


def test_equal_rows_meet_every_limit() -> None:
    results = measure_drift(
        profile(numbers(NORMAL), texts(["a"] * 10_000)), profile(numbers(NORMAL), texts(["a"] * 10_000)), ALL
    )
    assert {result.finding for result in results} == {Finding.MET}
    assert [result.expectation for result in results] == [
        "drift_schema",
        "drift_psi",
        "drift_jensen_shannon",
        "drift_wasserstein",
        "drift_psi",
        "drift_jensen_shannon",
        "drift_new_categories",
        "drift_vanished_categories",
    ]


def test_a_crossed_limit_says_who_what_and_on_how_many_rows() -> None:
    limits = replace(ALL, severity=Severity.CRITICAL)
    result = measured(numbers(NORMAL), numbers(NORMAL[:5000] + 0.6), limits)["drift_psi", "load"]
    assert (result.finding, result.severity) == (Finding.UNMET, Severity.CRITICAL)
    assert result.sentence.startswith("load: PSI 0.3")
    assert result.sentence.endswith(" is above 0.2 (reference 10,000 rows, current 5,000 rows)")


def test_only_what_is_asked_is_measured() -> None:
    asked = measured(numbers(NORMAL), numbers(NORMAL), Drift(psi=None, wasserstein=0.1))
    assert set(asked) == {("drift_schema", ""), ("drift_wasserstein", "load")}


@pytest.mark.parametrize(("rows", "finding"), [(499, "not measured"), (500, "measured"), (501, "measured")])
def test_few_rows_on_a_side_are_said_and_are_neither_pass_nor_failure(rows: int, finding: str) -> None:
    results = measured(numbers(NORMAL), numbers(NORMAL[:rows] + 9))
    assert ("drift_measured" in {expectation for expectation, _ in results}) is (finding == "not measured")
    if finding == "not measured":
        result = results["drift_measured", ""]
        assert (result.finding, result.severity) == (Finding.UNMET, Severity.INFO)
        assert result.sentence == (
            "drift was not measured: it takes 500 rows on either side (reference 10,000 rows, current 499 rows)"
        )
        assert not {Finding.BROKEN} & {each.finding for each in results.values()}


def test_critical_drift_that_cannot_be_measured_is_no_pass() -> None:
    limits = replace(ALL, severity=Severity.CRITICAL)
    few = measured(numbers(NORMAL), numbers(NORMAL[:499]), limits)["drift_measured", ""]
    assert (few.finding, few.severity) == (Finding.BROKEN, Severity.CRITICAL)
    assert few.sentence.endswith("(reference 10,000 rows, current 499 rows), and drift is critical")
    nulls = measured(numbers(NORMAL), numbers(NORMAL[:499], nulls=9501), limits)["drift_measured", "load"]
    assert nulls.finding is Finding.BROKEN


@pytest.mark.parametrize(
    ("severity", "finding"), [(Severity.CRITICAL, Finding.BROKEN), (Severity.WARNING, Finding.UNMET)]
)
def test_a_column_that_is_asked_for_and_that_the_reference_lacks_is_not_measured(
    severity: Severity, finding: Finding
) -> None:
    before, after = profile(numbers(NORMAL)), profile(numbers(NORMAL), numbers(NORMAL, name="new"))
    limits = Drift(columns=("new",), severity=severity)
    (result,) = [each for each in measure_drift(before, after, limits) if each.expectation == "drift_measured"]
    assert (result.column, result.finding) == ("new", finding)
    assert result.sentence.startswith("new: drift was not measured: the reference lacks it")


def test_a_text_that_is_asked_for_has_no_wasserstein_distance_and_that_is_said() -> None:
    kinds = texts(["a", "b"] * 500)
    result = measured(kinds, kinds, Drift(psi=None, wasserstein=0.1, columns=(kinds.name,)))[
        "drift_measured", kinds.name
    ]
    assert "normed Wasserstein distance was not measured: only numbers and times have one" in result.sentence
    assert set(measured(kinds, kinds, Drift(psi=None, wasserstein=0.1))) == {
        ("drift_schema", ""),
        ("drift_new_categories", kinds.name),
        ("drift_vanished_categories", kinds.name),
    }


def test_few_values_among_many_nulls_have_no_distance_and_that_is_said() -> None:
    results = measured(numbers(NORMAL), numbers(NORMAL[:499], nulls=9501))
    assert results["drift_psi", "load"].finding is Finding.UNMET
    assert "; nulls 0 % before, 95 % now (" in results["drift_psi", "load"].sentence
    assert results["drift_measured", "load"].severity is Severity.INFO


def test_what_chance_explains_is_no_alarm() -> None:
    before, after = texts(["a", "b"] * 50), texts(["a"] * 54 + ["b"] * 46)
    limits = Drift(psi=0.0, jensen_shannon=0.0, min_rows=100)
    results = measured(before, after, limits)
    assert results["drift_psi", "kind"].finding is Finding.MET
    assert "above 0, but chance alone makes 0.02 of so few rows" in results["drift_psi", "kind"].sentence
    assert results["drift_jensen_shannon", "kind"].finding is Finding.MET
    many = measured(texts(["a", "b"] * 5000), texts(["a"] * 5400 + ["b"] * 4600), limits)
    assert many["drift_psi", "kind"].finding is Finding.UNMET
    assert many["drift_jensen_shannon", "kind"].finding is Finding.UNMET


@pytest.mark.parametrize(("limit", "finding"), [(0.40, "unmet"), (0.5, "met"), (0.51, "met")])
def test_limits_are_inclusive(limit: float, finding: str) -> None:
    before = numbers(np.linspace(-1, 1, 10_000))
    after = replace(before, quantiles=tuple(value + 0.5 * (before.std or 0) for value in before.quantiles))
    result = measured(before, after, Drift(psi=None, wasserstein=limit + 1e-9))["drift_wasserstein", "load"]
    assert result.finding == finding


def test_numbers_close_to_their_limit_are_written_so_that_one_sees_which_is_greater() -> None:
    before = numbers(np.linspace(-1, 1, 100_000_000 // 1000))
    after = replace(before, quantiles=tuple(value + 0.50001 * (before.std or 0) for value in before.quantiles))
    sentence = measured(before, after, Drift(psi=None, wasserstein=0.5))["drift_wasserstein", "load"].sentence
    assert "distance 0.50001 is above 0.5" in sentence


def test_a_constant_reference_that_moved_is_an_alarm_that_says_so() -> None:
    result = measured(numbers([5.0] * 1000), numbers([6.0] * 1000))["drift_wasserstein", "load"]
    assert result.finding is Finding.UNMET
    assert "distance inf is above 0.1: the reference is constantly 5" in result.sentence


def test_infinite_values_leave_no_deviation_to_measure_in() -> None:
    before = replace(numbers(NORMAL), std=None)
    result = measured(before, numbers(NORMAL))["drift_measured", "load"]
    assert result.sentence.startswith("load: normed Wasserstein distance was not measured: the reference has infinite")


def test_times_move_with_every_window_and_are_looked_at_only_when_asked() -> None:
    before, after = numbers(NORMAL, kind=Kind.TIME), numbers(NORMAL + 9, kind=Kind.TIME)
    assert set(measured(before, after)) == {("drift_schema", "")}
    assert measured(before, after, Drift(columns=("load",)))["drift_psi", "load"].finding is Finding.UNMET


# Categories


@pytest.mark.parametrize(
    ("new", "rows", "finding"),
    [(0, 1000, "met"), (10, 1000, "met"), (11, 1000, "unmet"), (11, 900, "met"), (11, 950, "unmet")],
)
def test_new_categories_count_on_enough_rows(new: int, rows: int, finding: str) -> None:
    after = texts(["a"] * (1000 - new) + ["b"] * new)
    result = measured(texts(["a"] * rows), after)["drift_new_categories", "kind"]
    assert (result.finding, result.severity) == (finding, Severity.WARNING)
    assert result.share == new / 1000
    if new:
        assert f"kind: 1 new category on {new / 10:.3g} % of the rows: 'b'" in result.sentence
        assert result.samples == ("b",)


def test_vanished_categories_are_told_but_are_no_warning() -> None:
    result = measured(texts(["a", "b"] * 500), texts(["a"] * 1000))["drift_vanished_categories", "kind"]
    assert (result.finding, result.severity) == (Finding.UNMET, Severity.INFO)
    assert result.sentence == "kind: 1 vanished category on 50 % of the rows: 'b'"


def test_new_whole_numbers_are_often_just_later_ones() -> None:
    before, after = (texts(list(values) * 500, kind=Kind.NUMBER) for values in ("12", "23"))
    assert measured(before, after)["drift_new_categories", "kind"].severity is Severity.INFO


def test_no_category_is_called_new_where_not_all_are_named() -> None:
    before = texts(["a"] * 900 + ["b"] * 100, most=1)
    results = measured(before, texts(["a"] * 900 + ["b"] * 100))
    assert {expectation for expectation, _ in results} == {"drift_schema", "drift_psi", "drift_jensen_shannon"}
    assert results["drift_psi", "kind"].finding is Finding.MET


# The schema


def test_schema_changes_are_told_column_by_column() -> None:
    before = profile(numbers(NORMAL, name="gone"), numbers(NORMAL, name="text"), numbers(NORMAL, name="wide"))
    texty = texts(["1"] * 10_000, name="text")
    wide = replace(numbers(NORMAL, name="wide"), type="float")
    results = measure_drift(before, profile(texty, wide, numbers(NORMAL, name="new")), Drift())
    told = [(r.column, r.severity, r.sentence) for r in results if r.expectation == "drift_schema"]
    assert told == [
        ("gone", Severity.WARNING, "gone: the column is gone (double in the reference)"),
        ("text", Severity.WARNING, "text: its type was double and is string, so nothing else is measured"),
        ("wide", Severity.INFO, "wide: its type was double and is float"),
        ("new", Severity.INFO, "new: the column is new (double)"),
    ]
    assert [r.column for r in results if r.expectation == "drift_psi"] == ["wide"]


def test_texts_of_files_and_of_snapshots_are_of_one_type() -> None:
    wide = replace(texts(["a"] * 500), type="large_string")
    assert measured(wide, texts(["a"] * 500))["drift_schema", ""].finding is Finding.MET


def test_a_column_that_neither_side_has_breaks_the_limits_not_the_data() -> None:
    result = measured(numbers(NORMAL), numbers(NORMAL), Drift(columns=("lod",)))["drift_schema", "lod"]
    assert result.finding is Finding.BROKEN
    assert result.sentence == "columns of Drift must be in the data. Got 'lod' instead. Did you mean load?"


# Bad input


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"psi": "0.2"}, "psi of Drift must be a number >= 0, or None. Got '0.2' instead."),
        ({"psi": -0.1}, "psi of Drift must be a number >= 0, or None. Got -0.1 instead."),
        ({"psi": True}, "psi of Drift must be a number >= 0, or None. Got True instead."),
        ({"wasserstein": float("nan")}, "wasserstein of Drift must be a number >= 0, or None. Got nan instead."),
        ({"jensen_shannon": 1.1}, "jensen_shannon of Drift must be a number in [0, 1], or None. Got 1.1 instead."),
        ({"columns": "load"}, 'columns of Drift must be column names such as ("station", "load"), or None.'),
        ({"columns": ()}, "columns of Drift must be column names"),
        ({"min_rows": 0}, "min_rows of Drift must be a whole number >= 1. Got 0 instead."),
        ({"min_rows": 1.0}, "min_rows of Drift must be a whole number >= 1. Got 1.0 instead."),
        ({"severity": "fatal"}, "severity of Drift must be one of critical, warning, info. Got 'fatal' instead."),
    ],
)
def test_limits_that_are_none_are_refused(fields: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError) as caught:
        Drift(**fields)
    assert str(caught.value).startswith(said)


def test_limits_take_lists_and_words_as_json_has_them() -> None:
    limits = Drift(columns=["load", "load"], severity="info")  # type: ignore[arg-type]
    assert (limits.columns, limits.severity) == (("load",), Severity.INFO)


@given(st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=40), st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=40))
def test_every_limit_gets_exactly_one_answer(before: list[float], after: list[float]) -> None:
    results = measure_drift(profile(numbers(before)), profile(numbers(after)), replace(ALL, min_rows=1))
    assert len(results) == 4
    assert not [result for result in results if result.finding is Finding.BROKEN]
