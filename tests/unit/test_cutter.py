"""Batches become sorted rows in one canonical form, whatever they were."""

from __future__ import annotations

import itertools
import math
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from types import ModuleType
from typing import Any, cast

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.adapters.fsspec_store import digest_of
from headgate.adapters.function_source import FunctionRows
from headgate.core.windows import Window, Windows
from headgate.errors import DataError
from headgate.spec import FunctionSource
from tests.unit.taking import UTC_MICROSECONDS, WINDOWS, cut, day, rows


def frame(**more: Any) -> pd.DataFrame:
    return cast("pd.DataFrame", rows(**more).to_pandas())


@pytest.fixture
def arrow(monkeypatch: pytest.MonkeyPatch) -> Callable[[pd.DataFrame], pa.Table]:
    """Turn a frame into a table as a source does."""

    def convert(df: pd.DataFrame) -> pa.Table:
        module = ModuleType("frame_of_a_test")
        monkeypatch.setattr(module, "read", lambda windows: df, raising=False)
        monkeypatch.setitem(sys.modules, module.__name__, module)
        (table,) = FunctionRows(FunctionSource("frame_of_a_test:read")).read(
            WINDOWS, (WINDOWS.training, WINDOWS.holdout)
        )
        return table

    return convert


Arrow = Callable[[pd.DataFrame], pa.Table]


MICROSECOND = 1 / 86_400e6


@pytest.mark.parametrize(
    ("instant", "training", "holdout"),
    [
        (3 - MICROSECOND, 0, 0),
        (3, 1, 0),
        (3 + MICROSECOND, 1, 0),
        (5 - MICROSECOND, 1, 0),
        (5, 0, 1),
        (5 + MICROSECOND, 0, 1),
        (7 - MICROSECOND, 0, 1),
        (7, 0, 0),
        (7 + MICROSECOND, 0, 0),
    ],
)
def test_windows_are_half_open(instant: float, training: int, holdout: int) -> None:
    inside = [4.5, 5.5]
    parts = cut(rows([*inside, instant]))
    assert [part.num_rows - 1 for part in parts] == [training, holdout]


def test_windows_may_lie_apart() -> None:
    apart = Windows(as_of=day(9), training=Window(start=day(2), end=day(3)), holdout=Window(start=day(6), end=day(7)))
    assert [part.column("y").to_pylist() for part in cut(rows(), apart)] == [[2.0], [6.0]]


def test_no_row_is_in_both() -> None:
    training, holdout = cut(rows())
    assert training.column("y").to_pylist() == [3.0, 4.0]
    assert holdout.column("y").to_pylist() == [5.0, 6.0]


VALUES = st.tuples(
    st.sampled_from([3.0, 3.5, 4.0, 5.0, 6.5]),
    st.sampled_from([0.0, -0.0, 1.5, math.nan]),
    st.sampled_from(["a", "b", None]),
    st.sampled_from([True, False, None]),
)


@given(st.data(), st.lists(VALUES, max_size=12), st.sampled_from([0, 200, 2**28]))
def test_the_same_rows_in_any_order_and_batches_give_equal_tables(
    data: st.DataObject, drawn: list[tuple[float, float, str | None, bool | None]], memory: int
) -> None:
    values = [*drawn, (4.5, 1.0, "a", True), (5.5, 1.0, "a", True)]
    shuffled = data.draw(st.permutations(values))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(values)), max_size=3)))

    def table(some: list[Any]) -> pa.Table:
        return (
            rows([row[0] for row in some], x=pa.array([row[1] for row in some], pa.float64()))
            .append_column("s", pa.array([row[2] for row in some], pa.string()))
            .append_column("b", pa.array([row[3] for row in some], pa.bool_()))
            .append_column("l", pa.array([[row[2], "z"] for row in some], pa.list_(pa.string())))
        )

    first = cut(table(values))
    ends = [0, *cuts, len(values)]
    second = cut([table(shuffled[a:b]) for a, b in itertools.pairwise(ends)], memory=memory)
    for one, other in zip(first, second, strict=True):
        assert one.equals(other)
        assert digest_of(one) == digest_of(other)
        assert one.column("when").to_pylist() == sorted(one.column("when").to_pylist())


def test_rows_that_differ_only_in_a_list_have_one_order() -> None:
    lists = [["b"], None, ["a", "c"], []]
    some = [rows([4] * 4, l=[lists[n] for n in order]) for order in ([0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 3, 1])]
    same = [table.set_column(1, "y", pa.array([1.0] * 4)) for table in some]
    (first, *others) = (cut(table)[0] for table in same)
    assert first.num_rows == 4
    assert all(first.equals(other) for other in others)


TEXTS = ["a", None, "b", "é", "", "a", "b", "c", "d"]
ROUTES: dict[str, Any] = {
    "arrow strings": pa.array(TEXTS, pa.string()),
    "large strings": pa.array(TEXTS, pa.large_string()),
    "string views": pa.array(TEXTS, pa.string_view()),
    "dictionary": pa.array(TEXTS, pa.string()).dictionary_encode(),
    "pandas objects": pa.Array.from_pandas(pd.Series(TEXTS, dtype=object)),
    "pandas strings": pa.Array.from_pandas(pd.Series(TEXTS, dtype="str")),
    "pandas categories": pa.Array.from_pandas(pd.Series(TEXTS, dtype="category")),
}


@pytest.mark.parametrize("route", ROUTES)
def test_texts_are_the_same_whatever_route_they_came(route: str) -> None:
    expected = cut(rows(s=pa.array(TEXTS, pa.large_string())))
    parts = cut(rows(s=ROUTES[route]))
    for part, other in zip(parts, expected, strict=True):
        assert part.equals(other)
        assert part.schema.equals(other.schema, check_metadata=True)


@pytest.mark.parametrize(
    "kind", [pa.timestamp("s", "UTC"), pa.timestamp("ns", "Etc/UTC"), pa.timestamp("ms", "Asia/Tokyo")]
)
def test_event_times_are_the_same_whatever_route_they_came(kind: pa.DataType) -> None:
    table = rows()
    other = cut(table.set_column(0, "when", table.column("when").cast(kind)))
    assert [part.equals(same) for part, same in zip(cut(table), other, strict=True)] == [True, True]


def test_pandas_and_arrow_give_equal_tables(arrow: Arrow) -> None:
    table = rows(x=pa.array([1.5, None] * 4 + [2.0]), s=TEXTS, n=range(9))
    through = arrow(table.to_pandas())
    for part, other in zip(cut(table), cut(through), strict=True):
        assert part.equals(other)
        assert digest_of(part) == digest_of(other)
        assert part.schema.metadata is None


def test_other_timestamps_keep_their_zone_and_what_is_finer_than_a_microsecond() -> None:
    local = pa.array([1_000_000_000] * 9, pa.timestamp("ns", "Europe/Vienna"))
    fine = pa.array([1] * 9, pa.timestamp("ns"))
    training, _ = cut(rows(local=local, fine=fine))
    assert training.schema.field("local").type == pa.timestamp("us", "Europe/Vienna")
    assert training.schema.field("fine").type == pa.timestamp("ns")


@pytest.mark.parametrize("nanoseconds", [-1, 1, 999])
def test_a_nanosecond_belongs_to_the_microsecond_it_lies_in(nanoseconds: int) -> None:
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    second = timedelta(seconds=1)
    windows = Windows(
        as_of=epoch + 2 * second,
        training=Window(start=epoch - second, end=epoch),
        holdout=Window(start=epoch, end=epoch + second),
    )
    times = pa.array([-1000, 0, nanoseconds], pa.timestamp("ns", "UTC"))
    training, holdout = cut(pa.table({"when": times, "y": [1, 2, 3]}), windows)
    assert (3 in training.column("y").to_pylist()) is (nanoseconds < 0)
    assert (3 in holdout.column("y").to_pylist()) is (nanoseconds > 0)


def test_not_a_number_is_a_null() -> None:
    training, _ = cut(rows(x=np.array([math.nan] * 9)))
    assert training.column("x").null_count == 2


def test_parts_have_one_chunk_and_no_metadata() -> None:
    table = pa.concat_tables([rows(range(1, 4)), rows(range(4, 10))]).replace_schema_metadata({"pandas": "{}"})
    for part in cut(table):
        assert part.column("y").num_chunks == 1
        assert part.schema.metadata is None


@pytest.mark.parametrize(
    ("column", "got"),
    [
        ([date(2000, 1, 4)] * 9, r"date32\[day\]"),
        (["2000-01-04"] * 9, "string"),
        ([1.0] * 9, "double"),
    ],
)
def test_event_times_must_be_timestamps(column: list[Any], got: str) -> None:
    with pytest.raises(DataError, match=rf'timestamps with a time zone. Got {got} instead.*to_datetime\(df\["when"\]'):
        cut(rows().set_column(0, "when", pa.array(column)))


def test_event_times_without_a_zone_are_refused_with_the_cure(arrow: Arrow) -> None:
    naive = arrow(frame().assign(when=lambda df: df["when"].dt.tz_localize(None)))
    with pytest.raises(DataError, match=r'df\["when"\]\.dt\.tz_localize\("UTC"\)'):
        cut(naive)


def test_the_cure_cures(arrow: Arrow) -> None:
    df = frame().assign(when=lambda df: df["when"].dt.tz_localize(None))
    df["when"] = df["when"].dt.tz_localize("UTC")
    assert cut(arrow(df))[0].equals(cut(rows())[0])


def test_null_event_times_are_counted() -> None:
    times = pa.array([None, None, *(day(d) for d in range(3, 10))], UTC_MICROSECONDS)
    with pytest.raises(DataError, match=r"event time when must not be null. Got 2 of 9 rows"):
        cut(rows().set_column(0, "when", times))


@pytest.mark.parametrize(
    ("names", "sentence"),
    [
        (["when", "yy"], r"label y must be a column of the rows. Got the columns when, yy instead. Did you mean yy\?"),
        (["whem", "y"], r"event time when must be a column of the rows.*Did you mean whem\?"),
        (["y", "y"], r"must differ by name. Got y more than once"),
    ],
)
def test_columns_must_be_there_once(names: list[str], sentence: str) -> None:
    with pytest.raises(DataError, match=sentence):
        cut(rows().rename_columns(names))
