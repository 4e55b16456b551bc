"""Suites compiled to DuckDB: every way in, every type, and whatever is thrown at them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pc
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headgate.adapters.duckdb_suites import DataFiles, DuckdbSuites, scans
from headgate.adapters.duckdb_suites.compiling import TYPES
from headgate.core.suite import Expectation, Measured
from headgate.core.suite_catalogue import CATALOGUE, RUNTIME
from headgate.errors import DataError
from headgate.ports import SuiteRunner
from headgate.testing.conformance_suites import SuiteConformance
from headgate.testing.memory_scan import MemoryScan

ROWS = pa.table(
    {
        "n": [1, 2, 2, None, 5],
        "load": [1.0, float("nan"), None, 4.0, float("inf")],
        "place": ["a", "b", None, "it's", "a"],
        "code": ["AB-1", "AB-2", "x", "AB-4", "AB-5"],
    }
)
NOT_NULL = "expect_column_values_to_not_be_null"
BETWEEN = "expect_column_values_to_be_between"
UNIQUE = "expect_column_values_to_be_unique"
MEAN = "expect_column_mean_to_be_between"
QUERY = "unexpected_rows_expectation"
HEAVY = {"numpy", "pandas", "pyarrow", "pydantic", "great_expectations", "airflow"}
QUANTILES = {"quantiles": [1], "value_ranges": [[5, 5]]}


def e(kind: str, **kwargs: Any) -> Expectation:
    return Expectation(type=kind, kwargs=kwargs)


SUITE = [
    e(NOT_NULL, column="load"),
    e(BETWEEN, column="n", min_value=2),
    e(UNIQUE, column="n"),
    e("expect_column_values_to_match_regex", column="code", regex=r"^[A-Z]+-\d$"),
    e("expect_column_median_to_be_between", column="n", max_value=2),
    e("expect_column_quantile_values_to_be_between", column="n", quantile_ranges=QUANTILES),
    e("expect_column_values_to_be_increasing", column="n", strictly=True),
    e("expect_compound_columns_to_be_unique", column_list=["place", "n"]),
    e(QUERY, unexpected_rows_query="SELECT * FROM {batch} a JOIN {batch} b USING (n) WHERE n = 2 ORDER BY ALL"),
]


class TestConformance(SuiteConformance):
    def make(self) -> SuiteRunner:
        return DuckdbSuites()


class TestConformanceWithinLimits(SuiteConformance):
    def make(self) -> SuiteRunner:
        return DuckdbSuites(memory_limit="100MB", threads=1)


def run(suite: list[Expectation], rows: Any) -> tuple[Measured, ...]:
    return DuckdbSuites().run(suite, rows)


def scan(rows: pa.Table) -> MemoryScan:
    return MemoryScan(rows.slice(0, 2), rows.slice(2, 0), rows.slice(2))


def test_parts_in_memory_streamed_parts_and_files_give_one_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pq.write_table(ROWS.slice(0, 2), tmp_path / "1.parquet")
    pq.write_table(ROWS.slice(2), tmp_path / "2.parquet")
    found = [run(SUITE, scan(ROWS)), run(SUITE, DataFiles(tmp_path / "*.parquet"))]
    monkeypatch.setattr(scans, "_FEW_CELLS", 0)
    found.append(run(SUITE, scan(ROWS)))
    assert found[0] == found[1] == found[2]
    assert [m.success for m in found[0]] == [False, False, False, False, True, True, False, True, False]
    assert found[0][8].observed == 4


def test_csv_files_are_read(tmp_path: Path) -> None:
    pc.write_csv(ROWS.select(["n", "place"]), tmp_path / "rows.csv")
    found = run([e(UNIQUE, column="n"), e(NOT_NULL, column="place")], DataFiles(tmp_path / "rows.csv"))
    assert [m.unexpected_count for m in found] == [2, 1]


def test_files_are_a_scan_of_tables_too(tmp_path: Path) -> None:
    pq.write_table(ROWS, tmp_path / "1.parquet")
    files = DataFiles(tmp_path / "1.parquet")
    assert (files.num_rows, files.column_names) == (5, ROWS.column_names)
    (part,) = files.parts(["place", "n"])
    assert part.column_names == ["place", "n"]


def test_files_that_cannot_be_read_are_an_error(tmp_path: Path) -> None:
    (tmp_path / "1.parquet").write_bytes(b"PAR1 and no more")
    for path in (tmp_path / "1.parquet", tmp_path / "none.parquet"):
        with pytest.raises(DataError, match="must be readable"):
            run([e(NOT_NULL, column="n")], DataFiles(path))


def test_a_query_reads_no_other_file(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    pq.write_table(ROWS, tmp_path / "data" / "1.parquet")
    (tmp_path / "secret.csv").write_text("a\n1\n")
    query = "SELECT * FROM 'SECRET', {batch}".replace("SECRET", str(tmp_path / "secret.csv"))
    (found,) = run([e(QUERY, unexpected_rows_query=query)], DataFiles(tmp_path / "data" / "1.parquet"))
    assert found.success is None
    assert "secret.csv" in str(found.error)


def test_nan_is_null_wherever_it_stands(tmp_path: Path) -> None:
    rows = pa.table({"x": [1.0, float("nan"), float("nan"), None]})
    pq.write_table(rows, tmp_path / "1.parquet")
    for source in (scan(rows), DataFiles(tmp_path / "1.parquet")):
        suite = [e(NOT_NULL, column="x"), e(UNIQUE, column="x"), e(MEAN, column="x", max_value=1)]
        null, unique, mean = run(suite, source)
        assert (null.unexpected_count, unique.missing_count, mean.observed) == (3, 3, 1.0)


def test_what_failed_is_shown() -> None:
    between, unique, null, ordered = run(
        [e(BETWEEN, column="n", max_value=1), e(UNIQUE, column="n"), e(NOT_NULL, column="n"),
         e("expect_column_values_to_be_decreasing", column="n", strictly=True)],
        scan(ROWS),
    )  # fmt: skip
    assert between.samples == (2, 5)
    assert [row["code"] for row in between.rows] == ["AB-2", "x", "AB-5"]
    assert (unique.samples, [row["n"] for row in unique.rows]) == ((2,), [2, 2])
    assert (null.samples, [row["code"] for row in null.rows]) == ((), ["AB-4"])
    assert set(ordered.samples) == {2, 5}


def test_a_fault_of_one_query_leaves_the_others_their_answers() -> None:
    wide = pa.table({"n": pa.array(["1", "x"]), "m": [1, 2]})
    suite = [
        e(QUERY, unexpected_rows_query="SELECT CAST(n AS INT) AS i FROM {batch} WHERE i > 1"),
        e(QUERY, unexpected_rows_query="SELEC * FROM {batch}"),
        e(BETWEEN, column="m", max_value=9),
    ]
    cast, syntax, met = run(suite, scan(wide))
    assert (cast.success, syntax.success, met.success) == (None, None, True)
    assert "Could not convert" in str(cast.error)
    assert "syntax error" in str(syntax.error)


def test_a_column_that_is_not_there_is_answered_with_the_nearest() -> None:
    (found,) = run([e(NOT_NULL, column="laod")], scan(ROWS))
    assert found.error == "column 'laod' isn't there (did you mean 'load'?); there are: n, load, place, code"


def test_whole_numbers_far_apart_are_grouped_and_near_ones_counted_as_bits() -> None:
    for values in ([0, 2**62, -(2**62)], [7, 8, 9], [2**63 - 1, -(2**63)]):
        (found,) = run([e(UNIQUE, column="n")], scan(pa.table({"n": values})))
        assert (found.success, found.unexpected_count) == (True, 0)


@pytest.mark.parametrize(("values", "repeated"), [([1, 2, 9, 1], 0), ([1, 9, 1, 9], 2), ([1, None, 1, None], 2)])
def test_uniqueness_minds_the_row_condition(values: list[int | None], repeated: int) -> None:
    rows = pa.table({"n": values, "s": ["a", "a", "a", "b"]})
    (found,) = run([e(UNIQUE, column="n", row_condition="s == 'a'", condition_parser="pandas")], scan(rows))
    assert (found.element_count, found.unexpected_count) == (3, repeated)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.text(max_size=8), min_size=1, max_size=5), st.text(max_size=6))
def test_hostile_names_and_values_are_names_and_values(names: list[str], value: str) -> None:
    names = list(dict.fromkeys([*names, 'a"; DROP TABLE rows; --', "A", "a", "rows", "v0", "k0"]))
    rows = pa.table([[value, value + "x", None]] * len(names), names=names)
    is_in = {"value_set": [value]}
    suite = [
        expectation
        for name in names
        for expectation in (
            e(NOT_NULL, column=name),
            e("expect_column_values_to_be_in_set", column=name, **is_in),
            e(UNIQUE, column=name),
        )
    ]
    found = run(suite, MemoryScan(rows))
    assert [m.unexpected_count for m in found] == [1, 1, 0] * len(names)
    for in_set in found[1::3]:
        assert in_set.samples == (value + "x",)
        assert set(in_set.rows[0]) == set(names)


def test_what_is_explained_is_asked_of_the_rows() -> None:
    text = DuckdbSuites().explain([*SUITE, e("expect_column_kl_divergence_to_be_less_than", column="n")], scan(ROWS))
    assert "0 expect_column_values_to_not_be_null(load): a0, a1\n" in text
    assert "Great Expectations evaluates it" in text
    assert text.count("-- One scan") == 1
    assert 'count("load")' in text


def test_every_argument_of_great_expectations_is_known() -> None:
    for kind, compiled in TYPES.items():
        if kind in CATALOGUE:
            unknown = CATALOGUE[kind].all.keys() - {*compiled.needs, *compiled.takes} - RUNTIME
            assert unknown <= {"mostly", "row_condition", "condition_parser"}, kind


@pytest.mark.parametrize(
    ("kind", "kwargs"),
    [
        ("expect_column_values_to_match_regex", {"column": "n", "regex": r"(a)\1"}),
        ("expect_column_values_to_be_between", {"column": "n"}),
        ("expect_column_values_to_be_between", {"column": "n", "min_value": {"$PARAMETER": "least"}}),
        ("expect_column_values_to_be_between", {"column": "n", "min_value": 1, "mostly": 1.5}),
        ("expect_column_values_to_be_between", {"column": "n", "min_value": 1, "unheard_of": 1}),
        ("expect_column_values_to_be_of_type", {"column": "n", "type_": "MyType"}),
        ("expect_column_quantile_values_to_be_between", {"column": "n", "quantile_ranges": {"quantiles": [0.5]}}),
        ("expect_column_kl_divergence_to_be_less_than", {"column": "n"}),
    ],
)
def test_what_cannot_be_asked_exactly_is_left_to_great_expectations(kind: str, kwargs: dict[str, Any]) -> None:
    assert not DuckdbSuites().takes(e(kind, **kwargs))


@pytest.mark.parametrize(
    ("kind", "kwargs", "type_"),
    [
        (MEAN, {"column": "c", "min_value": 1}, pa.date32()),
        ("expect_column_values_to_match_regex", {"column": "c", "regex": "a"}, pa.time64("us")),
        ("expect_column_value_lengths_to_equal", {"column": "c", "value": 1}, pa.float32()),
        ("expect_column_values_to_be_of_type", {"column": "c", "type_": "str"}, pa.list_(pa.int8())),
        ("expect_column_values_to_be_in_set", {"column": "c", "value_set": [1]}, pa.decimal128(38, 2)),
        (BETWEEN, {"column": "c", "min_value": 1}, pa.binary()),
    ],
)
def test_what_means_something_else_in_pandas_is_declined_before_a_row_is_read(
    kind: str, kwargs: dict[str, Any], type_: pa.DataType
) -> None:
    (found,) = run([e(kind, **kwargs)], scan(pa.table({"c": pa.array([None, None, None], type_)})))
    assert (found.success, found.declined) == (None, True)
    assert "'c'" in (found.error or "")


def test_too_little_memory_breaks_and_says_what_to_do() -> None:
    rows = pa.table({"n": pa.array(range(3_000_000), pa.float64())})
    (found,) = DuckdbSuites("20MB", 1).run(
        [e("expect_column_median_to_be_between", column="n", min_value=1)], scan(rows)
    )
    assert (found.success, found.declined) == (None, False)
    assert "raise the memory limit" in (found.error or "")


def test_repeated_bytes_and_lists_are_counted_without_their_rows() -> None:
    for value in (b"a", [1, 2]):
        (found,) = run([e(UNIQUE, column="c")], scan(pa.table({"c": [value, value, None]})))
        assert (found.unexpected_count, found.rows) == (2, ())


def test_nothing_heavy_is_imported_to_check_files(tmp_path: Path) -> None:
    pq.write_table(ROWS, tmp_path / "1.parquet")
    code = (
        "import sys; from headgate.adapters.duckdb_suites import DataFiles, DuckdbSuites;"
        "from headgate.core.suite import Expectation;"
        f"suite = [Expectation(type={UNIQUE!r}, kwargs={{'column': 'place'}})];"
        f"assert not DuckdbSuites().run(suite, DataFiles({str(tmp_path / '1.parquet')!r}))[0].success;"
        f"print(sorted({HEAVY!r} & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
