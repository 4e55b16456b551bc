from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from random import Random
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
    partition_date=datetime(2001, 12, 31, 23, tzinfo=UTC),
    events=("2003-01-01", "2003-02-01"),
    interval_end=datetime(2004, 1, 1, tzinfo=UTC),
)
ORDER = [
    ("form", None, Origin.FORM, datetime(2001, 1, 1, tzinfo=UTC)),
    ("partition_date", None, Origin.PARTITION, datetime(2001, 12, 31, 23, tzinfo=UTC)),
    ("partition_key", None, Origin.PARTITION, datetime(2002, 1, 1, tzinfo=UTC)),
    ("events", (), Origin.EVENT, datetime(2003, 2, 1, tzinfo=UTC)),
    ("interval_end", None, Origin.INTERVAL, datetime(2004, 1, 1, tzinfo=UTC)),
    ("run_after", None, Origin.RUN_AFTER, datetime(2005, 1, 1, tzinfo=UTC)),
]
ZONES = st.integers(-23 * 60, 23 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
PAST = st.datetimes(datetime(1950, 1, 2), datetime(2026, 5, 30), timezones=ZONES)  # noqa: DTZ001 - st adds zones
ANY_TIME = st.datetimes(datetime(1950, 1, 2), datetime(2100, 1, 1), timezones=ZONES)  # noqa: DTZ001 - st adds zones


def facts_at(instants: st.SearchStrategy[datetime]) -> st.SearchStrategy[RunFacts]:
    """Facts of a run of any type that states an as-of, or doesn't, in each way."""
    texts = instants.map(datetime.isoformat)
    return st.builds(
        RunFacts,
        run_type=st.sampled_from(RunType),
        run_after=PAST,
        form=st.none() | texts,
        partition_key=st.none() | texts,
        partition_date=st.none() | instants,
        events=st.lists(texts, max_size=4).map(tuple),
        interval_end=st.none() | instants,
    )


def stated(facts: RunFacts) -> list[tuple[Origin, datetime]]:
    """Return what the facts state, in the order of precedence."""
    events = [datetime.fromisoformat(text) for text in facts.events]
    every = [
        (Origin.FORM, facts.form and datetime.fromisoformat(facts.form)),
        (Origin.PARTITION, facts.partition_date),
        (Origin.PARTITION, facts.partition_key and datetime.fromisoformat(facts.partition_key)),
        (Origin.EVENT, max(events, default=None)),
        (Origin.INTERVAL, facts.interval_end),
        (Origin.RUN_AFTER, facts.run_after),
    ]
    return [(origin, instant) for origin, instant in every if isinstance(instant, datetime)]


@given(facts_at(PAST))
def test_what_is_stated_first_decides_and_comes_out_in_utc(facts: RunFacts) -> None:
    as_of = resolve_as_of(facts, now=NOW)
    assert (as_of.origin, as_of.instant) == stated(facts)[0]
    assert as_of.instant.tzinfo is UTC


@given(facts_at(PAST), st.sampled_from(RunType))
def test_how_airflow_started_a_run_changes_nothing(facts: RunFacts, run_type: RunType) -> None:
    assert resolve_as_of(replace(facts, run_type=run_type), now=NOW) == resolve_as_of(facts, now=NOW)


@given(facts_at(ANY_TIME), PAST)
def test_no_as_of_lies_in_the_future(facts: RunFacts, now: datetime) -> None:
    latest = max(now, facts.run_after)
    origin, instant = stated(facts)[0]
    if instant > latest:
        with pytest.raises(InputError, match=f"as-of of {origin} must not lie in the future"):
            resolve_as_of(facts, now=now)
    else:
        assert resolve_as_of(facts, now=now).instant == instant


@given(facts_at(PAST), st.randoms())
def test_the_order_of_events_changes_nothing(facts: RunFacts, random: Random) -> None:
    events = list(facts.events)
    random.shuffle(events)
    assert resolve_as_of(replace(facts, events=tuple(events)), now=NOW) == resolve_as_of(facts, now=NOW)


@given(facts_at(PAST), PAST)
def test_a_run_that_is_repeated_later_has_the_same_as_of(facts: RunFacts, now: datetime) -> None:
    latest = max(instant for _, instant in stated(facts))
    events = (datetime.fromisoformat(text) for text in facts.events)
    now = max(now, latest, *events)
    assert resolve_as_of(facts, now=now) == resolve_as_of(facts, now=now + timedelta(days=4000))


@pytest.mark.parametrize("position", range(len(ORDER)))
@pytest.mark.parametrize("run_type", RunType)
def test_the_first_that_states_an_as_of_decides_for_all_run_types(run_type: RunType, position: int) -> None:
    absent: dict[str, Any] = {name: nothing for name, nothing, *_ in ORDER[:position]}
    as_of = resolve_as_of(replace(FACTS, run_type=run_type, **absent), now=NOW)
    assert (as_of.origin, as_of.instant) == ORDER[position][2:]


def test_a_form_left_empty_states_nothing() -> None:
    assert resolve_as_of(replace(FACTS, form=""), now=NOW).origin is Origin.PARTITION


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


def only(**what: Any) -> RunFacts:
    return RunFacts(**{"run_type": RunType.MANUAL, "run_after": FACTS.run_after, **what})


SOON = NOW + timedelta(microseconds=1)


@pytest.mark.parametrize(
    "facts",
    [
        only(form=SOON.isoformat()),
        only(partition_key=SOON.isoformat()),
        only(partition_date=SOON),
        only(events=(SOON.isoformat(),)),
        only(interval_end=SOON),
    ],
    ids=["form", "partition key", "partition date", "event", "interval"],
)
def test_an_as_of_in_the_future_is_refused(facts: RunFacts) -> None:
    with pytest.raises(InputError, match=r"must not lie in the future.*and it is 2026-06-01 12:00 UTC"):
        resolve_as_of(facts, now=NOW)


def test_an_event_in_the_future_is_refused_even_beside_an_earlier_one() -> None:
    with pytest.raises(InputError, match="as-of of the asset event must not lie in the future"):
        resolve_as_of(only(events=("2001-01-01", "2030-01-01")), now=NOW)


def test_a_worker_whose_clock_is_behind_airflows_goes_by_airflows() -> None:
    later = NOW + timedelta(hours=1)
    facts = only(run_after=later, interval_end=later)
    assert resolve_as_of(facts, now=NOW).instant == later


@pytest.mark.parametrize("key", ["eu", "2024-W01-eu", "eu|2024-01-01", "2024-01", "2024-01-01T00:00:00", " "])
def test_a_partition_key_that_is_no_instant_is_refused_and_the_sentence_says_what_to_do(key: str) -> None:
    with pytest.raises(InputError) as caught:
        resolve_as_of(only(partition_key=key), now=NOW)
    sentence = str(caught.value)
    assert sentence.startswith("as-of of the partition key must ")
    assert f"Got {key!r} instead: let Airflow know the partition's date" in sentence
    assert sentence.endswith("or start the run with an as-of in its form.")


@pytest.mark.parametrize("key", ["eu", "2024-01-01T00:00:00"])
def test_a_partition_that_airflow_knows_the_date_of_may_have_any_key(key: str) -> None:
    facts = only(partition_key=key, partition_date=datetime(2023, 12, 31, 16, tzinfo=UTC))
    assert resolve_as_of(facts, now=NOW).instant == datetime(2023, 12, 31, 16, tzinfo=UTC)
