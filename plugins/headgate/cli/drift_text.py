"""What a measurement of drift found, in words."""

from __future__ import annotations

from collections.abc import Sequence

from headgate.cli.tables import plain
from headgate.core.headline import counted
from headgate.core.validation import ExpectationResult, Finding, Severity

_UNMEASURED = "drift_measured"


def drift_text(results: Sequence[ExpectationResult]) -> str:
    """Return the verdict, and a line for each result: what drifted first, what wasn't measured next."""
    order = sorted(range(len(results)), key=lambda place: (_RANKS[_word(results[place])], place))
    lines = [f"{_word(results[place]):<10}  {plain(results[place].sentence)}" for place in order]
    return "\n".join([_headline(results), *lines])


def exit_code(results: Sequence[ExpectationResult], *, drifted: int, refused: int) -> int:
    """Return 0 where nothing drifted, `refused` where that can't be said: too few rows, or limits that are wrong."""
    words = {_word(result) for result in results}
    if "DRIFT" in words:
        return drifted
    table_unmeasured = any(_is_unmeasured(result) and not result.column for result in results)
    return refused if "BROKEN" in words or table_unmeasured else 0


_RANKS = {"DRIFT": 0, "BROKEN": 1, "unmeasured": 2, "note": 3, "met": 4}


def _headline(results: Sequence[ExpectationResult]) -> str:
    words = [_word(result) for result in results]
    if "DRIFT" in words:
        return f"DRIFT: {counted(words.count('DRIFT'), 'limit', 'limits')} of {len(words)} crossed"
    if "BROKEN" in words:
        return "the limits are wrong, not the data"
    if any(_is_unmeasured(result) and not result.column for result in results):
        return "not measured: too few rows to say"
    return f"no drift: {counted(words.count('met'), 'limit', 'limits')} met"


def _word(result: ExpectationResult) -> str:
    if _is_unmeasured(result):
        return "unmeasured"
    if result.finding is Finding.UNMET:
        return "note" if result.severity is Severity.INFO else "DRIFT"
    return "BROKEN" if result.finding is Finding.BROKEN else "met"


def _is_unmeasured(result: ExpectationResult) -> bool:
    return result.expectation == _UNMEASURED
