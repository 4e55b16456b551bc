"""The timetable in Airflow's own hands: written by the Dag processor, read by the scheduler, told to a task."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

import pendulum
import pytest
from airflow.models.dagrun import DagRun
from airflow.sdk import DAG
from airflow.serialization.definitions.dag import SerializedDAG
from airflow.timetables.base import DagRunInfo, DataInterval, TimeRestriction
from airflow.utils.types import DagRunType
from hypothesis import given
from hypothesis import strategies as st

from headgate.core.asof import Origin
from headgate.core.business_days import BusinessDays, business_days
from headgate.core.delay import Delay
from headgate.core.span import Span, days, hours, months, weeks
from headgate.core.windows import Rolling
from headgate.errors import InputError
from headgate.timetables.after_labels import AfterLabels
from tests.dagrun.airflow_runs import as_of_in, context_of, kept, run_in, timetable_of

BERLIN = "Europe/Berlin"
FIRST = pendulum.datetime(2024, 1, 1)
DELAYS: st.SearchStrategy[Delay] = st.one_of(
    st.builds(Span, months=st.integers(0, 20), days=st.integers(0, 400), exact=st.timedeltas(min_value=hours(0).exact)),
    st.builds(BusinessDays, count=st.integers(0, 30), holidays=st.sets(st.dates(), max_size=5)),
)


def monthly(**dag: Any) -> SerializedDAG:
    return kept(DAG("sales", schedule=AfterLabels("month", delay=weeks(4), zone=BERLIN), start_date=FIRST, **dag))


def caught_up(dag: SerializedDAG, count: int) -> list[DagRunInfo]:
    """The runs that the scheduler makes, one after the other."""
    made: list[DagRunInfo] = []
    while len(made) < count:
        info = dag.timetable.next_dagrun_info_v2(
            last_dagrun_info=made[-1] if made else None, restriction=TimeRestriction(FIRST, None, catchup=True)
        )
        assert info is not None
        made.append(info)
    return made


def test_the_scheduler_has_the_timetable_that_the_dag_has() -> None:
    given = AfterLabels("quarter", delay=business_days(3, [date(2024, 12, 25)]), zone=BERLIN)
    timetable = timetable_of(DAG("sales", schedule=given))
    assert isinstance(timetable, AfterLabels)
    assert timetable.serialize() == given.serialize()
    assert timetable.type_name == "headgate.timetables.after_labels.AfterLabels"


@given(DELAYS, st.sampled_from(["month", "quarter", "year"]), st.sampled_from(["UTC", BERLIN]))
def test_what_is_written_is_read_back(delay: Delay, every: Any, zone: str) -> None:
    timetable = AfterLabels(every, delay=delay, zone=zone)
    again = AfterLabels.deserialize(json.loads(json.dumps(timetable.serialize())))
    assert again._periods == timetable._periods


def test_a_runs_as_of_is_when_its_periods_labels_are_final_and_its_holdout_is_the_period() -> None:
    windows = Rolling(lookback=months(12), holdout=months(1), zone=BERLIN)
    dag = monthly()
    first, second = (
        run_in(context_of(dag.timetable, info), windows=windows, label_delay=weeks(4)).said
        for info in caught_up(dag, 4)[2:]
    )
    assert first == (
        "as-of 2024-04-28T22:00:00Z (from the data interval's end), "
        "training [2023-02-28T23:00:00Z, 2024-02-29T23:00:00Z), holdout [2024-02-29T23:00:00Z, 2024-03-31T22:00:00Z)"
    )
    assert second == (
        "as-of 2024-05-28T22:00:00Z (from the data interval's end), "
        "training [2023-03-31T22:00:00Z, 2024-03-31T22:00:00Z), holdout [2024-03-31T22:00:00Z, 2024-04-30T22:00:00Z)"
    )


def test_a_run_starts_when_its_interval_ends_and_intervals_follow_one_another() -> None:
    made = caught_up(monthly(), 30)
    assert all(info.data_interval and info.run_after == info.data_interval.end for info in made)
    assert [info.logical_date for info in made[1:]] == [info.run_after for info in made[:-1]]
    assert [info.run_after for info in made] == sorted({info.run_after for info in made})


def test_a_backfill_makes_the_runs_of_the_schedule() -> None:
    dag = monthly()
    backfilled = list(dag.iter_dagrun_infos_between(FIRST, pendulum.datetime(2025, 12, 31)))
    assert backfilled == caught_up(dag, len(backfilled))
    assert len(backfilled) == 24
    assert [dag.timetable.generate_run_id(run_type=DagRunType.BACKFILL_JOB, **names(info)) for info in backfilled][
        :2
    ] == ["backfill__2024-02-28T23:00:00+00:00__2024-01", "backfill__2024-03-28T23:00:00+00:00__2024-02"]


def names(info: DagRunInfo) -> dict[str, Any]:
    return {"run_after": info.run_after, "data_interval": info.data_interval}


def test_a_dag_runs_name_says_the_period_and_airflow_takes_it() -> None:
    dag = monthly()
    made = [dag.timetable.generate_run_id(run_type=DagRunType.SCHEDULED, **names(info)) for info in caught_up(dag, 30)]
    assert made[0] == "scheduled__2024-02-28T23:00:00+00:00__2024-01"
    assert len(set(made)) == 30
    for name in made:
        assert DagRun(dag_id="sales", run_id=name, run_type=DagRunType.SCHEDULED).run_id == name
        assert DagRunType.from_run_id(name) is DagRunType.SCHEDULED


def test_a_run_by_hand_is_about_the_last_period_that_is_final() -> None:
    timetable = monthly().timetable
    interval = timetable.infer_manual_data_interval(run_after=pendulum.datetime(2024, 5, 2, 10, 30))
    assert interval.end == datetime(2024, 4, 28, 22, tzinfo=UTC)
    info = DagRunInfo(run_after=pendulum.datetime(2024, 5, 2, 10, 30), data_interval=interval)
    context = context_of(timetable, info, run_type=DagRunType.MANUAL)
    assert context["dag_run"].run_id == "manual__2024-05-02T10:30:00+00:00__2024-03"
    assert as_of_in(context) == (Origin.INTERVAL, datetime(2024, 4, 28, 22, tzinfo=UTC))


@pytest.mark.parametrize(
    "interval", [None, DataInterval(FIRST, pendulum.datetime(2024, 5, 2))], ids=["no interval", "another interval"]
)
def test_a_run_about_no_period_has_airflows_own_name(interval: DataInterval | None) -> None:
    name = monthly().timetable.generate_run_id(
        run_type=DagRunType.MANUAL, run_after=pendulum.datetime(2024, 5, 2, 10, 30), data_interval=interval
    )
    assert name == "manual__2024-05-02T10:30:00+00:00"


@pytest.mark.parametrize(
    ("every", "delay", "zone", "summary"),
    [
        ("month", weeks(4), BERLIN, "each month, 4 weeks after its end (Europe/Berlin)"),
        ("day", hours(6), "UTC", "each day, 6 hours after its end (UTC)"),
        ("week", days(0), "UTC", "each week, at its end (UTC)"),
        ("quarter", months(1), "UTC", "each quarter, 1 month after its end (UTC)"),
        ("year", business_days(3, ["2025-01-01"]), "UTC", "each year, 3 business days (1 holiday) after its end (UTC)"),
    ],
)
def test_the_schedule_reads_well_in_airflows_ui(every: Any, delay: Delay, zone: str, summary: str) -> None:
    timetable = timetable_of(DAG("sales", schedule=AfterLabels(every, delay=delay, zone=zone)))
    assert timetable.summary == summary
    assert timetable.description == f"For {summary.replace(',', ', once its labels are final:')}"


def test_without_catchup_a_long_rest_is_followed_by_the_last_period_only() -> None:
    dag = monthly(catchup=False)
    restriction = TimeRestriction(FIRST, None, catchup=False)
    info = dag.timetable.next_dagrun_info_v2(last_dagrun_info=caught_up(dag, 1)[0], restriction=restriction)
    assert info is not None
    following = dag.timetable.next_dagrun_info_v2(last_dagrun_info=info, restriction=restriction)
    assert following is not None
    assert info.run_after < pendulum.now("UTC") < following.run_after


def test_after_the_dags_last_day_there_is_no_run() -> None:
    latest = caught_up(monthly(), 3)[-1].logical_date
    restriction = TimeRestriction(FIRST, latest, catchup=True)
    last = caught_up(monthly(), 3)
    assert monthly().timetable.next_dagrun_info_v2(last_dagrun_info=last[1], restriction=restriction) == last[2]
    assert monthly().timetable.next_dagrun_info_v2(last_dagrun_info=last[2], restriction=restriction) is None


@pytest.mark.parametrize("every", ["hour", "Month"])
def test_a_timetable_that_can_not_be_is_refused_where_the_dag_is_written(every: Any) -> None:
    with pytest.raises(InputError, match="every must be one of day, week, month, quarter, year"):
        AfterLabels(every, delay=weeks(4))


def test_a_zone_that_a_machine_does_not_know_is_refused() -> None:
    data = AfterLabels("month", delay=weeks(4)).serialize()
    with pytest.raises(InputError, match="zone must be the name of a time zone"):
        AfterLabels.deserialize({**data, "zone": "Mars/Olympus"})
