from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from headgate.adapters.plotly_pages import PlotlyPages
from headgate.adapters.plotly_pages.over_time import losses_of, spans_of
from headgate.adapters.plotly_pages.reliability import points_of
from headgate.core.approval import Awaited
from headgate.core.evaluation import Fact
from headgate.core.predictions import Predicted, Predictions
from headgate.core.verdict import Outcome
from headgate.core.verdict_record import VerdictRecord
from tests.unit.page_reader import Reader
from tests.unit.validation_pages import EVIL
from tests.unit.verdicts import (
    BETTER,
    DOUBTFUL,
    EVALUATION,
    FAILED,
    GAP,
    LIMIT,
    NO_BASELINE,
    PASSED,
    REPLAY,
    WORSE,
    compared,
    judgement,
    of_slices,
    record,
    verdict_on,
)

WEEK = 7 * 86_400 * 1_000_000


def page(told: VerdictRecord, predictions: Predictions | None = None) -> Reader:
    return Reader(PlotlyPages().gates(told, predictions))


def numbers(rows: int = 80, *, baseline: bool = True) -> Predictions:
    labels = np.zeros(rows)
    theirs = Predicted(values=labels + 2.0) if baseline else None
    times = np.arange(rows) * WEEK
    return Predictions(labels=labels, candidate=Predicted(values=labels + 1.0), baseline=theirs, event_time=times)


def classes(rows: int = 80, **change: Any) -> Predictions:
    happened = np.arange(rows) % 2
    said = np.where(happened == 1, 0.75, 0.25)
    sides = {
        "candidate": Predicted(values=happened, probabilities=np.c_[1 - said, said]),
        "baseline": Predicted(values=np.zeros(rows, dtype=int), probabilities=np.full((rows, 2), 0.5)),
    }
    times = np.arange(rows) * WEEK
    return Predictions(**{"labels": happened, "event_time": times, "classes": (0, 1), **sides, **change})


@pytest.mark.parametrize(
    ("told", "first"),
    [
        (PASSED, "✓ passed The candidate takes the place of the champion, version 4: 2 gates passed."),
        (FAILED, "✗ not passed The champion, version 4, stays: the candidate isn't good enough."),
        (judgement(Outcome.UNDECIDED, LIMIT, DOUBTFUL), "? can't tell yet The champion, version 4, stays: nobody can"),
    ],
)
def test_a_report_says_the_decision_first(told: Any, first: str) -> None:
    text = page(record(told)).text
    assert text.split("co2_weekly, as-of 2000-01-01 ")[-1].startswith(first)


def test_a_report_says_what_kind_of_run_it_was_and_whom_it_met() -> None:
    text = page(record(mode=REPLAY, dry_run=True, reason="a whim", override="promote_older")).text
    for said in ("replay: a backfill only records", "yes: nothing is promoted", "a whim", "promote_older"):
        assert said in text
    assert "the champion, version 4" in text
    assert "nobody: nothing was promoted yet" in page(record(evaluation=replace(EVALUATION, baseline=None))).text
    unscored = replace(EVALUATION, baseline_error="no column x")
    assert "which could not be scored: no column x" in page(record(evaluation=unscored)).text
    assert "2 to approve: each promotion" in page(record(awaits=Awaited(reason="each promotion", people=2))).text


def test_each_gate_is_told_with_its_reason_and_the_parts_that_did_not_pass() -> None:
    text = page(record(FAILED)).text
    assert "✓ passed AtMost(mae) mae 0.31 is at most 0.6" in text
    assert "Made of 3 parts: 1 passed, 1 failed, 1 can't tell yet." in text
    gates = text.split("The gates")[1].split("How sure is that?")[0]
    assert "season=summer" in gates
    assert "season=winter" not in gates


def test_gates_without_a_champion_to_meet_are_not_asked_and_count_as_nothing() -> None:
    told = judgement(Outcome.PASS, LIMIT, NO_BASELINE)
    text = page(record(told, replace(EVALUATION, baseline=None), champion=None)).text
    assert "· not asked BetterBy(mae) no baseline: nothing was promoted yet" in text
    assert "1 ✓ passed 0 ✗ failed 0 ? can't tell yet" in text
    assert "How sure is that?" not in text


def test_each_comparison_is_a_row_of_the_forest_in_words_and_numbers() -> None:
    text = page(record(FAILED)).text
    forest = text.split("By how much the candidate improves mae (lower is better)")[1].split("The metrics")[0]
    assert "whole holdout BetterBy(mae): more than the margin 0.0 52" in forest
    assert "? can't tell yet +0.04 (-0.012 to +0.09)" in forest
    assert "season=summer NoWorseThan(mae, season=summer): within the tolerance 0.02 13" in forest
    assert "✗ worse than allowed -0.1 (-0.16 to -0.04)" in forest
    assert "✓ not worse than allowed +0.06 (+0.02 to +0.11)" in forest


def test_metrics_of_different_units_have_forests_of_their_own() -> None:
    other = replace(BETTER, gate="BetterBy(auc)", comparison=compared(0.1, 0.05, 0.2, 0.01, metric="auc"))
    text = page(record(judgement(Outcome.PASS, BETTER, other, replace(BETTER, gate="again")))).text
    assert text.count("By how much the candidate improves mae") == 1
    assert "improves auc (higher is better)" in text
    assert "✓ better by enough" in text


@pytest.mark.parametrize(
    "numbers_of", [(float("nan"), float("-inf"), float("inf")), (0.0, 0.0, 0.0), (1e200, -1e300, 1e300), (0.1, -50, 50)]
)
def test_odd_numbers_are_drawn_within_the_picture(numbers_of: Any) -> None:
    odd = compared(*numbers_of, p_pass=0.5, p_fail=0.5)
    html = PlotlyPages().gates(record(judgement(Outcome.UNDECIDED, BETTER, verdict_on("odd", odd))), None)
    drawn = html.split('class="forest"')[1].split("</table>")[0]
    assert "nan" not in drawn
    assert "inf" not in drawn.lower().replace("infinity", "")
    Reader(html)


def test_beyond_sixty_comparisons_the_worst_are_drawn_and_the_page_says_so() -> None:
    told = of_slices(*(f"s={n}" for n in range(61)))
    parts = (replace(BETTER, gate="good"), *told.verdicts[0].parts)
    text = page(record(replace(told, verdicts=(replace(told.verdicts[0], parts=parts),)))).text
    forest = text.split("improves mae (lower is better)")[1].split("The metrics")[0]
    assert "the 60 worst of 62" in forest
    assert "good: more" not in forest
    assert "and 55 more, which verdict.json lists" in text
    assert "and 49 more of the same kind" in text


def test_a_gap_with_bounds_has_its_p_values_among_the_methods_and_is_no_line_of_the_forest() -> None:
    text = page(record(judgement(Outcome.UNDECIDED, GAP))).text
    assert "gap 0.155 (0.11 to 0.25, each bound with 95 %), corrected for how many comparisons there are," in text
    methods = text.split("How it was computed")[1]
    assert "Of a gap: of its being above its ceiling, and of its being at most that." in methods
    assert "DemographicParity(region) 800 95 % 1 0.04 (0.08) Newcombe (1998)" in methods
    assert "How sure is that?" not in text
    assert "Of a gap" not in page(record()).text


def test_what_would_have_changed_the_decision_is_said_gate_by_gate() -> None:
    text = page(record(FAILED)).text.split("What would have changed the decision")[1]
    assert "BetterBy(mae) : the improvement is +0.04 (-0.012 to +0.09); a tolerance above 0.012" in text
    assert "about 140 rows would tell" in text
    assert "How close it was BetterBy(mae)" in page(record(PASSED)).text


def test_costs_are_bars_with_units_and_what_was_not_measured_says_why() -> None:
    text = page(record()).text.split("What it costs")[1]
    assert "Time for one row, 99 of 100 times at most 1.25 ms 1 ms 1.25 times" in text
    assert "Size on disk 120 kB 118 kB 1.02 times" in text
    assert "Memory to load it not measured not measured the process was killed" in text


def test_what_else_was_measured_is_listed() -> None:
    facts = (Fact(name="freshness", unit="days", candidate=3.0, note="the newest row"),)
    text = page(record(evaluation=replace(EVALUATION, facts=facts))).text
    assert "freshness 3 days the newest row" in text
    assert "What it costs" not in text


def test_how_it_was_computed_is_told_last() -> None:
    last = page(record(FAILED)).text.split("How it was computed")[1]
    assert last.strip().startswith("Corrected for 4 comparisons that could shut the door (Holm).")
    assert "moving blocks of 4 rows, 2,000 resamples, percentile" in last
    corrected = verdict_on("g", compared(0.04, 0.01, 0.07, corrected_fail=0.6))
    assert "0.3 (0.6)" in page(record(judgement(Outcome.PASS, corrected))).text


def test_numbers_are_compared_over_time_and_classes_by_their_probabilities_too() -> None:
    text = page(record(), numbers()).text
    assert "Mean absolute error of the champion minus the candidate's, in 10 spans of about 8 rows" in text
    assert "which it did in 10 of 10" in text
    assert "Do the probabilities" not in text
    text = page(record(judgement(Outcome.PASS, LIMIT)), classes()).text
    assert "Mean share of wrong answers" in text
    assert "The candidate: it is off by 25 percentage points on average; where that matters most, when it says" in text
    assert "probability that it is 1, as predicted" in text


@pytest.mark.parametrize(
    "predictions", [None, numbers(baseline=False), numbers(15), classes(candidate=Predicted(values=np.zeros(80)))]
)
def test_what_cannot_be_drawn_is_left_out(predictions: Predictions | None) -> None:
    text = page(record(), predictions).text
    assert "Do the probabilities" not in text
    assert ("From the holdout's beginning" in text) is (predictions is not None and predictions.classes is not None)


def losses(predictions: Predictions, *metrics: str) -> tuple[str, list[float], list[float]]:
    found = losses_of(predictions, metrics)
    assert found is not None
    return found[0], found[1].tolist(), found[2].tolist()


def test_the_loss_is_that_of_the_first_metric_where_rows_have_one() -> None:
    assert losses(numbers(2), "rmse", "mae") == ("squared error", [1, 1], [4, 4])
    said, ours, theirs = losses(classes(2), "log_loss")
    assert said == "log loss"
    assert ours == pytest.approx([-np.log(0.75)] * 2)
    assert theirs == pytest.approx([-np.log(0.5)] * 2)
    assert losses(classes(2, baseline=Predicted(values=np.zeros(2))), "log_loss")[0] == "share of wrong answers"
    assert losses_of(numbers(baseline=False), []) is None


def test_spans_are_in_the_order_of_time_and_leave_out_what_is_no_number() -> None:
    times = np.arange(32)[::-1] * 10**6
    gain = np.where(np.arange(32) < 16, 1.0, -1.0)
    first, *_, last = spans_of(times, gain)
    assert (first.start, first.improvement, last.improvement, last.end, first.error) == (0, -1, 1, 31, 0)
    assert sum(span.rows for span in spans_of(times, np.where(np.arange(32) == 3, np.nan, gain))) == 31
    assert spans_of(times, np.full(32, np.nan)) == ()


def test_of_many_classes_the_likeliest_ones_probability_is_drawn() -> None:
    probabilities = np.array([[0.8, 0.1, 0.1], [0.2, 0.7, 0.1], [0.1, 0.1, 0.8], [0.7, 0.2, 0.1]])
    three = Predictions(
        labels=np.array(["a", "b", "c", "b"]),
        candidate=Predicted(values=np.array(["a", "b", "c", "a"]), probabilities=probabilities),
        baseline=None,
        event_time=np.arange(4),
        classes=("a", "b", "c"),
    )
    points = points_of(three.candidate, three)
    assert [(point.rows, point.observed) for point in points] == [(2, 0.5), (2, 1.0)]
    assert "of the likeliest class" in page(record(), three).text
    holes = Predicted(values=three.candidate.values, probabilities=np.full((4, 3), np.nan))
    assert points_of(holes, three) == ()


def test_what_users_wrote_is_text_and_a_report_loads_and_runs_nothing() -> None:
    odd = verdict_on(EVIL, compared(-0.2, -0.3, -0.1, 0.0, EVIL), reason=EVIL)
    told = replace(judgement(Outcome.FAIL, odd), notes=(EVIL,))
    facts = (Fact(name=EVIL, unit=EVIL, candidate=1.0, note=EVIL),)
    html = PlotlyPages().gates(record(told, replace(EVALUATION, facts=facts), reason=EVIL), classes(classes=(0, EVIL)))
    assert "<script" not in html
    read = Reader(html)
    assert EVIL in read.text
    assert not [a for _, a in read.elements if {"src", "href", "onerror", "onload"} & a.keys()]
    policy = next(a["content"] for tag, a in read.elements if tag == "meta" and "http-equiv" in a)
    assert policy == "default-src 'none'; style-src 'unsafe-inline'"


def test_a_report_is_small_and_for_light_dark_and_paper() -> None:
    html = PlotlyPages().gates(record(of_slices(*(f"s={n}" for n in range(500)))), numbers(500))
    assert len(html) < 120_000
    assert "prefers-color-scheme: dark" in html
    assert "@media print" in html


def test_every_picture_says_in_words_what_it_shows() -> None:
    pictures = [a for tag, a in page(record(FAILED), classes()).elements if tag == "svg"]
    assert all(a.get("role") == "img" or a.get("aria-hidden") or a.get("width") == "0" for a in pictures)


def test_drawing_a_report_without_predictions_needs_no_numpy() -> None:
    script = """
import sys
from headgate.adapters.plotly_pages import gate_report
print(sorted({'numpy', 'plotly', 'pandas', 'pyarrow'} & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_worse_than_no_margin_is_worse() -> None:
    assert "✗ worse -0.2 (-0.3 to -0.1)" in page(record(judgement(Outcome.FAIL, WORSE))).text
