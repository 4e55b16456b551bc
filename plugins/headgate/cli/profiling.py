"""Statistics of what a word on the command line means: a snapshot's as they are stored, a file's computed now."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, cast

from headgate.cli.data_files import require_files
from headgate.cli.store import is_snapshot, open_store, require_snapshot
from headgate.core.profile import Profile
from headgate.errors import DataError
from headgate.ports.rows import Rows

if TYPE_CHECKING:
    import pyarrow as pa

_ROWS = 2**20


def profile_of(text: str, *, store: str | None) -> Profile:
    """Return the statistics of a snapshot (its id or manifest), or of a file, a folder of files, or a pattern.

    Raises:
        InputError: There is nothing of that name.
        DataError: A file can't be read.
        SnapshotDamagedError: The manifest isn't what was written.
        StoreError, TransientError: The store refuses, or can't be reached.
    """
    if is_snapshot(text):
        return require_snapshot(open_store(store), text).statistics
    return _of_files(require_files(text))


def _of_files(paths: tuple[str, ...]) -> Profile:
    import duckdb

    from headgate.adapters.duckdb_suites import DataFiles
    from headgate.adapters.pyarrow_profiler import ArrowProfiler

    profiler = ArrowProfiler()
    try:
        return profiler.merge([profiler.profile(part) for part in _large(DataFiles(*paths).parts())])
    except duckdb.Error as error:
        first = str(error).splitlines()[0]
        msg = f"DATA must be readable files of one schema. Got {paths[0]!r} instead: {first}"
        raise DataError(msg) from error


def _large(parts: Iterable[Rows]) -> Iterator[pa.Table]:
    """Join tables into fewer, larger ones, so that there are fewer sketches to keep."""
    import pyarrow as pa

    held: list[pa.Table] = []
    for part in cast("Iterable[pa.Table]", parts):
        if held and sum(table.num_rows for table in held) + part.num_rows > _ROWS:
            yield pa.concat_tables(held)
            held = []
        held.append(part)
    yield pa.concat_tables(held)
