"""A snapshot of restated rows holds what was known at its as-of, whenever it is taken, and whatever was kept."""

from __future__ import annotations

import itertools
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from fsspec.implementations.local import LocalFileSystem
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from headgate.adapters.fsspec_store import FsspecStore
from headgate.adapters.pyarrow_cutter import ArrowCutter
from headgate.adapters.pyarrow_profiler import ArrowProfiler
from headgate.cli.commands import app
from headgate.core import parts as planning
from headgate.core.windows import Window, Windows
from headgate.errors import DataError
from headgate.spec import ParquetSource
from headgate.steps.keeping import recipe_of
from headgate.steps.reading import all_rows, manifest_of
from headgate.testing.memory_store import MemoryStore
from tests.unit.restated import KEY, Version, known_at, one_label_each, streams, table, versions_of
from tests.unit.taking import Given, day, take

RESTATED: dict[str, Any] = {"known_at": "known", "key": KEY}
ALWAYS = [(when / 4, "c", when / 4, 0.0) for when in range(4, 120)]
"""So that no window is empty."""


def windows_at(as_of: float) -> Windows:
    return Windows(
        as_of=day(as_of),
        training=Window(start=day(as_of - 9), end=day(as_of - 3)),
        holdout=Window(start=day(as_of - 3), end=day(as_of)),
    )


def rows_in(store: MemoryStore, snapshot: Any) -> list[Version]:
    parts: list[Any] = list(all_rows(store, manifest_of(store, snapshot)).parts())
    return versions_of(pa.concat_tables(parts))


@pytest.fixture
def few_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planning, "PART_ROWS", 6)
    monkeypatch.setattr(planning, "EDGE_ROWS", 2)


@settings(max_examples=40, deadline=None)
@given(
    st.data(),
    streams(first=1, last=20).map(one_label_each),
    st.lists(st.integers(48, 100).map(lambda number: number / 4), min_size=1, max_size=4),
    st.sampled_from([0, 2**28]),
)
def test_late_rows_and_later_versions_do_not_leak_into_a_snapshot_of_an_earlier_as_of(
    data: st.DataObject, drawn: list[Version], as_ofs: list[float], memory: int
) -> None:
    """A store that fills up in any order of as-ofs, as rows arrive, against one run on the day itself."""
    versions, store = [*ALWAYS, *drawn], MemoryStore()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(planning, "PART_ROWS", 6)
        patch.setattr(planning, "EDGE_ROWS", 2)
        for as_of in as_ofs:
            then = [version for version in versions if version[2] <= as_of]
            today = data.draw(st.sampled_from([then, versions]))
            shuffled = table(data.draw(st.permutations(today)))
            middle = data.draw(st.integers(0, len(today)))
            source = Given(shuffled.slice(0, middle), shuffled.slice(middle), knows=True)
            found = take(source, store, windows_at(as_of), cutter=ArrowCutter(memory=memory), **RESTATED)
            expected = [v for v in known_at(as_of, versions) if as_of - 9 <= v[0] < as_of]
            assert rows_in(store, found) == expected
            assert found.id == take(Given(table(then)), MemoryStore(), windows_at(as_of), **RESTATED).id
            latest = Given(table(expected))
            assert found.id == take(latest, MemoryStore(), windows_at(as_of), known_at="known").id


@pytest.mark.usefixtures("few_rows")
def test_restated_parts_are_read_again_and_the_others_are_kept() -> None:
    store, before = MemoryStore(), table(ALWAYS)
    take(Given(before, knows=True), store, windows_at(20), **RESTATED)
    restated = pa.concat_tables([before, table([(15.25, "c", 20.5, 7.0)])])
    source, lines = Given(restated, knows=True), list[str]()
    found = take(source, store, windows_at(21), tell=lines.append, **RESTATED)
    assert source.asked == [(Window(start=day(15), end=day(16)), Window(start=day(20), end=day(21)))]
    assert (15.25, "c", 20.5, 7.0) in rows_in(store, found)
    assert (
        lines[-1]
        == f"read {restated.num_rows} rows, 1 of them versions that were restated since; 2 parts written, 7 kept"
    )


def test_a_part_that_lacks_versions_of_later_is_not_kept_for_a_later_run() -> None:
    store = MemoryStore()
    source = Given(table([*ALWAYS, (15.25, "c", 20.5, 7.0)]), knows=True)
    first, second = (take(source, store, windows_at(as_of), **RESTATED) for as_of in (20, 21))
    assert [(15.25, "c", known, y) in rows_in(store, first) for known, y in ((15.25, 0.0), (20.5, 7.0))] == [
        True,
        False,
    ]
    assert [(15.25, "c", known, y) in rows_in(store, second) for known, y in ((15.25, 0.0), (20.5, 7.0))] == [
        False,
        True,
    ]


def test_a_label_may_be_missing_until_it_is_stated() -> None:
    stated = [(15.25, "c", 15.5, None), (15.25, "c", 18.0, 1.0)]
    store = MemoryStore()
    found = take(Given(table([*ALWAYS, *stated])), store, windows_at(20), **RESTATED)
    assert (15.25, "c", 18.0, 1.0) in rows_in(store, found)
    with pytest.raises(DataError, match=r"label y must not be null. Got 1 of 36 rows .* the first at 2000-01-15T06:00"):
        take(Given(table([*ALWAYS, *stated])), MemoryStore(), windows_at(17.75), **RESTATED)


@pytest.mark.parametrize("change", [{"key": ()}, {"key": None}, {"final_at": "known"}], ids=str)
def test_snapshots_of_another_key_or_of_other_final_labels_are_not_kept(change: dict[str, Any]) -> None:
    source, store = Given(table(ALWAYS), knows=True), MemoryStore()
    take(source, store, windows_at(20), **RESTATED)
    take(source, store, windows_at(20), **RESTATED)
    assert len(source.asked) == 1
    take(source, store, windows_at(20), **{**RESTATED, **change})
    assert source.asked[1] == source.asked[0]


def test_a_key_is_part_of_a_sources_recipe() -> None:
    recipes = {recipe_of(ParquetSource("/data", known_at="known", key=key)) for key in (None, (), KEY, (*KEY, "x"))}
    assert len(recipes) == 4


def test_the_manifest_says_what_makes_a_row_known_again() -> None:
    store = MemoryStore()
    manifest = manifest_of(store, take(Given(table(ALWAYS)), store, windows_at(20), **RESTATED))
    assert (manifest.key, manifest.times) == (KEY, ("when", "known"))


def test_the_command_line_tells_versions_apart_as_the_source_does(tmp_path: Path) -> None:
    store = FsspecStore(LocalFileSystem(), str(tmp_path))
    versions = [(when, station, when, 1.0) for when, station in itertools.product(range(11, 20), "ab")]
    restated = table([*versions, (15, "a", 20.5, 7.0)])
    one = take(Given(restated), store, windows_at(20), profiler=ArrowProfiler(), **RESTATED).id
    late = replace(windows_at(20), as_of=day(21))
    later = take(Given(restated), store, late, profiler=ArrowProfiler(), **RESTATED).id
    shown = CliRunner().invoke(app, ["snapshot", "show", later, "--store", str(tmp_path)]).stdout
    assert "event time when, known at known, the latest version of each event time, station" in shown
    told = CliRunner().invoke(app, ["snapshot", "diff", one, later, "--store", str(tmp_path)])
    assert "rows: 0 added, 0 removed, 1 restated; 17 the same" in told.stdout
