from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from headgate.adapters.duckdb_diff import DuckdbDiffer
from headgate.adapters.plotly_pages.snapshot_diff import snapshot_diff_page
from headgate.adapters.pyarrow_profiler import ArrowProfiler
from headgate.core.snapshot_diff import ColumnChange, RowsDiff, SnapshotDiff
from headgate.core.snapshots import Manifest, PartRef
from headgate.core.windows import Window, Windows
from headgate.errors import InputError
from headgate.steps.diff import diff_snapshots
from headgate.steps.reading import manifest_of
from headgate.testing.memory_store import MemoryStore
from tests.unit.page_reader import Reader
from tests.unit.taking import Given, day, rows, take

LATER = Windows(as_of=day(99), training=Window(start=day(1), end=day(61)), holdout=Window(start=day(61), end=day(91)))
RANDOM = np.random.default_rng(5)


class Watched(MemoryStore):
    """A store that remembers which parts were read whole or in part."""

    def __init__(self) -> None:
        super().__init__()
        self.read: set[str] = set()

    def get(self, part: PartRef, columns: Sequence[str] | None = None) -> pa.Table:
        self.read.add(part.digest)
        return super().get(part, columns)


STORE = Watched()


def snapshot(table: pa.Table, windows: Windows = LATER, store: MemoryStore = STORE) -> Manifest:
    return manifest_of(store, take(Given(table), store, windows, profiler=ArrowProfiler()))


def diffed(before: pa.Table, after: pa.Table, *key: str) -> SnapshotDiff:
    STORE.read.clear()
    pair = [snapshot(before), snapshot(after)]
    STORE.read.clear()
    return diff_snapshots(*pair, store=STORE, differ=DuckdbDiffer(), key=key)


def days(count: int = 80, **more: Any) -> pa.Table:
    return rows(range(1, count + 1), **more)


def test_equal_snapshots_are_not_read() -> None:
    found = diffed(days(), days())
    assert found.is_empty
    assert (found.rows, found.same, found.plan.unread) == (RowsDiff(), 80, 80)
    assert (STORE.read, found.statistics, found.schema) == (set(), (), ())


def test_only_parts_that_differ_are_read() -> None:
    before = days(x=pa.array(range(80)))
    after = days(x=pa.array([*range(70), 0, *range(71, 80)]))
    found = diffed(before, after)
    assert (found.rows.added, found.rows.removed, found.rows.restated) == (0, 0, 1)
    assert found.rows.columns == (("x", 1),)
    assert found.same == 79
    assert found.plan.unread > 0
    read = {part.content.digest for part in (*found.plan.before, *found.plan.after)}
    assert read == STORE.read
    assert len(read) == 2


def test_rows_that_moved_into_the_other_window_are_the_same_rows() -> None:
    windows = replace(
        LATER, training=replace(LATER.training, end=day(32)), holdout=replace(LATER.holdout, start=day(32))
    )
    pair = [snapshot(days()), snapshot(days(), windows)]
    found = diff_snapshots(*pair, store=STORE, differ=DuckdbDiffer())
    assert found.rows == RowsDiff()
    assert pair[0].id != pair[1].id


def test_added_removed_and_restated_rows_are_told_apart_by_a_key() -> None:
    stations = pa.array(["a", "b"] * 40)
    before = days(station=stations, x=pa.array(range(80)))
    after = pa.concat_tables([before.slice(1, 78), before.slice(79, 1).set_column(3, "x", pa.array([-1]))])
    found = diffed(before, after, "station")
    assert (found.rows.added, found.rows.removed, found.rows.restated) == (0, 1, 1)
    assert found.rows.removed_rows[0][2] == ("station", "a")
    assert dict(found.rows.restated_rows[0].row)["station"] == "b"


def test_columns_that_changed_are_told_and_the_rest_is_compared() -> None:
    before = days(gone=pa.array(range(80)), kind=pa.array(range(80)), wide=pa.array(range(80), pa.int32()))
    after = days(new=pa.array(range(80)), kind=pa.array([str(n) for n in range(80)]), wide=pa.array(range(80)))
    found = diffed(before, after)
    assert set(found.schema) == {
        ColumnChange(name="gone", before="int64", after=None),
        ColumnChange(name="kind", before="int64", after="large_string"),
        ColumnChange(name="wide", before="int32", after="int64"),
        ColumnChange(name="new", before=None, after="int64"),
    }
    assert found.plan.columns == ("when", "y", "wide")
    assert found.rows == RowsDiff()
    assert not found.is_empty


def test_statistics_that_moved_are_told_the_farthest_first_and_times_are_not_among_them() -> None:
    load, text = RANDOM.normal(size=80), pa.array(["a"] * 80)
    before = days(far=pa.array(load), near=pa.array(load), same=pa.array(load), text=text)
    after = days(far=pa.array(load + 9), near=pa.array(load + 1.5), same=pa.array(load), text=pa.array(["b"] * 80))
    moved = diffed(before, after).statistics
    assert [each.name for each in moved] == ["text", "far", "near"]
    assert moved[0].distance == pytest.approx(1)
    assert "; mean " in moved[1].said


def test_a_few_more_nulls_are_told_whatever_the_measure_says() -> None:
    load = RANDOM.normal(size=80).tolist()
    moved = diffed(days(x=pa.array(load)), days(x=pa.array([None, *load[1:]]))).statistics
    assert [each.name for each in moved] == ["x"]
    assert "nulls 0 %, now 1.25 %" in moved[0].said


def test_snapshots_of_other_event_times_are_not_compared() -> None:
    pair = [snapshot(days()), replace(snapshot(days()), event_time="y")]
    with pytest.raises(
        InputError, match=r"one column of event times.*when \(timestamp\[us, tz=UTC\]\) and y \(double\)"
    ):
        diff_snapshots(*pair, store=STORE, differ=DuckdbDiffer())


def test_a_key_that_is_no_column_is_refused() -> None:
    with pytest.raises(InputError, match=r"Got 'stations' instead\. Did you mean station\?"):
        diffed(days(station=pa.array(["a"] * 80)), days(station=pa.array(["b"] * 80)), "stations")


# The page


EVIL = '"><script>alert(1)</script>'


def drawn(before: pa.Table, after: pa.Table) -> tuple[Reader, str]:
    html = snapshot_diff_page(diffed(before, after))
    return Reader(html), html


def test_the_page_says_what_changed_first_and_shows_it() -> None:
    load = RANDOM.normal(size=80)
    before = days(load=pa.array(load), kind=pa.array(["a", "b"] * 40))
    after = days(load=pa.array([*load[:40], *(load[40:] + 5)]), kind=pa.array(["a", "c"] * 40)).slice(3)
    page, _ = drawn(before, after)
    assert "0 rows added, 3 removed, 59 restated" in page.text
    for heading in ("When", "Rows that were restated", "Rows that were removed", "Statistics that moved"):
        assert heading in page.text
    pictures = [attrs for tag, attrs in page.elements if tag == "svg" and attrs.get("role") == "img"]
    assert len(pictures) == 3
    assert all(attrs.get("aria-labelledby") for attrs in pictures)
    assert page.scripts == []


def test_the_page_of_equal_snapshots_says_so() -> None:
    assert "Nothing changed" in drawn(days(), days())[0].text


def test_what_is_in_the_data_is_text_on_the_page() -> None:
    page, html = drawn(days(**{EVIL: pa.array([EVIL] * 80)}), days(**{EVIL: pa.array(["x"] * 80)}))
    assert "<script" not in html
    assert EVIL in page.text


def test_the_page_is_small_and_loads_nothing() -> None:
    many = {f"column_{n}": pa.array(RANDOM.normal(size=80)) for n in range(60)}
    moved = {name: pa.array(RANDOM.normal(3, size=80)) for name in many}
    _, html = drawn(days(**many), days(**moved))
    assert len(html.encode()) < 200_000
    assert "http" not in html.replace("http-equiv", "")
    assert "prefers-color-scheme: dark" in html
