"""A validation as text: for people, and for programs."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator

from headgate.cli.refusals import coloured
from headgate.core.headline import headline
from headgate.core.validation import ExpectationResult, Finding, Severity, ValidationReport
from headgate.core.verdict import Outcome, Verdict

_RED, _GREEN, _YELLOW, _BLUE = 31, 32, 33, 34
_OUTCOMES = {Outcome.PASS: _GREEN, Outcome.FAIL: _RED, Outcome.UNDECIDED: _YELLOW}
_GROUPS = (
    ("FAIL", _RED, Finding.UNMET, Severity.CRITICAL),
    ("BROKEN", _YELLOW, Finding.BROKEN, None),
    ("WARNING", _YELLOW, Finding.UNMET, Severity.WARNING),
    ("NOTE", _BLUE, Finding.UNMET, Severity.INFO),
    ("met", _GREEN, Finding.MET, None),
)


def report_text(report: ValidationReport, verdict: Verdict, *, in_colour: bool) -> str:
    """Return the verdict in the first line, then what is wrong with rows to look at, then what is met."""
    first = coloured(headline(report, verdict), _OUTCOMES[verdict.outcome], in_colour)
    return "\n".join([first, *_lines(report, in_colour=in_colour)])


def json_text(report: ValidationReport, verdict: Verdict) -> str:
    """Return the report with its verdict as JSON."""
    whole = {
        "outcome": verdict.outcome,
        "headline": headline(report, verdict),
        "reason": verdict.reason,
        "report": dataclasses.asdict(report),
    }
    return json.dumps(whole, ensure_ascii=False, indent=2)


def _lines(report: ValidationReport, *, in_colour: bool) -> Iterator[str]:
    for word, colour, finding, severity in _GROUPS:
        for result in report.found(finding, *([severity] if severity else [])):
            by = "" if result.engine == "headgate" else f" [{result.engine}]"
            yield f"{coloured(f'{word:<8}', colour, in_colour)} {_printable(result.sentence)}{by}"
            if finding is Finding.UNMET:
                yield from _rows(result)


def _rows(result: ExpectationResult) -> Iterator[str]:
    for row in result.rows[:3]:
        yield f"{'':<8}   row: {_printable(', '.join(f'{name}={value}' for name, value in row))}"


def _printable(text: str) -> str:
    """Return text on one line that can't move a terminal's cursor, whatever rows hold."""
    return "".join(character if character.isprintable() else repr(character)[1:-1] for character in text)
