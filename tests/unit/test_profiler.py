from __future__ import annotations

import json
import sys
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from headgate.core.profile import Kind, Profile
from headgate.errors import DataError
from headgate.wire import dump, load
from tests.unit.profiles import PROFILER, profiled

RANDOM = np.random.default_rng(3)
MOMENT = datetime(2024, 5, 1, 6, tzinfo=UTC)


@pytest.mark.parametrize("size", [1, 2, 5, 101, 102, 3000, 131_072])
def test_a_part_that_is_not_large_has_numpys_statistics(size: int) -> None:
    values = RANDOM.normal(size=size)
    column = profiled(values)
    assert column.quantiles == pytest.approx(np.quantile(values, np.linspace(0, 1, 101)).tolist(), rel=1e-12)
    assert column.mean == pytest.approx(values.mean())
    assert column.std == (pytest.approx(values.std(ddof=1)) if size > 1 else None)
    assert (column.rows, column.nulls, column.kind) == (size, 0, Kind.NUMBER)


NUMBERS = [pa.int8(), pa.int16(), pa.int32(), pa.int64(), pa.uint8(), pa.uint16(), pa.uint32(), pa.uint64()]


@pytest.mark.parametrize("kind", [*NUMBERS, pa.float16(), pa.float32(), pa.float64()], ids=str)
def test_numbers_of_every_width_are_alike(kind: pa.DataType) -> None:
    column = profiled([3, 1, None, 2, 3], kind=kind)
    assert (column.kind, column.type) == (Kind.NUMBER, str(kind))
    assert (column.rows, column.nulls, column.distinct) == (5, 1, 3)
    assert (column.mean, column.quantiles[0], column.quantiles[50], column.quantiles[-1]) == (2.25, 1, 2.5, 3)
    whole = pa.types.is_integer(kind)
    assert column.categories == ((("3", 2), ("1", 1), ("2", 1)) if whole else ())


@pytest.mark.parametrize(
    "kind", [pa.decimal32(5, 2), pa.decimal64(9, 2), pa.decimal128(20, 2), pa.decimal256(50, 2)], ids=str
)
def test_decimals_are_numbers(kind: pa.DataType) -> None:
    column = profiled([Decimal("1.50"), Decimal("2.50"), None, Decimal("1.50")], kind=kind)
    assert (column.kind, column.nulls, column.distinct, column.quantiles[0]) == (Kind.NUMBER, 1, 2, 1.5)
    assert column.mean == pytest.approx(5.5 / 3)


@pytest.mark.parametrize(
    ("kind", "value", "number"),
    [
        *(
            (pa.timestamp(unit, tz), MOMENT, MOMENT.timestamp())
            for unit in ("s", "ms", "us", "ns")
            for tz in ("UTC", None)
        ),
        (pa.timestamp("us", "Europe/Berlin"), MOMENT, MOMENT.timestamp()),
        (pa.date32(), date(1970, 1, 3), 172_800.0),
        (pa.date64(), date(1970, 1, 3), 172_800.0),
        (pa.time32("s"), time(0, 1), 60.0),
        (pa.time64("us"), time(0, 1), 60.0),
        (pa.duration("ms"), timedelta(seconds=1.5), 1.5),
    ],
    ids=str,
)
def test_times_are_seconds(kind: pa.DataType, value: Any, number: float) -> None:
    value = value.replace(tzinfo=None) if isinstance(value, datetime) and kind.tz is None else value
    column = profiled([value, None, value], kind=kind)
    assert (column.kind, column.mean, column.std) == (Kind.TIME, number, 0.0)
    assert column.quantiles == (number,) * 101
    assert (column.nulls, column.distinct, column.categories) == (1, 1, ())


@pytest.mark.parametrize(
    "kind", [pa.string(), pa.large_string(), pa.string_view(), pa.dictionary(pa.int32(), pa.string())], ids=str
)
def test_texts_are_counted(kind: pa.DataType) -> None:
    column = profiled(["b", "a", None, "b", ""], kind=kind)
    assert (column.kind, column.nulls, column.distinct) == (Kind.TEXT, 1, 3)
    assert (column.categories, column.other, column.quantiles) == ((("b", 2), ("", 1), ("a", 1)), 0, ())


def test_bools_are_counted() -> None:
    column = profiled([True, None, False, True])
    assert (column.kind, column.nulls, column.distinct) == (Kind.BOOL, 1, 2)
    assert (column.categories, column.mean, column.other) == ((("true", 2), ("false", 1)), None, 0)


@pytest.mark.parametrize(
    ("kind", "values", "distinct"),
    [
        (pa.binary(), [b"a", b"", None, b"a"], 2),
        (pa.large_binary(), [b"a", b"b", None, b"a"], 2),
        (pa.binary(2), [b"ab", b"cd", None, b"ab"], 2),
        (pa.list_(pa.int64()), [[1], [], None, [1]], None),
        (pa.struct([("a", pa.int64())]), [{"a": 1}, {"a": 2}, None, {"a": 1}], None),
        (pa.map_(pa.string(), pa.int64()), [[("a", 1)], [], None, []], None),
        (pa.null(), [None] * 4, 0),
    ],
    ids=str,
)
def test_of_other_values_nulls_are_counted(kind: pa.DataType, values: list[Any], distinct: int | None) -> None:
    column = profiled(values, kind=kind)
    nulls = sum(value is None for value in values)
    assert (column.kind, column.nulls, column.distinct) == (Kind.OTHER, nulls, distinct)
    assert (column.mean, column.quantiles, column.categories) == (None, (), ())


@pytest.mark.parametrize(
    "kind", [pa.float64(), pa.string(), pa.bool_(), pa.timestamp("us", "UTC"), pa.int64()], ids=str
)
@pytest.mark.parametrize("values", [[], [None, None]], ids=["no rows", "all null"])
def test_a_column_without_values_has_no_statistics(kind: pa.DataType, values: list[None]) -> None:
    column = profiled(values, kind=kind)
    assert (column.rows, column.nulls, column.distinct) == (len(values), len(values), 0)
    assert (column.mean, column.std, column.quantiles, column.categories, column.other) == (None, None, (), (), 0)


def test_nan_is_null() -> None:
    column = profiled([1.0, float("nan"), 3.0])
    assert (column.nulls, column.mean, column.distinct) == (1, 2.0, 2)


def test_infinities_have_no_mean_and_stay_finite_in_json() -> None:
    column = profiled([float("-inf"), 0.0, 1.0, float("inf")], RANDOM.normal(size=500))
    greatest = sys.float_info.max
    assert (column.mean, column.std) == (None, None)
    assert (column.quantiles[0], column.quantiles[-1]) == (-greatest, greatest)
    assert list(column.quantiles) == sorted(column.quantiles)
    assert load(Profile, json.loads(json.dumps(dump(Profile(rows=4, columns=(column,)))))).columns == (column,)


def test_zeros_of_both_signs_are_one_value() -> None:
    assert profiled([0.0, -0.0]).distinct == 1


def test_whole_numbers_with_many_values_are_no_categories() -> None:
    assert len(profiled(list(range(50)) * 2).categories) == 50
    assert profiled(list(range(51)) * 2).categories == ()
    assert profiled(list(range(40)), list(range(20, 60))).categories == ()


def test_a_long_text_is_no_category() -> None:
    column = profiled(["a" * 201, "b" * 200])
    assert (column.categories, column.other, column.distinct) == ((("b" * 200, 1),), 1, 2)


def test_few_texts_in_many_rows_are_counted_exactly() -> None:
    column = profiled(pa.array(["a", "b", "b", None] * 50_000))
    assert (column.categories, column.nulls, column.distinct) == ((("b", 100_000), ("a", 50_000)), 50_000, 2)


def test_bytes_that_are_no_text_are_told_as_what_they_are() -> None:
    column = profiled(pa.Array.from_buffers(pa.string(), 2, pa.array([b"a\xff", b"b"], pa.binary()).buffers()))
    assert column.categories == (("a\\xff", 1), ("b", 1))


@pytest.mark.parametrize(
    "array",
    [
        pa.ExtensionArray.from_storage(pa.uuid(), pa.array([b"0" * 16, None], pa.binary(16))),
        pa.array([(1, 2, 3), None], pa.month_day_nano_interval()),
    ],
    ids=["uuid", "interval"],
)
def test_of_types_that_numpy_lacks_nulls_are_counted(array: pa.Array) -> None:
    column = profiled(array)
    assert (column.kind, column.rows, column.nulls, column.distinct) == (Kind.OTHER, 2, 1, None)


def test_a_dictionary_may_hold_nulls_and_differ_from_chunk_to_chunk() -> None:
    first = pa.DictionaryArray.from_arrays(pa.array([0, 1, None, 0]), pa.array(["a", None]))
    whole = pa.chunked_array([first.slice(1), pa.array(["c", "a"]).dictionary_encode().cast(first.type)])
    (column,) = PROFILER.merge([PROFILER.profile(pa.table({"x": whole}))]).columns
    assert (column.rows, column.nulls, column.categories) == (5, 2, (("a", 2), ("c", 1)))


def test_the_most_frequent_among_many_texts_are_named_and_the_rest_is_counted() -> None:
    values = [f"id {place}" for place in range(200_000)] + ["often"] * 7000 + ["rare"] * 3
    column = profiled(RANDOM.permutation(values).tolist())
    assert column.categories == (("often", 7000), ("rare", 3))
    assert column.other == 200_000
    assert column.distinct == pytest.approx(200_002, rel=0.1)


def test_no_parts_are_no_rows() -> None:
    assert PROFILER.merge([]) == Profile(rows=0, columns=())


def test_parts_of_several_schemas_do_not_add_up() -> None:
    sketches = [PROFILER.profile(pa.table({"x": [value]})) for value in (1, "a")]
    with pytest.raises(DataError, match="the same columns"):
        PROFILER.merge(sketches)
