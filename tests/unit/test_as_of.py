from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.core.asof import Origin, RunFacts, RunType, parse_as_of, resolve_as_of
from headgate.errors import InputError

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
FACTS = RunFacts(
    run_type=RunType.MANUAL,
    run_after=datetime(2005, 1, 1, tzinfo=UTC),
    form="2001-01-01",
    partition_key="2002-01-01",
    events=("2003-01-01", "2003-02-01"),
    interval_end=datetime(2004, 1, 1, tzinfo=UTC),
)
ORDER = [
    ("form", None, Origin.FORM, datetime(2001, 1, 1, tzinfo=UTC)),
    ("partition_key", None, Origin.PARTITION, datetime(2002, 1, 1, tzinfo=UTC)),
    ("events", (), Origin.EVENT, datetime(2003, 2, 1, tzinfo=UTC)),
    ("interval_end", None, Origin.INTERVAL, datetime(2004, 1, 1, tzinfo=UTC)),
    ("run_after", None, Origin.RUN_AFTER, datetime(2005, 1, 1, tzinfo=UTC)),
]
ZONES = st.integers(-23 * 60, 23 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@pytest.mark.parametrize("position", range(len(ORDER)))
@pytest.mark.parametrize("run_type", RunType)
def test_the_first_that_states_an_as_of_decides_for_all_run_types(run_type: RunType, position: int) -> None:
    absent: dict[str, Any] = {name: nothing for name, nothing, *_ in ORDER[:position]}
    as_of = resolve_as_of(replace(FACTS, run_type=run_type, **absent), now=NOW)
    assert (as_of.origin, as_of.instant) == ORDER[position][2:]


def test_a_form_left_empty_states_nothing() -> None:
    assert resolve_as_of(replace(FACTS, form=""), now=NOW).origin is Origin.PARTITION


@given(st.permutations(["2003-01-01", "2003-02-01", "2003-01-15T12:00:00Z"]))
def test_the_latest_event_decides_in_any_order(events: list[str]) -> None:
    facts = replace(FACTS, form=None, partition_key=None, events=tuple(events))
    assert resolve_as_of(facts, now=NOW).instant == datetime(2003, 2, 1, tzinfo=UTC)


@given(st.datetimes(datetime(1950, 1, 2), datetime(2025, 1, 1), timezones=ZONES))  # noqa: DTZ001 - st adds zones
def test_any_instant_can_be_stated_in_any_zone(instant: datetime) -> None:
    as_of = resolve_as_of(replace(FACTS, form=instant.isoformat()), now=NOW).instant
    assert as_of == instant
    assert as_of.tzinfo is UTC


@given(st.datetimes(datetime(1950, 1, 2), datetime(2025, 1, 1), timezones=ZONES))  # noqa: DTZ001 - st adds zones
def test_what_airflow_states_comes_out_in_utc(instant: datetime) -> None:
    nothing = replace(FACTS, form=None, partition_key=None, events=())
    for facts in (replace(nothing, interval_end=instant), replace(nothing, interval_end=None, run_after=instant)):
        as_of = resolve_as_of(facts, now=NOW).instant
        assert as_of == instant
        assert as_of.tzinfo is UTC


@pytest.mark.parametrize("text", ["2000-01-01", "2000-01-01T00:00:00Z", "2000-01-01T01:00:00+01:00", "20000101"])
def test_a_date_is_midnight_utc(text: str) -> None:
    assert parse_as_of(text, origin="the trigger form") == datetime(2000, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("text", ["2000-01-01T00:00:00", "2000-01-01 06:00", "20000101T0600"])
def test_a_time_without_a_zone_is_refused(text: str) -> None:
    with pytest.raises(InputError, match=r"must say its time zone, such as .*Z for UTC. Got .* instead"):
        parse_as_of(text, origin="the trigger form")


@pytest.mark.parametrize(
    "text", ["yesterday", "2000-13-01", "2000-02-30", "01.02.2000", "", " ", "now", "NaN", None, 5]
)
def test_what_cannot_be_read_is_refused(text: Any) -> None:
    with pytest.raises(InputError, match="as-of of the trigger form must be an ISO date such as 2000-01-01"):
        parse_as_of(text, origin="the trigger form")


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"])
def test_an_instant_beyond_the_calendar_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="as-of of the trigger form"):
        parse_as_of(text, origin="the trigger form")


@pytest.mark.parametrize("microseconds", [-1, 0])
def test_an_as_of_up_to_now_is_taken(microseconds: int) -> None:
    instant = NOW + timedelta(microseconds=microseconds)
    assert resolve_as_of(replace(FACTS, form=instant.isoformat()), now=NOW).instant == instant


@pytest.mark.parametrize("stated", [{"form": 1}, {"form": None, "partition_key": 1}])
def test_an_as_of_in_the_future_is_refused(stated: dict[str, Any]) -> None:
    future = (NOW + timedelta(microseconds=1)).isoformat()
    changed: dict[str, Any] = {name: value and future for name, value in stated.items()}
    facts = replace(FACTS, **changed)
    with pytest.raises(InputError, match=r"must not lie in the future.*and it is 2026-06-01 12:00 UTC"):
        resolve_as_of(facts, now=NOW)


def test_an_event_in_the_future_is_refused_even_beside_an_earlier_one() -> None:
    with pytest.raises(InputError, match="as-of of the asset event must not lie in the future"):
        resolve_as_of(replace(FACTS, form=None, partition_key=None, events=("2001-01-01", "2030-01-01")), now=NOW)
