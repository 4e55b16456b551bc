"""What of an earlier snapshot may stay, where the rows themselves don't tell."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from fsspec.implementations.local import LocalFileSystem

from headgate.adapters.pyarrow_files import ParquetRows
from headgate.core import parts as planning
from headgate.core.windows import Window, Windows
from headgate.spec import ParquetSource
from headgate.steps import keeping
from headgate.steps.reading import manifest_of
from headgate.testing.memory_store import MemoryStore
from tests.unit.taking import UTC_MICROSECONDS, day, take


def windows(first: int) -> Windows:
    return Windows(
        as_of=day(20), training=Window(start=day(first), end=day(9)), holdout=Window(start=day(9), end=day(12))
    )


def test_a_type_that_only_a_vanished_part_justified_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(planning, "PART_ROWS", 1)
    monkeypatch.setattr(planning, "EDGE_ROWS", 0)
    for number, kind in ((2, pa.int64()), (5, pa.int32()), (10, pa.int32())):
        table = pa.table({"when": pa.array([day(number)], UTC_MICROSECONDS), "y": pa.array([number], kind)})
        pq.write_table(table, tmp_path / f"{number}.parquet")

    def source() -> ParquetRows:
        return ParquetRows(ParquetSource(str(tmp_path), event_time="when"), LocalFileSystem(), str(tmp_path))

    store = MemoryStore()
    both = take(source(), store, windows(1))
    assert manifest_of(store, both).columns[1].type == "int64"
    later = take(source(), store, windows(4))
    assert later.id == take(source(), MemoryStore(), windows(4)).id
    assert manifest_of(store, later).columns[1].type == "int32"


def test_parts_of_rows_in_another_form_are_of_another_recipe(monkeypatch: pytest.MonkeyPatch) -> None:
    source = ParquetSource("/data")
    before = keeping.recipe_of(source)
    assert before == keeping.recipe_of(ParquetSource("/data")) != keeping.recipe_of(ParquetSource("/more"))
    monkeypatch.setattr(keeping, "_FORM", keeping._FORM + 1)
    assert keeping.recipe_of(source) != before
