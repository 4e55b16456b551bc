"""From a pipeline's specification to an Airflow Dag."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from airflow.sdk import DAG
from airflow.sdk import Param as FormField

from headgate.core.approval import When
from headgate.core.mode import PROMOTE_OLDER
from headgate.core.readiness import Condition
from headgate.hooks.assets import candidate_asset, champion_asset
from headgate.operators.approve import ApproveOperator
from headgate.operators.deploy import DeployOperator
from headgate.operators.evaluate import EvaluateOperator
from headgate.operators.judge import JudgeOperator
from headgate.operators.promote import PromoteOperator
from headgate.operators.rollback import RollbackOperator
from headgate.operators.snapshot import SnapshotOperator
from headgate.operators.train import TrainOperator
from headgate.operators.validate import ValidateOperator
from headgate.sensors.data_ready import DataReadySensor
from headgate.spec import Estimator, Expectations, Param, Pipeline, require_kind

RETRIES: Mapping[str, Any] = {
    "retries": 3,
    "retry_delay": timedelta(seconds=20),
    "retry_exponential_backoff": True,
    "max_retry_delay": timedelta(minutes=5),
}
"""Outages are tried again after 20, 40 and 80 seconds; what another try can't mend fails at once all the same."""

APPROVALS = ("approve", "approve_second")
"""Ids of the tasks that ask people."""

_AS_OF = r"^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:?\d{2}))?$"
_FORM_TYPES = {bool: "boolean", int: "integer", float: "number", str: "string"}


def retraining_dag(
    pipeline: Pipeline,
    *,
    schedule: Any = None,  # noqa: ANN401 - whatever Airflow takes: cron, timedelta, timetable, assets
    dag_id: str | None = None,
    start_date: datetime | None = None,
    mlflow_conn_id: str = "mlflow_default",
    store_url: str | None = None,
    ready: Condition | None = None,
    **dag_arguments: Any,  # noqa: ANN401 - Airflow's own arguments
) -> DAG:
    """Return the Dag that retrains a pipeline: snapshot, validate, train, evaluate, judge, promote, deploy.

    Where the policy asks people, `approve` comes before `promote`; where it asks two, so does `approve_second`.

    Nothing of the pipeline is imported or read here but its shape.

    Args:
        pipeline: What the model is.
        schedule: When it is retrained; only by hand, backfill or API when `None`.
        dag_id: Name of the Dag; the model's by default.
        start_date: First day that Airflow may schedule; without one, the next date of the schedule that comes.
        mlflow_conn_id: Airflow connection of the MLflow server.
        store_url: ObjectStoragePath URL of the snapshot store; Airflow's setting `[headgate] store` by default.
        ready: What a run waits for before its snapshot: `AtLeastRows(1000)`, `FreshWithin(hours(6))`, `Marker("...")`;
            nothing when `None`.
        **dag_arguments: Passed on to Airflow's `DAG`.

    Raises:
        InputError: `pipeline` isn't one. Airflow shows it as the file's import error.
    """
    require_kind("pipeline", pipeline, Pipeline, "a Pipeline")
    arguments: dict[str, Any] = {"catchup": False, "tags": ["headgate"], "doc_md": _doc(pipeline), **dag_arguments}
    arguments["default_args"] = {**RETRIES, **arguments.get("default_args", {})}
    arguments["params"] = {**trigger_form(pipeline.estimator), **arguments.get("params", {})}
    with DAG(dag_id=dag_id or pipeline.model, schedule=schedule, start_date=start_date, **arguments) as dag:
        snapshot = _chain(pipeline, mlflow_conn_id=mlflow_conn_id, store_url=store_url)
        if ready is not None:
            _wait(pipeline, ready) >> snapshot
    return dag


def rollback_dag(
    pipeline: Pipeline,
    *,
    dag_id: str | None = None,
    mlflow_conn_id: str = "mlflow_default",
    store_url: str | None = None,
    **dag_arguments: Any,  # noqa: ANN401 - Airflow's own arguments
) -> DAG:
    """Return a Dag of one task that makes an earlier champion the champion again; started by hand, by its form.

    Args:
        pipeline: What the model is, and where it is served.
        dag_id: Name of the Dag; the model's with `_rollback` by default.
        mlflow_conn_id: Airflow connection of the MLflow server.
        store_url: ObjectStoragePath URL of the snapshot store; Airflow's setting `[headgate] store` by default.
        **dag_arguments: Passed on to Airflow's `DAG`.

    Raises:
        InputError: `pipeline` isn't one. Airflow shows it as the file's import error.
    """
    require_kind("pipeline", pipeline, Pipeline, "a Pipeline")
    doc = f"Makes an earlier champion of **{pipeline.model}** the champion again, forward, as a new version."
    arguments: dict[str, Any] = {"catchup": False, "tags": ["headgate"], "doc_md": doc, **dag_arguments}
    arguments["default_args"] = {**RETRIES, **arguments.get("default_args", {})}
    with DAG(dag_id=dag_id or f"{pipeline.model}_rollback", schedule=None, params=rollback_form(), **arguments) as dag:
        RollbackOperator(
            task_id="roll_back",
            model=pipeline.model,
            serving=pipeline.serving,
            mlflow_conn_id=mlflow_conn_id,
            store_url=store_url,
            outlets=[champion_asset(pipeline.model)],
        )
    return dag


def rollback_form() -> dict[str, FormField]:
    """Return the fields of a rollback's form: which version, and why."""
    return {
        "to_version": FormField(
            None,
            title="To version",
            description="The version whose model is to serve again. Empty: the champion before the present one.",
            type=["null", "integer"],
            minimum=1,
        ),
        "reason": FormField(
            title="Reason",
            description="Why; it is kept in the log, and bars the version that is rolled back from.",
            type="string",
            minLength=1,
            maxLength=500,
        ),
    }


def trigger_form(estimator: Estimator | None = None) -> dict[str, FormField]:
    """Return the fields of the trigger form: as-of, dry run, reason, override, and the estimator's params.

    Each has a type, a description and a default; Airflow refuses a value of the wrong type where it is typed.
    """
    params = estimator.params if estimator else {}
    return {
        "as_of": FormField(
            None,
            title="As-of",
            description="The run may only use what was known then, such as 2000-01-01 or 2000-01-01T06:00:00Z. "
            "Empty: the end of the run's data interval.",
            type=["null", "string"],
            pattern=_AS_OF,
        ),
        "dry_run": FormField(
            False,  # noqa: FBT003 - Airflow's signature
            title="Dry run",
            description="Do everything but promote and deploy.",
            type="boolean",
        ),
        "reason": FormField(
            None,
            title="Reason",
            description="Why you start this run; kept with the version, if one is promoted.",
            type=["null", "string"],
            maxLength=500,
        ),
        "override": FormField(
            None,
            title="Override",
            description=f"{PROMOTE_OLDER}: promote although the champion's as-of is later. Needs a reason; not for "
            "backfills.",
            type=["null", "string"],
            enum=[None, PROMOTE_OLDER],
        ),
        **{name: _form_field(name, param) for name, param in params.items()},
    }


def _form_field(name: str, param: Param) -> FormField:
    limits = {
        "minimum": param.minimum if param.minimum is not None and math.isfinite(param.minimum) else None,
        "maximum": param.maximum if param.maximum is not None and math.isfinite(param.maximum) else None,
        "enum": list(param.choices) or None,
    }
    rules: dict[str, Any] = {key: value for key, value in limits.items() if value is not None}
    return FormField(
        param.default,
        title=name,
        description=param.description or None,
        section="Estimator",
        type=_FORM_TYPES[type(param.default)],
        **rules,
    )


def _wait(pipeline: Pipeline, ready: Condition) -> DataReadySensor:
    p = pipeline
    return DataReadySensor(
        task_id="data_ready", model=p.model, ready=ready, windows=p.windows, source=p.source, label=p.label
    )


def _chain(pipeline: Pipeline, *, mlflow_conn_id: str, store_url: str | None) -> SnapshotOperator:
    p = pipeline
    at: dict[str, Any] = {"mlflow_conn_id": mlflow_conn_id}
    kept: dict[str, Any] = {"store_url": store_url}
    snapshot = SnapshotOperator(
        task_id="snapshot", model=p.model, source=p.source, label=p.label, windows=p.windows, **kept
    )
    validated = ValidateOperator(
        task_id="validate", snapshot=snapshot.output, expectations=p.expectations, **at, **kept
    )
    candidate = TrainOperator(task_id="train", validated=validated.output, estimator=p.estimator, **at, **kept)
    evaluation = EvaluateOperator(
        task_id="evaluate",
        candidate=candidate.output,
        metrics=p.metrics,
        slices=p.slices,
        policy=p.policy,
        explain=p.explain,
        trusted=p.estimator.trusted,
        **at,
        **kept,
    )
    told: dict[str, Any] = {"outlets": [candidate_asset(p.model)]}
    verdict = JudgeOperator(task_id="judge", evaluation=evaluation.output, policy=p.policy, **told, **at)
    decided = _asked_of_people(p, verdict, evaluation, mlflow_conn_id=mlflow_conn_id)
    told = {"outlets": [champion_asset(p.model)]}
    promotion = PromoteOperator(task_id="promote", verdict=decided.output, about=p.about, **told, **at, **kept)
    if p.serving is not None:
        DeployOperator(task_id="deploy", promotion=promotion.output, serving=p.serving, **at, **kept)
    return snapshot


def _asked_of_people(
    pipeline: Pipeline, verdict: JudgeOperator, evaluation: EvaluateOperator, *, mlflow_conn_id: str
) -> JudgeOperator | ApproveOperator:
    """Return the task that decides at last: a person's, of two the second's, where the policy asks people."""
    approval = pipeline.policy.approval
    decided: JudgeOperator | ApproveOperator = verdict
    people = 0 if approval.when == When.NEVER else approval.people
    for task_id in APPROVALS[:people]:
        decided = ApproveOperator(
            task_id=task_id,
            verdict=decided.output,
            evaluation=evaluation.output,
            approval=approval,
            mlflow_conn_id=mlflow_conn_id,
        )
    return decided


def _doc(pipeline: Pipeline) -> str:
    gates = "\n".join(f"* `{gate.name}`" for gate in pipeline.policy.gates) or "* none: nothing is ever promoted"
    return (
        f"Retrains the registered model **{pipeline.model}**.\n\n"
        f"* {pipeline.windows}\n"
        f"{_asked(pipeline.expectations)}\n\nGates, each of which must pass:\n\n{gates}\n{_asks(pipeline)}"
    )


def _asks(pipeline: Pipeline) -> str:
    """Return whom the policy asks, a sentence of their own; nothing when it asks nobody."""
    approval = pipeline.policy.approval
    if approval.when == When.NEVER:
        return ""
    who = f"{'Two people' if approval.people > 1 else 'One person'} of {', '.join(approval.approvers) or 'all'}"
    which = "each promotion" if approval.when == When.ALWAYS else "a promotion that the gates leave in doubt"
    return f"\n{who} must approve {which}, within {approval.timeout}.\n"


def _asked(expectations: Expectations | str) -> str:
    """Return what validation asks, a line each."""
    asked = Expectations(suite=expectations) if isinstance(expectations, str) else expectations
    return "\n".join(f"* {line}" for line in asked.said)
