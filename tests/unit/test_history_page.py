"""The page and the words of a simulated history."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from headgate.adapters.plotly_pages.history import history_page
from headgate.core.approval_record import Answer
from headgate.core.history import NOBODY, ByPolicy, History, HistoryRow, Judged, fold_history
from headgate.core.history_words import headline, notes, worth_lines
from headgate.core.metrics import mae, r2
from headgate.core.past_runs import PastRun
from headgate.core.verdict import Judgement, Outcome
from headgate.core.windows import Window
from tests.unit.page_reader import Reader
from tests.unit.past import past_run
from tests.unit.validation_pages import EVIL

ERRORS = {"m-dag-0": 3.0, "m-dag-1": 9.0, "m-dag-3": 1.0, "m-dag-4": 1.0}


class Bench:
    def judge(self, run: PastRun, champion: PastRun | None) -> Judged:
        ours, theirs = self.value(run, run), self.value(run, champion) if champion else None
        outcome = Outcome.UNDECIDED if ours is None else Outcome.PASS if (theirs or 10) > ours else Outcome.FAIL
        judgement = Judgement(outcome=outcome, reason=f"{ours} against {theirs}", verdicts=())
        return Judged(judgement=judgement, value=ours, holdout=Window(start=run.as_of - timedelta(1), end=run.as_of))

    def value(self, run: PastRun, model: PastRun) -> float | None:
        error = ERRORS.get(str(model.model_id))
        return None if error is None else error + (run.as_of - model.as_of).days


RUNS = [past_run(0), past_run(1), past_run(2, refused="the data was refused"), past_run(3), past_run(4)]
HISTORY = History(model="sales", metric=mae, gates=("AtMost(mae)",), rows=fold_history(RUNS, Bench()))
ANSWERS = {
    0: Answer(state="approved", who="ada, bob", at="2000-01-01T12:00:00+00:00", why="a <b>; b"),
    1: Answer(state="rejected", who="eve", why="eve rejects: no"),
}
ANSWERED = replace(
    HISTORY,
    rows=tuple(replace(row, run=replace(row.run, answer=ANSWERS.get(place))) for place, row in enumerate(HISTORY.rows)),
)
EMPTY = History(model="sales", metric=mae, gates=(), rows=())


def test_the_page_says_first_how_many_runs_and_who_would_serve() -> None:
    text = Reader(history_page(HISTORY)).text
    assert text.startswith("sales: simulated history sales: simulated history sales, simulated history: 5 runs, ")
    assert "3 promotions; the candidate of 2000-01-05 would serve now." in text


def test_the_page_lists_every_run_with_who_met_whom_and_why_not() -> None:
    text = Reader(history_page(HISTORY)).text.split("Run by run")[1]
    assert "2000-01-01 m-dag-0 nobody ✓ PASS 2000-01-01 ★ 3" in text
    assert "2000-01-02 m-dag-1 2000-01-01 ✗ FAIL 2000-01-01 9 4 9.0 against 4.0" in text
    assert "2000-01-03 none 2000-01-01 ! refused 2000-01-01 the data was refused" in text
    assert "2000-01-05 m-dag-4 2000-01-04 ✓ PASS 2000-01-05 ★ 1 2" in text


def test_the_page_tells_what_people_answered_and_nothing_where_nobody_was_asked() -> None:
    text = Reader(history_page(ANSWERED)).text.split("Run by run")[1]
    assert "People said Why not" in text
    assert "★ 3 approved: ada, bob (2000-01-01 12:00 UTC): a <b>; b" in text
    assert "FAIL 2000-01-01 9 4 rejected: eve: eve rejects: no 9.0 against 4.0" in text
    assert "2000-01-03 none 2000-01-01 ! refused 2000-01-01 the data was refused" in text
    assert "People said" not in history_page(HISTORY)


def test_the_page_draws_the_three_policies_with_holes_and_marks_promotions() -> None:
    (figure,) = Reader(history_page(HISTORY)).figures
    gated, never, always, promoted = figure["data"]
    assert [trace["name"] for trace in figure["data"]] == ["gated", "never retrain", "always promote", "promoted"]
    assert gated["y"] == [None, 4, None, 6, 2]
    assert never["y"] == [None, 4, None, 6, 7]
    assert always["y"] == [None, 4, None, 11, 2]
    assert (promoted["x"], promoted["y"]) == (
        ["2000-01-01T00:00:00", "2000-01-04T00:00:00", "2000-01-05T00:00:00"],
        [3, 1, 1],
    )
    assert len({trace["line"]["dash"] for trace in (gated, never, always)}) == 3


def test_the_page_says_what_retraining_has_been_worth() -> None:
    text = Reader(history_page(HISTORY)).text
    assert "over the 3 as-ofs where all three could be scored" in text
    assert "Gated: what passes the gates serves 4 " in text
    assert "Never retrain: the first that passed serves for ever 5.667 1.667 better (better at 1, worse at 0" in text
    assert "Always promote: each candidate serves at once 5.667 1.667 better (better at 1, worse at 0" in text


@pytest.mark.parametrize("history", [EMPTY, replace(HISTORY, rows=HISTORY.rows[:1])], ids=["empty", "one run"])
def test_nothing_to_compare_is_said(history: History) -> None:
    text = Reader(history_page(history)).text
    assert "What retraining has been worth can't be said yet" in text.replace("what retraining", "What retraining")
    assert worth_lines(history)[0].startswith("what retraining has been worth can't be said yet")


def test_equal_histories_give_equal_pages() -> None:
    again = replace(HISTORY, rows=fold_history(RUNS[::-1], Bench()))
    assert history_page(again) == history_page(HISTORY)


def test_what_users_wrote_is_text_and_a_page_loads_nothing() -> None:
    run = replace(RUNS[0], model_id=f"m{EVIL}", key=EVIL)
    judged = Judged(judgement=Judgement(outcome=Outcome.FAIL, reason=EVIL, verdicts=()), value=1.0)
    values: ByPolicy[float | None] = ByPolicy(gated=1.0, never=1.0, always=1.0)
    row = HistoryRow(run=run, judged=judged, before=NOBODY, values=values, after=NOBODY)
    html = history_page(History(model=EVIL, metric=mae, gates=(EVIL,), rows=(row,), title=EVIL, unfinished=(run,)))
    page = Reader(html)
    assert EVIL in page.text
    assert "<script>alert" not in html
    assert not [tag for tag, attrs in page.elements if {"src", "href", "srcset"} & attrs.keys() or tag == "link"]
    assert not re.findall(r"url\(|@import", html.partition("<body>")[0])
    assert "prefers-color-scheme: dark" in html


def test_the_words_say_which_way_is_better_and_how_often() -> None:
    assert headline(EMPTY).endswith("0 runs, 0 promotions; nobody would serve: no candidate passed")
    means, never, always = worth_lines(HISTORY)
    assert means == (
        "mean mae of what served, on the holdouts of 3 as-ofs (lower is better, in the label's unit): "
        "gated 4, never retrain 5.667, always promote 5.667"
    )
    assert never.endswith("1.667 better (better at 1, worse at 0, the same at 2 of 3)")
    assert always.startswith("gated against promoting always: 1.667 better")
    assert "worse" in worth_lines(replace(HISTORY, metric=r2))[1].split(" (")[0]
    assert "(higher is better, in a share of 1)" in worth_lines(replace(HISTORY, metric=r2))[0]


def test_what_a_reader_should_know_is_noted() -> None:
    assert notes(HISTORY) == ()
    wide = tuple(
        replace(row, judged=replace(row.judged, holdout=Window(start=row.run.as_of - timedelta(9), end=row.run.as_of)))
        for row in HISTORY.rows
    )
    (overlap,) = notes(replace(HISTORY, rows=wide))
    assert overlap.startswith("holdouts overlap")
    (unfinished,) = notes(replace(HISTORY, unfinished=tuple(past_run(number) for number in range(7))))
    assert unfinished.startswith("7 runs have no verdict yet and no place here: 2000-01-01, ")
    assert unfinished.endswith("2000-01-05 and 2 more")
