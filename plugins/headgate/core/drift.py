"""Drift: how far the rows of now have moved from those of a reference."""

from __future__ import annotations

from dataclasses import dataclass

from headgate.core.validation import Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """Limits on drift, per column. An effect size must cross its limit on enough rows to be an alarm.

    Args:
        psi: Ceiling on the population stability index, inclusive; not asked when `None`.
        jensen_shannon: Ceiling on the Jensen-Shannon distance (base 2, 0 to 1), inclusive; not asked when `None`.
        wasserstein: Ceiling on the 1-Wasserstein distance over the reference's standard deviation, inclusive; not
            asked when `None`.
        columns: Columns to look at; every one but the event time when `None`.
        min_rows: Least rows that both sides must have; with fewer nothing is measured, and the report says so.
        severity: What a crossed limit means.
    """

    psi: float | None = 0.2
    jensen_shannon: float | None = None
    wasserstein: float | None = None
    columns: tuple[str, ...] | None = None
    min_rows: int = 500
    severity: Severity = Severity.WARNING
