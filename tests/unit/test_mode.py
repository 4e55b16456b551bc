from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.core.asof import RunType
from headgate.core.mode import Mode, decide_mode

CHAMPION = datetime(2000, 1, 1, tzinfo=UTC)
NO_BACKFILL = [run_type for run_type in RunType if run_type is not RunType.BACKFILL]
INSTANTS = st.datetimes(timezones=st.just(UTC))


@pytest.mark.parametrize("run_type", NO_BACKFILL)
@pytest.mark.parametrize(
    ("microseconds", "mode"), [(-1, Mode.REPLAY), (0, Mode.REPLAY), (1, Mode.LIVE)], ids=["before", "at", "after"]
)
def test_only_an_as_of_after_the_champions_is_live(run_type: RunType, microseconds: int, mode: Mode) -> None:
    as_of = CHAMPION + timedelta(microseconds=microseconds)
    assert decide_mode(run_type=run_type, as_of=as_of, champion_as_of=CHAMPION).mode is mode


@given(INSTANTS, st.none() | INSTANTS, st.booleans())
def test_a_backfill_is_never_live(as_of: datetime, champion: datetime | None, own: bool) -> None:  # noqa: FBT001 - drawn
    made = decide_mode(run_type=RunType.BACKFILL, as_of=as_of, champion_as_of=champion, own_champion=own)
    assert made.mode is Mode.REPLAY


@pytest.mark.parametrize("run_type", NO_BACKFILL)
def test_the_first_run_of_a_model_is_live(run_type: RunType) -> None:
    assert decide_mode(run_type=run_type, as_of=CHAMPION, champion_as_of=None).mode is Mode.LIVE


@pytest.mark.parametrize("run_type", NO_BACKFILL)
def test_a_run_whose_own_candidate_is_the_champion_goes_on_live(run_type: RunType) -> None:
    made = decide_mode(run_type=run_type, as_of=CHAMPION, champion_as_of=CHAMPION, own_champion=True)
    assert made.mode is Mode.LIVE


@given(st.sampled_from(NO_BACKFILL), INSTANTS, INSTANTS)
def test_the_champion_only_moves_forward(run_type: RunType, as_of: datetime, champion: datetime) -> None:
    made = decide_mode(run_type=run_type, as_of=as_of, champion_as_of=champion)
    assert (made.mode is Mode.LIVE) is (as_of > champion)
    assert made.reason
    assert str(made) == f"{made.mode}: {made.reason}"


def test_the_reason_names_both_days() -> None:
    made = decide_mode(run_type=RunType.MANUAL, as_of=datetime(1999, 1, 1, 6, tzinfo=UTC), champion_as_of=CHAMPION)
    assert made.reason == "as-of 1999-01-01T06:00:00Z is not after the champion's 2000-01-01"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"run_type": RunType.BACKFILL}, "a backfill only records what it would have done"),
        ({"own_champion": True}, "this run's own candidate is the champion already"),
        ({"champion_as_of": None}, "nothing was promoted yet"),
        ({"as_of": datetime(2001, 2, 3, tzinfo=UTC)}, "as-of 2001-02-03 is after the champion's 2000-01-01"),
        (
            {"override": "it is broken"},
            "as-of 2000-01-01 is not after the champion's 2000-01-01, overridden by promote_older: it is broken",
        ),
    ],
    ids=["backfill", "own", "first", "after", "override"],
)
def test_each_mode_says_why(change: dict[str, Any], reason: str) -> None:
    asked: dict[str, Any] = {"run_type": RunType.MANUAL, "as_of": CHAMPION, "champion_as_of": CHAMPION}
    assert decide_mode(**(asked | change)).reason == reason


@pytest.mark.parametrize(("override", "mode"), [(None, Mode.REPLAY), ("because", Mode.LIVE)])
def test_a_person_may_promote_an_older_model_but_no_backfill_may(override: str | None, mode: Mode) -> None:
    older = CHAMPION - timedelta(days=1)
    made = decide_mode(run_type=RunType.MANUAL, as_of=older, champion_as_of=CHAMPION, override=override)
    assert made.mode is mode
    backfill = decide_mode(run_type=RunType.BACKFILL, as_of=older, champion_as_of=CHAMPION, override=override)
    assert backfill.mode is Mode.REPLAY


def test_an_instant_with_a_time_of_day_is_said_whole() -> None:
    noon = datetime(2000, 1, 1, 12, tzinfo=UTC)
    made = decide_mode(run_type=RunType.MANUAL, as_of=noon, champion_as_of=CHAMPION)
    assert made.reason == "as-of 2000-01-01T12:00:00Z is after the champion's 2000-01-01"
