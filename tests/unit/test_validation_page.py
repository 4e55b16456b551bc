from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.adapters.plotly_pages import PlotlyPages, marks, validation
from headgate.adapters.plotly_pages.shapes import shape_of, view
from headgate.core.profile import Kind
from headgate.core.validation import ExpectationResult
from tests.unit.page_reader import Reader
from tests.unit.validation_pages import (
    BETWEEN,
    EVIL,
    IN_SET,
    evil_validation,
    numbers,
    profile_of,
    report_of,
    result,
    suite_of,
    validated,
    words,
)

STYLES = "".join(Path(validation.__file__).with_name(name).read_text() for name in ("page.css", "validation.css"))


def drawn(unmet: ExpectationResult, statistics: object, *asked: tuple[str, dict[str, object]], **more: object) -> str:
    return PlotlyPages().validation(report_of(unmet), statistics, suite=suite_of(*asked), **more)  # type: ignore[arg-type]


# What is said, in which order


@pytest.mark.parametrize(
    ("results", "first_line"),
    [
        ([result("met")], "PASS : 1 of 1 expectation met on 520 rows"),
        (
            [result("unmet", "warning")] * 2 + [result("met")],
            "PASS with 2 warnings: 1 of 3 expectations met on 520 rows",
        ),
        ([result("unmet", "info")], "PASS with 1 note: 0 of 1 expectation met on 520 rows"),
        (
            [result("unmet"), result("unmet", "warning")],
            "FAIL with 1 failure and 1 warning: 0 of 2 expectations met on 520 rows",
        ),
        ([result("broken")], "UNDECIDED with 1 broken expectation: 0 of 1 expectation met on 520 rows"),
        ([], "UNDECIDED : the suite has no expectations; 520 rows"),
    ],
)
def test_the_first_line_is_the_verdict_in_words(results: list[ExpectationResult], first_line: str) -> None:
    outcome = first_line.split(maxsplit=1)[0]
    assert validated(*results).text.startswith(f"{outcome}: suite.json {first_line}")


def test_failures_come_first_then_what_broke_then_warnings_then_notes_then_what_is_met() -> None:
    page = validated(
        result("unmet", "info", "fourth"),
        result("met", sentence="fifth"),
        result("unmet", "warning", "third"),
        result("broken", "info", "second"),
        result("unmet", "critical", "first"),
    )
    assert re.findall("first|second|third|fourth|fifth", page.text) == ["first", "second", "third", "fourth", "fifth"]


def test_a_broken_expectation_is_said_to_say_nothing_about_the_data() -> None:
    assert "says nothing about the data" in validated(result("broken")).text
    assert "says nothing about the data" not in validated(result("unmet")).text


def test_severity_engine_share_and_samples_stand_with_a_failure() -> None:
    page = validated(result("unmet", share=3 / 520, samples=("412.1", "415"), engine="gx"))
    assert "✗ critical, unmet" in page.text
    assert "engine: gx" in page.text
    assert "0.58 % unexpected" in page.text
    assert "Unexpected values: 412.1 415" in page.text


def test_rows_that_fail_are_a_table_whose_column_is_marked_in_words() -> None:
    page = validated(result("unmet", rows=((("n", "7"), ("co2", "412.1")),)))
    assert "Rows that fail: 1 of them" in page.text
    assert "co2 ◂ 7 412.1" in page.text


def test_quarantine_says_how_many_of_how_many_were_set_aside() -> None:
    assert "12 of 600 rows (2 %) were set aside" in validated(result("met"), left_out=12, left_out_of=600).text
    kept = {"left_out_at": "validation/quarantine.parquet", "left_out_by": (("expect_<b>(load)", 12),)}
    page = validated(result("met"), left_out=12, left_out_of=600, **kept).text
    assert "expect_<b>(load) 12" in page
    assert (
        "headgate_reasons: validation/quarantine.parquet, an artifact of the MLflow run that keeps this page." in page
    )
    assert "set aside" not in validated(result("met")).text


def test_what_drift_was_measured_against_is_said() -> None:
    assert "Drift no champion yet" in validated(result("met"), reference="no champion yet").text


# Pictures


def test_a_range_is_drawn_with_its_limits_and_described() -> None:
    asked = (BETWEEN, {"column": "co2", "min_value": 346, "max_value": 352})
    html = drawn(result("unmet", place=0), profile_of(numbers()), asked)
    assert ">min 346<" in html
    assert ">max 352<" in html
    assert 'class="bar out"' in html
    assert "Allowed: from 346 to 352." in Reader(html).text


def test_limits_of_instants_are_drawn_as_dates() -> None:
    day = 86_400.0
    column = numbers("co2", *(day * place for place in range(100)), kind=Kind.TIME)
    html = drawn(result("unmet", place=0), profile_of(column), (BETWEEN, {"column": "co2", "min_value": "1970-02-01"}))
    assert ">min 1970-02-01<" in html


def test_the_mean_is_drawn_beside_its_limits() -> None:
    asked = ("expect_column_mean_to_be_between", {"column": "co2", "min_value": 0, "max_value": 1})
    html = drawn(result("unmet", place=0), profile_of(numbers("co2", 2.0, 4.0)), asked)
    assert "for the mean, which is 3 (the solid line)" in html


@pytest.mark.parametrize(
    ("kind", "value_set", "refused"),
    [
        (IN_SET, ["a", "b"], "1 value of station refused: x."),
        ("expect_column_values_to_not_be_in_set", ["a", "b"], "2 values of station refused: a, b."),
    ],
)
def test_refused_categories_are_marked_in_words(kind: str, value_set: list[str], refused: str) -> None:
    unmet = result("unmet", place=0, column="station")
    html = drawn(unmet, profile_of(words(a=9, b=5, x=1)), (kind, {"column": "station", "value_set": value_set}))
    assert refused in Reader(html).text
    assert html.count("✗ refused") == refused.split(maxsplit=1)[0].count("1") or html.count("✗ refused") == 2


def test_drift_of_numbers_and_of_categories_is_drawn_over_the_reference() -> None:
    moved = [result("unmet", "warning", column=column, engine="drift") for column in ("co2", "station")]
    now = profile_of(numbers(), words(a=9, x=1))
    before = profile_of(numbers("co2", *range(340, 350)), words(a=5, b=5))
    page = Reader(PlotlyPages().validation(report_of(*moved), now, before))
    assert "was 344 in the reference (dashed)" in page.text or "was 345 in the reference (dashed)" in page.text
    assert "b moved most, from 50.0 % in the reference to 0.0 % now." in page.text


def test_every_picture_has_a_title_and_a_description_of_its_own() -> None:
    asked = [(BETWEEN, {"column": "co2", "min_value": 340 + place}) for place in range(3)]
    results = [result("unmet", place=place) for place in range(3)]
    page = Reader(PlotlyPages().validation(report_of(*results), profile_of(numbers()), suite=suite_of(*asked)))
    pictures = [attrs["aria-labelledby"] or "" for tag, attrs in page.elements if tag == "svg" and "role" in attrs]
    ids = [attrs["id"] for _, attrs in page.elements if "id" in attrs]
    assert len(pictures) == 3
    assert {name for named in pictures for name in named.split()} <= set(ids)
    assert len(ids) == len(set(ids))


def test_without_statistics_or_suite_nothing_is_drawn_and_everything_said() -> None:
    page = validated(result("unmet", sentence="said", place=0))
    assert "said" in page.text
    assert not [attrs for tag, attrs in page.elements if tag == "svg" and "role" in attrs]


@given(st.lists(st.floats(allow_nan=True, allow_infinity=True), min_size=0, max_size=101))
def test_whatever_a_column_holds_the_page_is_drawn(values: list[float]) -> None:
    column = numbers("co2", 1.0)
    odd = type(column)(
        **{name: getattr(column, name) for name in column.__slots__} | {"quantiles": tuple(sorted(values))}
    )
    results = [result("unmet", place=0), result("unmet", engine="drift")]
    suite = suite_of((BETWEEN, {"column": "co2", "min_value": -1e308, "max_value": 1e308}))
    html = PlotlyPages().validation(report_of(*results), profile_of(odd), profile_of(odd), suite)
    assert "nan" not in " ".join(re.findall(r'(?:points|x|y|width)="([^"]*)"', html))


@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=101).map(sorted))
def test_the_bars_of_a_shape_are_all_rows(quantiles: list[float]) -> None:
    shape = shape_of(quantiles, *view(quantiles), 48)
    assert sum(shape.shares) == pytest.approx(1, abs=0.03)
    assert min(shape.shares) >= 0


def test_far_outliers_leave_the_rest_in_the_picture() -> None:
    low, high = view(numbers("co2", *[0.0] * 10, *range(500), 1e9).quantiles)
    assert high < 2000
    assert low <= 0


# Safety, size, reading


def test_hostile_names_and_values_are_text() -> None:
    html = evil_validation()
    page = Reader(html)
    assert EVIL in page.text
    assert not {"script", "img", "iframe"} & {tag for tag, _ in page.elements}
    assert not [name for _, attrs in page.elements for name in attrs if name.startswith("on")]
    assert "script-src" not in html


def test_a_lone_surrogate_can_be_written_to_a_file(tmp_path: Path) -> None:
    html = PlotlyPages().validation(report_of(result("unmet", samples=("\ud800",))))
    assert tmp_path.joinpath("page.html").write_text(html, encoding="utf-8")


def test_a_page_of_many_results_and_columns_stays_small() -> None:
    asked = [(BETWEEN, {"column": "co2", "min_value": 340})] * 60
    results = [result("unmet", place=place, samples=("1", "2")) for place in range(60)]
    columns = [numbers(), *(numbers(f"c{place}") for place in range(60))]
    html = PlotlyPages().validation(report_of(*results), profile_of(*columns), suite=suite_of(*asked))
    assert len(html) < 400_000
    few = PlotlyPages().validation(report_of(*results[:13]), profile_of(*columns[:12]), suite=suite_of(*asked))
    assert len(few) < 150_000


def test_headings_are_in_order_and_tables_tell_what_their_heads_are_about() -> None:
    page = Reader(evil_validation())
    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert all(attrs.get("scope") for tag, attrs in page.elements if tag == "th")


def test_signs_differ_and_not_only_colours() -> None:
    signs = {sign for _, sign, *_ in validation._TALLY}
    assert len(signs) == len(validation._TALLY)
    assert all(f"{sign} " in validated(result("met")).text for sign in signs)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("ink", ["ink", "faint", "good", "bad", "open", "told"])
@pytest.mark.parametrize("paper", ["paper", "panel"])
def test_text_is_readable_on_its_background(paper: str, ink: str, *, dark: bool) -> None:
    found = re.findall(r"--(\w+):\s*(#[0-9a-f]{3,6})\b", STYLES)
    colours = dict(found) if dark else dict(reversed(found))
    assert contrast(colours[ink], colours[paper]) >= 4.5


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours (WCAG 2.2, 1.4.3)."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
    channels = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_ticks_are_round_and_few() -> None:
    assert list(marks.Scale(low=0, high=100).ticks()) == [0, 25, 50, 75, 100]


def test_met_results_keep_the_suites_order() -> None:
    page = validated(*(result("met", sentence=f"told{place}") for place in range(3)))
    assert re.findall(r"told\d", page.text) == ["told0", "told1", "told2"]
