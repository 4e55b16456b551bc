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
class Verdict:
    """One gate's answer.

    Args:
        gate: The gate's name.
        outcome: Its answer.
        reason: Why, for a person.
        value: The number it looked at, if there was one.
        limit: What it was held against, if anything.
    """

    gate: str
    outcome: Outcome
    reason: str
    value: float | None = None
    limit: float | None = None

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
