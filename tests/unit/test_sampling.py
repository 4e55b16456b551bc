"""Samples are bounded, spread evenly, and told."""

from __future__ import annotations

from dataclasses import replace

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from headgate.adapters.pyarrow_table import ArrowTable
from headgate.core.snapshots import Manifest
from headgate.steps.sampling import sample_of, sampled_training
from headgate.testing.memory_store import MemoryStore
from tests.unit.stored import snapshot, table

SIZES = st.lists(st.integers(0, 30), min_size=1, max_size=8)


def sampled(sizes: list[int], most: int) -> list[float]:
    store = MemoryStore()
    numbers = iter(range(sum(sizes)))
    parts = [table([float(next(numbers)) for _ in range(size)]) for size in sizes]
    manifest = snapshot(store, *parts, table([0.0]))
    found = sampled_training(manifest, most, store=store, table=ArrowTable())
    assert found.of == sum(sizes)
    return ArrowTable().values(found.rows, "load")


@given(SIZES, st.integers(1, 100))
def test_a_sample_has_as_many_rows_as_it_may_in_their_order(sizes: list[int], most: int) -> None:
    found = sampled(sizes, most)
    assert len(found) == min(most, sum(sizes))
    assert found == sorted(set(found))


@given(SIZES)
def test_a_sample_that_is_large_enough_is_all_rows(sizes: list[int]) -> None:
    assert sampled(sizes, sum(sizes) or 1) == list(range(sum(sizes)))


def test_a_sample_is_spread_over_all_parts() -> None:
    found = sampled([100] * 10, 50)
    assert [sum(100 * part <= one < 100 * (part + 1) for one in found) for part in range(10)] == [5] * 10


def test_parts_that_give_no_row_are_not_read() -> None:
    store = MemoryStore()
    manifest = snapshot(store, *(table([float(n)]) for n in range(4)), table([0.0]))
    gone = replace(manifest.training[0], content=replace(manifest.training[0].content, digest="00"))
    damaged: Manifest = replace(manifest, training=(gone, *manifest.training[1:]))
    assert sampled_training(damaged, 1, store=store, table=ArrowTable()).rows.num_rows == 1


def test_a_sample_says_of_how_many_rows_it_is() -> None:
    rows = pa.table({"x": range(2000)})
    found = sample_of(rows, 1000, ArrowTable())
    assert found.said == "on a sample of 1,000 of 2,000 rows"
    assert found.at_most(10, ArrowTable()).said == "on a sample of 10 of 2,000 rows"
    assert sample_of(rows, 2000, ArrowTable()).said == ""
