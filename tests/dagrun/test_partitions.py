"""The as-of of a Dag on Airflow's partitions, as Airflow itself makes and names them."""

from __future__ import annotations

from datetime import UTC, datetime

import pendulum
import pytest
from airflow.sdk import (
    DAG,
    Asset,
    CronPartitionTimetable,
    IdentityMapper,
    PartitionedAssetTimetable,
    PartitionMapper,
    ProductMapper,
    StartOfDayMapper,
    StartOfMonthMapper,
)
from airflow.timetables.base import DagRunInfo, TimeRestriction, Timetable
from airflow.utils.types import DagRunType

from headgate.core.asof import Origin
from headgate.errors import InputError
from tests.dagrun.airflow_runs import as_of_in, context_of, kept, timetable_of

SALES = Asset("sales")
FIRST = pendulum.datetime(2024, 1, 1)
UNTIL = pendulum.datetime(2024, 4, 10)


def daily(*, timezone: str = "UTC", **more: object) -> Timetable:
    schedule = CronPartitionTimetable("0 0 * * *", timezone=timezone, **more)  # type: ignore[arg-type]  # as given
    return timetable_of(DAG("sales", schedule=schedule, start_date=FIRST))


def first_run(timetable: Timetable) -> DagRunInfo:
    info = timetable.next_dagrun_info_v2(last_dagrun_info=None, restriction=TimeRestriction(FIRST, None, catchup=True))
    assert info is not None
    return info


def by_asset(mapper: PartitionMapper) -> Timetable:
    schedule = PartitionedAssetTimetable(assets=SALES, default_partition_mapper=mapper)
    return timetable_of(DAG("sales", schedule=schedule))


def run_for(timetable: Timetable, key: str, *, date: datetime | None = None) -> dict[str, object]:
    """The context of a run for a partition of an asset; its date as Airflow finds it, else as the producer had it."""
    found = timetable.resolve_partition_date(key) or date
    at = None if found is None else pendulum.instance(found)
    info = DagRunInfo(run_after=UNTIL, data_interval=None, partition_key=key, partition_date=at)
    return context_of(timetable, info, run_type=DagRunType.ASSET_TRIGGERED)


@pytest.mark.parametrize(
    ("timezone", "run_offset", "key", "instant"),
    [
        ("UTC", 0, "2024-01-01T00:00:00", datetime(2024, 1, 1, tzinfo=UTC)),
        ("UTC", -1, "2023-12-31T00:00:00", datetime(2023, 12, 31, tzinfo=UTC)),
        ("Asia/Taipei", 0, "2024-01-02T00:00:00", datetime(2024, 1, 1, 16, tzinfo=UTC)),
        ("Asia/Taipei", -2, "2023-12-31T00:00:00", datetime(2023, 12, 30, 16, tzinfo=UTC)),
        ("America/New_York", -1, "2023-12-31T00:00:00", datetime(2023, 12, 31, 5, tzinfo=UTC)),
    ],
)
def test_the_partitions_date_is_the_as_of_in_any_zone_and_with_an_offset(
    timezone: str, run_offset: int, key: str, instant: datetime
) -> None:
    timetable = daily(timezone=timezone, run_offset=run_offset)
    info = first_run(timetable)
    assert info.partition_key == key
    assert as_of_in(context_of(timetable, info)) == (Origin.PARTITION, instant)


def test_a_key_of_any_form_has_its_date() -> None:
    timetable = daily(key_format="day-%j-of-%Y")
    info = first_run(timetable)
    assert info.partition_key == "day-001-of-2024"
    assert as_of_in(context_of(timetable, info))[1] == FIRST


def test_a_partition_that_is_yet_to_come_is_refused() -> None:
    timetable = daily(run_offset=1)
    tomorrow = first_run(timetable)._replace(partition_date=pendulum.now("UTC").add(days=1))
    with pytest.raises(InputError, match="as-of of the partition key must not lie in the future"):
        as_of_in(context_of(timetable, tomorrow))


def test_a_backfill_of_partitions_has_the_as_ofs_of_the_schedule_through_a_change_of_the_clocks() -> None:
    schedule = CronPartitionTimetable("0 0 * * *", timezone="America/New_York")
    dag = kept(DAG("sales", schedule=schedule, start_date=FIRST))
    backfilled = list(dag.iter_dagrun_infos_between(pendulum.datetime(2024, 3, 8), pendulum.datetime(2024, 3, 12)))
    as_ofs = [
        as_of_in(context_of(dag.timetable, info, run_type=DagRunType.BACKFILL_JOB))[1].isoformat()
        for info in backfilled
    ]
    assert as_ofs == [
        "2024-03-08T05:00:00+00:00",
        "2024-03-09T05:00:00+00:00",
        "2024-03-10T05:00:00+00:00",
        "2024-03-11T04:00:00+00:00",
        "2024-03-12T04:00:00+00:00",
    ]


def test_the_form_counts_before_the_partition() -> None:
    timetable = daily()
    context = context_of(timetable, first_run(timetable), form="2023-06-01")
    assert as_of_in(context) == (Origin.FORM, datetime(2023, 6, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    ("mapper", "key", "instant"),
    [
        (StartOfDayMapper(), "2024-03-05", datetime(2024, 3, 5, tzinfo=UTC)),
        (StartOfMonthMapper(), "2024-03", datetime(2024, 3, 1, tzinfo=UTC)),
        (StartOfMonthMapper(timezone="Europe/Berlin"), "2024-03", datetime(2024, 2, 29, 23, tzinfo=UTC)),
        (ProductMapper(IdentityMapper(), StartOfDayMapper()), "eu|2024-03-05", datetime(2024, 3, 5, tzinfo=UTC)),
    ],
    ids=["day", "month", "month in Berlin", "region and day"],
)
def test_a_partition_of_an_asset_that_is_a_time_is_the_as_of(
    mapper: PartitionMapper, key: str, instant: datetime
) -> None:
    assert as_of_in(run_for(by_asset(mapper), key)) == (Origin.PARTITION, instant)


def test_an_assets_partition_keeps_the_date_of_whoever_made_it() -> None:
    made = datetime(2024, 1, 1, 16, tzinfo=UTC)
    carried = by_asset(IdentityMapper()).get_partition_mapper(name="sales").carry_partition_date(made)
    context = run_for(by_asset(IdentityMapper()), "2024-01-02T00:00:00", date=carried)
    assert as_of_in(context) == (Origin.PARTITION, made)


def test_a_key_that_is_a_date_needs_no_mapper() -> None:
    assert as_of_in(run_for(by_asset(IdentityMapper()), "2024-03-05"))[1] == datetime(2024, 3, 5, tzinfo=UTC)


@pytest.mark.parametrize("key", ["eu", "2024-01-01T00:00:00"])
def test_a_key_that_is_no_instant_and_has_no_date_is_refused_with_what_to_do(key: str) -> None:
    with pytest.raises(InputError, match=rf"Got '{key}' instead: let Airflow know the partition's date, by Cron"):
        as_of_in(run_for(by_asset(IdentityMapper()), key))
