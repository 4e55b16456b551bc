"""What Airflow's scheduler makes of a Dag, and what its API server tells a task of a run: real objects, no database."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from airflow.models.dagrun import DagRun
from airflow.sdk import DAG
from airflow.sdk.api.datamodels._generated import DagRun as DagRunOfTask
from airflow.serialization.definitions.dag import SerializedDAG
from airflow.serialization.serialized_objects import DagSerialization
from airflow.timetables.base import DagRunInfo, Timetable
from airflow.utils.state import DagRunState
from airflow.utils.types import DagRunType

from headgate.core.delay import Delay
from headgate.core.refs import RunRef
from headgate.core.span import Span, days
from headgate.core.windows import Expanding, Rolling
from headgate.hooks.run_context import run_of

WINDOWS = Rolling(lookback=days(30), holdout=days(7))


def kept(dag: DAG) -> SerializedDAG:
    """Return the Dag as the scheduler has it: from the JSON that the Dag processor wrote."""
    return DagSerialization.from_dict(DagSerialization.to_dict(dag))


def timetable_of(dag: DAG) -> Timetable:
    return kept(dag).timetable


def context_of(
    timetable: Timetable, info: DagRunInfo, *, run_type: DagRunType = DagRunType.SCHEDULED, form: str | None = None
) -> dict[str, Any]:
    """Return what a task's context says of a run that Airflow makes of `info`."""
    interval = info.data_interval
    named = timetable.generate_run_id(
        run_type=run_type, run_after=info.run_after, data_interval=interval, partition_key=info.partition_key
    )
    row = DagRun(
        dag_id="sales",
        run_id=named,
        run_type=run_type,
        run_after=info.run_after,
        logical_date=info.logical_date,
        data_interval=interval,
        partition_key=info.partition_key,
        partition_date=info.partition_date,
        state=DagRunState.QUEUED,
    )
    told = row.dag_run_data.model_dump_json()
    return {"dag_run": DagRunOfTask.model_validate_json(told), "params": {"as_of": form}}


def run_in(
    context: dict[str, Any], *, windows: Rolling | Expanding = WINDOWS, label_delay: Delay | None = None
) -> RunRef:
    return run_of(context, model="sales", windows=windows, label_delay=label_delay or Span())


def as_of_in(context: dict[str, Any]) -> tuple[str, datetime]:
    as_of = run_in(context).as_of
    return str(as_of.origin), as_of.instant
