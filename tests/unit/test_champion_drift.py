"""The greatest drift of any column, as one number."""

from __future__ import annotations

import pyarrow as pa
import pytest

from headgate.adapters.pyarrow_profiler import ArrowProfiler
from headgate.core.champion_drift import MIN_ROWS, greatest_psi
from headgate.core.divergence import psi
from headgate.core.profile import Profile


def profile(rows: int = MIN_ROWS, *, shift: int = 0, **more: list[object]) -> Profile:
    profiler = ArrowProfiler()
    columns = {"a": [n % 100 for n in range(rows)], "b": [n % 100 + shift for n in range(rows)], **more}
    return profiler.merge([profiler.profile(pa.table(columns))])


def test_the_column_that_moved_most_is_named() -> None:
    before, after = profile(), profile(shift=30)
    value, note = greatest_psi(before, after)
    (b_before, b_after) = (side.column_of("b") for side in (before, after))
    assert b_before
    assert b_after
    assert value == psi(b_before, b_after)
    assert note == "column b; chance alone makes 0.036 of so many rows"


def test_what_stays_has_no_drift() -> None:
    assert greatest_psi(profile(), profile())[0] == pytest.approx(0)


@pytest.mark.parametrize(("rows", "measured"), [(MIN_ROWS - 1, False), (MIN_ROWS, True)])
def test_fewer_rows_than_drift_takes_are_not_measured(rows: int, *, measured: bool) -> None:
    for sides in ((profile(rows), profile()), (profile(), profile(rows))):
        value, note = greatest_psi(*sides)
        assert (value is not None) == measured
        assert measured or note == "it takes 500 rows on either side, and there are 499 on one"


def test_columns_that_can_not_be_compared_are_named_and_times_play_no_part() -> None:
    times = pa.array(range(MIN_ROWS), pa.timestamp("us", "UTC")).to_pylist()
    before = profile(text=["x"] * MIN_ROWS, gone=[1] * MIN_ROWS, when=times)
    after = profile(text=[1] * MIN_ROWS, fresh=[1] * MIN_ROWS, when=times[::-1])
    value, note = greatest_psi(before, after)
    assert value == pytest.approx(0)
    assert note.endswith("; not compared, for want of one side or of one kind: text, fresh, gone")


def test_tables_without_a_common_column_have_none() -> None:
    profiler = ArrowProfiler()
    alone = profiler.merge([profiler.profile(pa.table({"z": range(MIN_ROWS)}))])
    assert greatest_psi(alone, profile()) == (None, "no column is on both sides, besides times")
