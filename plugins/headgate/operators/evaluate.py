"""Score candidate and champion on the same holdout."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from airflow.sdk import BaseOperator

from headgate import wire
from headgate.core.explanations import Explain
from headgate.core.metrics import Metric, require_metric
from headgate.core.policy import Policy
from headgate.core.refs import CandidateRef, EvaluationRef
from headgate.core.slices import Slicing, require_slicings
from headgate.hooks.links import MadeLink
from headgate.hooks.mlflow import MlflowHook
from headgate.hooks.outcome import airflow_outcome
from headgate.hooks.override import override_of
from headgate.hooks.run_context import announce
from headgate.hooks.store import store_at
from headgate.hooks.wiring import evaluation_ports
from headgate.ports import question_of
from headgate.steps.evaluate import REPORT, evaluate_candidate


class EvaluateOperator(BaseOperator):
    """Measure the candidate, and the champion that a run of this as-of may meet, on the holdout.

    Args:
        candidate: Output of a `TrainOperator`.
        metrics: What to measure: those that the policy's gates ask for must be among them.
        slices: What makes slices: columns, `Bins`, `Where`.
        policy: The gates that will judge: what they need besides is measured as well.
        explain: Whether, and for how long, the candidate is explained.
        trusted: Types of your own that a saved model may hold.
        mlflow_conn_id: Airflow connection of the MLflow server.
        store_url: ObjectStoragePath URL of the snapshot store; Airflow's setting `[headgate] store` by default.

    Returns:
        An `EvaluationRef` as plain JSON: measures, never predictions.

    Raises:
        InputError: There is no such metric. Airflow shows it as the file's import error.
    """

    template_fields: Sequence[str] = ("candidate", "slices", "mlflow_conn_id", "store_url")
    operator_extra_links = (MadeLink("Evaluation report"), MadeLink("MLflow run"))
    ui_color = "#f3e5f5"

    def __init__(
        self,
        *,
        candidate: Any,  # noqa: ANN401 - an XComArg
        metrics: Sequence[Metric | str],
        slices: Sequence[Slicing] = (),
        policy: Policy | None = None,
        explain: Explain | None = None,
        trusted: Sequence[str] = (),
        mlflow_conn_id: str = MlflowHook.default_conn_name,
        store_url: str | None = None,
        **kwargs: Any,  # noqa: ANN401 - Airflow's own arguments
    ) -> None:
        super().__init__(**kwargs)
        self.candidate = candidate
        self.metrics = tuple(require_metric(metric) for metric in metrics)
        self.slices = slices
        self.policy = policy or Policy()
        self.explain = explain
        self.trusted = trusted
        self.mlflow_conn_id = mlflow_conn_id
        self.store_url = store_url
        self.links: dict[str, str] = {}

    def execute(self, context: Any) -> dict[str, Any]:  # noqa: ANN401 - Airflow's context
        """Score both."""
        mlflow = MlflowHook(self.mlflow_conn_id)
        with airflow_outcome():
            candidate = wire.load(CandidateRef, self.candidate)
            snapshot = candidate.snapshot
            announce(self.log, snapshot.run)
            evaluation = evaluate_candidate(
                candidate,
                question=question_of(
                    self.policy,
                    metrics=self.metrics,
                    slices=require_slicings("slices", self.slices),
                    label=snapshot.label,
                    event_time=snapshot.event_time,
                    explain=self.explain,
                ),
                trusted=self.trusted,
                ports=evaluation_ports(
                    store=store_at(self.store_url),
                    log=mlflow.promotion_log,
                    tracker=mlflow.tracker,
                    ledger=mlflow.ledger,
                ),
                override=override_of(context),
            )
        self.links["Evaluation report"] = mlflow.pages.artifact(candidate.tracked, REPORT)
        self.links["MLflow run"] = mlflow.pages.run(candidate.tracked)
        self._say(evaluation)
        return wire.dump(evaluation)

    def _say(self, evaluation: EvaluationRef) -> None:
        found = evaluation.evaluation
        self.log.info("baseline: %s", f"version {found.baseline}" if found.baseline else "none was promoted before")
        if found.baseline_error:
            self.log.warning("%s", found.baseline_error)
        for measure in found.measures:
            if measure.slice == "overall":
                pair = (_number(measure.candidate), _number(measure.baseline))
                self.log.info("%s: candidate %s, baseline %s", measure.metric, *pair)


def _number(value: float | None) -> str:
    return "none" if value is None else f"{value:.4g}"
