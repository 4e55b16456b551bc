"""Validate a snapshot before anything is trained on it."""

from __future__ import annotations

from headgate import wire
from headgate.core.refs import SnapshotRef, ValidatedRef
from headgate.core.validation import Finding, Severity, ValidationReport, judge_validation
from headgate.core.verdict import Outcome
from headgate.ports import Evidence, Pages, RowsTable, RunTracker, SnapshotStore, SuiteRunner

REPORT = "validation/report.html"


def validate_snapshot(
    snapshot: SnapshotRef,
    *,
    suite: str,
    runner: SuiteRunner,
    table: RowsTable,
    store: SnapshotStore,
    tracker: RunTracker,
    pages: Pages,
) -> ValidatedRef:
    """Run the suite over both windows, and open the MLflow run with its report.

    Whatever the verdict, the report is kept; on anything but a pass the MLflow run is closed as failed.

    What it does not do: raise on bad data. The verdict says what follows.

    Running it again: finds the same MLflow run and replaces the report.

    Raises:
        InputError: The suite can't be read, or the model belongs to another Dag.
        SnapshotDamagedError: A part isn't what was written.
    """
    rows = table.join(store.get(snapshot.training), store.get(snapshot.holdout))
    results = runner.run(suite, rows)
    report = ValidationReport(suite=suite, snapshot=snapshot.id, rows=rows.num_rows, results=results)
    verdict = judge_validation(report)
    tracked = tracker.open(snapshot.run, snapshot.id)
    artifacts = {"validation/report.json": wire.text(report).encode(), REPORT: pages.validation(report).encode()}
    tracker.record(tracked, Evidence(tags=_tags(report, verdict.outcome), artifacts=artifacts))
    if verdict.outcome is not Outcome.PASS:
        tracker.close(tracked, failed=verdict.reason)
    return ValidatedRef(snapshot=snapshot, tracked=tracked, verdict=verdict)


def _tags(report: ValidationReport, outcome: Outcome) -> dict[str, str]:
    unmet = {f"headgate.unmet_{severity}": len(report.found(Finding.UNMET, severity)) for severity in Severity}
    return {"headgate.validation": outcome, **{name: str(count) for name, count in unmet.items()}}
