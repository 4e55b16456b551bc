"""Which decisions a holdout's rows have taken part in, and how often."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.core.ledger import RunRecord
from headgate.core.mode import Mode
from headgate.core.numeric.wear import times_used
from headgate.core.wear import decided_before
from headgate.core.windows import Window
from headgate.errors import InputError
from tests.unit.past import START, day, judged

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
INSTANTS = st.integers(-50, 50)
WINDOWS = st.tuples(INSTANTS, INSTANTS).map(lambda ends: window(*sorted(ends)))


def window(start: int, end: int) -> Window:
    """Return a window by microseconds since 1970."""
    return Window(start=EPOCH + timedelta(microseconds=start), end=EPOCH + timedelta(microseconds=end))


def decided(number: int, **tags: str) -> RunRecord:
    """Return a run that judged a candidate of that day on the day before."""
    holdout = str(Window(start=day(number - 1), end=day(number)))
    told = {"mode": "live", "dry_run": "false", "holdout": holdout, **tags}
    found = judged(number)
    return replace(found, tags={**found.tags, **{f"headgate.{name}": text for name, text in told.items()}})


def counted(*records: RunRecord, number: int = 9, mode: Mode = Mode.LIVE) -> list[int]:
    """Return the days of the decisions before a run of that day."""
    return [(found.end - START).days for found in decided_before(records, day(number), mode)]


@given(st.lists(INSTANTS, min_size=1, max_size=30), st.lists(WINDOWS, max_size=12))
def test_rows_are_used_by_the_windows_that_hold_them(instants: list[int], windows: list[Window]) -> None:
    rows = [EPOCH + timedelta(microseconds=instant) for instant in instants]
    used = [sum(row in one for one in windows) for row in rows]
    most, mean = times_used(np.asarray(instants, dtype=np.int64), windows)
    assert most == max(used)
    assert mean == pytest.approx(sum(used) / len(used))


@given(st.permutations(range(1, 6)), st.sampled_from(Mode))
def test_the_order_of_the_records_does_not_matter(numbers: list[int], mode: Mode) -> None:
    assert counted(*map(decided, numbers), mode=mode) == [1, 2, 3, 4, 5]


def test_a_window_is_half_open() -> None:
    rows = np.asarray([10, 20])
    assert times_used(rows, [window(10, 20)]) == (1, 0.5)
    assert times_used(rows, [window(11, 21)]) == (1, 0.5)
    assert times_used(rows, [window(11, 20)]) == (0, 0.0)
    assert times_used(rows, []) == (0, 0.0)


def test_a_fit_that_was_judged_twice_decided_once_and_another_fit_again() -> None:
    again = decided(3, fingerprint="f3")
    assert counted(again, decided(3, fingerprint="f3", superseded_by="r")) == [3]
    assert counted(again, decided(3, fingerprint="g3", superseded_by="r")) == [3, 3]
    assert counted(decided(3, fingerprint=""), decided(3, fingerprint="")) == [3]


@pytest.mark.parametrize("tags", [{"mode": "replay"}, {"dry_run": "true"}])
def test_replays_and_dry_runs_decide_nothing(tags: dict[str, str]) -> None:
    assert counted(decided(3, **tags)) == []


def test_what_was_not_judged_decided_nothing() -> None:
    record = decided(3)
    for name in ("verdict", "candidate", "mode", "dry_run", "as_of"):
        tags = {key: value for key, value in record.tags.items() if key != f"headgate.{name}"}
        assert counted(replace(record, tags=tags)) == []
    assert counted(replace(record, status="FAILED")) == []


def test_a_run_does_not_wear_its_own_holdout() -> None:
    assert counted(decided(9), decided(8)) == [8]


def test_a_live_run_counts_later_as_ofs_and_a_replay_does_not() -> None:
    records = (decided(8), decided(10))
    assert counted(*records) == [8, 10]
    assert counted(*records, mode=Mode.REPLAY) == [8]


def test_holdouts_are_read_as_they_are_written() -> None:
    start, end = START + timedelta(hours=1, microseconds=5), START + timedelta(days=2)
    found = decided(3, holdout=str(Window(start=start, end=end)))
    assert decided_before([found], day(9), Mode.LIVE) == (Window(start=start, end=end),)


@pytest.mark.parametrize("holdout", ["", "some days", "[2000-01-01, 2000-01-02, 2000-01-03)"])
def test_a_run_that_does_not_say_its_holdout_is_an_input_error(holdout: str) -> None:
    with pytest.raises(InputError, match=r"run 3 must say .* in the tag headgate\.holdout\. Got "):
        counted(decided(3, holdout=holdout))
