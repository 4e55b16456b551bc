"""Promote a candidate: append it to the promotion log."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from airflow.sdk import BaseOperator

from headgate import wire
from headgate.core.about import NOTHING_SAID, About
from headgate.core.refs import PromotionRef, VerdictRef
from headgate.hooks.assets import champion_asset, is_told, keep_quiet, stamp, tell
from headgate.hooks.links import MadeLink
from headgate.hooks.metrics import count
from headgate.hooks.mlflow import MlflowHook
from headgate.hooks.outcome import airflow_outcome
from headgate.hooks.run_context import announce
from headgate.hooks.store import store_at
from headgate.hooks.wiring import card_ports
from headgate.steps.card import CARD_PAGE
from headgate.steps.promote import promote_candidate


class PromoteOperator(BaseOperator):
    """Make the candidate the champion, if nobody else promoted since it was evaluated.

    With `outlets=[champion_asset(model)]` a promotion is an event of that asset, which schedules what uses the model.

    Args:
        verdict: Output of a `JudgeOperator`, or of an `ApproveOperator`.
        about: Purpose, owner and limits of the model, for its card.
        mlflow_conn_id: Airflow connection of the MLflow server.
        store_url: ObjectStoragePath URL of the snapshot store, which remembers promotions; Airflow's setting
            `[headgate] store` by default.

    Returns:
        A `PromotionRef` as plain JSON.
    """

    template_fields: Sequence[str] = ("verdict", "mlflow_conn_id", "store_url")
    operator_extra_links = (MadeLink("Model version"), MadeLink("Model card"))
    ui_color = "#fff8e1"

    def __init__(
        self,
        *,
        verdict: Any,  # noqa: ANN401 - an XComArg
        about: About = NOTHING_SAID,
        mlflow_conn_id: str = MlflowHook.default_conn_name,
        store_url: str | None = None,
        **kwargs: Any,  # noqa: ANN401 - Airflow's own arguments
    ) -> None:
        super().__init__(**kwargs)
        self.verdict = verdict
        self.about = about
        self.mlflow_conn_id = mlflow_conn_id
        self.store_url = store_url
        self.links: dict[str, str] = {}

    def execute(self, context: Any) -> dict[str, Any]:  # noqa: ANN401 - Airflow's context
        """Append, read who won, and set the aliases."""
        mlflow = MlflowHook(self.mlflow_conn_id)
        with airflow_outcome():
            verdict = wire.load(VerdictRef, {k: v for k, v in (self.verdict or {}).items() if k != "explanation"})
            run = verdict.candidate.snapshot.run
            announce(self.log, run)
            promotion = promote_candidate(
                verdict,
                log=mlflow.promotion_log,
                store=store_at(self.store_url),
                about=self.about,
                cards=card_ports(mlflow.tracker),
            )
        if not promotion.again:
            count("promotion", dag_id=run.dag_id, model=run.model)
        self.links["Model card"] = mlflow.pages.artifact(verdict.candidate.tracked, CARD_PAGE)
        self.links["Model version"] = mlflow.pages.version(run.model, promotion.version)
        how = "was promoted by an earlier try" if promotion.again else "is promoted"
        self.log.info("%s version %s %s", run.model, promotion.version, how)
        for note in promotion.notes:
            self.log.warning("%s", note)
        self._tell(context, verdict, promotion)
        return wire.dump(promotion)

    def _tell(self, context: Any, verdict: VerdictRef, promotion: PromotionRef) -> None:  # noqa: ANN401 - as above
        """Make an event of the champion's asset, if the task has it as an outlet, once a version."""
        run, asset = verdict.candidate.snapshot.run, champion_asset(verdict.candidate.snapshot.run.model)
        if not promotion.serves or (promotion.again and is_told(self, asset, promotion.version)):
            keep_quiet(self, asset)
            return
        extra = {
            "version": promotion.version,
            "as_of": stamp(run.as_of.instant),
            "model_id": verdict.candidate.model_id,
            "verdict": str(verdict.judgement.outcome),
            "reason": verdict.judgement.reason,
        }
        tell(context, self, asset, extra)
