"""Validate a snapshot before anything is trained on it."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from airflow.sdk import BaseOperator

from headgate import wire
from headgate.core.headline import headline
from headgate.core.refs import SnapshotRef, ValidatedRef
from headgate.core.validation import ExpectationResult, Finding, Severity
from headgate.core.verdict import Outcome
from headgate.errors import ExpectationError
from headgate.hooks.links import MadeLink
from headgate.hooks.metrics import count_validation
from headgate.hooks.mlflow import MlflowHook
from headgate.hooks.outcome import airflow_outcome
from headgate.hooks.run_context import announce
from headgate.hooks.store import store_at
from headgate.hooks.wiring import demands_of, validation_ports
from headgate.spec import Expectations
from headgate.steps.validate import ASIDE, DATA_DOCS, REPORT, Validation, validate_snapshot

_LEVELS = {Severity.CRITICAL: logging.ERROR, Severity.WARNING: logging.WARNING, Severity.INFO: logging.INFO}


class ValidateOperator(BaseOperator):
    """Ask a suite of expectations, custom checks and drift limits of a snapshot, and set rows aside if that is asked.

    An unmet `critical` expectation fails the task at once, and so do more unmet `warning` ones than may pass. What
    could not be evaluated fails it too, in other words: the suite is broken, not the data. Fewer warnings let the Dag
    go on and are marked: in the task's log, by the link *Unmet warnings* and the XCom `warnings`, which are there only
    then, in the MLflow run, and in the description of the version that is promoted. Either way MLflow keeps the report.

    Args:
        snapshot: Output of a `SnapshotOperator`.
        expectations: What is asked; a suite's path or dotted path alone is short for `Expectations(suite=...)`. The
            suite's path may be a template.
        mlflow_conn_id: Airflow connection of the MLflow server.
        store_url: ObjectStoragePath URL of the snapshot store; Airflow's setting `[headgate] store` by default.

    Returns:
        A `ValidatedRef` as plain JSON. Its snapshot is the one of the rest, where rows were set aside.
    """

    template_fields: Sequence[str] = ("snapshot", "suite", "mlflow_conn_id", "store_url")
    operator_extra_links = (
        MadeLink("Validation report"),
        MadeLink("MLflow run"),
        MadeLink("Unmet warnings"),
        MadeLink("Rows set aside"),
        MadeLink("Data Docs"),
    )
    ui_color = "#e8f5e9"

    def __init__(
        self,
        *,
        snapshot: Any,  # noqa: ANN401 - an XComArg
        expectations: Expectations | str,
        mlflow_conn_id: str = MlflowHook.default_conn_name,
        store_url: str | None = None,
        **kwargs: Any,  # noqa: ANN401 - Airflow's own arguments
    ) -> None:
        super().__init__(**kwargs)
        self.snapshot = snapshot
        self.expectations = Expectations(suite=expectations) if isinstance(expectations, str) else expectations
        self.suite = self.expectations.suite
        self.mlflow_conn_id = mlflow_conn_id
        self.store_url = store_url
        self.links: dict[str, str] = {}

    def execute(self, context: Any) -> dict[str, Any]:  # noqa: ANN401 - Airflow's context
        """Ask everything, and fail unless it passes."""
        mlflow = MlflowHook(self.mlflow_conn_id)
        with airflow_outcome():
            snapshot = wire.load(SnapshotRef, self.snapshot)
            announce(self.log, snapshot.run)
            asked = replace(self.expectations, suite=self.suite)
            store = store_at(self.store_url)
            ports = validation_ports(asked, store=store, log=mlflow.promotion_log, tracker=mlflow.tracker)
            validation = validate_snapshot(snapshot, demands=demands_of(asked), ports=ports)
            count_validation(validation.validated)
            self._link(validation, mlflow)
            self._say(validation)
            if warnings := validation.validated.summary.warnings:
                context["ti"].xcom_push(key="warnings", value=list(warnings))
            _require_pass(validation.validated)
        return wire.dump(validation.validated)

    def _link(self, validation: Validation, mlflow: MlflowHook) -> None:
        tracked = validation.validated.tracked
        self.links["Validation report"] = mlflow.pages.artifact(tracked, REPORT)
        self.links["MLflow run"] = mlflow.pages.run(tracked)
        if validation.validated.summary.warnings:
            self.links["Unmet warnings"] = self.links["Validation report"]
        if validation.report.left_out:
            self.links["Rows set aside"] = mlflow.pages.artifact(tracked, ASIDE)
        if self.expectations.data_docs:
            self.links["Data Docs"] = mlflow.pages.artifact(tracked, DATA_DOCS)

    def _say(self, validation: Validation) -> None:
        """Tell the verdict, what is unmet or broke, who evaluated what, and where the report is."""
        report, validated = validation.report, validation.validated
        critical = report.found(Finding.UNMET, Severity.CRITICAL)
        lesser = (r for level in (Severity.WARNING, Severity.INFO) for r in report.found(Finding.UNMET, level))
        unmet = [*critical, *report.found(Finding.BROKEN), *lesser]
        worst = logging.ERROR if validated.verdict.outcome is not Outcome.PASS else max(map(_level, unmet), default=0)
        self.log.log(max(worst, logging.INFO), "%s", headline(report, validated.verdict))
        for result in unmet:
            self.log.log(_level(result), "%s %s: %s", result.finding, result.severity, result.sentence)
        engines = Counter(result.engine for result in report.results)
        self.log.info("evaluated by %s", ", ".join(f"{name}: {count}" for name, count in engines.items()) or "nobody")
        for note in validated.summary.notes:
            self.log.info("%s", note)
        for name, url in self.links.items():
            self.log.info("%s: %s", name, url)


def _level(result: ExpectationResult) -> int:
    return logging.ERROR if result.finding is Finding.BROKEN else _LEVELS[result.severity]


def _require_pass(validated: ValidatedRef) -> None:
    if validated.verdict.outcome is not Outcome.PASS:
        raise ExpectationError(validated.verdict.reason)
