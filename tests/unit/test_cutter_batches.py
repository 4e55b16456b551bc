"""Batches of one source must go together, and nothing of them stays on the disk."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from headgate.adapters.pyarrow_cutter import ArrowCutter, pile
from headgate.core.windows import Window
from headgate.errors import DataError, StoreError
from headgate.ports import Cut
from tests.unit.taking import UTC_MICROSECONDS, WINDOWS, cut, day, rows


@pytest.mark.parametrize("memory", [0, 2**28])
def test_a_column_that_is_all_null_in_one_batch_takes_the_type_of_the_other(memory: int) -> None:
    batches = [rows([3], s=pa.nulls(1)), rows([4, 5], s=["a", None]), rows([6], s=pa.nulls(1))]
    training, holdout = cut(batches, memory=memory)
    assert training.equals(cut(rows(range(3, 7), s=[None, "a", None, None]))[0])
    assert holdout.schema.field("s").type == pa.large_string()


@pytest.mark.parametrize("memory", [0, 2**28])
def test_timestamps_of_one_zone_take_the_finer_unit(memory: int) -> None:
    coarse = rows([3], at=pa.array([1_000_000], pa.timestamp("ns")))
    fine = rows([4, 5], at=pa.array([1, 2], pa.timestamp("ns")))
    for batches in ([coarse, fine], [fine, coarse]):
        training, _ = cut(batches, memory=memory)
        assert training.column("at").cast(pa.int64()).to_pylist() == [1_000_000, 1]


@pytest.mark.parametrize(
    ("one", "other", "sentence"),
    [
        ([1], [1.5], r"column x must have one type .* Got int64 and double instead. pandas makes floats.*float64"),
        (["a"], [1], r"column x must have one type .* Got large_string and int64 instead"),
        ([1], pa.array([1], pa.int32()), r"column x must have one type .* Got int64 and int32 instead"),
    ],
)
@pytest.mark.parametrize("memory", [0, 2**28])
def test_batches_whose_types_differ_are_refused(one: Any, other: Any, sentence: str, memory: int) -> None:
    with pytest.raises(DataError, match=sentence):
        cut([rows([3], x=one), rows([5], x=other)], memory=memory)


@pytest.mark.parametrize(
    ("names", "sentence"),
    [
        (["when", "y", "z"], r"the same in all batches of the source: when, y, x. Got no x and also z in one instead"),
        (["when", "x", "y"], r"Got another order, when, x, y, in one instead"),
    ],
)
def test_batches_whose_columns_differ_are_refused(names: list[str], sentence: str) -> None:
    with pytest.raises(DataError, match=sentence):
        cut(
            [
                rows([3], x=[1.0]),
                rows([5], x=[1.0]).rename_columns(["when", "y", "z"]).select([0, 1, 2])
                if "z" in names
                else rows([5], x=[1.0]).select(names),
            ]
        )


def test_a_batch_without_rows_is_passed_over_even_when_pandas_forgot_its_types() -> None:
    empty = pa.table({"when": pa.nulls(0), "y": pa.nulls(0)})
    assert cut([empty, rows()])[0].equals(cut(rows())[0])


def test_timestamps_that_fit_no_common_unit_are_refused() -> None:
    far = rows([3], at=pa.array([datetime(9000, 1, 1)], pa.timestamp("us")))  # noqa: DTZ001 - without a zone
    fine = rows([5], at=pa.array([1], pa.timestamp("ns")))
    with pytest.raises(DataError, match="must fit one unit"):
        cut([far, fine])


def test_a_large_batch_is_taken_in_slices_and_gives_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    given = rows(range(9, 0, -1), s=list("abcdefghi"))
    whole = cut(given)
    monkeypatch.setattr(pile, "_SLICE_ROWS", 2)
    sliced = cut(given, memory=0)
    assert [one.equals(other) for one, other in zip(whole, sliced, strict=True)] == [True, True]


def test_rows_that_were_not_known_at_the_as_of_are_left_out_and_counted() -> None:
    known = pa.array([day(8), day(9), day(9.5), day(12)], UTC_MICROSECONDS)
    asked = Cut(spans=(WINDOWS.training,), as_of=WINDOWS.as_of, event_time="when", label="y", known_at="known")
    with ArrowCutter().pile(asked) as heap:
        heap.add(rows([3, 3.5, 4, 4.5], known=known))
        found = heap.gathered()
        assert heap.rows(WINDOWS.training).num_rows == 2
    assert found.counts.rows == 2
    assert (found.unknown.rows, found.unknown.rows_in(Window(start=day(4), end=day(4.6)))) == (2, 2)


@pytest.mark.parametrize(
    ("known", "sentence"),
    [
        (["2000-01-01"] * 2, r"known at known must be timestamps with a time zone. Got string"),
        (pa.array([day(3), None], UTC_MICROSECONDS), r"known at known must not be null. Got 1 of 2 rows"),
    ],
)
def test_instants_of_knowledge_must_be_instants(known: Any, sentence: str) -> None:
    asked = Cut(spans=(WINDOWS.training,), as_of=WINDOWS.as_of, event_time="when", label="y", known_at="known")
    with ArrowCutter().pile(asked) as heap, pytest.raises(DataError, match=sentence):
        heap.add(rows([3, 4], known=known))


def test_rows_are_counted_by_the_hour_within_their_span() -> None:
    half = day(5 + 0.5 / 24)
    spans = (WINDOWS.training, Window(start=half, end=day(7)))
    asked = Cut(spans=spans, as_of=WINDOWS.as_of, event_time="when", label="y")
    with ArrowCutter().pile(asked) as heap:
        heap.add(rows([3, 3 + 0.9 / 24, 5 + 0.2 / 24, 5 + 0.7 / 24, 5 + 1.7 / 24]))
        heap.add(rows([3 + 0.1 / 24]))
        tally = heap.gathered().counts
    hours = [day(3), day(3 + 1 / 24), day(5), half, day(5 + 1 / 24), day(7)]
    found = [tally.rows_in(Window(start=start, end=end)) for start, end in itertools.pairwise(hours)]
    assert found == [3, 0, 0, 1, 1]
    assert tally.first_in(WINDOWS.training) == day(3)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder for temporary files, with a look at what is open in it."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    yield tmp_path
    assert _open_below(tmp_path) == []


def _open_below(folder: Path) -> list[Path]:
    """Return the open files in a folder, those without a name too."""
    found = [link.readlink() for link in Path("/proc/self/fd").iterdir() if link.exists()]
    return [path for path in found if path.is_relative_to(folder)]


def test_the_temporary_file_is_gone_when_the_cut_ends_and_when_it_fails(folder: Path) -> None:
    cut([rows(), rows()], memory=0)
    with pytest.raises(DataError):
        cut([rows(), rows().drop_columns("y")], memory=0)
    assert list(folder.iterdir()) == []


def test_a_temporary_file_bears_no_name_so_that_a_killed_task_leaves_nothing(folder: Path) -> None:
    asked = Cut(spans=(WINDOWS.training,), as_of=WINDOWS.as_of, event_time="when", label="y")
    with ArrowCutter(memory=0).pile(asked) as heap:
        heap.add(rows())
        assert list(folder.iterdir()) == []


def test_a_temporary_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    asked = Cut(spans=(WINDOWS.training,), as_of=WINDOWS.as_of, event_time="when", label="y")
    cutter = ArrowCutter(memory=0, folder=str(tmp_path / "none"))
    with cutter.pile(asked) as heap, pytest.raises(StoreError, match=r"temporary folder .*none must have room.*TMPDIR"):
        heap.add(rows())
