"""Judgements with a reason: never a bare bool."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Self


class Outcome(StrEnum):
    """The three answers. Only `PASS` opens the door."""

    PASS = "PASS"  # noqa: S105 - an outcome, no password
    FAIL = "FAIL"
    UNDECIDED = "UNDECIDED"


class Answer(StrEnum):
    """The three answers of a paired test."""

    BETTER = "better"
    WORSE = "worse"
    CANT_TELL = "can't tell"


class Doubt(StrEnum):
    """What "can't tell" means: the champion stays, or the candidate may go on."""

    STAY = "stay"
    GO = "go"


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """One paired test: by how much the candidate is better than the baseline on a slice, and how sure that is.

    Improvements are in the metric's unit; positive is better, whatever the metric's direction.

    Args:
        metric: The metric's name.
        slice: The slice's name; `overall` for the whole holdout.
        rows: How many rows were compared.
        improvement: The estimate.
        low: Lower bound; the improvement is above it with the gate's confidence (one-sided).
        high: Upper bound, likewise.
        limit: What the improvement is held against: the margin, or minus the tolerance.
        confidence: Of each bound, and of the answer, in (0, 1).
        p_pass: P-value of "the improvement is at most the limit": small speaks for the candidate.
        p_fail: P-value of "the improvement is at least the limit": small speaks against it.
        said: The two numbers, for a person.
        asked: What the improvement must be, for a person.
        method: How it was computed, for a person.
        enough_rows: How many rows would tell, with power 0.8, if the improvement is what it seems; `None` where none
            would.
        corrected_pass: `p_pass`, corrected for how many such claims could open the door alone; `None` where there is
            no other.
        corrected_fail: `p_fail`, corrected for how many could shut it.
    """

    metric: str
    slice: str
    rows: int
    improvement: float
    low: float
    high: float
    limit: float
    confidence: float
    p_pass: float
    p_fail: float
    said: str
    asked: str
    method: str
    enough_rows: int | None = None
    corrected_pass: float | None = None
    corrected_fail: float | None = None

    @property
    def answer(self) -> Answer:
        """Better than the limit, worse, or nobody can tell."""
        level = 1 - self.confidence
        if (self.p_pass if self.corrected_pass is None else self.corrected_pass) <= level:
            return Answer.BETTER
        if (self.p_fail if self.corrected_fail is None else self.corrected_fail) <= level:
            return Answer.WORSE
        return Answer.CANT_TELL


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounded:
    """A value that is held against a ceiling by its bounds, and how sure that is: of the candidate alone.

    Args:
        what: What it is of, for a person.
        rows: How many rows it was measured on.
        value: The estimate.
        low: Lower bound; the true value is above it with the gate's confidence (one-sided).
        high: Upper bound, likewise.
        ceiling: What it is held against, inclusive.
        confidence: Of each bound, and of the answer, in (0.5, 1).
        p_pass: P-value of "the true value is above the ceiling": small speaks for the candidate.
        p_fail: P-value of "the true value is at most the ceiling": small speaks against it.
        method: How it was computed, for a person.
        corrected_pass: `p_pass`, corrected for how many such claims could open the door alone; `None` where there is
            no other.
        corrected_fail: `p_fail`, corrected for how many could shut it.
    """

    what: str
    rows: int
    value: float
    low: float
    high: float
    ceiling: float
    confidence: float
    p_pass: float
    p_fail: float
    method: str
    corrected_pass: float | None = None
    corrected_fail: float | None = None

    @property
    def answer(self) -> Answer:
        """Better than the ceiling asks, or just as good; worse; or nobody can tell."""
        level = 1 - self.confidence
        if self.high <= self.ceiling and (self.corrected_pass is None or self.corrected_pass <= level):
            return Answer.BETTER
        if self.low > self.ceiling and (self.corrected_fail is None or self.corrected_fail <= level):
            return Answer.WORSE
        return Answer.CANT_TELL


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """One gate's answer.

    Args:
        gate: The gate's name.
        outcome: Its answer.
        reason: Why, for a person.
        value: The number it looked at, if there was one.
        limit: What it was held against, if anything.
        comparison: The paired test behind it, if there is one.
        bounded: The bounds behind it, where it holds a value against a ceiling by them.
        doubt: What a paired test means when it can't tell.
        parts: Of a gate that is made of others, or asks of every slice: their verdicts.
        enough: How many of the parts must pass; all when `None`.
        warn_only: Whether it is told and decides nothing.
    """

    gate: str
    outcome: Outcome
    reason: str
    value: float | None = None
    limit: float | None = None
    comparison: Comparison | None = None
    bounded: Bounded | None = None
    doubt: Doubt = Doubt.STAY
    parts: tuple[Verdict, ...] = ()
    enough: int | None = None
    warn_only: bool = False

    @property
    def claim(self) -> Comparison | Bounded | None:
        """What its p-values are of, if it has any."""
        return self.comparison or self.bounded

    @property
    def comparisons(self) -> tuple[Comparison, ...]:
        """Every paired test behind it, its parts' too, in their order."""
        own = (self.comparison,) if self.comparison else ()
        return (*own, *(found for part in self.parts for found in part.comparisons))

    @classmethod
    def passed(cls, gate: str, reason: str, *, value: float, limit: float) -> Self:
        """Return a verdict that opens the door."""
        return cls(gate=gate, outcome=Outcome.PASS, reason=reason, value=value, limit=limit)

    @classmethod
    def failed(cls, gate: str, reason: str, *, value: float, limit: float) -> Self:
        """Return a verdict that keeps it shut: the evidence is there, and speaks against the candidate."""
        return cls(gate=gate, outcome=Outcome.FAIL, reason=reason, value=value, limit=limit)

    @classmethod
    def undecided(cls, gate: str, reason: str) -> Self:
        """Return a verdict that keeps it shut: the evidence is missing."""
        return cls(gate=gate, outcome=Outcome.UNDECIDED, reason=reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """A policy's answer.

    Args:
        outcome: What it comes to.
        reason: Why, for a person.
        verdicts: Each gate's.
        notes: What a person should know of how they were reached, such as a correction for multiplicity.
    """

    outcome: Outcome
    reason: str
    verdicts: tuple[Verdict, ...]
    notes: tuple[str, ...] = ()
