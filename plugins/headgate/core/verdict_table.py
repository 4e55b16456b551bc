"""A verdict as lines of text, for a task's log: to be read at night, on a narrow screen."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from headgate.core.decision import decision_of
from headgate.core.refs import VerdictRef
from headgate.core.verdict import Outcome, Verdict
from headgate.core.verdict_words import Placed, cut, interval_text, number_text, walk

WIDTH = 100
"""Characters of a line, without what Airflow puts before it."""

_GATE = 38
_FOUND = 28
_INDENT = "    "
_MOST_PARTS = 40


def verdict_lines(verdict: VerdictRef) -> list[str]:
    """Return the table: a row for each gate with its reason below, what else to know, and the decision last."""
    placed = list(_shown(verdict.judgement.verdicts))
    rows = [("gate", "verdict", "found", "asked", "rows"), *(_cells(one) for one in placed)]
    widths = [max(len(row[column]) for row in rows) for column in range(5)]
    lines = [_line(rows[0], widths)]
    for one, cells in zip(placed, rows[1:], strict=True):
        lines += [_line(cells, widths), *_reason(one)]
    lines += [line for note in verdict.judgement.notes for line in textwrap.wrap(f"note: {note}", WIDTH)]
    return [*lines, *textwrap.wrap(f"decision: {decision_of(verdict)}", WIDTH)]


def _shown(verdicts: tuple[Verdict, ...]) -> Iterator[Placed]:
    """Yield the gates, and their parts: of very many, those that didn't pass."""
    for gate in verdicts:
        family = list(walk((gate,)))
        is_long = len(family) > _MOST_PARTS
        yield from (one for one in family if one.depth == 0 or not is_long or one.verdict.outcome is not Outcome.PASS)


def _cells(one: Placed) -> tuple[str, str, str, str, str]:
    verdict, found = one.verdict, one.verdict.comparison
    outcome = f"{verdict.outcome} (warns)" if verdict.warn_only else str(verdict.outcome)
    gate = cut(f"{'  ' * one.depth}{verdict.gate}", _GATE)
    if found is not None:
        return gate, outcome, interval_text(found), cut(found.asked, _FOUND), f"{found.rows:,}"
    value = "" if verdict.value is None else number_text(verdict.value)
    limit = "" if verdict.limit is None else f"limit {number_text(verdict.limit)}"
    return gate, outcome, value, limit, ""


def _line(cells: tuple[str, str, str, str, str], widths: list[int]) -> str:
    left = [f"{text:<{width}}" for text, width in zip(cells[:4], widths, strict=False)]
    return "  ".join([*left, f"{cells[4]:>{widths[4]}}"]).rstrip()


def _reason(one: Placed) -> list[str]:
    """Return why; of a gate whose parts say it themselves, the beginning."""
    indent = "  " * one.depth + _INDENT
    reason = one.verdict.reason if one.is_leaf else cut(one.verdict.reason, WIDTH - len(indent))
    return textwrap.wrap(reason, WIDTH, initial_indent=indent, subsequent_indent=indent)
