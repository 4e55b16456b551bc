"""From Airflow's context to the run's own facts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from structlog.contextvars import bind_contextvars

from headgate.core.asof import RunFacts, RunType, resolve_as_of
from headgate.core.delay import Delay
from headgate.core.refs import RunRef
from headgate.core.windows import Expanding, Rolling
from headgate.errors import InputError


def run_of(context: Mapping[str, Any], *, model: str, windows: Rolling | Expanding, label_delay: Delay) -> RunRef:
    """Return which run a task belongs to: its as-of, its windows, and who started it.

    Raises:
        InputError: The stated as-of can't be read, has no zone, or lies in the future.
    """
    dag_run = context["dag_run"]
    as_of = resolve_as_of(_facts(context), now=datetime.now(tz=UTC))
    return RunRef(
        dag_id=dag_run.dag_id,
        dag_run_id=dag_run.run_id,
        run_type=RunType(dag_run.run_type),
        who=getattr(dag_run, "triggering_user_name", None) or dag_run.dag_id,
        model=model,
        as_of=as_of,
        windows=windows.at(as_of.instant, label_delay=label_delay),
    )


def announce(log: Any, run: RunRef) -> None:  # noqa: ANN401 - an operator's logger
    """Say which run a task belongs to, as the first line of its log."""
    name_run(run)
    log.info("%s", run.said)


def name_run(run: RunRef) -> None:
    """Let each line that this process logs from now on carry the run's as-of and model, beside Airflow's own fields."""
    bind_contextvars(as_of=run.as_of.instant.isoformat())
    name_model(run.model)


def name_model(model: str) -> None:
    """Let each line that this process logs from now on carry a model's name."""
    bind_contextvars(model=model)


def form_value(context: Mapping[str, Any], name: str, kind: type[Any], default: Any) -> Any:  # noqa: ANN401 - of `kind`
    """Return a field of the trigger form, or its default where the Dag has no such field or it was left empty.

    Raises:
        InputError: It is of another type.
    """
    value = context["params"].get(name)
    if value is None:
        return default
    if type(value) is not kind:
        msg = f"{name} of the trigger form must be of type {kind.__name__}. Got {value!r} instead."
        raise InputError(msg)
    return value


def _facts(context: Mapping[str, Any]) -> RunFacts:
    dag_run = context["dag_run"]
    return RunFacts(
        run_type=RunType(dag_run.run_type),
        run_after=dag_run.run_after,
        form=form_value(context, "as_of", str, None),
        partition_key=getattr(dag_run, "partition_key", None),
        partition_date=getattr(dag_run, "partition_date", None),
        events=_events(dag_run),
        interval_end=dag_run.data_interval_end,
    )


def _events(dag_run: Any) -> tuple[str, ...]:  # noqa: ANN401 - Airflow's generated model
    extras = (event.extra or {} for event in getattr(dag_run, "consumed_asset_events", None) or ())
    return tuple(str(extra["as_of"]) for extra in extras if extra.get("as_of"))
