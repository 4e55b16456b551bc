from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headgate.core.profile import ColumnProfile
from headgate.errors import DataError
from tests.unit.profiles import PROFILER, profiled

RANDOM = np.random.default_rng(3)


@pytest.mark.parametrize(
    ("kind", "distinct"),
    [
        *(("numbers", count) for count in (1000, 1024, 1025, 10_000, 100_000, 1_000_000)),
        *(("texts", count) for count in (1000, 1024, 1025, 10_000, 100_000)),
    ],
)
def test_distinct_values_are_exact_up_to_1024_and_close_beyond(kind: str, distinct: int) -> None:
    values = RANDOM.permutation(distinct) * 17
    whole = values.tolist() if kind == "numbers" else [f"customer-{value:08d}" for value in values]
    half = distinct // 2
    found = profiled(whole[: half + 100], whole[half:], whole).distinct
    assert found == (distinct if distinct <= 1024 else pytest.approx(distinct, rel=0.1))


def test_estimates_of_distinct_values_are_off_by_3_percent_and_to_neither_side() -> None:
    errors = np.array([(profiled(RANDOM.random(20_000)).distinct or 0) / 20_000 - 1 for _ in range(60)])
    assert np.sqrt((errors**2).mean()) == pytest.approx(0.031, rel=0.35)
    assert abs(errors.mean()) < 0.013


MIXTURES = {
    "far apart": [RANDOM.normal(size=3000), RANDOM.normal(50, size=9000), RANDOM.normal(-20, size=400)],
    "one kind": [RANDOM.normal(size=1000) for _ in range(40)],
    "small parts": [RANDOM.exponential(size=24) for _ in range(200)],
    "small and large": [RANDOM.normal(size=24), RANDOM.normal(3, size=300_000), RANDOM.normal(-3, size=90)],
    "zeros": [
        RANDOM.choice([0.0, 1.0, 5.0], p=[0.7, 0.2, 0.1], size=2000),
        np.zeros(500),
        RANDOM.exponential(size=3000),
    ],
    "many parts": [RANDOM.gamma(2, 1 + day / 100, size=500) for day in range(365)],
    "heavy tails": [RANDOM.standard_cauchy(size=5000), RANDOM.standard_cauchy(size=700)],
}


@pytest.mark.parametrize("parts", MIXTURES.values(), ids=MIXTURES.keys())
def test_merged_quantiles_are_within_one_percent_in_rank(parts: list[np.ndarray]) -> None:
    column, rows = profiled(*parts), np.sort(np.concatenate(parts))
    wanted = np.linspace(0, 1, 101)
    low, high = (np.searchsorted(rows, column.quantiles, side=side) / len(rows) for side in ("left", "right"))
    error = np.maximum(np.maximum(low - wanted, wanted - high), 0)
    assert error.max() <= 0.01
    assert (column.quantiles[0], column.quantiles[-1]) == (rows[0], rows[-1])
    assert column.mean == pytest.approx(rows.mean())
    assert column.std == pytest.approx(rows.std(ddof=1))


def test_a_large_part_is_sampled_but_its_ends_are_exact() -> None:
    rows = RANDOM.normal(size=600_000)
    column = profiled(rows)
    ranks = np.searchsorted(np.sort(rows), column.quantiles) / len(rows)
    assert np.abs(ranks - np.linspace(0, 1, 101)).max() < 0.005
    assert (column.quantiles[0], column.quantiles[-1]) == (rows.min(), rows.max())


def test_rows_that_repeat_with_a_period_are_not_seen_through_one_hour_only() -> None:
    hours = np.tile(np.arange(8.0), 131_072)
    assert set(np.round(profiled(hours).quantiles)) == set(range(8))


values = st.lists(st.floats(-1e6, 1e6) | st.none(), max_size=30)


@settings(max_examples=60)
@given(st.lists(values, min_size=1, max_size=5), st.randoms(use_true_random=False))
def test_the_order_of_parts_does_not_matter(parts: list[list[float | None]], random: Any) -> None:
    shuffled = random.sample(parts, len(parts))
    same(profiled(*parts, kind=pa.float64()), profiled(*shuffled, kind=pa.float64()))


@settings(max_examples=60)
@given(st.lists(st.integers(-5, 5) | st.none(), max_size=40), st.data())
def test_how_rows_are_cut_into_parts_does_not_matter(rows: list[int | None], data: Any) -> None:
    cut = data.draw(st.integers(0, len(rows)))
    same(profiled(rows, kind=pa.int32()), profiled(rows[:cut], rows[cut:], kind=pa.int32()))


@settings(max_examples=60)
@given(st.lists(st.text(max_size=3) | st.none(), max_size=40), st.data())
def test_texts_are_counted_as_counter_does_however_they_are_cut(rows: list[str | None], data: Any) -> None:
    cut = data.draw(st.integers(0, len(rows)))
    column = profiled(rows[:cut], rows[cut:], kind=pa.string())
    counts = Counter(row for row in rows if row is not None)
    assert dict(column.categories) == counts
    assert column.distinct == len(counts)


def same(left: ColumnProfile, right: ColumnProfile) -> None:
    names = ("rows", "nulls", "distinct", "categories", "other")
    assert [getattr(left, name) for name in names] == [getattr(right, name) for name in names]
    assert left.mean == pytest.approx(right.mean, abs=1e-6)
    assert left.std == pytest.approx(right.std, abs=1e-6)
    assert left.quantiles == pytest.approx(right.quantiles, abs=1e-6)


# Across processes


def test_sketches_are_equal_in_every_process_and_pandas_is_not_imported() -> None:
    code = """
import sys, pyarrow.csv, io
from headgate.adapters.pyarrow_profiler import ArrowProfiler
rows = "".join(f"{n},{n / 7},name {n} {'x' * n},{n % 2 == 0}\\n" for n in range(300))
table = pyarrow.csv.read_csv(io.BytesIO(("a,b,c,d\\n" + rows).encode()))
sketch = ArrowProfiler().profile(table.slice(0, 299))
ArrowProfiler().merge([sketch, sketch])
assert "pandas" not in sys.modules
print(sketch)
"""
    found = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(Path(__file__).parents[2] / "plugins")},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(found) == 1
    hashes = [column.get("hashes", "")[:16] for column in json.loads(found.pop())["columns"]]
    assert hashes == ["xxQbqGlbFgE7GKZ6", "66kPjupQqgDSyJ+L", "IjTr1g0OYgBvp+SR", "wVwCiewtCpGvzR17"]


def test_a_sketch_is_small() -> None:
    size = 150_000
    table = pa.table({"x": RANDOM.normal(size=size), "id": [f"id {n}" for n in range(size)]})
    assert len(PROFILER.profile(table)) < 30_000
    assert len(PROFILER.profile(table.slice(0, 24))) < 1500


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"format": 1, "columns": [{}]}', '{"format": 2, "columns": []}'])
def test_what_is_not_a_sketch_is_refused_with_the_cure(text: str) -> None:
    with pytest.raises(DataError, match=r"must be a sketch of format 1\. Got .* Delete the documents"):
        PROFILER.merge([text])
