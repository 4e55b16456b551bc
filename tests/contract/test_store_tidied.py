"""What those see of a store on files who tidy it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from fsspec.implementations.local import LocalFileSystem

from headgate.adapters.fsspec_store import FsspecStore
from headgate.adapters.fsspec_store.ages import written_at
from headgate.errors import StoreError

MOMENT = datetime(2026, 5, 1, 12, tzinfo=UTC)


def test_what_a_killed_writer_left_is_a_file_and_no_document(tmp_path: Path) -> None:
    store = FsspecStore(LocalFileSystem(), str(tmp_path))
    (tmp_path / "snapshots").mkdir()
    (tmp_path / "snapshots" / ".a.json.0123").write_text("ha")
    (found,) = store.files("snapshots")
    assert (found.path, found.size, store.documents("snapshots")) == ("snapshots/.a.json.0123", 2, ())
    store.delete(found.path)
    assert store.files("snapshots") == ()


def test_a_file_is_as_old_as_the_disk_says(tmp_path: Path) -> None:
    store = FsspecStore(LocalFileSystem(), str(tmp_path))
    store.put_document("snapshots/a.json", "{}")
    (found,) = store.files("snapshots")
    assert found.written == datetime.fromtimestamp((tmp_path / "snapshots" / "a.json").stat().st_mtime, tz=UTC)


class ReadOnly(LocalFileSystem):  # type: ignore[misc]  # fsspec has no types
    def rm_file(self, path: str) -> None:
        raise PermissionError(13, "Permission denied", path)


def test_a_store_that_lets_nobody_delete_says_so(tmp_path: Path) -> None:
    store = FsspecStore(ReadOnly(), str(tmp_path))
    with pytest.raises(StoreError, match=r"must let this task delete .*a\.json.*Permission denied"):
        store.delete("a.json")


@pytest.mark.parametrize(
    "facts",
    [
        {"LastModified": MOMENT},
        {"LastModified": MOMENT.astimezone(timezone(timedelta(hours=2)))},
        {"last_modified": MOMENT.replace(tzinfo=None)},
        {"mtime": MOMENT.timestamp(), "created": 0.0},
        {"updated": "2026-05-01T12:00:00.000Z"},
        {"mtime": "who knows", "created": MOMENT.timestamp()},
    ],
    ids=["s3", "another zone", "azure", "disk", "google", "second best"],
)
def test_every_filesystem_says_its_ages_in_its_own_way(facts: dict[str, Any]) -> None:
    assert written_at(facts) == MOMENT


@pytest.mark.parametrize("facts", [{}, {"mtime": None}, {"mtime": True}, {"updated": "yesterday"}, {"created": b"0"}])
def test_an_age_that_nobody_can_read_is_none(facts: dict[str, Any]) -> None:
    assert written_at(facts) is None
