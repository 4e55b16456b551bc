"""What validating a snapshot found, and what that means for the run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from headgate.core.verdict import Outcome, Verdict

TOLD = 12
"""How many lines say what is unmet where there is room for a few; the report has all of them."""

_LONGEST = 500
_REASONS = 3
_ABOUT_NO_ROWS = frozenset({"drift", "quarantine"})


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
        engine: Who evaluated it: `headgate`, `gx`, `check`, `drift` or `quarantine`.
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
        results: Those of the suite in its order, then custom checks, then drift, then a quarantine that was refused.
        max_warnings: Most unmet warnings that may pass; any number when `None`.
        left_out: Rows that quarantine set aside before, of `left_out_of`.
        reference: What drift was measured against, or why it wasn't; empty when nobody asked.
        left_out_at: Where those rows are kept: an artifact of the MLflow run that keeps the report.
        left_out_by: How many of them failed each expectation, the most first; a row may have failed several.
    """

    suite: str
    snapshot: str
    rows: int
    results: tuple[ExpectationResult, ...]
    max_warnings: int | None = None
    left_out: int = 0
    left_out_of: int = 0
    reference: str = ""
    left_out_at: str = ""
    left_out_by: tuple[tuple[str, int], ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing was asked of the rows: drift and quarantine have nothing to say about what is expected."""
        return all(result.engine in _ABOUT_NO_ROWS for result in self.results)

    def found(self, finding: Finding, *severities: Severity) -> tuple[ExpectationResult, ...]:
        """Return the results of that finding, of the given severities (of all, when none is given)."""
        return tuple(r for r in self.results if r.finding is finding and (not severities or r.severity in severities))


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidationSummary:
    """What is told of a validation wherever there is room for a few lines only.

    Args:
        state: Such as `PASS`, `PASS with 2 warnings`, `FAIL` or `UNDECIDED`.
        warnings: Sentences of the unmet warnings, `TOLD` lines at most: the last one counts the rest.
        notes: What else a person should know: rows set aside, drift that wasn't measured.
    """

    state: str
    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def judge_validation(report: ValidationReport) -> Verdict:
    """Return whether training may go on.

    FAIL when a critical expectation is unmet, or more warnings than may pass; UNDECIDED when one broke, or there is
    neither an expectation nor a check, or no row; PASS otherwise, with what is unmet in the reason.
    """
    gate = f"suite {report.suite}"
    if refusal := _refusal(report):
        return Verdict(gate=gate, outcome=Outcome.FAIL, reason=f"the data was refused: {refusal}")
    if broken := report.found(Finding.BROKEN):
        reason = f"the suite is broken, not the data: {_sentences(broken)}"
        return Verdict(gate=gate, outcome=Outcome.UNDECIDED, reason=reason)
    if report.is_empty:
        return Verdict(gate=gate, outcome=Outcome.UNDECIDED, reason="the suite has no expectations")
    if not report.rows:
        return Verdict(gate=gate, outcome=Outcome.UNDECIDED, reason="there are no rows, which meet anything")
    unmet = report.found(Finding.UNMET)
    met = len(report.results) - len(unmet)
    reason = f"{met} of {len(report.results)} expectations met"
    if unmet:
        reason += f"; unmet: {_sentences(unmet)}"
    return Verdict(gate=gate, outcome=Outcome.PASS, reason=reason)


def summarize(report: ValidationReport, verdict: Verdict) -> ValidationSummary:
    """Return the few lines that the task's log, MLflow's run and the model card say."""
    warnings = report.found(Finding.UNMET, Severity.WARNING)
    passed = verdict.outcome is Outcome.PASS
    state = f"PASS with {_warnings(len(warnings))}" if passed and warnings else str(verdict.outcome)
    drift = f"drift: {report.reference}" if report.reference else ""
    notes = tuple(note for note in (_left_out(report), drift) if note)
    return ValidationSummary(state=state, warnings=tuple(_told(warnings)), notes=notes)


def _left_out(report: ValidationReport) -> str:
    if not report.left_out:
        return ""
    by = [f"{reason} {rows:,}" for reason, rows in report.left_out_by]
    more = f", and {len(by) - _REASONS:,} more" if len(by) > _REASONS else ""
    why = f" by {', '.join(by[:_REASONS])}{more}" if by else ""
    return f"{report.left_out:,} of {report.left_out_of:,} rows were set aside{why}"


def _refusal(report: ValidationReport) -> str:
    """Return why the data is refused; nothing when it isn't."""
    reasons = _told(report.found(Finding.UNMET, Severity.CRITICAL))
    warnings = report.found(Finding.UNMET, Severity.WARNING)
    if report.max_warnings is not None and len(warnings) > report.max_warnings:
        number = _warnings(len(warnings))
        reasons.append(f"{number}, more than the {report.max_warnings:,} that may pass: {_sentences(warnings)}")
    return "; ".join(reasons)


def _warnings(number: int) -> str:
    return f"{number:,} warning{'' if number == 1 else 's'}"


def _sentences(results: Sequence[ExpectationResult]) -> str:
    return "; ".join(_told(results))


def _told(results: Sequence[ExpectationResult]) -> list[str]:
    """Return the sentences, the last of them a number where they are many: XComs and tags are small."""
    shown = results if len(results) <= TOLD else results[: TOLD - 1]
    more = [f"and {len(results) - len(shown):,} more, which the report lists"] if len(results) > TOLD else []
    return [*(_cut(result.sentence) for result in shown), *more]


def _cut(sentence: str) -> str:
    text = " ".join(sentence.split())
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
