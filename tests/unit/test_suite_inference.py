from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from headgate.adapters.duckdb_inference import look
from headgate.adapters.duckdb_suites import DataFiles, DuckdbSuites
from headgate.core.profile import Kind
from headgate.core.suite import Expectation, Suite
from headgate.core.suite_inference import Seen, infer_suite
from headgate.core.suite_reading import read_suite
from headgate.core.suite_writing import suite_text
from headgate.core.validation import Severity
from headgate.errors import DataError

UNIQUE = "expect_column_values_to_be_unique"
BETWEEN = "expect_column_values_to_be_between"
IN_SET = "expect_column_values_to_be_in_set"
NOT_NULL = "expect_column_values_to_not_be_null"
LENGTHS = "expect_column_value_lengths_to_be_between"
MEAN = "expect_column_mean_to_be_between"
TYPES = "expect_column_values_to_be_in_type_list"


def inferred(table: pa.Table, margin: float = 0.1) -> Suite:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "rows.parquet")
        pq.write_table(table, path)
        rows, columns = look(DataFiles(path).reader)
    return infer_suite("rows", rows, columns, margin=margin)


def of(
    values: Sequence[Any], kind: pa.DataType | None = None, *, name: str = "v", margin: float = 0.1
) -> dict[str, Any]:
    """Return the expectations about one column, by type."""
    suite = inferred(pa.table({name: pa.array(values, kind)}), margin)
    return {e.type: e for e in suite.expectations if e.columns}


def bounds(expectation: Expectation) -> tuple[Any, Any]:
    return expectation.kwargs.get("min_value"), expectation.kwargs.get("max_value")


# The data passes


COLUMNS = st.sampled_from(
    [
        (pa.int64(), st.integers(-(2**63), 2**63 - 1)),
        (pa.int8(), st.integers(-3, 3)),
        (pa.uint64(), st.integers(0, 2**64 - 1)),
        (pa.float64(), st.floats()),
        (pa.float32(), st.floats(width=32)),
        (pa.string(), st.text(st.characters(exclude_categories=["Cs"]), max_size=5)),
        (pa.string(), st.sampled_from(["a", "b", "'", '"', "é"])),
        (pa.bool_(), st.booleans()),
        (pa.timestamp("us", "UTC"), st.datetimes(timezones=st.just(UTC))),
        (pa.timestamp("us"), st.datetimes()),
        (pa.date32(), st.dates()),
        (pa.decimal128(9, 2), st.decimals(-9999, 9999, places=2)),
        (pa.binary(), st.binary(max_size=3)),
        (pa.list_(pa.int64()), st.lists(st.integers(0, 9), max_size=2)),
    ]
)


@st.composite
def tables(draw: st.DrawFn) -> pa.Table:
    rows = draw(st.sampled_from([1, 2, 7, 20, 40]))
    columns = {}
    for name in draw(st.lists(st.sampled_from(["id", "v", "a b", 'q"', "é"]), min_size=1, max_size=3, unique=True)):
        kind, values = draw(COLUMNS)
        values = st.none() | values if draw(st.booleans()) else values
        columns[name] = pa.array(draw(st.lists(values, min_size=rows, max_size=rows)), kind)
    return pa.table(columns)


@settings(max_examples=60, deadline=None)
@given(tables(), st.sampled_from([0.0, 0.1, 2.0]))
@example(pa.table({"v": pa.array([0.1] * 30, pa.float32())}), 0.0)
@example(pa.table({"v": pa.array([1e308, -1e308] * 20)}), 0.1)
@example(pa.table({"v": pa.array([float("inf"), float("nan"), 1.0] * 20)}), 0.1)
@example(pa.table({"v": pa.array([5e-324, 0.0] * 20)}), 0.1)
@example(pa.table({"v": pa.array([2**64 - 1, 0] * 20, pa.uint64())}), 0.1)
def test_the_data_passes_the_suite_that_was_inferred_from_it(table: pa.Table, margin: float) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "rows.parquet")
        pq.write_table(table, path)
        rows, columns = look(DataFiles(path).reader)
        written = suite_text(infer_suite("rows", rows, columns, margin=margin))
        suite = read_suite("rows.json", json.loads(written))
        engine = DuckdbSuites()
        assert all(map(engine.takes, suite.expectations))
        found = zip(suite.expectations, engine.run(suite.expectations, DataFiles(path)), strict=True)
        assert [(e.type, e.kwargs, m) for e, m in found if not m.success] == []


# What is expected of which column


def test_structure_is_critical_and_what_was_measured_a_warning() -> None:
    suite = inferred(pa.table({"id": range(100), "load": [0.5 * n for n in range(100)], "kind": ["a", "b"] * 50}))
    critical = {e.type for e in suite.expectations if e.severity is Severity.CRITICAL}
    assert critical == {"expect_table_columns_to_match_set", TYPES, NOT_NULL, UNIQUE}
    assert {BETWEEN, MEAN, IN_SET} <= {e.type for e in suite.expectations if e.severity is Severity.WARNING}


def test_notes_say_what_was_seen() -> None:
    found = of([0.2, *(n + 0.5 for n in range(98))])
    assert found[BETWEEN].notes == "seen: 0.2 to 97.5 in 99 values"
    assert found[NOT_NULL].notes == "seen: none in 99 rows"


def test_a_range_has_room_beside_it_in_round_numbers_and_keeps_its_sign() -> None:
    low, high = bounds(of([0.2, *(n + 0.5 for n in range(98))])[BETWEEN])
    assert low == 0
    assert 97.5 < high <= 130
    assert high == round(high)


@pytest.mark.parametrize(
    ("rows", "least", "most"), [(10, 140, 155), (100, 118, 130), (10_000, 110, 120)], ids=["10", "100", "10,000"]
)
def test_fewer_rows_get_more_room(rows: int, least: int, most: int) -> None:
    _, high = bounds(of([100 * n / (rows - 1) for n in range(rows)])[BETWEEN])
    assert least <= high <= most


def test_shares_stay_shares() -> None:
    assert bounds(of([n / 100 for n in range(101)])[BETWEEN]) == (0, 1)


def test_no_margin_is_the_range_that_was_seen() -> None:
    assert bounds(of([3, 5, 4] * 7, margin=0.0)[BETWEEN]) == (3, 5)


@pytest.mark.parametrize(
    ("values", "is_codes"),
    [
        ([1, 2, 3, 4] * 20, True),
        ([1, 2, 3, 4] * 19, False),
        (list(range(12)) * 20, True),
        (list(range(13)) * 20, False),
        ([*[1, 2, 3] * 2000, *[4] * 75], False),
        ([*[1, 2, 3] * 2000, *[4] * 77], True),
        ([1, 2, 3, None] * 20, True),
        ([1.0, 2.0, 3.0] * 20, False),
    ],
    ids=["kinds", "few rows", "most", "too many", "tapering off", "rare", "with nulls", "floats"],
)
def test_codes_are_a_set_and_have_neither_range_nor_mean(values: list[Any], is_codes: bool) -> None:  # noqa: FBT001
    found = of(values)
    assert (IN_SET in found) is is_codes
    assert ({BETWEEN, MEAN} & set(found) == set()) is is_codes
    if is_codes:
        assert found[IN_SET].severity is Severity.WARNING
        assert found[IN_SET].kwargs["value_set"] == sorted({v for v in values if v is not None})


def test_none_and_one_are_a_set_whose_mean_is_a_share() -> None:
    found = of([0, 1, 1, 0] * 20)
    assert found[IN_SET].kwargs["value_set"] == [0, 1]
    assert MEAN in found


@pytest.mark.parametrize(
    ("name", "values", "is_id"),
    [
        ("n", list(range(1000, 1100)), True),
        ("user_id", [n * n * 7 for n in range(100)], True),
        ("price", [n * n * 7 for n in range(100)], False),
        ("code", [f"x{n}" for n in range(100)], True),
        ("essay", [f"{n} {'word ' * 30}" for n in range(100)], False),
        ("share", [n / 7 for n in range(100)], False),
        ("id", list(range(5)), False),
        ("id", [*range(99), None], False),
        ("id", [*range(99), 0], False),
    ],
    ids=["dense", "named", "a price", "codes", "long text", "floats", "few rows", "with nulls", "repeated"],
)
def test_ids_are_unique_and_have_no_range(name: str, values: list[Any], is_id: bool) -> None:  # noqa: FBT001
    found = of(values, name=name)
    assert (UNIQUE in found) is is_id
    assert not (is_id and {BETWEEN, IN_SET, MEAN} & set(found))


def test_few_values_are_a_set_and_many_are_lengths() -> None:
    assert of(["b", "a", "c"] * 20)[IN_SET].kwargs["value_set"] == ["a", "b", "c"]
    many = of([f"station {n % 30}" for n in range(300)])
    assert IN_SET not in many
    assert bounds(many[LENGTHS]) == (7, 12)


def test_few_values_in_few_rows_are_no_set() -> None:
    assert IN_SET not in of(["a", "b"] * 5)


def test_a_constant_is_a_set_of_one() -> None:
    found = of([7] * 50)
    assert found[IN_SET].kwargs["value_set"] == [7]
    assert BETWEEN not in found


def test_a_time_has_a_floor_at_its_first_day_and_no_ceiling() -> None:
    times = [datetime(2024, 5, 1, 6, n, tzinfo=UTC) for n in range(50)]
    found = of(times, pa.timestamp("us", "UTC"))
    assert bounds(found[BETWEEN]) == ("2024-05-01T00:00:00+00:00", None)
    assert MEAN not in found


def test_a_bool_is_asked_for_its_type_and_nulls_only() -> None:
    assert set(of([True, False] * 50)) == {TYPES, NOT_NULL}


def test_a_bool_with_nulls_has_no_type_that_pandas_would_know_it_by() -> None:
    assert set(of([True, False, None] * 50)) == {NOT_NULL}


@pytest.mark.parametrize(
    ("nulls", "mostly", "severity"), [(0, None, Severity.CRITICAL), (100, 0.86, Severity.WARNING), (900, None, None)]
)
def test_nulls_are_critical_where_none_were_seen(nulls: int, mostly: float | None, severity: Severity | None) -> None:
    found = of([None] * nulls + [1.5] * (1000 - nulls)).get(NOT_NULL)
    assert (found.severity if found else None) is severity
    assert (found.kwargs.get("mostly") if found else None) == mostly


def test_not_a_number_counts_as_null_and_infinity_leaves_no_range() -> None:
    assert of([float("nan")] * 50 + [1.0, 2.0] * 475)[NOT_NULL].kwargs["mostly"] == 0.92
    assert BETWEEN not in of([float("inf"), 1.0, 2.0] * 20)


def test_a_suite_is_the_same_every_time_and_in_the_columns_order() -> None:
    table = pa.table({"b": range(50), "a": ["x", "y"] * 25})
    assert suite_text(inferred(table)) == suite_text(inferred(table))
    assert list(dict.fromkeys(c for e in inferred(table).expectations for c in e.columns)) == ["b", "a"]


def test_great_expectations_loads_the_suite_and_the_data_passes_there_too(tmp_path: Path) -> None:
    import great_expectations as gx

    from headgate.adapters.gx_suites import GxSuites

    times = [datetime(2024, 5, 1, 6, n, tzinfo=UTC) for n in range(50)]
    table = pa.table(
        {
            "id": range(50),
            "t": pa.array(times, pa.timestamp("us", "UTC")),
            "naive": pa.array([time.replace(tzinfo=None) for time in times], pa.timestamp("us")),
            "load": [n * 1.5 for n in range(50)],
            "n": [None, *range(49)],
            "kind": ["a", "b"] * 25,
            "flag": [True, False] * 25,
        }
    )
    written = suite_text(inferred(table))
    suite = gx.ExpectationSuite(**json.loads(written))
    assert [e.expectation_type for e in suite.expectations] == [e["type"] for e in json.loads(written)["expectations"]]
    path = tmp_path / "rows.parquet"
    pq.write_table(table, path)
    own = read_suite("rows.json", json.loads(written))
    found = zip(own.expectations, GxSuites().run(own.expectations, DataFiles(path)), strict=True)
    assert [(e.type, e.kwargs, m.error, m.observed) for e, m in found if not m.success] == []


def test_files_that_cant_be_read_are_bad_data(tmp_path: Path) -> None:
    path = tmp_path / "cut.parquet"
    path.write_bytes(b"PAR1")
    with pytest.raises(DataError, match=r"must be files that DuckDB reads. Got .*cut\.parquet"):
        look(DataFiles(path).reader)


def test_a_column_of_nothing_is_asked_for_its_type() -> None:
    seen = Seen(name="v", types=("str",), kind=Kind.TEXT, rows=50, nulls=50)
    suite = infer_suite("rows", 50, [seen], margin=0.1)
    assert [e.type for e in suite.expectations if e.columns] == [TYPES]
