"""What became of a check of the user's own, in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from headgate.core.quarantine import percent
from headgate.core.sentences import text_of
from headgate.core.validation import ExpectationResult, Finding, Severity

SHOWN = 5
"""How many rows that fail a check are kept."""

_ENGINE = "check"


def checked(
    name: str,
    severity: Severity,
    *,
    wrong: int,
    rows: int,
    mostly: float = 1.0,
    shown: Iterable[Mapping[str, Any]] = (),
) -> ExpectationResult:
    """Return the result of a check that looked at each row.

    Args:
        name: What the check is called.
        severity: What an unmet one means.
        wrong: How many rows fail it.
        rows: How many rows it looked at.
        mostly: Least share of rows that must be right, 0 to 1, inclusive.
        shown: A few rows that fail, whole.

    >>> checked("loads", Severity.WARNING, wrong=3, rows=1200).sentence
    'loads: 3 of 1,200 rows (0.25 %) are wrong'
    """
    share = wrong / rows if rows else 0.0
    is_met = not rows or (rows - wrong) / rows >= mostly
    allowed = f", at least {percent(mostly)} must be right" if mostly < 1 else ""
    sentence = f"{wrong:,} of {rows:,} rows ({percent(share)}) are wrong{allowed}"
    return decided(name, severity, is_met=is_met, sentence=sentence, share=share, shown=shown)


def decided(
    name: str,
    severity: Severity,
    *,
    is_met: bool,
    sentence: str,
    share: float | None = None,
    samples: Sequence[str] = (),
    shown: Iterable[Mapping[str, Any]] = (),
) -> ExpectationResult:
    """Return the result of a check that was evaluated."""
    return ExpectationResult(
        expectation=name,
        column="",
        severity=severity,
        finding=Finding.MET if is_met else Finding.UNMET,
        sentence=f"{name}: {sentence}",
        share=share,
        samples=tuple(samples),
        rows=tuple(tuple((column, text_of(value)) for column, value in row.items()) for row in shown),
        engine=_ENGINE,
    )


def broken(name: str, severity: Severity, why: str) -> ExpectationResult:
    """Return the result of a check that could not be evaluated: it says nothing about the data."""
    return ExpectationResult(
        expectation=name,
        column="",
        severity=severity,
        finding=Finding.BROKEN,
        sentence=f"{name}: broke: {' '.join(why.split())}",
        engine=_ENGINE,
    )
