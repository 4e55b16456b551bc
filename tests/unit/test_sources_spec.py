"""What a source's key, and a label's column of finality, must be."""

from __future__ import annotations

from typing import Any

import pytest

from headgate.errors import InputError
from headgate.spec import CsvSource, DeltaSource, FunctionSource, Label, ParquetSource, SqlSource

SQL = "SELECT * FROM loads WHERE at >= :start AND at < :end"
MAKERS: dict[str, Any] = {
    "function": lambda **more: FunctionSource("a:b", **more),
    "parquet": lambda **more: ParquetSource("/a", **more),
    "csv": lambda **more: CsvSource("/a", **more),
    "sql": lambda **more: SqlSource(SQL, "a", **more),
    "delta": lambda **more: DeltaSource("/a", **more),
}


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
@pytest.mark.parametrize("key", [None, (), ("station",), ("station", "event_time")])
def test_a_key_is_columns_or_none_at_all(make: Any, key: Any) -> None:
    assert make(known_at="known", key=key).key == key


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
@pytest.mark.parametrize("key", ["station", ["station"], ("station", ""), (3,), 3])
def test_what_is_no_key_is_refused(make: Any, key: Any) -> None:
    with pytest.raises(
        InputError, match=r'source\.key must be a tuple of column names such as \("station",\), or None'
    ):
        make(known_at="known", key=key)


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
@pytest.mark.parametrize("key", [(), ("station",)])
def test_a_key_needs_to_know_which_version_came_last(make: Any, key: Any) -> None:
    with pytest.raises(InputError, match=r"source\.key must go with known_at, .* Got \(.*\) without it instead"):
        make(key=key)


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
def test_when_a_row_became_known_tells_versions_apart_and_not_rows(make: Any) -> None:
    with pytest.raises(InputError, match=r"source\.key must be what the versions of a row share. Got known in it"):
        make(known_at="known", key=("station", "known"))


@pytest.mark.parametrize("name", ["parquet", "csv", "delta"])
def test_a_key_must_be_read(name: str) -> None:
    key, read = ("station", "event_time"), ("load", "station")
    assert MAKERS[name](known_at="known", columns=read, key=key).key == key
    with pytest.raises(InputError, match=r"source\.key must be among source\.columns. Got 'station' instead"):
        MAKERS[name](known_at="known", columns=("load",), key=key)


@pytest.mark.parametrize("final_at", ["", " ", 3])
def test_the_column_of_finality_is_a_name(final_at: Any) -> None:
    assert (Label("load").final_at, Label("load", final_at="final").final_at) == (None, "final")
    with pytest.raises(InputError, match=r"label\.final_at must be a text"):
        Label("load", final_at=final_at)
