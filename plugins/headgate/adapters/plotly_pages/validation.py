"""The page of a validation."""

from __future__ import annotations

from html import escape

from headgate.adapters.plotly_pages.markup import element, facts, page, table
from headgate.core.profile import Profile
from headgate.core.suite import Suite
from headgate.core.validation import ExpectationResult, Finding, Severity, ValidationReport, judge_validation
from headgate.core.verdict import Outcome

_OUTCOMES = {Outcome.PASS: "good", Outcome.FAIL: "bad", Outcome.UNDECIDED: "open"}
_SEVERITIES = list(Severity)
_FINDINGS = [Finding.BROKEN, Finding.UNMET, Finding.MET]


def validation_page(
    report: ValidationReport,
    *,
    statistics: Profile | None = None,
    reference: Profile | None = None,
    suite: Suite | None = None,
) -> str:
    """Return the page of a report."""
    verdict = judge_validation(report)
    outcome = element("span", escape(verdict.outcome), class_=f"outcome {_OUTCOMES[verdict.outcome]}")
    counts = ", ".join(f"{len(report.found(finding))} {finding}" for finding in Finding)
    about = {
        "Suite": report.suite,
        "Snapshot": report.snapshot,
        "Rows": f"{report.rows:,}",
        "Expectations": f"{len(report.results)}: {counts}",
    }
    return page(
        f"{verdict.outcome}: {report.suite}",
        element("h1", outcome, " ", escape(_headline(report, verdict.outcome))),
        element("p", escape(verdict.reason)) if verdict.outcome is Outcome.PASS else "",
        facts(about),
        _remarkable(report),
        element("h2", "All expectations"),
        table(
            "In the suite's order",
            ("Finding", "Severity", "Column", "Expectation and what was found", "Unexpected"),
            map(_row, report.results),
            numbers=("Unexpected",),
        ),
    )


def _headline(report: ValidationReport, outcome: Outcome) -> str:
    critical, broken = report.found(Finding.UNMET, Severity.CRITICAL), report.found(Finding.BROKEN)
    if outcome is Outcome.FAIL:
        return f"The data was refused: {_count(critical, 'critical expectation')} unmet. Nothing was trained."
    if broken:
        return f"The suite is broken, not the data: {_count(broken, 'expectation')} could not be evaluated."
    if not report.results:
        return "The suite has no expectations."
    unmet = report.found(Finding.UNMET)
    return "The data may be trained on" + (
        f"; {_count(unmet, 'expectation')} of lesser severity unmet." if unmet else "."
    )


def _count(results: tuple[ExpectationResult, ...], what: str) -> str:
    return f"{len(results)} {what}{'' if len(results) == 1 else 's'}"


def _remarkable(report: ValidationReport) -> str:
    results = sorted((r for r in report.results if r.finding is not Finding.MET), key=_rank)
    if not results:
        return ""
    return element("h2", "Unmet or broken") + element("ul", *map(_item, results), class_="found")


def _rank(result: ExpectationResult) -> tuple[int, int]:
    """Critical and unmet first, then what broke, then the rest."""
    blocks = result.finding is Finding.UNMET and result.severity is Severity.CRITICAL
    return (0 if blocks else 1 + _FINDINGS.index(result.finding), _SEVERITIES.index(result.severity))


def _item(result: ExpectationResult) -> str:
    title = element("strong", escape(f"{result.finding} · {result.severity}"))
    samples = ", ".join(element("code", escape(sample)) for sample in result.samples)
    shown = element("div", "Samples: ", samples) if samples else ""
    return element("li", title, element("div", escape(result.sentence)), shown, class_=_tone(result))


def _row(result: ExpectationResult) -> str:
    return element(
        "tr",
        element("td", escape(result.finding), class_=f"mark {_tone(result)}"),
        element("td", escape(result.severity)),
        element("th", escape(result.column or "(table)"), scope="row"),
        element("td", escape(result.sentence)),
        element("td", "" if result.share is None else f"{100 * result.share:.3g} %", class_="number"),
    )


def _tone(result: ExpectationResult) -> str:
    if result.finding is Finding.MET:
        return "good"
    return "bad" if result.finding is Finding.UNMET and result.severity is Severity.CRITICAL else "open"
