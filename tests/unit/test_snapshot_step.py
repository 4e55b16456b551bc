"""Taking a snapshot: the same rows give the same id, and what is there isn't read again."""

from __future__ import annotations

import json
import math
from datetime import timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headgate import wire
from headgate.adapters.pyarrow_cutter import ArrowCutter
from headgate.core import parts as planning
from headgate.core.snapshots import Manifest
from headgate.core.windows import Window, Windows
from headgate.errors import DataError, SnapshotDamagedError
from headgate.steps.progress import Progress
from headgate.steps.reading import all_rows, manifest_at, manifest_of
from headgate.testing.memory_store import MemoryStore
from tests.unit.taking import UTC_MICROSECONDS, WINDOWS, Counting, Given, day, rows, take


@pytest.fixture
def few_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts of at most six rows, so that a test's windows have many."""
    monkeypatch.setattr(planning, "PART_ROWS", 6)
    monkeypatch.setattr(planning, "EDGE_ROWS", 2)


def windows_at(as_of: float, *, training: float = 6, holdout: float = 3) -> Windows:
    start = as_of - training - holdout
    return Windows(
        as_of=day(as_of),
        training=Window(start=day(start), end=day(start + training)),
        holdout=Window(start=day(start + training), end=day(as_of)),
    )


def table(times: list[int]) -> pa.Table:
    """Rows at sixths of a day, whose other columns follow from their place."""
    return pa.table(
        {
            "when": pa.array([day(1) + timedelta(hours=4 * time) for time in times], UTC_MICROSECONDS),
            "y": pa.array([float(number % 5) for number, _ in enumerate(times)]),
            "s": pa.array([str(time) for time in times]),
        }
    )


TIMES = st.lists(st.integers(0, 6 * 60), min_size=30, max_size=120).map(lambda times: [*times, *range(0, 360, 5)])


@settings(max_examples=100, deadline=None)
@given(st.data(), TIMES, st.lists(st.integers(0, 30), min_size=2, max_size=5), st.sampled_from([0, 2**28]))
def test_the_same_rows_give_the_same_id_whatever_was_kept_and_whatever_batches_they_came_in(
    data: st.DataObject, times: list[int], steps: list[int], memory: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(planning, "PART_ROWS", 6)
        patch.setattr(planning, "EDGE_ROWS", 2)
        whole, store = table(times), MemoryStore()
        for step in steps:
            windows = windows_at(11 + step + data.draw(st.sampled_from([0, 0, 0.25, 0.1])))
            if data.draw(st.booleans()):  # the source's past is restated
                whole = whole.set_column(2, "s", pa.array([f"{text}!" for text in whole.column("s").to_pylist()]))
            shuffled = whole.take(data.draw(st.permutations(range(whole.num_rows))))
            middle = data.draw(st.integers(0, whole.num_rows))
            source = Given(shuffled.slice(0, middle), shuffled.slice(middle), knows=True)
            found = take(source, store, windows, cutter=ArrowCutter(memory=memory))
            assert found.id == take(Given(whole), MemoryStore(), windows).id
            manifest = manifest_of(store, found)
            assert sum(part.num_rows for part in all_rows(store, manifest).parts()) == manifest.statistics.rows


@pytest.mark.usefixtures("few_rows")
def test_the_second_day_reads_only_what_is_new() -> None:
    source, store = Given(table(list(range(360))), knows=True), MemoryStore()
    first = manifest_of(store, take(source, store, windows_at(20)))
    lines: list[str] = []
    second = manifest_of(store, take(source, store, windows_at(21), tell=lines.append))
    assert source.asked[1] == (Window(start=day(20), end=day(21)),)
    assert second.parts[:-1] == first.parts[1:]
    assert lines[-1] == "read 360 rows; 1 parts written, 8 kept"


@pytest.mark.usefixtures("few_rows")
def test_the_same_snapshot_again_reads_and_profiles_nothing() -> None:
    source, store, profiler = Given(table(list(range(360))), knows=True), MemoryStore(), Counting()
    first = take(source, store, windows_at(20), profiler=profiler)
    profiled = profiler.profiled
    assert take(source, store, windows_at(20), profiler=profiler) == first
    assert (len(source.asked), profiler.profiled) == (1, profiled)


@pytest.mark.usefixtures("few_rows")
def test_a_day_that_was_restated_is_read_again_and_the_others_are_not() -> None:
    before, store = table(list(range(360))), MemoryStore()
    take(Given(before, knows=True), store, windows_at(20))
    restated = before.set_column(
        2, "s", pa.array(["new" if 90 <= number < 96 else str(number) for number in range(360)])
    )
    source = Given(restated, knows=True)
    found = take(source, store, windows_at(20))
    assert source.asked == [(Window(start=day(16), end=day(17)),)]
    assert found.id == take(Given(restated), MemoryStore(), windows_at(20)).id


@pytest.mark.usefixtures("few_rows")
@pytest.mark.parametrize(
    "change",
    [{"recipe": "another"}, {"recipe": None}, {"label": "s"}, {"known_at": "when"}],
    ids=["recipe", "none", "label", "known at"],
)
def test_snapshots_of_another_specification_are_not_kept(change: dict[str, Any]) -> None:
    source, store = Given(table(list(range(360))), knows=True), MemoryStore()
    take(source, store, windows_at(20))
    take(source, store, windows_at(20), **change)
    assert source.asked[1] == source.asked[0]


@pytest.mark.usefixtures("few_rows")
def test_parts_that_are_gone_are_read_again() -> None:
    source, store = Given(table(list(range(360))), knows=True), MemoryStore()
    first = manifest_of(store, take(source, store, windows_at(20)))
    del store._parts[first.parts[2].content.digest]
    assert take(source, store, windows_at(20)).id == first.id
    assert source.asked[1] == (first.parts[2].span,)


@pytest.mark.usefixtures("few_rows")
def test_columns_that_changed_since_have_everything_read() -> None:
    before, store, lines = table(list(range(360))), MemoryStore(), list[str]()
    take(Given(before, knows=True), store, windows_at(20))
    after = before.append_column("new", pa.array(range(360)))

    class Partly(Given):
        def token(self, span: Window, as_of: Any) -> str | None:
            return Given(before, knows=True).token(span, as_of)

    found = take(Partly(after), store, windows_at(21), tell=lines.append)
    assert found.id == take(Given(after), MemoryStore(), windows_at(21)).id
    assert "everything is read" in lines[0]


@pytest.mark.usefixtures("few_rows")
def test_a_source_that_changes_while_it_is_read_leaves_no_token_where_it_changed() -> None:
    class Changing(Given):
        def read(self, windows: Windows, spans: Any) -> Any:
            yield from super().read(windows, spans)
            self.batches = (*self.batches, table([6 * 15]))

    store = MemoryStore()
    manifest = manifest_of(store, take(Changing(table(list(range(360))), knows=True), store, windows_at(20)))
    assert {part.token for part in manifest.training} == {None}
    assert None not in {part.token for part in manifest.holdout}


@pytest.mark.usefixtures("few_rows")
def test_rows_that_became_known_later_are_in_the_snapshots_of_later_runs() -> None:
    late = pa.array([day(20.5) if 100 <= number < 102 else day(1) for number in range(360)], UTC_MICROSECONDS)
    source, store = Given(table(list(range(360))).append_column("known", late), knows=True), MemoryStore()
    first = take(source, store, windows_at(20), known_at="known")
    assert first.training_rows + first.holdout_rows == 54 - 2
    assert [part.token is None for part in manifest_of(store, first).parts].count(True) == 1
    second = take(source, store, windows_at(21), known_at="known")
    assert second.training_rows + second.holdout_rows == 54
    again = take(source, store, windows_at(20), known_at="known")
    assert again.id == first.id
    earlier = take(source, store, windows_at(20.25), known_at="known")
    assert earlier.id == take(source, MemoryStore(), windows_at(20.25), known_at="known").id


def test_the_manifest_says_what_is_in_the_snapshot() -> None:
    store = MemoryStore()
    found = take(Given(rows(x=range(9))), store)
    manifest = manifest_of(store, found)
    assert [(column.name, column.type) for column in manifest.columns] == [
        ("when", "timestamp[us, tz=UTC]"),
        ("y", "double"),
        ("x", "int64"),
    ]
    assert (found.training_rows, found.holdout_rows, manifest.statistics.rows) == (2, 2, 4)
    assert manifest.path == found.manifest == f"snapshots/sales/20000109T000000Z-{found.id[:16]}.json"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda text: text[:-9], r"damaged: it isn't a manifest"),
        (
            lambda text: json.dumps({**json.loads(text), "format": 1}),
            r"format 2. Got format 1 .* Run the snapshot task",
        ),
        (lambda text: json.dumps({**json.loads(text), "training": []}), r"damaged: its id is \w+, its parts make"),
        (lambda text: json.dumps({**json.loads(text), "windows": 1}), r"damaged: .* Run the snapshot task again"),
    ],
)
def test_a_manifest_is_checked_as_it_is_read(change: Any, said: str) -> None:
    store = MemoryStore()
    found = take(Given(rows()), store)
    store.put_document(found.manifest, change(store.get_document(found.manifest)))
    with pytest.raises(SnapshotDamagedError, match=said):
        manifest_of(store, found)


def test_a_manifest_of_another_snapshot_is_refused() -> None:
    store = MemoryStore()
    one, other = take(Given(rows()), store), take(Given(rows(y2=range(9))), store)
    store.put_document(one.manifest, store.get_document(other.manifest))
    with pytest.raises(SnapshotDamagedError, match=f"must be of the snapshot {one.id}. Got {other.id}"):
        manifest_of(store, one)


def test_what_is_left_of_a_quarantine_is_never_kept() -> None:
    source, store = Given(rows(), knows=True), MemoryStore()
    found = take(source, store)
    manifest = json.loads(store.get_document(found.manifest))
    part = manifest["training"][0]["content"]
    manifest["left_out"] = {"rows": 1, "of": 5, "content": part, "reasons": [], "snapshot": found.id}
    store.put_document(found.manifest, json.dumps(manifest))
    assert wire.load(Manifest, manifest) == manifest_at(store, found.manifest)
    take(source, store)
    assert source.asked[1] == source.asked[0]


def test_a_holdout_that_the_data_does_not_reach_says_where_it_ends() -> None:
    sentence = (
        r"holdout \[2000-01-05, 2000-01-07\) .* must have rows. .*begin at 2000-01-01.* end at 2000-01-04T00:00:00Z"
    )
    with pytest.raises(DataError, match=sentence):
        take(Given(rows(range(1, 5))), MemoryStore())


def test_an_empty_training_window_says_where_the_data_begins() -> None:
    sentence = r"training window \[2000-01-03, 2000-01-05\) .* must have rows.*begin at 2000-01-05"
    with pytest.raises(DataError, match=sentence):
        take(Given(rows(range(5, 8)), rows(range(8, 10))), MemoryStore())


@pytest.mark.parametrize("batches", [(), (rows([]),)])
def test_a_source_without_rows_says_so(batches: tuple[pa.Table, ...]) -> None:
    with pytest.raises(DataError, match="the source gave no rows"):
        take(Given(*batches), MemoryStore())


def test_a_window_whose_rows_were_not_known_yet_says_so() -> None:
    known = pa.array([day(20 if number > 4 else 1) for number in range(1, 10)], UTC_MICROSECONDS)
    with pytest.raises(DataError, match=r"holdout .* 2 rows of it that weren't known yet at the as-of"):
        take(Given(rows(known=known)), MemoryStore(), known_at="known")


@pytest.mark.parametrize(("missing", "count", "first"), [([3], 1, 3), ([4, 5], 2, 4), ([6, 3, 4], 3, 3)])
@pytest.mark.parametrize("absent", [None, math.nan])
def test_labels_that_are_missing_are_counted(missing: list[int], count: int, first: int, absent: float | None) -> None:
    labels = pa.array([absent if d in missing else float(d) for d in range(1, 10)], pa.float64())
    given = rows().set_column(1, "y", labels)
    sentence = f"label y must not be null. Got {count} of 4 rows .* the first at 2000-01-0{first}"
    with pytest.raises(DataError, match=sentence):
        take(Given(given.slice(4), given.slice(0, 4)), MemoryStore())


def test_labels_missing_outside_the_windows_do_not_matter() -> None:
    labels = pa.array([None, None, *map(float, range(3, 7)), None, None, None], pa.float64())
    assert take(Given(rows().set_column(1, "y", labels)), MemoryStore()).training_rows == 2


def test_a_snapshot_that_failed_has_no_manifest() -> None:
    class Cut(Given):
        def read(self, windows: Windows, spans: Any) -> Any:
            yield rows()
            raise DataError("the file was cut short")  # noqa: EM101, TRY003 - the test's

    store = MemoryStore()
    with pytest.raises(DataError, match="cut short"):
        take(Cut(), store)
    assert store.documents("snapshots/sales") == ()


def test_progress_is_told_now_and_then() -> None:
    clock = iter(np.arange(0.0, 100.0, 2.0))
    lines: list[str] = []
    progress = Progress(lines.append, clock=lambda: float(next(clock)))
    for _ in range(6):
        progress.read(1_000_000)
    assert lines == [f"read {million},000,000 rows; 0 parts written, 0 kept" for million in (3, 6)]


def test_windows_are_half_open_in_parts_too() -> None:
    store = MemoryStore()
    manifest = manifest_of(store, take(Given(rows()), store))
    assert [part.span for part in manifest.parts] == [WINDOWS.training, WINDOWS.holdout]
