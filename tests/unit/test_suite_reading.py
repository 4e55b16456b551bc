"""Suites are read strictly: what makes no sense says where it is and what would."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.core.suite import Expectation
from headgate.core.suite_arguments import time_of
from headgate.core.suite_catalogue import CATALOGUE
from headgate.core.suite_reading import read_suite
from headgate.core.validation import Severity
from headgate.errors import InputError

BETWEEN = "expect_column_values_to_be_between"
NOT_NULL = "expect_column_values_to_not_be_null"
IN_SET = "expect_column_values_to_be_in_set"
REGEX = "expect_column_values_to_match_regex"
QUANTILES = "expect_column_quantile_values_to_be_between"
ROW_COUNT = "expect_table_row_count_to_be_between"
N_ABOVE_1 = {"type": "comparison", "column": {"name": "n"}, "operator": ">", "parameter": 1}


def entry(kind: str, **kwargs: object) -> dict[str, Any]:
    return {"type": kind, "kwargs": kwargs}


def read(*entries: object, **document: object) -> tuple[Expectation, ...]:
    return read_suite("include/co2.json", {"expectations": list(entries), **document}).expectations


def test_an_expectation_is_read_with_all_that_it_says() -> None:
    (expectation,) = read(
        entry(BETWEEN, column="n", min_value=1, mostly=0.9, row_condition=N_ABOVE_1)
        | {"severity": "warning", "meta": {"who": "me"}, "notes": ["a", "b"], "description": "n is sane"}
    )
    assert expectation == Expectation(
        type=BETWEEN,
        kwargs={"column": "n", "min_value": 1, "mostly": 0.9, "row_condition": N_ABOVE_1},
        severity=Severity.WARNING,
        meta={"who": "me"},
        notes="a b",
        description="n is sane",
    )


def test_what_great_expectations_wrote_before_1_0_is_read() -> None:
    old = {"expectation_type": ROW_COUNT, "kwargs": {"min_value": {"$PARAMETER": "least"}, "result_format": "BASIC"}}
    document = {
        "expectation_suite_name": "old",
        "data_asset_type": None,
        "evaluation_parameters": {"least": 5},
        "ge_cloud_id": None,
        "meta": {},
    }
    (expectation,) = read(old, **document)
    assert (expectation.type, expectation.kwargs) == (ROW_COUNT, {"min_value": 5})


def test_severity_is_critical_and_places_count_from_zero() -> None:
    found = read(entry(NOT_NULL, column="a"), entry(NOT_NULL, column="b"))
    assert [(e.severity, e.place, e.columns) for e in found] == [
        (Severity.CRITICAL, 0, ("a",)),
        (Severity.CRITICAL, 1, ("b",)),
    ]


def test_a_suite_may_be_empty() -> None:
    assert read() == ()


def test_what_is_null_is_not_given() -> None:
    (expectation,) = read(entry(BETWEEN, column="n", min_value=1, max_value=None))
    assert expectation.kwargs == {"column": "n", "min_value": 1}


def test_a_whole_number_may_be_written_as_a_float() -> None:
    (expectation,) = read(entry(ROW_COUNT, min_value=5.0))
    assert repr(expectation.kwargs["min_value"]) == "5"


@pytest.mark.parametrize(
    ("parameters", "value"), [({"least": 2}, {"$PARAMETER": "least"}), ({}, {"$PARAMETER": "x", "$PARAMETER.x": 2})]
)
def test_suite_parameters_are_put_in(parameters: dict[str, int], value: object) -> None:
    (expectation,) = read(entry(BETWEEN, column="n", min_value=value), suite_parameters=parameters)
    assert expectation.kwargs["min_value"] == 2


@pytest.mark.parametrize(
    ("parameter", "sentence"),
    [
        ("leest", r"min_value of expectations.0 of include/co2.json must name one of .* \(least\).*Did you mean least"),
        ("now() - timedelta(weeks=1)", "Expressions aren't computed"),
    ],
)
def test_a_parameter_that_nobody_gave_is_an_input_error(parameter: str, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        read(entry(BETWEEN, column="n", min_value={"$PARAMETER": parameter}), suite_parameters={"least": 1})


def test_a_parameter_is_checked_like_any_value() -> None:
    with pytest.raises(InputError, match=r"min_value of expectations\.0 .* must be a number"):
        read(entry(BETWEEN, column="n", min_value={"$PARAMETER": "p"}), suite_parameters={"p": "low"})


@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        ([], r'must be a suite: \{"expectations": \[...\]\}. Got a list instead'),
        ("x", "Got a str instead"),
        ({"expectatoins": []}, r"Got the keys \['expectatoins'\] instead"),
        ({"expectations": {}}, r"Got the keys \['expectations'\] instead"),
        ({"expectations": [], "parameters": {}}, "known key. Got 'parameters' instead. Did you mean suite_parameters"),
        ({"expectations": [], "suite_parameters": [1]}, "suite_parameters of expectations include/co2.json must be an"),
        ({"expectations": [3]}, "expectations.0 of include/co2.json must be an object such as .* Got 3 instead"),
        ({"expectations": [{"kwargs": {}}]}, "expectations.0 of .* must be an object such as"),
    ],
)
def test_a_document_that_is_no_suite_is_an_input_error(document: object, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        read_suite("include/co2.json", document)


def quantiles(these: object, ranges: object) -> dict[str, Any]:
    return entry(QUANTILES, column="n", quantile_ranges={"quantiles": these, "value_ranges": ranges})


def conditioned(condition: object) -> dict[str, Any]:
    return entry(NOT_NULL, column="n", row_condition=condition)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (entry("expect_column_values_to_be_betwen", column="n"), f"known expectation.* Did you mean {BETWEEN}"),
        (entry(BETWEEN, colum="n", min_value=1), "known argument. Got 'colum' instead. Did you mean column"),
        (entry(BETWEEN, min_value=1), f"{BETWEEN}, expectations.1 of .*, must say column. Got"),
        (entry(IN_SET), "must say column and value_set"),
        (entry(BETWEEN, column=None, min_value=1), "column of expectations.1 .* must be a column's name. Got None"),
        (entry(BETWEEN, column="n", min_value="low"), "min_value of .* must be a number, or a time such as .* 'low'"),
        (entry(BETWEEN, column="n", min_value="7"), "must be a number, or a time such as .* Got '7'"),
        (entry(BETWEEN, column="n", min_value="2000-02-30"), "must be a number, or a time such as"),
        (entry(BETWEEN, column="n", min_value=True), "must be a number.* Got True"),
        (entry(BETWEEN, column="n", min_value=float("nan")), "must be a number.* Got nan"),
        (entry(BETWEEN, column="n"), "expectations.1 of .* must say min_value or max_value"),
        (entry(BETWEEN, column="n", min_value=2, max_value=1), "must be at most max_value. Got 2 and 1 instead"),
        (
            entry(BETWEEN, column="n", min_value="2000-01-02T00:00:00+01:00", max_value="2000-01-01T22:59:59Z"),
            "must be at most max_value",
        ),
        (entry(BETWEEN, column="n", min_value=1, max_value="2000-01-01"), "must be two numbers or two times"),
        (entry(BETWEEN, column="n", min_value=1, max_value=1, strict_max=True), "less than max_value with strict_max"),
        (
            entry(NOT_NULL, column="n", mostly=1.01),
            r"mostly of expectations.1 .* must be a number in \[0, 1\]. Got 1.01",
        ),
        (entry(NOT_NULL, column="n", mostly=-0.01), r"must be a number in \[0, 1\]"),
        (entry(NOT_NULL, column="n", mostly="95 %"), r"must be a number in \[0, 1\]. Got '95 %'"),
        (entry(IN_SET, column="n", value_set="a"), "value_set of .* must be a list of values. Got 'a'"),
        (entry(REGEX, column="n", regex="a(b"), r"regular expression. Got 'a\(b' .*missing \), .*at position 1"),
        (
            entry("expect_column_values_to_match_regex_list", column="n", regex_list=["a", "["]),
            "list of regular expressions.* unterminated character set at position 0",
        ),
        (quantiles([0.1, 0.9], [[1, 2]]), "There are 2 quantiles and 1 ranges"),
        (quantiles([0.1], [[2, 1]]), r"\[2, 1\] is no range"),
        (quantiles([1.1], [[1, 2]]), "quantile_ranges of .* must be such as"),
        (quantiles("all", [[1, 2]]), "quantile_ranges of .* must be such as"),
        (entry(QUANTILES, column="n", quantile_ranges=[0.1]), "quantile_ranges of .* must be such as"),
        (entry(ROW_COUNT, min_value=1.5), "must be a whole number. Got 1.5"),
        (entry("expect_compound_columns_to_be_unique", column_list="n"), "must be a list of columns' names"),
        (entry("expect_compound_columns_to_be_unique", column_list=["n"], ignore_row_if="x"), "all_values_are_missing"),
        (entry("expect_column_pair_values_to_be_in_set", column_A="a", column_B="b", value_pairs_set=[[1]]), "pairs"),
        (conditioned("  "), "row_condition of .* must be a condition.* It is empty"),
        (conditioned({"type": "like"}), "type must be one of comparison"),
        (conditioned(N_ABOVE_1 | {"operator": "="}), "operator must be one of =="),
        (conditioned(N_ABOVE_1 | {"parameter": None}), "type must be nullity"),
        (conditioned(N_ABOVE_1 | {"operator": "IN"}), "must be a list with IN"),
        (conditioned(N_ABOVE_1 | {"column": "n"}), 'column must be such as {"name": "load"}'),
        (conditioned(N_ABOVE_1 | {"note": ""}), "has the keys column, operator, parameter, type"),
        (conditioned({"type": "and", "conditions": []}), "holds no conditions"),
        (conditioned({"type": "or", "conditions": [N_ABOVE_1, {"type": "x"}]}), "type must be one of"),
        (conditioned({"type": "pass_through", "pass_through_filter": ""}), "filter is empty"),
        (conditioned({"type": "nullity", "column": {"name": "n"}, "is_null": 1}), "is_null must be true or false"),
        (entry(NOT_NULL, column="n", row_condition="n", condition_parser="r"), "condition_parser of .* pandas"),
        (entry(NOT_NULL, column="n") | {"severity": "fatal"}, "severity of .* critical, warning, info. Got 'fatal'"),
        (
            entry(NOT_NULL, column="n") | {"severety": "info"},
            "known key. Got 'severety' instead. Did you mean severity",
        ),
        (entry(NOT_NULL, column="n") | {"meta": "me"}, 'meta of .* must be an object such as {"owner": ...}'),
        ({"type": NOT_NULL, "kwargs": [1]}, r"kwargs of .* must be an object such as .* Got \[1\]"),
    ],
)
def test_a_mistake_is_an_input_error_that_says_where(wrong: dict[str, Any], sentence: str) -> None:
    with pytest.raises(InputError, match=sentence) as raised:
        read(entry(NOT_NULL, column="n"), wrong)
    assert "expectations.1 of include/co2.json" in str(raised.value)


@pytest.mark.parametrize(
    "condition",
    [
        N_ABOVE_1,
        {"type": "and", "conditions": [N_ABOVE_1, {"type": "nullity", "column": {"name": "m"}, "is_null": False}]},
        {"type": "or", "conditions": [N_ABOVE_1, N_ABOVE_1 | {"column": {"name": "m"}}]},
    ],
)
def test_the_columns_of_a_condition_are_known(condition: dict[str, Any]) -> None:
    (expectation,) = read(conditioned(condition))
    assert set(expectation.condition_columns) == ({"n"} if condition is N_ABOVE_1 else {"n", "m"})


def test_the_columns_that_a_table_should_have_are_not_what_an_expectation_is_about() -> None:
    (expectation,) = read(entry("expect_table_columns_to_match_ordered_list", column_list=["a"]))
    assert expectation.columns == ()


@pytest.mark.parametrize(("strict", "bound"), [("strict_min", 1), ("strict_max", "2000-01-01")])
def test_bounds_may_be_equal_unless_strict(strict: str, bound: object) -> None:
    kwargs = {"column": "n", "min_value": bound, "max_value": bound}
    assert read(entry(BETWEEN, **kwargs))[0].kwargs == kwargs
    with pytest.raises(InputError, match=strict):
        read(entry(BETWEEN, **kwargs, **{strict: True}))


def test_the_users_own_types_are_taken_as_they_are() -> None:
    document = {"expectations": [entry("expect_our_carbon", anything=[1], batch_id="b")]}
    (expectation,) = read_suite("x:y", document, {"expect_our_carbon"}).expectations
    assert expectation.kwargs == {"anything": [1]}


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2000-01-31", "2000-01-31T00:00:00+00:00"),
        ("2000-01-31 12:30", "2000-01-31T12:30:00+00:00"),
        ("2000-01-31T12:30:00.25Z", "2000-01-31T12:30:00.250000+00:00"),
        ("2000-01-31T12:30:00 +0100", "2000-01-31T11:30:00+00:00"),
        ("2000-01-31T12:30:00-02", "2000-01-31T14:30:00+00:00"),
    ],
)
def test_a_time_can_be_written_in_these_ways(text: str, instant: str) -> None:
    time = time_of(text)
    assert time is not None
    assert time.isoformat() == instant


@pytest.mark.parametrize("text", ["20000131", "2000-W01-1", "2000-13-01", "12:30", "", None, 7])
def test_what_is_no_time_is_none(text: object) -> None:
    assert time_of(text) is None


@pytest.mark.parametrize("value", [[], {}, {"$PARAMETER": []}, 10**400, float("inf"), "", "\ud800"], ids=repr)
@pytest.mark.parametrize("kind", sorted(CATALOGUE))
def test_hostile_values_of_every_argument_are_read_or_an_input_error(kind: str, value: object) -> None:
    good = {"column": "a", "column_A": "a", "column_B": "b", "column_list": ["a"], "value_set": [1], "min_value": 1}
    for name in CATALOGUE[kind].all:
        kwargs = {key: good[key] for key in CATALOGUE[kind].all if key in good} | {name: value}
        fault = ""
        try:
            read(entry(kind, **kwargs))
        except InputError as error:
            fault = str(error)
        assert not fault or "expectations.0 of include/co2.json" in fault


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
ARGUMENTS = sorted({name for arguments in CATALOGUE.values() for name in arguments.all})


@given(kind=st.sampled_from(sorted(CATALOGUE)), kwargs=st.dictionaries(st.sampled_from(ARGUMENTS), JSON, max_size=6))
def test_whatever_is_written_is_read_or_an_input_error(kind: str, kwargs: dict[str, Any]) -> None:
    fault = ""
    found: tuple[Expectation, ...] = ()
    try:
        found = read(entry(kind, **kwargs))
    except InputError as error:
        fault = str(error)
    assert found or "expectations.0 of include/co2.json" in fault
    assert all(json.dumps(dict(expectation.kwargs)) for expectation in found)


@given(document=JSON)
def test_whatever_the_document_is_it_is_a_suite_or_an_input_error(document: object) -> None:
    with pytest.raises(InputError, match=r"include/co2\.json must be a suite"):
        read_suite("include/co2.json", document)
