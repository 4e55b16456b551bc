from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.adapters.pyarrow_profiler import ArrowProfiler
from headgate.adapters.pyarrow_table import ArrowTable
from headgate.core.quarantine import Quarantine
from headgate.core.snapshots import Manifest
from headgate.core.suite import Expectation, Suite
from headgate.core.validation import ExpectationResult, Finding, Severity
from headgate.core.verdict import Outcome
from headgate.errors import InputError
from headgate.steps.quarantine import (
    Quarantined,
    QuarantinePorts,
    aside_expectations,
    quarantine_rows,
)
from headgate.steps.reading import manifest_at
from headgate.testing.fake_splitter import BETWEEN, NOT_NULL, FakeSplitter
from headgate.testing.memory_store import MemoryStore
from tests.unit.stored import day, snapshot, table

PASS, FAIL = Outcome.PASS, Outcome.FAIL


def expectation(kind: str, place: int = 0, severity: Severity = Severity.CRITICAL, **kwargs: Any) -> Expectation:
    return Expectation(type=kind, kwargs=kwargs, severity=severity, place=place)


POSITIVE = expectation(BETWEEN, 0, column="load", min_value=0)
THERE = expectation(NOT_NULL, 1, column="load")


def found(place: int, share: float | None, finding: Finding = Finding.UNMET) -> ExpectationResult:
    return ExpectationResult(
        expectation="x", column="", severity=Severity.INFO, finding=finding, sentence="", share=share, place=place
    )


@pytest.mark.parametrize(
    ("result", "is_asked"),
    [
        (found(0, 0.1), True),
        (found(0, 0.1, Finding.MET), True),  # `mostly` plays no part
        (found(0, None), True),
        (found(0, 0.0, Finding.MET), False),
        (found(0, None, Finding.BROKEN), False),
    ],
)
def test_rows_are_set_aside_by_expectations_that_some_row_fails(result: ExpectationResult, is_asked: bool) -> None:  # noqa: FBT001 - the answer
    suite = Suite(name="s", expectations=(POSITIVE,))
    asked = aside_expectations(suite, [result], Quarantine(max_share=1), FakeSplitter())
    assert (asked == (POSITIVE,)) is is_asked


def test_rows_are_set_aside_by_the_severities_that_are_asked_and_by_row_level_expectations_only() -> None:
    table = expectation("expect_table_row_count_to_equal", 1, value=3)
    suite = Suite(name="s", expectations=(replace(POSITIVE, severity=Severity.WARNING), table, replace(THERE, place=2)))
    results = [found(place, None) for place in range(3)]
    critical = aside_expectations(suite, results, Quarantine(max_share=1), FakeSplitter())
    both = Quarantine(max_share=1, severities=(Severity.CRITICAL, Severity.WARNING))
    assert [e.place for e in critical] == [2]
    assert [e.place for e in aside_expectations(suite, results, both, FakeSplitter())] == [0, 2]


class Shelf(MemoryStore):
    """A store that counts what is written."""

    def __init__(self) -> None:
        super().__init__()
        self.written: list[str] = []

    def put(self, rows: Any) -> Any:
        before = set(self._parts)
        part = super().put(rows)
        self.written += [part.digest] if part.digest not in before else []
        return part


GOOD, BAD = table([1.0, 2.0, 3.0]), table([1.0, -2.0, None], ["a", "b", None])


def quarantined(store: MemoryStore, manifest: Manifest, **limits: Any) -> Quarantined:
    ports = QuarantinePorts(store=store, table=ArrowTable(), splitter=FakeSplitter(), profiler=ArrowProfiler())
    return quarantine_rows(manifest, (POSITIVE, THERE), Quarantine(**({"max_share": 0.5} | limits)), ports=ports)


def test_the_rest_is_a_snapshot_of_its_own_that_says_what_was_left_out() -> None:
    store = Shelf()
    before = snapshot(store, GOOD, BAD, GOOD)
    done = quarantined(store, before)
    assert done.manifest is not None
    assert done.manifest.id != before.id
    left_out = done.manifest.left_out
    assert left_out is not None
    assert (left_out.rows, left_out.of, left_out.snapshot) == (2, 9, before.id)
    assert left_out.reasons == ((f"{BETWEEN}(load)", 1), (f"{NOT_NULL}(load)", 1))
    aside = store.get(left_out.content)
    assert aside.column("load").to_pylist() == [-2.0, None]
    assert aside.column("headgate_reasons").to_pylist() == [[f"{BETWEEN}(load)"], [f"{NOT_NULL}(load)"]]
    assert done.rows is not None
    assert done.rows.num_rows == 2


def test_parts_without_such_rows_stay_the_same_parts_and_nothing_is_written_for_them() -> None:
    store = Shelf()
    before = snapshot(store, GOOD, BAD, GOOD)
    store.written.clear()
    clean = quarantined(store, before).manifest
    assert clean is not None
    assert (clean.parts[0], clean.parts[2]) == (before.parts[0], before.parts[2])
    assert clean.parts[1].span == before.parts[1].span
    assert clean.parts[1].token is None
    assert store.get(clean.parts[1].content).to_pylist() == [{"load": 1.0, "station": "a"}]
    assert len(store.written) == 2  # the rest of one part, and what was set aside


def test_statistics_are_those_of_the_rest() -> None:
    store = Shelf()
    clean = quarantined(store, snapshot(store, GOOD, BAD, GOOD)).manifest
    assert clean is not None
    load = clean.statistics.column_of("load")
    assert load is not None
    assert (clean.statistics.rows, load.nulls, load.quantiles[0]) == (7, 0, 1.0)


def test_the_manifest_of_the_rest_can_be_read_back() -> None:
    store = Shelf()
    clean = quarantined(store, snapshot(store, GOOD, BAD, GOOD)).manifest
    assert clean is not None
    assert manifest_at(store, clean.path) == clean


def test_the_second_time_gives_the_same_id_and_writes_nothing_new() -> None:
    store = Shelf()
    before = snapshot(store, GOOD, BAD, GOOD)
    first = quarantined(store, before)
    store.written.clear()
    documents = dict(store._documents)
    again = quarantined(store, before)
    assert again.manifest == first.manifest
    assert (store.written, store._documents) == ([], documents)


def test_too_many_rows_are_refused_and_nothing_is_written() -> None:
    store = Shelf()
    before = snapshot(store, GOOD, BAD, GOOD)
    store.written.clear()
    done = quarantined(store, before, max_share=0.2)
    assert (done.verdict.outcome, done.manifest, done.rows) == (FAIL, None, None)
    assert done.verdict.reason == "2 of 9 rows (22.22 %) would be set aside, more than 20 %"
    assert (store.written, store.documents("snapshots/sales")) == ([], ())


def test_too_many_rows_of_one_slice_are_refused() -> None:
    store = Shelf()
    done = quarantined(store, snapshot(store, GOOD, BAD, GOOD), max_share=0.5, slices=("station",))
    assert done.verdict.outcome is FAIL
    assert (
        done.verdict.reason
        == "in station=b 1 of 1 (100 %), in station=null 1 of 1 (100 %) would be set aside, more than 50 %"
    )


def test_slices_are_counted_over_all_parts() -> None:
    store = Shelf()
    half = table([-1.0, 1.0], ["a", "a"])
    assert quarantined(store, snapshot(store, half, half, half), slices=("station",)).verdict.outcome is PASS
    refused = quarantined(
        store, snapshot(store, half, table([-1.0]), half), max_share=1, max_slice_share=0.5, slices=("station",)
    )
    assert "in station=a 3 of 5 (60 %) would be set aside, more than 50 %" in refused.verdict.reason


def test_a_window_that_would_be_left_empty_is_refused() -> None:
    store = Shelf()
    done = quarantined(store, snapshot(store, GOOD, GOOD, table([-1.0])), max_share=1)
    assert done.verdict.reason == "the holdout would be left without rows"


def test_a_holdout_that_would_lose_too_many_rows_is_refused_though_all_rows_together_would_not() -> None:
    store = Shelf()
    done = quarantined(store, snapshot(store, GOOD, GOOD, GOOD, BAD), max_share=0.5)
    assert done.verdict.reason == "in the holdout 2 of 3 (66.67 %) would be set aside, more than 50 %"
    assert (done.manifest, store.documents("snapshots/sales")) == (None, ())


def test_a_part_may_be_left_empty_and_keeps_its_span() -> None:
    store = Shelf()
    clean = quarantined(store, snapshot(store, GOOD, table([-1.0]), GOOD)).manifest
    assert clean is not None
    assert [part.content.rows for part in clean.parts] == [3, 0, 3]
    assert clean.parts[1].span == day(1)


def test_without_a_row_that_fails_nothing_happens() -> None:
    store = Shelf()
    done = quarantined(store, snapshot(store, GOOD, GOOD))
    assert (done.verdict.outcome, done.manifest) == (PASS, None)


def test_a_slice_that_is_no_column_is_named() -> None:
    store = Shelf()
    with pytest.raises(InputError, match=r"must be columns of the rows. Got 'town' instead; there are: load, station"):
        quarantined(store, snapshot(store, GOOD, BAD), slices=("town",))


LOADS = st.lists(st.none() | st.floats(-2, 2), min_size=0, max_size=6)


@given(st.lists(LOADS, min_size=1, max_size=4), LOADS)
def test_the_rest_and_what_is_set_aside_are_all_rows_and_the_rest_fails_nothing(
    training: list[list[float | None]], holdout: list[float | None]
) -> None:
    store = Shelf()
    before = snapshot(store, *map(table, training), table(holdout))
    done = quarantined(store, before, max_share=1)
    every: list[Any] = [load for part in (*training, holdout) for load in part]
    wrong = [load for load in every if load is None or load < 0]
    if done.manifest is None:
        assert not wrong or not any(_rights(part) for part in training) or not _rights(holdout)
        return
    kept = [load for part in done.manifest.parts for load in store.get(part.content).column("load").to_pylist()]
    assert kept == [load for load in every if load is not None and load >= 0]
    assert store.get(done.manifest.left_out.content).column("load").to_pylist() == wrong  # type: ignore[union-attr]


def _rights(loads: list[float | None]) -> int:
    return sum(load is not None and load >= 0 for load in loads)


def test_a_manifest_with_what_was_left_out_is_plain_json() -> None:
    store = Shelf()
    clean = quarantined(store, snapshot(store, GOOD, BAD, GOOD)).manifest
    assert clean is not None
    data: Mapping[str, Any] = json.loads(store.get_document(clean.path))
    assert data["left_out"]["rows"] == 2
