"""Deploy a promoted version, and prove that it answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from airflow.sdk import BaseOperator

from headgate import wire
from headgate.core.refs import PromotionRef
from headgate.hooks import parts
from headgate.hooks.links import MadeLink
from headgate.hooks.mlflow import MlflowHook
from headgate.hooks.model_server import ModelServerHook
from headgate.hooks.outcome import airflow_outcome
from headgate.hooks.run_context import announce
from headgate.hooks.store import store_at
from headgate.spec import Serving
from headgate.steps.deploy import deploy_version


class DeployOperator(BaseOperator):
    """Wait until the model server serves the version, and probe it with rows of the holdout.

    Args:
        promotion: Output of a `PromoteOperator`.
        serving: Which model server, how long to wait, how many rows to ask.
        mlflow_conn_id: Airflow connection of the MLflow server.
        store_url: ObjectStoragePath URL of the snapshot store; Airflow's setting `[headgate] store` by default.

    Returns:
        A `DeploymentRef` as plain JSON.
    """

    template_fields: Sequence[str] = ("promotion", "mlflow_conn_id", "store_url")
    operator_extra_links = (MadeLink("Deployment"), MadeLink("Model version"))
    ui_color = "#e0f2f1"

    def __init__(
        self,
        *,
        promotion: Any,  # noqa: ANN401 - an XComArg
        serving: Serving | None = None,
        mlflow_conn_id: str = MlflowHook.default_conn_name,
        store_url: str | None = None,
        **kwargs: Any,  # noqa: ANN401 - Airflow's own arguments
    ) -> None:
        super().__init__(**kwargs)
        self.promotion = promotion
        self.serving = serving
        self.mlflow_conn_id = mlflow_conn_id
        self.store_url = store_url
        self.links: dict[str, str] = {}

    def execute(self, context: Any) -> dict[str, Any]:  # noqa: ANN401, ARG002 - Airflow's context
        """Deploy and probe."""
        serving = self.serving or Serving()
        mlflow = MlflowHook(self.mlflow_conn_id)
        server = ModelServerHook(serving.conn_id, timeout=serving.timeout)
        with airflow_outcome():
            promotion = wire.load(PromotionRef, self.promotion)
            run = promotion.candidate.snapshot.run
            announce(self.log, run)
            deployment = deploy_version(
                promotion,
                probe_rows=serving.probe_rows,
                table=parts.table(),
                store=store_at(self.store_url),
                tracker=mlflow.tracker,
                log=mlflow.promotion_log,
                serving_target=server.serving_target,
            )
        self.links["Deployment"] = deployment.url
        self.links["Model version"] = mlflow.pages.version(run.model, promotion.version)
        message = "%s serves version %s of %s: it answered %d rows of the holdout as the candidate did"
        self.log.info(message, deployment.url, promotion.version, run.model, deployment.rows)
        return wire.dump(deployment)
