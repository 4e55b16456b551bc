"""A simulated history on a terminal: a table, then what retraining has been worth."""

from __future__ import annotations

import sys
from typing import Self

from headgate.cli.rich_tables import table_text
from headgate.cli.tables import plain
from headgate.core.history import History, HistoryRow
from headgate.core.history_words import answered, has_answers, headline, notes, why, worth_lines
from headgate.core.past_runs import PastRun

_ID = 10


def history_text(history: History) -> str:
    """Return a history: one line a run, oldest as-of first, then what it comes to."""
    ours, theirs = history.metric.name, f"{history.metric.name} of met"
    people = ("people said",) if has_answers(history) else ()
    head = ("as-of", "candidate", "met", "verdict", "serves", ours, theirs, *people, "why not")
    rows = [_line(row, (answered(row),) if people else ()) for row in history.rows]
    table = table_text(head, rows, numbers={ours, theirs})
    said = (headline(history), *worth_lines(history), *(f"note: {note}" for note in notes(history)))
    return "\n".join((table, "", *map(plain, said)))


class Counter:
    """Tells how many runs are judged, on stderr and only in a terminal; gone when the work is done."""

    def __init__(self) -> None:
        self._is_shown = sys.stderr.isatty()

    def __call__(self, done: int, of: int) -> None:
        """Tell how far it is."""
        self._write(f"\rjudged {done:,} of {of:,} candidates")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._write("\r\x1b[K")

    def _write(self, text: str) -> None:
        if self._is_shown:
            sys.stderr.write(text)
            sys.stderr.flush()


def _line(row: HistoryRow, people: tuple[str, ...]) -> tuple[str, ...]:
    serves = f"{_day(row.after.gated)}{' *' if row.is_promotion else ''}"
    candidate = (row.run.model_id or "none")[:_ID]
    values = (_number(row.judged.value), _number(row.values.gated))
    return (row.run.day, candidate, _day(row.before.gated), row.verdict, serves, *values, *people, why(row))


def _day(run: PastRun | None) -> str:
    return "nobody" if run is None else run.day


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.4g}"
