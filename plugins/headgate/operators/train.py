"""Fit the candidate on the training window."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from airflow.sdk import BaseOperator

from headgate import wire
from headgate.core.refs import ValidatedRef
from headgate.hooks import metrics, parts
from headgate.hooks.links import MadeLink
from headgate.hooks.mlflow import MlflowHook
from headgate.hooks.outcome import airflow_outcome
from headgate.hooks.run_context import announce
from headgate.hooks.store import store_at
from headgate.spec import Estimator
from headgate.steps.closing import closed_on_refusal
from headgate.steps.train import train_candidate


class TrainOperator(BaseOperator):
    """Build the estimator from the run's params, fit it on the training window, and log it as a logged model.

    Args:
        validated: Output of a `ValidateOperator`.
        estimator: How the candidate is built.
        mlflow_conn_id: Airflow connection of the MLflow server.
        store_url: ObjectStoragePath URL of the snapshot store; Airflow's setting `[headgate] store` by default.

    Returns:
        A `CandidateRef` as plain JSON.
    """

    template_fields: Sequence[str] = ("validated", "mlflow_conn_id", "store_url")
    operator_extra_links = (MadeLink("Logged model"), MadeLink("MLflow run"))
    ui_color = "#fff3e0"

    def __init__(
        self,
        *,
        validated: Any,  # noqa: ANN401 - an XComArg
        estimator: Estimator,
        mlflow_conn_id: str = MlflowHook.default_conn_name,
        store_url: str | None = None,
        **kwargs: Any,  # noqa: ANN401 - Airflow's own arguments
    ) -> None:
        super().__init__(**kwargs)
        self.validated = validated
        self.estimator = estimator
        self.mlflow_conn_id = mlflow_conn_id
        self.store_url = store_url
        self.links: dict[str, str] = {}

    def execute(self, context: Any) -> dict[str, Any]:  # noqa: ANN401 - Airflow's context
        """Fit and log the candidate, or find the one that an earlier try made."""
        mlflow = MlflowHook(self.mlflow_conn_id)
        with airflow_outcome():
            validated = wire.load(ValidatedRef, self.validated)
            run = validated.snapshot.run
            announce(self.log, run)
            with closed_on_refusal(mlflow.tracker, validated.tracked):
                recipe = self.estimator.recipe(context["params"])
            candidate = train_candidate(
                validated,
                recipe=recipe,
                trainer=parts.trainer(),
                table=parts.table(),
                store=store_at(self.store_url),
                tracker=mlflow.tracker,
                fitted_in=lambda seconds: metrics.took("fit", seconds, dag_id=run.dag_id, model=run.model),
            )
        self.links["Logged model"] = mlflow.pages.model(candidate.tracked, candidate.model_id)
        self.links["MLflow run"] = mlflow.pages.run(candidate.tracked)
        how = "an earlier try had fitted and logged it" if candidate.reused else "fitted and logged"
        self.log.info("candidate %s: %s", candidate.model_id, how)
        return wire.dump(candidate)
