"""Validate a snapshot before anything is trained on it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from headgate import wire
from headgate.core.drift import Drift
from headgate.core.headline import headline
from headgate.core.model_card import note_of
from headgate.core.quarantine import GATE, Quarantine
from headgate.core.refs import SnapshotRef, ValidatedRef
from headgate.core.snapshots import Manifest
from headgate.core.suite import Expectation, Suite
from headgate.core.validation import (
    ExpectationResult,
    Finding,
    Severity,
    ValidationReport,
    ValidationSummary,
    judge_validation,
    summarize,
)
from headgate.core.verdict import Outcome, Verdict
from headgate.errors import InputError
from headgate.ports import (
    CheckRunner,
    Evidence,
    Pages,
    PromotionLog,
    Rows,
    RowsScan,
    RowsTable,
    RunTracker,
    SnapshotStore,
    SuiteRunner,
)
from headgate.steps.quarantine import QuarantinePorts, aside_expectations, cleaned, quarantine_rows
from headgate.steps.reading import all_rows, manifest_of
from headgate.steps.reference import Reference, drift_results, reference_of
from headgate.steps.suites import run_suite

REPORT = "validation/report.html"
ASIDE = "validation/quarantine.parquet"
DATA_DOCS = "validation/data_docs.html"
NOTE = "mlflow.note.content"
"""Markdown that MLflow shows on top of a run's page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Demands:
    """What is asked of a snapshot.

    Args:
        suite: The suite.
        checks: The user's own checks.
        max_warnings: Most unmet warnings that may pass; any number when `None`.
        drift: Limits on what may have moved since the champion's snapshot; not measured when `None`.
        quarantine: Rows that fail are set aside; none are when `None`.
    """

    suite: Suite
    checks: Sequence[CheckRunner] = ()
    max_warnings: int | None = None
    drift: Drift | None = None
    quarantine: Quarantine | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidationPorts:
    """What a validation needs of the world.

    Args:
        engines: Each expectation goes to the first that takes it.
        table: Small operations on rows.
        store: Where snapshots lie.
        log: Where drift's reference is looked up.
        tracker: Keeps the report.
        pages: Draws it.
        quarantine: What setting rows aside needs; `None` where nobody asks for it.
        data_docs: Draws Great Expectations' own page; `None` where nobody asks for it.
    """

    engines: Sequence[SuiteRunner]
    table: RowsTable
    store: SnapshotStore
    log: PromotionLog
    tracker: RunTracker
    pages: Pages
    quarantine: QuarantinePorts | None = None
    data_docs: Callable[[Sequence[Expectation], RowsScan], str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Validation:
    """A validated snapshot, and everything that was found."""

    validated: ValidatedRef
    report: ValidationReport


def validate_snapshot(snapshot: SnapshotRef, *, demands: Demands, ports: ValidationPorts) -> Validation:
    """Ask everything of both windows, set rows aside if that is asked, and open the MLflow run with the report.

    Where rows are set aside, everything is asked again of the rest, and the verdict is about the rest. Whatever the
    verdict, the report is kept; on anything but a pass the MLflow run is closed as failed.

    What it does not do: raise on bad data. The verdict says what follows.

    Running it again: finds the same snapshots and the same MLflow run, and replaces the report.

    Raises:
        InputError: What is asked isn't what it must be, or the model belongs to another Dag.
        SnapshotDamagedError: A part isn't what was written, of this snapshot or of the champion's manifest.
    """
    manifest = manifest_of(ports.store, snapshot)
    reference = reference_of(snapshot.run, log=ports.log, store=ports.store) if demands.drift else None
    found = _found(manifest, demands, reference, ports)
    if demands.quarantine is not None:
        found = _quarantined(found, demands, demands.quarantine, ports)
    return _kept(snapshot, found, demands, ports)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """What was found of one snapshot, and the rows that were set aside before."""

    manifest: Manifest
    results: tuple[ExpectationResult, ...]
    reference: Reference | None
    aside: Rows | None = None


def _found(manifest: Manifest, demands: Demands, reference: Reference | None, ports: ValidationPorts) -> _Found:
    rows = all_rows(ports.store, manifest)
    suite = run_suite(demands.suite, rows, engines=ports.engines)
    checks = tuple(check.run(rows) for check in demands.checks)
    drift = drift_results(reference, manifest.statistics, demands.drift) if reference and demands.drift else ()
    return _Found(manifest=manifest, results=(*suite, *checks, *drift), reference=reference)


def _quarantined(found: _Found, demands: Demands, limits: Quarantine, ports: ValidationPorts) -> _Found:
    """Return what is found of the rest, or that the rows may not be set aside."""
    if ports.quarantine is None:
        msg = "ValidationPorts must hold what a quarantine needs. Got quarantine=None instead."
        raise InputError(msg)
    failing = aside_expectations(demands.suite, found.results, limits, ports.quarantine.splitter)
    if not failing:
        return found
    done = quarantine_rows(found.manifest, failing, limits, ports=ports.quarantine)
    if done.verdict.outcome is not Outcome.PASS:
        return replace(found, results=(*found.results, _refused(done.verdict)))
    if done.manifest is None:
        return found
    return replace(_found(done.manifest, demands, found.reference, ports), aside=done.rows)


def _refused(verdict: Verdict) -> ExpectationResult:
    """Return what became of a quarantine that sets nothing aside: too many rows would be, or nobody can tell which."""
    is_broken = verdict.outcome is Outcome.UNDECIDED
    return ExpectationResult(
        expectation=GATE,
        column="",
        severity=Severity.CRITICAL,
        finding=Finding.BROKEN if is_broken else Finding.UNMET,
        sentence=f"{GATE}: broke: {verdict.reason}" if is_broken else f"{GATE}: {verdict.reason}; so none is",
        engine=GATE,
    )


def _kept(snapshot: SnapshotRef, found: _Found, demands: Demands, ports: ValidationPorts) -> Validation:
    """Judge, and keep the report in the MLflow run of the final snapshot."""
    report = _report(found, demands)
    verdict = judge_validation(report)
    summary = summarize(report, verdict)
    final = cleaned(snapshot, found.manifest)
    tracked = ports.tracker.open(snapshot.run, final.id)
    refusal = "" if verdict.outcome is Outcome.PASS else verdict.reason
    tags = {**_tags(report, summary), NOTE: note_of(headline(report, verdict), summary, refusal=refusal)}
    artifacts = _artifacts(found, report, demands.suite, ports)
    ports.tracker.record(tracked, Evidence(tags=tags, artifacts=artifacts))
    if verdict.outcome is not Outcome.PASS:
        ports.tracker.close(tracked, failed=verdict.reason)
    validated = ValidatedRef(snapshot=final, tracked=tracked, verdict=verdict, summary=summary)
    return Validation(validated=validated, report=report)


def _report(found: _Found, demands: Demands) -> ValidationReport:
    manifest, left_out = found.manifest, found.manifest.left_out
    return ValidationReport(
        suite=demands.suite.name,
        snapshot=manifest.id,
        rows=sum(part.content.rows for part in manifest.parts),
        results=found.results,
        max_warnings=demands.max_warnings,
        left_out=left_out.rows if left_out else 0,
        left_out_of=left_out.of if left_out else 0,
        left_out_by=left_out.reasons if left_out else (),
        left_out_at=ASIDE if found.aside is not None else "",
        reference=found.reference.said if found.reference else "",
    )


def _artifacts(found: _Found, report: ValidationReport, suite: Suite, ports: ValidationPorts) -> dict[str, bytes]:
    reference = found.reference.statistics if found.reference else None
    page = ports.pages.validation(report, found.manifest.statistics, reference, suite)
    kept = {"validation/report.json": wire.text(report).encode(), REPORT: page.encode()}
    if found.aside is not None:
        kept[ASIDE] = ports.table.to_parquet(found.aside)
    if ports.data_docs is not None:
        kept[DATA_DOCS] = ports.data_docs(suite.expectations, all_rows(ports.store, found.manifest)).encode()
    return kept


def _tags(report: ValidationReport, summary: ValidationSummary) -> dict[str, str]:
    unmet = {f"headgate.unmet_{severity}": len(report.found(Finding.UNMET, severity)) for severity in Severity}
    counts = {**unmet, "headgate.broken": len(report.found(Finding.BROKEN)), "headgate.left_out": report.left_out}
    told = {"headgate.validation": summary.state, **{name: str(count) for name, count in counts.items()}}
    return {**told, "headgate.drift_reference": report.reference} if report.reference else told
