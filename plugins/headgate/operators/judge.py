"""Judge a candidate: may it be promoted?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from airflow.sdk import BaseOperator
from airflow.sdk.bases.skipmixin import SkipMixin

from headgate import wire
from headgate.core.policy import Policy
from headgate.core.refs import EvaluationRef, VerdictRef
from headgate.core.verdict_record import RECORD
from headgate.core.verdict_table import verdict_lines
from headgate.hooks.assets import candidate_asset, stamp, tell
from headgate.hooks.links import MadeLink
from headgate.hooks.metrics import count_verdict
from headgate.hooks.mlflow import MlflowHook
from headgate.hooks.outcome import airflow_outcome
from headgate.hooks.override import override_of
from headgate.hooks.run_context import announce, form_value
from headgate.hooks.wiring import judgement_ports
from headgate.steps.closing import closed_on_refusal
from headgate.steps.judge import GATE_REPORT, explain, judge_candidate


class JudgeOperator(BaseOperator, SkipMixin):
    """Apply a policy to an evaluation; skip what follows unless the door opens, or people are to decide.

    A refusal is no failure: the task succeeds, says why in its log, in XCom and in MLflow, and what follows is skipped.
    So it is for a replay and for a dry run (`dry_run` of the trigger form). With `outlets=[candidate_asset(model)]`
    each verdict is an event of that asset.

    Args:
        evaluation: Output of an `EvaluateOperator`.
        policy: The gates; where it asks people, an `ApproveOperator` follows.
        mlflow_conn_id: Airflow connection of the MLflow server.

    Returns:
        A `VerdictRef` as plain JSON, with the sentence `explanation` beside it.
    """

    template_fields: Sequence[str] = ("evaluation", "mlflow_conn_id")
    operator_extra_links = (MadeLink("Gate report"), MadeLink("Verdict"), MadeLink("MLflow run"))
    ui_color = "#ffebee"

    def __init__(
        self,
        *,
        evaluation: Any,  # noqa: ANN401 - an XComArg
        policy: Policy,
        mlflow_conn_id: str = MlflowHook.default_conn_name,
        **kwargs: Any,  # noqa: ANN401 - Airflow's own arguments
    ) -> None:
        super().__init__(**kwargs)
        self.evaluation = evaluation
        self.policy = policy
        self.mlflow_conn_id = mlflow_conn_id
        self.links: dict[str, str] = {}

    def execute(self, context: Any) -> dict[str, Any]:  # noqa: ANN401 - Airflow's context
        """Judge, and skip what follows unless the candidate is to be promoted, or people are to decide."""
        mlflow = MlflowHook(self.mlflow_conn_id)
        with airflow_outcome():
            evaluation = wire.load(EvaluationRef, self.evaluation)
            tracked = evaluation.candidate.tracked
            announce(self.log, evaluation.candidate.snapshot.run)
            with closed_on_refusal(mlflow.tracker, tracked):
                verdict = judge_candidate(
                    evaluation,
                    policy=self.policy,
                    dry_run=form_value(context, "dry_run", bool, default=False),
                    reason=form_value(context, "reason", str, default=""),
                    ports=judgement_ports(mlflow.tracker),
                    override=override_of(context),
                )
        count_verdict(verdict)
        self._tell(context, verdict)
        self.links["Gate report"] = mlflow.pages.artifact(tracked, GATE_REPORT)
        self.links["Verdict"] = mlflow.pages.artifact(tracked, RECORD)
        self.links["MLflow run"] = mlflow.pages.run(tracked)
        for line in verdict_lines(verdict):
            self.log.info("%s", line)
        self.log.info("gate report: %s", self.links["Gate report"])
        output = {**wire.dump(verdict), "explanation": explain(verdict)}
        if not verdict.opens and verdict.awaits is None:
            context["ti"].xcom_push(key="return_value", value=output)
            self.skip(ti=context["ti"], tasks=context["task"].downstream_list)
        return output

    def _tell(self, context: Any, verdict: VerdictRef) -> None:  # noqa: ANN401 - Airflow's context
        run = verdict.candidate.snapshot.run
        extra = {
            "as_of": stamp(run.as_of.instant),
            "model_id": verdict.candidate.model_id,
            "verdict": str(verdict.judgement.outcome),
            "reason": verdict.judgement.reason,
            "mode": str(verdict.mode.mode),
        }
        tell(context, self, candidate_asset(run.model), extra)
