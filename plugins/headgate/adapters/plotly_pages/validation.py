"""The page of a validation: no script, so that nothing that rows hold can ever run."""

from __future__ import annotations

from collections import Counter
from html import escape

from headgate.adapters.plotly_pages.column_table import statistics_table
from headgate.adapters.plotly_pages.findings import finding, met_table, percent
from headgate.adapters.plotly_pages.marks import PATTERNS
from headgate.adapters.plotly_pages.markup import STILL, element, facts, page
from headgate.adapters.plotly_pages.pictures import picture_of
from headgate.core.headline import headline
from headgate.core.profile import Profile
from headgate.core.suite import Suite
from headgate.core.validation import ExpectationResult, Finding, Severity, ValidationReport, judge_validation
from headgate.core.verdict import Outcome

_MOST_PICTURES = 40
_OUTCOMES = {Outcome.PASS: "good", Outcome.FAIL: "bad", Outcome.UNDECIDED: "open"}
_MEANINGS = {
    Outcome.PASS: "The data may be trained on.",
    Outcome.FAIL: "The data was refused.",
    Outcome.UNDECIDED: "Nobody can say whether the data is good: look at what broke, or is missing, first.",
}
_BROKEN = (
    "What could not be evaluated says nothing about the data: look at the suite, the check, or the columns' names."
)
_GROUPS = (
    ("Failures: critical and unmet", "", Finding.UNMET, (Severity.CRITICAL,)),
    ("Broken", _BROKEN, Finding.BROKEN, ()),
    ("Warnings", "", Finding.UNMET, (Severity.WARNING,)),
    ("Notes", "", Finding.UNMET, (Severity.INFO,)),
)
_TALLY = (
    ("bad", "✗", "failures", Finding.UNMET, (Severity.CRITICAL,)),
    ("open", "?", "broken", Finding.BROKEN, ()),
    ("open", "▲", "warnings", Finding.UNMET, (Severity.WARNING,)),
    ("told", "●", "notes", Finding.UNMET, (Severity.INFO,)),
    ("good", "✓", "met", Finding.MET, ()),
)


def validation_page(
    report: ValidationReport,
    *,
    statistics: Profile | None = None,
    reference: Profile | None = None,
    suite: Suite | None = None,
) -> str:
    """Return the page of a report, with pictures where the statistics allow them."""
    verdict = judge_validation(report)
    draw = _Pictures(statistics, reference, suite)
    met = report.found(Finding.MET)
    return page(
        f"{verdict.outcome}: {report.suite}",
        _first_line(headline(report, verdict), verdict.outcome),
        element("p", _MEANINGS[verdict.outcome], class_="lead"),
        _tally(report),
        facts(_about(report)),
        PATTERNS,
        *(_group(report, draw, *group) for group in _GROUPS),
        _left_out(report),
        element("h2", "Drift") + element("p", escape(report.reference)) if report.reference else "",
        element("h2", f"Met ({len(met):,})") + met_table(met) if met else "",
        element("h2", "Columns") + statistics_table(statistics) if statistics else "",
        policy=STILL,
        styles=("page.css", "validation.css"),
    )


class _Pictures:
    """Draws what a result is about, as long as the page stays small."""

    def __init__(self, statistics: Profile | None, reference: Profile | None, suite: Suite | None) -> None:
        self._now = {column.name: column for column in statistics.columns} if statistics else {}
        self._reference = {column.name: column for column in reference.columns} if reference else {}
        self._asked = {expectation.place: expectation for expectation in suite.expectations} if suite else {}
        self._drawn = 0

    def of(self, result: ExpectationResult) -> str:
        if result.finding is Finding.BROKEN or self._drawn >= _MOST_PICTURES:
            return ""
        asked = None if result.place is None else self._asked.get(result.place)
        if asked is None and result.engine != "drift":
            return ""
        before = self._reference.get(result.column)
        drawn = picture_of(f"picture{self._drawn}", asked, self._now.get(result.column), before)
        self._drawn += bool(drawn)
        return drawn


def _first_line(text: str, outcome: Outcome) -> str:
    rest = text.removeprefix(outcome)
    shown = element("span", ": ", class_="unseen") + escape(rest[2:]) if rest.startswith(": ") else escape(rest)
    return element("h1", element("span", outcome, class_=f"outcome {_OUTCOMES[outcome]}"), shown)


def _tally(report: ValidationReport) -> str:
    counts = [(*kind[:3], len(report.found(*kind[3:4], *kind[4]))) for kind in _TALLY]
    items = [
        element("li", element("strong", f"{count:,}"), f" {sign} {name}", class_=tone if count else "none")
        for tone, sign, name, count in counts
    ]
    return element("ul", *items, class_="tally", aria_label="Results by what became of them")


def _about(report: ValidationReport) -> dict[str, str]:
    engines = Counter(result.engine for result in report.results)
    about = {
        "Suite": report.suite,
        "Snapshot": report.snapshot,
        "Rows": f"{report.rows:,}",
        "Evaluated by": ", ".join(f"{engine} {count:,}" for engine, count in engines.items()),
    }
    if report.max_warnings is not None:
        about["Warnings that may pass"] = f"{report.max_warnings:,}"
    return {name: text for name, text in about.items() if text}


def _group(  # noqa: PLR0917 - a row of _GROUPS
    report: ValidationReport,
    draw: _Pictures,
    title: str,
    words: str,
    found: Finding,
    severities: tuple[Severity, ...],
) -> str:
    results = report.found(found, *severities)
    if not results:
        return ""
    head = element("h2", f"{title} ({len(results):,})") + (element("p", words) if words else "")
    return element("section", head, *(finding(result, draw.of(result)) for result in results))


def _left_out(report: ValidationReport) -> str:
    if not report.left_out:
        return ""
    share = percent(report.left_out / report.left_out_of) if report.left_out_of else ""
    said = (
        f"{report.left_out:,} of {report.left_out_of:,} rows ({share}) were set aside before, and this page is about "
    )
    said += "the rest. They are kept as Parquet with their reasons in the column headgate_reasons"
    said += f": {report.left_out_at}, an artifact of the MLflow run that keeps this page" if report.left_out_at else ""
    said += "."
    reasons = [element("li", element("code", escape(name)), f" {count:,}") for name, count in report.left_out_by]
    listed = element("p", "Rows that failed each expectation:") + element("ul", *reasons) if reasons else ""
    return element("h2", "Quarantine") + element("p", escape(said)) + listed
