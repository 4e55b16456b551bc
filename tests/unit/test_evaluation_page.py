from __future__ import annotations

import base64
import zlib
from pathlib import Path

import numpy as np
import plotly
import pyarrow as pa
import pytest

from headgate.adapters.plotly_pages.figures import MOST_POINTS, thinned
from headgate.core.metrics import accuracy, auc, mae
from tests.unit.page_reader import CHOICES, NUMBERS, drawn, measure, predictions


def test_an_evaluation_says_first_which_model_as_of_when_and_whether_it_is_better() -> None:
    page = drawn(NUMBERS, measure("mae", 0.5, 0.75), measure("r2", 0.5, 0.75))
    assert page.text.startswith(
        "co2_weekly, as-of 2000-01-01 co2_weekly, as-of 2000-01-01 "
        "On the whole holdout against version 4: mae 0.5, better by 0.25; r2 0.5, worse by 0.25."
    )


@pytest.mark.parametrize(
    ("metric", "candidate", "baseline", "mark"),
    [
        ("mae", 1.0, 2.0, "+1 ▲ better"),
        ("mae", 2.0, 2.0, "the same"),
        ("mae", 3.0, 2.0, "-1 ▼ worse"),
        ("r2", 0.75, 0.5, "+0.25 ▲ better"),
        ("r2", 0.5, 0.75, "-0.25 ▼ worse"),
        ("mae", None, 2.0, "not measured 2 not compared"),
        ("mae", 2.0, None, "2 not measured not compared"),
    ],
)
def test_a_metric_is_marked_by_its_own_direction(
    metric: str, candidate: float | None, baseline: float | None, mark: str
) -> None:
    text = drawn(NUMBERS, measure(metric, candidate, baseline)).text
    assert mark in text.split("Metrics overall and by slice")[1].split("Pictures")[0]


def test_slices_are_listed_and_beyond_200_the_page_says_so() -> None:
    measures = [measure("mae", 1.0, 2.0, of=f"station={place}") for place in range(201)]
    text = drawn(NUMBERS, *measures).text
    assert "station=199" in text
    assert "station=200" not in text
    assert "the first 200 of 201 slices" in text


def test_without_a_champion_the_page_says_that_there_is_nothing_to_compare_with() -> None:
    page = drawn(NUMBERS.drop_columns(["baseline"]), measure("mae", 1.0, None), baseline=None)
    assert "Nothing was promoted yet" in page.text
    assert [len(figure["data"]) for figure in page.figures] == [2, 1]


def test_a_champion_that_could_not_be_scored_is_told_with_its_reason() -> None:
    page = drawn(NUMBERS.drop_columns(["baseline"]), error="no column x")
    assert "Version 4 could not be scored on this holdout: no column x" in page.text


def test_numbers_are_drawn_over_time_as_residuals_and_against_the_baseline() -> None:
    over_time, residuals, against = drawn(NUMBERS).figures
    assert [trace["y"] for trace in over_time["data"]] == [[1, 2, 3], [1.5, 2, 2], [1.1, 2.5, 5]]
    assert over_time["data"][0]["x"] == ["2000-01-01T00:00:00", "2000-01-08T00:00:00", "2000-01-15T00:00:00"]
    assert [trace["y"] for trace in residuals["data"]] == [[0.5, 0, -1], [0.1, 0.5, 2]]
    assert (against["data"][0]["x"], against["data"][0]["y"]) == ([0.1, 0.5, 2], [0.5, 0, 1])
    assert "closer to the label: 2 of 3 rows" in drawn(NUMBERS).text


def test_what_is_no_number_is_a_hole_in_the_picture() -> None:
    page = drawn(predictions(label=[1.0, 2.0, 3.0], candidate=[float("nan"), float("inf"), 2.0]), baseline=None)
    assert page.figures[0]["data"][1]["y"] == [None, None, 2]


@pytest.mark.parametrize(("rows", "points"), [(1999, 1999), (2000, 2000), (2001, 2000), (50_000, 2000)])
def test_at_most_two_thousand_rows_are_drawn_and_the_page_says_so(rows: int, points: int) -> None:
    values = np.arange(rows, dtype=float)
    page = drawn(predictions(rows, label=values, candidate=values), baseline=None)
    over_time = page.figures[0]["data"][0]
    assert (len(over_time["x"]), over_time["y"][0], over_time["y"][-1]) == (points, 0, rows - 1)
    assert ("2,000 of" in page.text) == (rows > points)


def test_thinning_is_even_and_keeps_the_ends() -> None:
    steps = np.diff(thinned(10 * MOST_POINTS))
    assert (steps.min(), steps.max()) == (10, 11)


def test_two_classes_are_drawn_as_roc_and_precision_over_recall() -> None:
    roc, precise, over_time = drawn(CHOICES, metrics=(accuracy, auc)).figures
    ours = roc["data"][0]
    assert (ours["x"], ours["y"]) == ([0, 0, 0, 0.5, 1], [0, 0.5, 1, 1, 1])
    assert precise["data"][0]["y"] == pytest.approx([1, 1, 2 / 3, 0.5], abs=1e-6)
    assert [trace["meta"] for trace in over_time["data"]] == ["candidate", "baseline"]


def test_equal_scores_are_one_step_of_the_curve() -> None:
    table = predictions(
        rows=4,
        label=[0, 1, 0, 1],
        candidate=[1, 1, 1, 1],
        candidate_probability_0=[0.5] * 4,
        candidate_probability_1=[0.5] * 4,
    )
    roc = drawn(table, baseline=None, metrics=(accuracy,)).figures[0]
    assert (roc["data"][0]["x"], roc["data"][0]["y"]) == ([0, 1], [0, 1])


def test_a_holdout_of_one_class_has_no_curves() -> None:
    page = drawn(CHOICES.filter(pa.array([True, False, True, False])), metrics=(accuracy,))
    assert len(page.figures) == 1


def test_confusion_counts_label_by_prediction() -> None:
    text = drawn(CHOICES, metrics=(accuracy,)).text
    assert "candidate: 3 of 4 right. Rows are the label, columns the prediction. no yes no 1 1 yes 0 2" in text
    assert "baseline: 3 of 4 right. Rows are the label, columns the prediction. no yes no 2 0 yes 1 1" in text


def test_classes_that_are_numbers_are_in_numeric_order_and_beyond_twenty_they_are_gathered() -> None:
    labels = [place % 25 for place in range(100)]
    text = drawn(predictions(100, label=labels, candidate=labels), metrics=(accuracy,), baseline=None).text
    matrix = text.split("columns the prediction. ")[1]
    assert matrix.startswith("0 1 2 3 4")
    assert "(all others)" in matrix
    assert "candidate: 80 of 100 right" in text


def test_whole_numbers_are_a_regression_when_the_metrics_are() -> None:
    page = drawn(predictions(label=[1, 2, 3], candidate=[1, 2, 2]), metrics=(mae,), baseline=None)
    assert "Residuals over time" in page.text


def test_an_evaluation_brings_plotly_along_packed() -> None:
    page = drawn(NUMBERS)
    packed = next(data for attrs, data in page.scripts if attrs.get("id") == "plotly")
    bundle = Path(plotly.__file__).with_name("package_data") / "plotly.min.js"
    assert zlib.decompress(base64.b64decode(packed)) == bundle.read_bytes()
    assert len(packed) < 2_500_000
