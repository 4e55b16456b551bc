"""Values of any driver become Arrow columns that keep their types."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.adapters.dbapi_source.batches import ArrowBatches
from headgate.errors import DataError

VALUES = st.one_of(
    st.lists(st.none() | st.booleans(), min_size=1),
    st.lists(st.none() | st.integers(-(2**63), 2**63 - 1), min_size=1),
    st.lists(st.none() | st.floats(allow_nan=False), min_size=1),
    st.lists(st.none() | st.text(), min_size=1),
    st.lists(st.none() | st.binary(), min_size=1),
    st.lists(st.none() | st.dates(), min_size=1),
    st.lists(st.none() | st.times(), min_size=1),
    st.lists(st.none() | st.datetimes(timezones=st.just(UTC)), min_size=1),
)


def column(*batches: list[Any], told: pa.DataType | None = None, zone: str | None = None) -> list[pa.ChunkedArray]:
    maker = ArrowBatches("trips", zone=ZoneInfo(zone) if zone else None)
    return [maker.table({"x": told}, [(value,) for value in batch]).column("x") for batch in batches]


@given(values=VALUES, cut=st.integers(0, 20))
def test_values_come_back_as_they_were_however_they_are_batched(values: list[Any], cut: int) -> None:
    batches = [batch for batch in (values[:cut], values[cut:]) if batch]
    assert [value for chunk in column(*batches) for value in chunk.to_pylist()] == values


@pytest.mark.parametrize(
    ("value", "kind", "found"),
    [
        (Decimal("1.25"), "double", 1.25),
        (Decimal("-Infinity"), "double", -math.inf),
        (Decimal(2**53), "double", 2.0**53),
        (UUID(int=7), "string", "00000000-0000-0000-0000-000000000007"),
        (memoryview(b"ab"), "binary", b"ab"),
        (bytearray(b"ab"), "binary", b"ab"),
        (date(2024, 5, 1), "date32[day]", date(2024, 5, 1)),
        (time(6, 30), "time64[us]", time(6, 30)),
        (timedelta(hours=2), "duration[us]", timedelta(hours=2)),
        (
            datetime(2024, 5, 1, 6, tzinfo=timezone(timedelta(hours=2))),
            "timestamp[us, tz=UTC]",
            datetime(2024, 5, 1, 4, tzinfo=UTC),
        ),
    ],
)
def test_what_drivers_give_has_one_arrow_type(value: Any, kind: str, found: Any) -> None:
    (chunk,) = column([value, None])
    assert str(chunk.type) == kind
    assert chunk.to_pylist() == [found, None]


def test_a_decimal_that_is_no_number_is_a_double_that_is_none() -> None:
    assert math.isnan(column([Decimal("NaN")])[0][0].as_py())


def test_whole_numbers_among_doubles_are_doubles() -> None:
    first, second, third = column([1, 2.5], [3], [Decimal("0.5")])
    assert [chunk.type for chunk in (first, second, third)] == [pa.float64()] * 3


def test_doubles_after_whole_numbers_are_refused() -> None:
    with pytest.raises(DataError, match="Got double after int64 instead: CAST it in the query"):
        column([1], [2.5])


@pytest.mark.parametrize("value", [2**53 + 1, Decimal(2**53 + 1)])
def test_a_whole_number_that_a_double_would_round_is_refused(value: Any) -> None:
    with pytest.raises(DataError, match=r"must hold values of type double. Got .*9007199254740993"):
        column([0.5, value])


def test_a_whole_number_that_64_bits_do_not_hold_is_refused() -> None:
    with pytest.raises(DataError, match="must hold values of type int64"):
        column([2**63])


def test_decimals_that_the_driver_calls_whole_are_whole() -> None:
    first, second = column([None], [Decimal(10**17 + 1)], told=pa.int64())
    assert (first.type, second.to_pylist()) == (pa.int64(), [10**17 + 1])


def test_a_column_the_driver_tells_the_type_of_needs_no_values() -> None:
    assert column([None, None], told=pa.string())[0].type == pa.string()


def test_a_column_that_is_empty_again_keeps_its_type() -> None:
    assert [chunk.type for chunk in column([None], [1], [None])] == [pa.null(), pa.int64(), pa.int64()]


@pytest.mark.parametrize("value", [{"a": 1}, [1, 2], object()])
def test_a_value_that_no_column_holds_is_refused_with_what_to_do(value: Any) -> None:
    with pytest.raises(DataError, match=f"Got values of type {type(value).__name__} instead: CAST it in the query"):
        column([value])


def test_local_times_are_read_in_their_zone_summer_and_winter() -> None:
    (chunk,) = column([datetime(2024, 1, 1), datetime(2024, 7, 1)], zone="Europe/Vienna")  # noqa: DTZ001 - on purpose
    assert [value.hour for value in chunk.to_pylist()] == [23, 22]
