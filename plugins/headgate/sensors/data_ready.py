"""Wait until the rows of a run are there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NoReturn

from airflow.sdk import BaseSensorOperator, PokeReturnValue
from airflow.sdk.exceptions import AirflowFailException, AirflowSensorTimeout

from headgate import wire
from headgate.core.readiness import Condition, Marker, Readiness
from headgate.core.span import Span
from headgate.core.windows import Expanding, Rolling
from headgate.errors import InputError, PermanentError, TransientError
from headgate.hooks.outcome import airflow_outcome
from headgate.hooks.readiness import Awaited, look_for
from headgate.hooks.run_context import announce, run_of
from headgate.spec import DeltaSource, FunctionSource, Label, Source, require_kind

_SLACK = timedelta(minutes=5)
"""Airflow's own time limit ends a wait only where no triggerer does: later, since it can't say what was there."""


class DataReadySensor(BaseSensorOperator):
    """Wait until the rows of the run's windows are there: so many, or fresh enough, or marked by who delivers them.

    It looks first in the worker, and then in the triggerer, which needs no worker. What it waits for, and what was
    there when it last gave up its worker, is the field `waits_for` under "Rendered Templates" in Airflow's UI; each
    look is a line of the task's log. Outages are logged, and it goes on; what looking again can't mend fails at once.

    Functions and Delta tables are looked at in a worker each time, which is freed in between: a function is the user's
    code, and Delta's library may hold up the whole triggerer while it waits for a store.

    A source is looked at as of the run: a Delta version or a row that came after the as-of isn't there for it.

    Args:
        model: Name of the registered model that the chain retrains.
        ready: What to wait for: `AtLeastRows(1000)`, `FreshWithin(hours(6))` or `Marker("...")`.
        windows: The windows before an as-of.
        source: Where the rows come from; only a `Marker` needs none.
        label: The column to predict: its delay moves the windows.
        deferrable: Wait in the triggerer.
        **kwargs: Airflow's own, such as `poke_interval` (60 s) and `timeout` (seven days).

    Returns:
        A `Readiness` as plain JSON.
    """

    template_fields: Sequence[str] = ("model", "waits_for")
    overwrite_rtif_after_execution = True  # so that `waits_for` shows what was seen
    ui_color = "#ede7f6"

    def __init__(
        self,
        *,
        model: str,
        ready: Condition,
        windows: Rolling | Expanding,
        source: Source | None = None,
        label: Label | None = None,
        deferrable: bool = True,
        **kwargs: Any,  # noqa: ANN401 - Airflow's own arguments
    ) -> None:
        require_kind("ready", ready, Condition, 'AtLeastRows(1000), FreshWithin(hours(6)) or Marker("...")')
        if source is None and not isinstance(ready, Marker):
            msg = f"source of DataReadySensor must be given when it waits for {ready}. Got None instead."
            raise InputError(msg)
        in_worker = isinstance(source, FunctionSource | DeltaSource) and not isinstance(ready, Marker)
        if deferrable and in_worker:
            kwargs.setdefault("mode", "reschedule")
        super().__init__(**kwargs)
        self.model = model
        self.ready = ready
        self.windows = windows
        self.source = source
        self.label_delay = label.delay if label else Span()
        self.deferrable = deferrable and not in_worker
        self.waits_for = str(ready)

    def execute(self, context: Any) -> Any:  # noqa: ANN401 - Airflow's context
        """Look, and wait in the triggerer when it isn't there yet."""
        if not self.deferrable:
            return self._in_worker(context)
        awaited = self._awaited(context)
        seen = self._look(awaited)
        if seen is None or not seen.ready:
            self._wait(awaited)
        return wire.dump(seen)

    def poke(self, context: Any) -> PokeReturnValue:  # noqa: ANN401 - Airflow's context
        """Look once."""
        seen = self._look(self._awaited(context))
        ready = seen is not None and seen.ready
        return PokeReturnValue(is_done=ready, xcom_value=wire.dump(seen) if seen else None)

    def resume(self, context: Any, event: Mapping[str, str]) -> dict[str, Any]:  # noqa: ANN401, ARG002 - Airflow's
        """Go on with what the triggerer saw.

        Raises:
            AirflowFailException: Looking again can't help.
            AirflowSensorTimeout: The time was up; the sentence says what was there.
        """
        self.waits_for = event["sentence"]
        if event["outcome"] == "refused":
            raise AirflowFailException(event["sentence"])
        if event["outcome"] == "late":
            raise AirflowSensorTimeout(self._late())
        return wire.dump(Readiness(ready=True, sentence=event["sentence"]))

    def _in_worker(self, context: Any) -> Any:  # noqa: ANN401 - Airflow's context
        try:
            return super().execute(context)
        except AirflowSensorTimeout as error:
            raise AirflowSensorTimeout(self._late()) from error

    def _awaited(self, context: Any) -> Awaited:  # noqa: ANN401 - Airflow's context
        with airflow_outcome():
            run = run_of(context, model=self.model, windows=self.windows, label_delay=self.label_delay)
        announce(self.log, run)
        return Awaited(condition=self.ready, source=self.source, windows=run.windows)

    def _look(self, awaited: Awaited) -> Readiness | None:
        """Look once; an outage is logged, and nothing is known then."""
        try:
            seen = look_for(awaited)
        except PermanentError as error:
            self.waits_for = str(error)
            raise AirflowFailException(str(error)) from error
        except TransientError as error:
            self.waits_for = f"{self.ready}; the last look met an outage: {error}"
            self.log.warning("%s", self.waits_for)
            return None
        self.waits_for = seen.sentence
        self.log.info("%s", seen.sentence)
        return seen

    def _wait(self, awaited: Awaited) -> NoReturn:
        from headgate.triggers.rows_ready import RowsReadyTrigger

        limit = timedelta(seconds=self.timeout)
        trigger = RowsReadyTrigger(
            awaited=awaited.dump(),
            poke_interval=self.poke_interval,
            deadline=(datetime.now(tz=UTC) + limit).isoformat(),
        )
        self.defer(trigger=trigger, method_name="resume", timeout=limit + _SLACK)

    def _late(self) -> str:
        return f"gave up after {timedelta(seconds=self.timeout)}: {self.waits_for}"
