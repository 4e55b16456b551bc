"""A simulated history on a terminal and in a pipe, and how far it is."""

from __future__ import annotations

import io
import sys
from dataclasses import replace

import pytest

from headgate.cli.history_text import Counter, history_text
from headgate.steps.history_keeping import DOCUMENT, PAGE, keep_history
from headgate.testing.fake_history import FakeHistoryBook
from tests.unit.past import past_run
from tests.unit.test_history_page import ANSWERED, EMPTY, HISTORY


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_run_is_a_line_and_what_it_comes_to_stands_below() -> None:
    lines = history_text(HISTORY).splitlines()
    assert lines[0].split() == [
        "as-of",
        "candidate",
        "met",
        "verdict",
        "serves",
        "mae",
        "mae",
        "of",
        "met",
        "why",
        "not",
    ]
    assert lines[1].split() == ["2000-01-01", "m-dag-0", "nobody", "PASS", "2000-01-01", "*", "3"]
    assert lines[3].split(maxsplit=5) == [
        *("2000-01-03", "none", "2000-01-01", "refused", "2000-01-01", "the data was refused"),
    ]
    assert lines[7].endswith("5 runs, 3 promotions; the candidate of 2000-01-05 would serve now")
    assert len(lines) == 11


def test_what_people_answered_is_a_column_where_anybody_was_asked() -> None:
    lines = history_text(ANSWERED).splitlines()
    assert lines[0].split()[-4:] == ["people", "said", "why", "not"]
    assert lines[1].endswith("approved: ada, bob")
    assert lines[2].split(maxsplit=7)[-1] == "rejected: eve       9.0 against 4.0"
    assert lines[3].split(maxsplit=5)[-1] == "the data was refused"
    assert lines[7].endswith("5 runs, 3 promotions; the candidate of 2000-01-05 would serve now")
    assert "people said" not in history_text(HISTORY)


def test_what_a_terminal_would_obey_is_shown() -> None:
    run = past_run(0, refused="bad \x1b[31m rows\nreally")
    row = replace(HISTORY.rows[2], run=run, judged=replace(HISTORY.rows[2].judged))
    row = replace(row, judged=replace(row.judged, judgement=replace(row.judged.judgement, reason=run.refused or "")))
    text = history_text(replace(HISTORY, rows=(row,), model="sales\x1b[2J"))
    assert "bad \\x1b[31m rows\\nreally" in text
    assert "\x1b" not in text


def test_how_far_it_is_is_told_in_a_terminal_and_wiped_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", Terminal())
    with Counter() as counter:
        counter(3, 60)
    assert isinstance(sys.stderr, io.StringIO)
    assert sys.stderr.getvalue() == "\rjudged 3 of 60 candidates\r\x1b[K"


def test_a_pipe_gets_no_counter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    with Counter() as counter:
        counter(3, 60)
    assert isinstance(sys.stderr, io.StringIO)
    assert sys.stderr.getvalue() == ""


def test_a_history_is_kept_with_page_document_and_numbers() -> None:
    book = FakeHistoryBook("sales")
    first = keep_history(HISTORY, draw=lambda history: f"<p>{history.title}</p>", book=book)
    again = keep_history(HISTORY, draw=lambda _: "<p>drawn otherwise</p>", book=book)
    assert (first.again, again.again, first.tracked) == (False, True, again.tracked)
    volume = book.pages[first.tracked.mlflow_run].volume
    assert volume.artifacts[PAGE] == b"<p>simulated history</p>"
    assert volume.artifacts[DOCUMENT].startswith(b"{\n")
    assert volume.note.startswith("**sales, simulated history: 5 runs")
    assert (volume.metrics["runs"], volume.metrics["promotions"], volume.metrics["mean_mae_gated"]) == (5, 3, 4)


def test_another_result_supersedes_and_what_was_not_measured_is_no_metric() -> None:
    book = FakeHistoryBook("sales")
    first = keep_history(HISTORY, draw=lambda _: "", book=book).tracked.mlflow_run
    second = keep_history(EMPTY, draw=lambda _: "", book=book).tracked.mlflow_run
    assert (book.live("sales", HISTORY.title), book.pages[first].superseded_by) == ([second], second)
    assert book.pages[second].volume.metrics == {"runs": 0.0, "promotions": 0.0}
