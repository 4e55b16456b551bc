"""What became of an expectation, in a sentence that helps at three in the morning."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from headgate.core.sentences import missing_columns, result_of
from headgate.core.suite import Expectation, Measured
from headgate.core.validation import ExpectationResult, Finding, Severity

BETWEEN = "expect_column_values_to_be_between"
PRESENT = ["event_time", "co2", "station", "n"]


def asked(kind: str, **kwargs: object) -> Expectation:
    return Expectation(type=kind, kwargs=kwargs, severity=Severity.WARNING, place=3)


def told(expectation: Expectation, **found: Any) -> ExpectationResult:
    return result_of(expectation, Measured(**found), PRESENT, engine="gx")


def unexpected(count: int, of: int, *samples: object, missing: int | None = 0) -> dict[str, Any]:
    total = of + (missing or 0)
    return {
        "success": not count,
        "element_count": total,
        "missing_count": missing,
        "unexpected_count": count,
        "samples": samples,
    }


def test_a_sentence_names_expectation_column_limits_share_and_samples() -> None:
    result = told(
        asked(BETWEEN, column="co2", min_value=300, max_value=400), **unexpected(2, 9, 412.125, 415.0, missing=1)
    )
    assert result.sentence == (
        "expect_column_values_to_be_between(co2, min 300, max 400): "
        "2 of 9 values (22.22 %) are outside, such as 412.125, 415"
    )
    assert result.share == pytest.approx(2 / 9)
    assert (result.finding, result.samples) == (Finding.UNMET, ("412.125", "415"))


def test_a_result_keeps_what_the_expectation_and_the_engine_say() -> None:
    result = told(asked(BETWEEN, column="co2", min_value=1), **unexpected(0, 9))
    assert (result.expectation, result.column, result.severity) == (BETWEEN, "co2", Severity.WARNING)
    assert (result.finding, result.engine, result.place, result.share) == (Finding.MET, "gx", 3, 0.0)


def test_a_sentence_of_an_aggregate_says_what_was_found() -> None:
    result = told(asked("expect_column_max_to_be_between", column="co2", max_value=400), success=False, observed=415.0)
    assert result.sentence == "expect_column_max_to_be_between(co2, max 400): found 415"
    assert result.share is None


@pytest.mark.parametrize(
    ("observed", "found"),
    [
        (None, "found no value"),
        (12, "found 12"),
        (1 / 3, "found 0.333333"),
        ("b", "found 'b'"),
        ("2000-01-02T00:00:00+00:00", "found 2000-01-02"),
        ("2000-01-02T03:00:00", "found 2000-01-02T03:00:00"),
        (["a", None], "found ['a', null]"),
        ({"quantiles": [0.1, 0.9], "values": [1, 8.5]}, "found quantiles [0.1, 0.9], values [1, 8.5]"),
        ({"unexpected": ["b"], "missing": ["q"]}, "found unexpected ['b'], missing ['q']"),
        ("x" * 500, "found '" + "x" * 198 + "…"),
    ],
)
def test_whatever_is_observed_is_written_for_a_person(observed: object, found: str) -> None:
    result = told(asked("expect_column_x", column="co2"), success=False, observed=observed)
    assert result.sentence == f"expect_column_x(co2): {found}"


def test_values_without_an_observation_are_told_as_besides() -> None:
    result = told(asked("expect_x", column="n"), success=False, samples=("q", "q", None))
    assert result.sentence.endswith("found 'q' besides")


def test_a_note_is_repeated_and_a_description_takes_the_questions_place() -> None:
    expectation = Expectation(
        type=BETWEEN, kwargs={"column": "co2"}, notes="the station was closed in 1964", description="air is air"
    )
    result = told(expectation, **unexpected(0, 9))
    assert result.sentence == ("air is air: 0 of 9 values (0 %) are outside (note: the station was closed in 1964)")


def test_a_column_that_is_not_there_broke_it_whatever_the_engine_says() -> None:
    result = told(asked(BETWEEN, column="c02", min_value=1), success=False, observed=1, samples=("x",))
    assert result.finding is Finding.BROKEN
    assert result.sentence.endswith(
        "(c02, min 1): column 'c02' isn't there (did you mean 'co2'?); there are: event_time, co2, station, n"
    )
    assert (result.samples, result.share) == ((), None)


def test_a_column_of_the_row_condition_must_be_there_too() -> None:
    condition = {"type": "nullity", "column": {"name": "m"}, "is_null": True}
    assert missing_columns(asked(BETWEEN, column="co2", row_condition=condition), PRESENT) == ("m",)
    assert missing_columns(asked(BETWEEN, column="co2", row_condition='col("q") > 1'), PRESENT) == ("q",)


def test_asking_whether_a_column_is_there_needs_none() -> None:
    result = told(asked("expect_column_to_exist", column="c02"), success=False)
    assert result.finding is Finding.UNMET
    assert result.sentence == "expect_column_to_exist(c02): there are event_time, co2, station, n"


def test_what_broke_says_why_in_a_line() -> None:
    result = told(asked(BETWEEN, column="station", min_value=1), success=None, error="no\n  order\n" + "x" * 400)
    assert result.finding is Finding.BROKEN
    assert ": broke: no order xxx" in result.sentence
    assert len(result.sentence) < 400
    assert "nobody says why" in told(asked(BETWEEN, column="n"), success=None).sentence


def test_a_pair_of_columns_is_about_rows() -> None:
    pair = asked("expect_column_pair_values_a_to_be_greater_than_b", column_A="n", column_B="co2")
    result = told(pair, **unexpected(1, 2, [0, 350.0]))
    assert (result.column, result.samples) == ("n, co2", ("[0, 350]",))
    assert "(n, co2): 1 of 2 rows (50 %) aren't greater, such as [0, 350]" in result.sentence


def test_a_set_of_columns_says_what_is_missing_and_what_is_there_besides() -> None:
    kind = "expect_table_columns_to_match_set"
    result = told(asked(kind, column_set=["event_time", "co2", "station", "m"]), success=False)
    assert result.sentence.endswith("unexpected: ['n']; missing: ['m']")


@pytest.mark.parametrize(
    ("expected", "said"),
    [
        (["event_time", "co2", "n"], "column 2 is 'station' instead of 'n'; found ['event_time',"),
        (["event_time", "co2", "station"], "column 3 is 'n' instead of the end"),
        ([*PRESENT, "m"], "column 4 is nothing instead of 'm'"),
    ],
)
def test_an_order_of_columns_says_where_it_is_left(expected: list[str], said: str) -> None:
    kind = "expect_table_columns_to_match_ordered_list"
    result = told(asked(kind, column_list=expected), success=False)
    assert result.finding is Finding.UNMET
    assert said in result.sentence
    assert repr(expected[-1]) in result.sentence


def test_samples_are_five_texts_at_most_each_once_and_no_nulls() -> None:
    result = told(asked(BETWEEN, column="n"), **unexpected(9, 9, 1, 1, None, float("nan"), 2, 3, 4, 5, 6))
    assert result.samples == ("1", "2", "3", "4", "5")
    long = told(asked(BETWEEN, column="n"), **unexpected(1, 1, "y" * 99))
    assert len(long.samples[0]) == 40


def test_rows_are_told_as_text_column_by_column() -> None:
    rows = [
        {"n": i, "t": datetime(2000, 1, 1, tzinfo=UTC), "d": date(2000, 1, 2), "s": "a", "x": None} for i in range(7)
    ]
    result = told(asked(BETWEEN, column="n"), **unexpected(7, 7), rows=tuple(rows))
    assert len(result.rows) == 5
    assert result.rows[1] == (("n", "1"), ("t", "2000-01-01"), ("d", "2000-01-02"), ("s", "'a'"), ("x", "null"))


@pytest.mark.parametrize(
    ("count", "of", "percent"),
    [(1, 3, "33.33 %"), (1, 10**7, "< 0.01 %"), (10**7 - 1, 10**7, "> 99.99 %"), (5, 5, "100 %"), (0, 0, "0 %")],
)
def test_a_share_is_never_rounded_to_none_or_all(count: int, of: int, percent: str) -> None:
    assert f"({percent})" in told(asked(BETWEEN, column="n"), **unexpected(count, of)).sentence
