"""Run for the period that ended, once its labels are final."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from airflow.sdk.timezone import coerce_datetime
from airflow.timetables.base import DagRunInfo, DataInterval, TimeRestriction, Timetable

from headgate import wire
from headgate.core.business_days import BusinessDays
from headgate.core.delay import Delay
from headgate.core.periods import Limits, Periods, Unit, next_interval
from headgate.core.span import Span

if TYPE_CHECKING:
    from airflow.utils.types import DagRunType
    from pendulum import DateTime

_DELAYS: dict[str, type[Delay]] = {"span": Span, "business_days": BusinessDays}


class AfterLabels(Timetable):
    """A schedule of one run for each period, as soon as the period's labels are final.

    The as-of of a run is that instant: its data interval ends then, and begins when the period before became final.
    With the same delay and zone the pipeline's holdout ends where the period does. With business days it may end
    later, at the end of a weekend or of holidays, whose labels are final too; periods that become final at the same
    instant have one run. Backfills and catching up make the same runs.

    Args:
        every: Length of a period: `day`, `week` (from Monday), `month`, `quarter` or `year`.
        delay: How long after its end a period's labels are final: the `delay` of the pipeline's `Label`.
        zone: Time zone of the calendar: the `zone` of the pipeline's windows.

    Raises:
        InputError: An argument isn't what it must be. Airflow shows it as the file's import error.
    """

    def __init__(self, every: Unit, *, delay: Delay, zone: str = "UTC") -> None:
        self._periods = Periods(every=every, delay=delay, zone=zone)

    @property
    def summary(self) -> str:
        """What Airflow's UI shows as the schedule."""
        p = self._periods
        when = "at its end" if p.delay.is_zero else f"{p.delay} after its end"
        return f"each {p.every}, {when} ({p.zone})"

    @property
    def description(self) -> str:  # type: ignore[override]  # Airflow only reads it
        """What Airflow's UI says of the schedule."""
        return f"For {self.summary.replace(',', ', once its labels are final:', 1)}"

    def serialize(self) -> dict[str, Any]:
        """Return what `deserialize` makes the same timetable of, as JSON."""
        p = self._periods
        kind = next(name for name, of in _DELAYS.items() if isinstance(p.delay, of))
        return {"every": p.every, "delay": {kind: wire.dump(p.delay)}, "zone": p.zone}

    @classmethod
    def deserialize(cls, data: dict[str, Any]) -> AfterLabels:
        """Return the timetable that `serialize` gave `data` of."""
        ((kind, delay),) = data["delay"].items()
        return cls(data["every"], delay=wire.load(_DELAYS[kind], delay), zone=data["zone"])

    def infer_manual_data_interval(self, *, run_after: DateTime) -> DataInterval:
        """Return the interval of the last period whose labels are final."""
        end = self._periods.due_by(run_after).at
        return _interval(self._periods.due_before(end).at, end)

    def next_dagrun_info(
        self, *, last_automated_data_interval: DataInterval | None, restriction: TimeRestriction
    ) -> DagRunInfo | None:
        """Return the next run."""
        last = last_automated_data_interval
        found = next_interval(
            self._periods,
            None if last is None else (last.start, last.end),
            Limits(earliest=restriction.earliest, latest=restriction.latest, catchup=restriction.catchup),
            now=datetime.now(tz=UTC),
        )
        return None if found is None else DagRunInfo.interval(*_interval(*found))

    def generate_run_id(
        self,
        *,
        run_type: DagRunType,
        run_after: DateTime,
        data_interval: DataInterval | None,
        **extra: Any,  # noqa: ANN401 - Airflow's signature
    ) -> str:
        """Return a name for a dag run: Airflow's own, and behind it the period, where the run has one.

        Airflow doesn't ask for the names of backfilled runs.
        """
        name = super().generate_run_id(run_type=run_type, run_after=run_after, data_interval=data_interval, **extra)
        if data_interval is None:
            return name
        due = self._periods.due_by(data_interval.end)
        return f"{name}__{due.period}" if due.at == data_interval.end else name


def _interval(start: datetime, end: datetime) -> DataInterval:
    return DataInterval(coerce_datetime(start), coerce_datetime(end))
