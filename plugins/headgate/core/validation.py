"""What validating a snapshot found, and what that means for the run."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from headgate.core.verdict import Outcome, Verdict


class Severity(StrEnum):
    """Great Expectations' severities; only `critical` blocks."""

    CRITICAL = "critical"
    WARNING = "warning"
    INFO = "info"


class Finding(StrEnum):
    """What became of one expectation. One that broke says nothing about the data."""

    MET = "met"
    UNMET = "unmet"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectationResult:
    """One expectation's result.

    Args:
        expectation: Its type, such as `expect_column_values_to_not_be_null`.
        column: The column or columns it is about; empty for the table.
        severity: What an unmet one means.
        finding: What became of it.
        sentence: What was expected and what was found, for a person.
        share: Unexpected rows / rows looked at, 0 to 1, where it is about rows.
        samples: A few unexpected values, as text.
        rows: A few rows that fail, whole: column and value, as text.
        engine: Who evaluated it: `headgate`, `gx`, `check` or `drift`.
        place: Its position in the suite, from 0; `None` for what the suite doesn't hold.
    """

    expectation: str
    column: str
    severity: Severity
    finding: Finding
    sentence: str
    share: float | None = None
    samples: tuple[str, ...] = ()
    rows: tuple[tuple[tuple[str, str], ...], ...] = ()
    engine: str = "headgate"
    place: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidationReport:
    """Every result of one suite on one snapshot.

    Args:
        suite: The suite's name: a path or a dotted path.
        snapshot: Id of the snapshot that the results are about.
        rows: Its rows.
        results: Those of the suite in its order, then custom checks, then drift.
        max_warnings: Most unmet warnings that may pass; any number when `None`.
        left_out: Rows that quarantine set aside before, of `left_out_of`.
        reference: What drift was measured against, or why it wasn't; empty when nobody asked.
    """

    suite: str
    snapshot: str
    rows: int
    results: tuple[ExpectationResult, ...]
    max_warnings: int | None = None
    left_out: int = 0
    left_out_of: int = 0
    reference: str = ""

    def found(self, finding: Finding, *severities: Severity) -> tuple[ExpectationResult, ...]:
        """Return the results of that finding, of the given severities (of all, when none is given)."""
        return tuple(r for r in self.results if r.finding is finding and (not severities or r.severity in severities))


def judge_validation(report: ValidationReport) -> Verdict:
    """Return whether training may go on.

    FAIL when a critical expectation is unmet; UNDECIDED when one broke, or there are none at all; PASS otherwise, with
    the unmet warnings counted in the reason.
    """
    gate = f"suite {report.suite}"
    critical = report.found(Finding.UNMET, Severity.CRITICAL)
    broken = report.found(Finding.BROKEN)
    if critical:
        reason = "; ".join(result.sentence for result in critical)
        return Verdict(gate=gate, outcome=Outcome.FAIL, reason=f"the data was refused: {reason}")
    if broken:
        reason = "; ".join(result.sentence for result in broken)
        return Verdict(gate=gate, outcome=Outcome.UNDECIDED, reason=f"the suite is broken, not the data: {reason}")
    if not report.results:
        return Verdict(gate=gate, outcome=Outcome.UNDECIDED, reason="the suite has no expectations")
    unmet = report.found(Finding.UNMET)
    met = len(report.results) - len(unmet)
    reason = f"{met} of {len(report.results)} expectations met"
    if unmet:
        reason += f"; unmet: {'; '.join(result.sentence for result in unmet)}"
    return Verdict(gate=gate, outcome=Outcome.PASS, reason=reason)
