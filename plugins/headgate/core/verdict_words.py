"""Verdicts in words that ask for no statistics: numbers with their range, and what was asked of them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from headgate.core.evaluation import OVERALL
from headgate.core.verdict import Answer, Comparison, Outcome, Verdict

OUTCOME_WORDS = {Outcome.PASS: "passed", Outcome.FAIL: "failed", Outcome.UNDECIDED: "can't tell yet"}
"""What an outcome is called where people who don't know the project read it."""

_NO_BASELINE = "no baseline"
_THOUSAND = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A verdict, and how deep it lies in those that are made of others; 0 for a gate of the policy."""

    depth: int
    verdict: Verdict

    @property
    def is_leaf(self) -> bool:
        """Whether it is made of no others."""
        return not self.verdict.parts


def walk(verdicts: Iterable[Verdict], depth: int = 0) -> Iterator[Placed]:
    """Yield verdicts in their order, the parts of each right behind it."""
    for verdict in verdicts:
        yield Placed(depth=depth, verdict=verdict)
        yield from walk(verdict.parts, depth + 1)


def is_unasked(verdict: Verdict) -> bool:
    """Return whether a gate had nothing to compare with: a first candidate meets no champion."""
    return verdict.outcome is Outcome.UNDECIDED and verdict.reason.startswith(_NO_BASELINE)


def number_text(value: float) -> str:
    """Return a number with three digits, whole from a thousand on.

    >>> number_text(0.04126), number_text(52.0), number_text(1234567.8), number_text(float("inf"))
    ('0.0413', '52', '1,234,568', '∞')
    """
    if math.isnan(value):
        return "unknown"
    if math.isinf(value):
        return "∞" if value > 0 else "-∞"
    return f"{value:,.0f}" if abs(value) >= _THOUSAND else f"{value:.3g}"


def signed_text(value: float) -> str:
    """Return a difference with its sign.

    >>> signed_text(0.5), signed_text(-0.5), signed_text(0.0)
    ('+0.5', '-0.5', '0')
    """
    return f"+{number_text(value)}" if value > 0 else number_text(value or 0.0)


def interval_text(comparison: Comparison) -> str:
    """Return an improvement with the range in which it lies: `+0.04 (-0.01 to +0.09)`."""
    low, high = signed_text(comparison.low), signed_text(comparison.high)
    return f"{signed_text(comparison.improvement)} ({low} to {high})"


def answer_text(comparison: Comparison) -> str:
    """Return what a comparison says, against what was asked."""
    if comparison.answer is Answer.CANT_TELL:
        return "can't tell yet"
    is_better = comparison.answer is Answer.BETTER
    if comparison.limit > 0:
        return "better by enough" if is_better else "not better by enough"
    if comparison.limit < 0:
        return "not worse than allowed" if is_better else "worse than allowed"
    return "better" if is_better else "worse"


def plain_reason(verdict: Verdict) -> str:
    """Return why, without statistics where a comparison is behind it and decided; the reason itself elsewhere."""
    found = verdict.comparison
    if found is None or not all(map(math.isfinite, (found.improvement, found.low, found.high))):
        return verdict.reason
    where = f"these {found.rows:,} rows" if found.slice == OVERALL else f"the {found.rows:,} rows of {found.slice}"
    said = f"{found.metric} is {_change(found.improvement)} on {where}; in truth it is probably somewhere "
    said += f"from {_change(found.low)} to {_change(found.high)}. Asked: {found.asked}."
    if verdict.outcome is Outcome.UNDECIDED and found.answer is not Answer.CANT_TELL:
        return f"{verdict.reason}."
    return f"{said}{_unsure(verdict, found)}" if found.answer is Answer.CANT_TELL else said


def _unsure(verdict: Verdict, found: Comparison) -> str:
    """Return what else to know where nobody can tell."""
    if found.high < found.limit or found.low > found.limit:
        said = " Alone that would have told; among so many comparisons it may be chance."
    elif found.enough_rows and found.enough_rows > found.rows:
        said = f" About {found.enough_rows:,} rows would tell."
    else:
        said = ""
    return f"{said} The policy lets it go on where nobody can tell." if verdict.outcome is Outcome.PASS else said


def _change(improvement: float) -> str:
    if not improvement:
        return "the same"
    return f"{number_text(abs(improvement))} {'better' if improvement > 0 else 'worse'}"


def cut(text: str, longest: int) -> str:
    """Return text of at most that length.

    >>> cut("undecided", 4)
    'und…'
    """
    return text if len(text) <= longest else f"{text[: longest - 1]}…"
