"""Let old runs, logged models and snapshots of a model go."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from airflow.sdk import BaseOperator

from headgate.core.prune_text import prune_counts, prune_lines
from headgate.core.retention_rule import OLD, Retention
from headgate.core.span import Span
from headgate.hooks.mlflow import MlflowHook
from headgate.hooks.outcome import airflow_outcome
from headgate.hooks.run_context import name_model
from headgate.hooks.store import store_at
from headgate.spec.checks import require_model_name
from headgate.steps.prune import PrunePorts, apply_prune, plan_of


class PruneOperator(BaseOperator):
    """Say what of a model may go by a rule; with `dry_run=False`, let it go.

    What it does not do: delete a version of the registered model; free the files of MLflow's runs and models, which
    `mlflow gc` does; touch what the champion, the previous one or the last promotions need, or what is at work.

    Running it again: goes on from where a killed try ended.

    Args:
        model: Name of the registered model.
        older_than: What was last touched longer ago than this may go; a day or more.
        keep_promotions: Whatever the log holds since the last so many promotions stays.
        dry_run: Whether it is only said.
        mlflow_conn_id: Airflow connection of the MLflow server.
        store_url: ObjectStoragePath URL of the snapshot store; Airflow's setting `[headgate] store` by default.

    Returns:
        Plain JSON: `model`, `done`, and how much: `runs`, `models`, `versions_marked`, `snapshots`, `parts`, `drafts`,
        `bytes`.
    """

    template_fields: Sequence[str] = ("model", "mlflow_conn_id", "store_url")
    ui_color = "#eceff1"

    def __init__(
        self,
        *,
        model: str,
        older_than: Span = OLD,
        keep_promotions: int = 10,
        dry_run: bool = True,
        mlflow_conn_id: str = MlflowHook.default_conn_name,
        store_url: str | None = None,
        **kwargs: Any,  # noqa: ANN401 - Airflow's own arguments
    ) -> None:
        super().__init__(**kwargs)
        self.model = model
        self.older_than = older_than
        self.keep_promotions = keep_promotions
        self._dry_run = dry_run  # Airflow's operators have a `dry_run` of their own
        self.mlflow_conn_id = mlflow_conn_id
        self.store_url = store_url

    def execute(self, context: Any) -> dict[str, Any]:  # noqa: ANN401, ARG002 - Airflow's context
        """Plan, tell, and apply unless this is a dry run."""
        mlflow = MlflowHook(self.mlflow_conn_id)
        name_model(self.model)
        with airflow_outcome():
            rule = Retention(older_than=self.older_than, keep_promotions=self.keep_promotions)
            ports = PrunePorts(ledger=mlflow.ledger, log=mlflow.promotion_log, store=store_at(self.store_url))
            plan = plan_of(require_model_name(self.model), rule, ports=ports, now=datetime.now(tz=UTC))
            notes = plan.notes if self._dry_run else (*plan.notes, *apply_prune(plan, ports=ports))
        for line in prune_lines(plan, rule, done=not self._dry_run):
            self.log.info("%s", line)
        for note in notes:
            self.log.warning("%s", note)
        return {"model": plan.model, "done": not self._dry_run, **prune_counts(plan)}
