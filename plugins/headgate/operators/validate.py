"""Validate a snapshot before anything is trained on it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from airflow.sdk import BaseOperator

from headgate import wire
from headgate.core.refs import SnapshotRef, ValidatedRef
from headgate.core.verdict import Outcome
from headgate.errors import ExpectationError
from headgate.hooks import parts
from headgate.hooks.links import MadeLink
from headgate.hooks.mlflow import MlflowHook
from headgate.hooks.outcome import airflow_outcome
from headgate.hooks.store import store_at
from headgate.steps.validate import REPORT, validate_snapshot


class ValidateOperator(BaseOperator):
    """Run a Great Expectations suite over a snapshot.

    An unmet `critical` expectation fails the task at once, and so does one that broke; unmet `warning` and `info` ones
    are recorded and shown. Either way the report is kept in MLflow.

    Args:
        snapshot: Output of a `SnapshotOperator`.
        expectations: A suite: path of its JSON, or dotted path of a function that builds it.
        mlflow_conn_id: Airflow connection of the MLflow server.
        store_url: ObjectStoragePath URL of the snapshot store; Airflow's setting `[headgate] store` by default.

    Returns:
        A `ValidatedRef` as plain JSON.
    """

    template_fields: Sequence[str] = ("snapshot", "expectations", "mlflow_conn_id", "store_url")
    operator_extra_links = (MadeLink("Validation report"), MadeLink("MLflow run"))
    ui_color = "#e8f5e9"

    def __init__(
        self,
        *,
        snapshot: Any,  # noqa: ANN401 - an XComArg
        expectations: str,
        mlflow_conn_id: str = MlflowHook.default_conn_name,
        store_url: str | None = None,
        **kwargs: Any,  # noqa: ANN401 - Airflow's own arguments
    ) -> None:
        super().__init__(**kwargs)
        self.snapshot = snapshot
        self.expectations = expectations
        self.mlflow_conn_id = mlflow_conn_id
        self.store_url = store_url
        self.links: dict[str, str] = {}

    def execute(self, context: Any) -> dict[str, Any]:  # noqa: ANN401, ARG002 - Airflow's context
        """Run the suite."""
        mlflow = MlflowHook(self.mlflow_conn_id)
        with airflow_outcome():
            snapshot = wire.load(SnapshotRef, self.snapshot)
            self.log.info("%s", snapshot.run.windows)
            validated = validate_snapshot(
                snapshot,
                suite=self.expectations,
                runner=parts.runner(),
                table=parts.table(),
                store=store_at(self.store_url),
                tracker=mlflow.tracker,
                pages=parts.pages(),
            )
            self.links["Validation report"] = mlflow.pages.artifact(validated.tracked, REPORT)
            self.links["MLflow run"] = mlflow.pages.run(validated.tracked)
            _require_pass(validated)
        self.log.info("%s: %s", validated.verdict.outcome, validated.verdict.reason)
        return wire.dump(validated)


def _require_pass(validated: ValidatedRef) -> None:
    if validated.verdict.outcome is not Outcome.PASS:
        raise ExpectationError(validated.verdict.reason)
