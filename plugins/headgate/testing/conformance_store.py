"""What every snapshot store must do: subclass `StoreConformance` in your tests, and let pytest collect it."""

# ruff: noqa: S101 - a suite that pytest runs

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import cast

import pyarrow as pa  # noqa: TID253 - no Dag imports it

from headgate.core.snapshots import PartRef, part_path, profile_path
from headgate.errors import DataError, SnapshotDamagedError
from headgate.ports import SnapshotStore

_ROWS = pa.table(
    {
        "when": pa.array([1, 2, None], pa.timestamp("us", "UTC")),
        "x": pa.array([0.5, None, -1.0]),
        "n": pa.array([1, 2, 3], pa.int32()),
        "s": pa.array(["a", None, "é"], pa.large_string()),
        "b": pa.array([True, None, False]),
    }
)


class StoreConformance(ABC):
    """The suite. Each test asks for a store of its own."""

    @abstractmethod
    def make(self) -> SnapshotStore:
        """Return a store that is empty."""

    def test_a_part_comes_back_as_it_went_in(self) -> None:
        """Values, types, names, nulls and their order."""
        store = self.make()
        assert _get(store, store.put(_ROWS)).equals(_ROWS)

    def test_a_part_says_how_many_rows_it_has(self) -> None:
        """So that nobody has to read it for that."""
        assert self.make().put(_ROWS).rows == _ROWS.num_rows

    def test_the_same_rows_are_one_part_however_they_are_chunked(self) -> None:
        """The second time finds the first one's."""
        store = self.make()
        assert store.put(_ROWS) == store.put(pa.concat_tables([_ROWS.slice(0, 1), _ROWS.slice(1)]))

    def test_two_stores_give_one_digest(self) -> None:
        """It is made of the content alone."""
        assert self.make().put(_ROWS) == self.make().put(_ROWS)

    def test_other_rows_are_another_part(self) -> None:
        """Both can be had afterwards."""
        store = self.make()
        first, second = store.put(_ROWS), store.put(_ROWS.slice(1))
        assert first.digest != second.digest
        assert _get(store, first).num_rows == _get(store, second).num_rows + 1

    def test_a_part_without_rows_keeps_its_columns(self) -> None:
        """Nothing is lost of a table that holds nothing."""
        store = self.make()
        assert _get(store, store.put(_ROWS.slice(0, 0))).schema.equals(_ROWS.schema)

    def test_a_part_that_nobody_wrote_is_missed(self) -> None:
        """It isn't taken for an empty one."""
        store = self.make()
        assert _is_damaged(lambda: store.get(PartRef(digest="0" * 64, rows=1)))

    def test_only_the_columns_asked_for_come_back_in_the_order_they_were_asked_for(self) -> None:
        """What a training doesn't need isn't read."""
        store = self.make()
        found = cast("pa.Table", store.get(store.put(_ROWS), ["s", "when"]))
        assert found.equals(_ROWS.select(["s", "when"]))

    def test_columns_of_a_part_without_rows_keep_their_types(self) -> None:
        """Nothing is lost of a table that holds nothing."""
        store = self.make()
        found = cast("pa.Table", store.get(store.put(_ROWS.slice(0, 0)), ["n"]))
        assert found.schema.equals(_ROWS.select(["n"]).schema)

    def test_a_column_that_is_not_there_is_refused(self) -> None:
        """It isn't taken for an empty one."""
        store = self.make()
        part = store.put(_ROWS)
        try:
            store.get(part, ["x", "z"])
        except DataError as error:
            assert "column z" in str(error)  # noqa: PT017 - the suite doesn't import pytest
        else:
            raise AssertionError

    def test_a_part_is_there_once_it_was_put(self) -> None:
        """Whoever keeps a part unread asks before."""
        store = self.make()
        assert not store.has(PartRef(digest="0" * 64, rows=1))
        assert store.has(store.put(_ROWS))

    def test_writers_at_once_agree(self) -> None:
        """Each finds a whole part afterwards."""
        store = self.make()
        with ThreadPoolExecutor(4) as pool:
            parts = set(pool.map(lambda _: store.put(_ROWS), range(8)))
        assert len(parts) == 1
        assert _get(store, parts.pop()).equals(_ROWS)

    def test_a_document_comes_back_as_it_went_in(self) -> None:
        """In a folder, in any script."""
        store = self.make()
        store.put_document("snapshots/co2/a.json", "ä\n")
        assert store.get_document("snapshots/co2/a.json") == "ä\n"

    def test_a_document_is_replaced_the_second_time(self) -> None:
        """The last one counts."""
        store = self.make()
        store.put_document("a.json", "a longer first")
        store.put_document("a.json", "second")
        assert store.get_document("a.json") == "second"

    def test_a_document_that_nobody_wrote_is_missed(self) -> None:
        """It isn't taken for an empty one."""
        store = self.make()
        assert _is_damaged(lambda: store.get_document("a.json"))

    def test_documents_are_found_by_their_folder_in_order(self) -> None:
        """Those below it, not those beside it; parts are no documents."""
        store = self.make()
        store.put(_ROWS)
        for path in ("snapshots/co2/b.json", "snapshots/co2/a.json", "snapshots/co2b/c.json", "other.json"):
            store.put_document(path, path)
        assert store.documents("snapshots/co2") == ("snapshots/co2/a.json", "snapshots/co2/b.json")
        assert len(store.documents("snapshots")) == len("abc")
        assert store.documents("nothing") == store.documents("parts") == ()

    def test_files_are_told_with_their_sizes_and_ages(self) -> None:
        """Parts and what lies beside them, and documents; each below its folder."""
        store = self.make()
        part = store.put(_ROWS)
        store.put_document(profile_path(part), "{}")
        store.put_document("snapshots/co2/b.json", "four")
        store.put_document("snapshots/co2b/c.json", "")
        (document,) = store.files("snapshots/co2")
        assert (document.path, document.size) == ("snapshots/co2/b.json", len("four"))
        assert [file.path for file in store.files("parts")] == sorted([part_path(part), profile_path(part)])
        assert store.files("nothing") == ()
        written = [file.written for file in (*store.files("parts"), *store.files("snapshots"))]
        assert all(moment is not None and moment.utcoffset() == timedelta(0) for moment in written)
        assert all(file.size for file in store.files("parts"))

    def test_a_deleted_document_is_missed_and_no_longer_told(self) -> None:
        """The second time changes nothing."""
        store = self.make()
        for path in ("snapshots/co2/a.json", "snapshots/co2/b.json"):
            store.put_document(path, path)
        for _ in range(2):
            store.delete("snapshots/co2/a.json")
        assert store.documents("snapshots") == ("snapshots/co2/b.json",)
        assert [file.path for file in store.files("snapshots")] == ["snapshots/co2/b.json"]
        assert _is_damaged(lambda: store.get_document("snapshots/co2/a.json"))

    def test_a_deleted_part_is_missed_and_can_be_written_again(self) -> None:
        """Whoever takes its snapshot again writes it anew."""
        store = self.make()
        part, other = store.put(_ROWS), store.put(_ROWS.slice(1))
        for _ in range(2):
            store.delete(part_path(part))
        assert (store.has(part), store.has(other)) == (False, True)
        assert _is_damaged(lambda: store.get(part))
        assert store.put(_ROWS) == part
        assert _get(store, part).equals(_ROWS)

    def test_what_was_never_there_can_be_deleted(self) -> None:
        """Somebody else may have been faster."""
        store = self.make()
        store.delete("parts/00/nothing.parquet")
        store.delete("nothing.json")


def _get(store: SnapshotStore, part: PartRef) -> pa.Table:
    return cast("pa.Table", store.get(part))


def _is_damaged(call: Callable[[], object]) -> bool:
    try:
        call()
    except SnapshotDamagedError:
        return True
    return False
