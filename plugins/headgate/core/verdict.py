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
        p_pass: P-value of "the improvement is at most the limit": small speaks for the candidate.
        p_fail: P-value of "the improvement is at least the limit": small speaks against it.
        method: How it was computed, for a person.
        enough_rows: How many rows would tell, with power 0.8, if the improvement is what it seems; `None` where none
            would.
    """

    metric: str
    slice: str
    rows: int
    improvement: float
    low: float
    high: float
    limit: float
    p_pass: float
    p_fail: float
    method: str
    enough_rows: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """One gate's answer.

    Args:
        gate: The gate's name.
        outcome: Its answer.
        reason: Why, for a person.
        value: The number it looked at, if there was one.
        limit: What it was held against, if anything.
        comparisons: The paired tests behind it.
        warn_only: Whether it is told and decides nothing.
    """

    gate: str
    outcome: Outcome
    reason: str
    value: float | None = None
    limit: float | None = None
    comparisons: tuple[Comparison, ...] = ()
    warn_only: bool = False

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
    """A policy's answer: the outcome, why, and each gate's verdict."""

    outcome: Outcome
    reason: str
    verdicts: tuple[Verdict, ...]
