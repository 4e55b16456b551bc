"""Roll back to an earlier champion, in one step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from airflow.sdk import BaseOperator

from headgate.errors import InputError
from headgate.hooks import parts
from headgate.hooks.assets import champion_asset, is_told, keep_quiet, stamp, tell
from headgate.hooks.links import MadeLink
from headgate.hooks.metrics import count
from headgate.hooks.mlflow import MlflowHook
from headgate.hooks.model_server import ModelServerHook
from headgate.hooks.outcome import airflow_outcome
from headgate.hooks.run_context import form_value, name_model
from headgate.hooks.store import store_at
from headgate.spec import Serving
from headgate.spec.checks import require_model_name
from headgate.steps.deploy import deploy_version
from headgate.steps.rollback import RolledBack, roll_back


class RollbackOperator(BaseOperator):
    """Promote an earlier champion's model again, forward, as the next version; deploy it and probe it.

    The version that is rolled back from is barred: it, or the same fit, isn't promoted again until somebody lifts that.
    Running it again finds what the first try did. Which version, and why, comes from the Dag's form (`rollback_form`),
    unless it is given here.

    Args:
        model: Name of the registered model.
        serving: Where it is served; nothing is deployed when `None`.
        to_version: The version to go back to; the form's, or the champion before the present one, when `None`.
        reason: Why; the form's when `None`.
        mlflow_conn_id: Airflow connection of the MLflow server.
        store_url: ObjectStoragePath URL of the snapshot store; Airflow's setting `[headgate] store` by default.

    Returns:
        Plain JSON: `model`, `version`, `to_version`, `again`, and the serving target's `url` where it was deployed.
    """

    template_fields: Sequence[str] = ("model", "to_version", "reason", "mlflow_conn_id", "store_url")
    operator_extra_links = (MadeLink("Model version"), MadeLink("Deployment"))
    ui_color = "#fbe9e7"

    def __init__(
        self,
        *,
        model: str,
        serving: Serving | None = None,
        to_version: int | str | None = None,
        reason: str | None = None,
        mlflow_conn_id: str = MlflowHook.default_conn_name,
        store_url: str | None = None,
        **kwargs: Any,  # noqa: ANN401 - Airflow's own arguments
    ) -> None:
        super().__init__(**kwargs)
        self.model = model
        self.serving = serving
        self.to_version = to_version
        self.reason = reason
        self.mlflow_conn_id = mlflow_conn_id
        self.store_url = store_url
        self.links: dict[str, str] = {}

    def execute(self, context: Any) -> dict[str, Any]:  # noqa: ANN401 - Airflow's context
        """Append, project, deploy, probe."""
        mlflow = MlflowHook(self.mlflow_conn_id)
        name_model(self.model)
        with airflow_outcome():
            rolled = roll_back(
                require_model_name(self.model),
                to=self._wanted(context),
                who=_who(context),
                reason=self.reason or form_value(context, "reason", str, default=""),
                log=mlflow.promotion_log,
                store=store_at(self.store_url),
            )
            if not rolled.again:
                count("rollback", dag_id=str(context["dag_run"].dag_id), model=self.model)
            version = rolled.entry.version
            self.links["Model version"] = mlflow.pages.version(self.model, str(version))
            how = "is again" if not rolled.again else "was made by an earlier try from"
            self.log.info("%s version %d %s version %d", self.model, version, how, rolled.to.version)
            for note in rolled.notes:
                self.log.warning("%s", note)
            url = self._deployed(rolled, mlflow)
        self._tell(context, rolled)
        told = {"model": self.model, "version": str(version), "to_version": str(rolled.to.version)}
        return {**told, "again": rolled.again, "url": url}

    def _wanted(self, context: Any) -> int | None:  # noqa: ANN401 - Airflow's context
        if self.to_version is None:
            wanted: int | None = form_value(context, "to_version", int, default=None)
            return wanted
        try:
            return int(self.to_version)
        except ValueError as error:
            msg = f"to_version of {self.model} must be a version's number. Got {self.to_version!r} instead."
            raise InputError(msg) from error

    def _deployed(self, rolled: RolledBack, mlflow: MlflowHook) -> str | None:
        if self.serving is None:
            return None
        if rolled.promotion is None:
            self.log.warning("version %d doesn't say how to probe it: nothing is deployed", rolled.entry.version)
            return None
        server = ModelServerHook(self.serving.conn_id, timeout=self.serving.timeout)
        deployment = deploy_version(
            rolled.promotion,
            probe_rows=self.serving.probe_rows,
            table=parts.table(),
            store=store_at(self.store_url),
            tracker=mlflow.tracker,
            log=mlflow.promotion_log,
            serving_target=server.serving_target,
        )
        self.links["Deployment"] = deployment.url
        message = "%s serves version %d: it answered %d rows of the holdout as the candidate did"
        self.log.info(message, deployment.url, rolled.entry.version, deployment.rows)
        return deployment.url

    def _tell(self, context: Any, rolled: RolledBack) -> None:  # noqa: ANN401 - as above
        asset, entry = champion_asset(self.model), rolled.entry
        if rolled.again and is_told(self, asset, str(entry.version)):
            keep_quiet(self, asset)
            return
        extra = {
            "version": str(entry.version),
            "as_of": stamp(entry.entry.as_of),
            "model_id": entry.entry.model_id,
            "verdict": "ROLLBACK",
            "reason": entry.entry.reason,
        }
        tell(context, self, asset, extra)


def _who(context: Any) -> str:  # noqa: ANN401 - as above
    dag_run = context["dag_run"]
    return getattr(dag_run, "triggering_user_name", None) or str(dag_run.dag_id)
