"""The one line that says what a validation found."""

from __future__ import annotations

from headgate.core.validation import Finding, Severity, ValidationReport
from headgate.core.verdict import Outcome, Verdict

_UNMET = {
    Severity.CRITICAL: ("failure", "failures"),
    Severity.WARNING: ("warning", "warnings"),
    Severity.INFO: ("note", "notes"),
}


def headline(report: ValidationReport, verdict: Verdict) -> str:
    """Return the verdict in words, its outcome first: a failure is an unmet critical expectation.

    >>> report = ValidationReport(suite="s", snapshot="", rows=1000, results=())
    >>> headline(report, Verdict.undecided("suite s", "the suite has no expectations"))
    'UNDECIDED: the suite has no expectations; 1,000 rows'
    """
    rows = counted(report.rows, "row", "rows")
    if report.is_empty and verdict.outcome is Outcome.UNDECIDED and not report.found(Finding.BROKEN):
        return f"{verdict.outcome}: the suite has no expectations; {rows}"
    asked = sum(result.engine != "quarantine" for result in report.results)
    met, of = len(report.found(Finding.MET)), counted(asked, "expectation", "expectations")
    found = _found(report, verdict.outcome)
    return f"{verdict.outcome}{f' with {found}' if found else ''}: {met:,} of {of} met on {rows}"


def counted(number: int, one: str, many: str) -> str:
    """Return a number of things.

    >>> counted(1, "row", "rows"), counted(2000, "row", "rows")
    ('1 row', '2,000 rows')
    """
    return f"{number:,} {one if number == 1 else many}"


def _found(report: ValidationReport, outcome: Outcome) -> str:
    unmet = {severity: len(report.found(Finding.UNMET, severity)) for severity in Severity}
    kinds = [counted(unmet[severity], *names) for severity, names in _UNMET.items() if unmet[severity]]
    if broken := len(report.found(Finding.BROKEN)):
        kinds.insert(1 if unmet[Severity.CRITICAL] else 0, counted(broken, "broken expectation", "broken expectations"))
    said = kinds[0] if len(kinds) == 1 else " and ".join(filter(None, (", ".join(kinds[:-1]), *kinds[-1:])))
    if outcome is Outcome.FAIL and not unmet[Severity.CRITICAL] and report.max_warnings is not None:
        said += f" (at most {counted(report.max_warnings, 'warning', 'warnings')} may pass)"
    return said
