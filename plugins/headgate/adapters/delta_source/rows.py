"""Rows from a Delta Lake table: of its version at the as-of, and only of files that spans need."""

from __future__ import annotations

import difflib
import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

import pyarrow as pa
from deltalake import DeltaTable
from deltalake.fs import DeltaStorageHandler
from pyarrow.fs import FileSystem, PyFileSystem

from headgate.adapters.arrow_spans import require_zoned, sighted
from headgate.adapters.delta_source.refusals import reading
from headgate.adapters.delta_source.table import TableVersion
from headgate.adapters.delta_source.versions import commits_in, version_at
from headgate.core.windows import Window, Windows
from headgate.errors import InputError
from headgate.ports import Sighting
from headgate.spec import DeltaSource

_PATIENCE = {"max_retries": "3", "retry_timeout": "20s"}
"""How long the library tries again by itself: Airflow does, too, and a task that waits says nothing."""


class DeltaRows:
    """Rows of a Delta Lake table, of the newest version that was committed by the as-of.

    A replay of a past before the table's first version, or before what its log and files go back to, is an error: it
    would learn from what nobody knew then. Rows that were committed after the as-of aren't there for it, whatever their
    event time is.

    `read` and `look` load the table anew. `token` goes by what they loaded, so that no token is younger than the rows.

    Args:
        source: What the specification says.
        path: The table's folder, as the library knows it: a path, or a URL such as `s3://bucket/trips`.
        storage_options: Address and credentials of the store, as the library names them.
    """

    def __init__(self, source: DeltaSource, path: str, storage_options: Mapping[str, str] | None = None) -> None:
        self._source = source
        self._path = path
        self._options = {**_PATIENCE, **(storage_options or {})}
        self._loaded: tuple[datetime, TableVersion] | None = None

    @property
    def name(self) -> str:
        """The URL, without credentials."""
        return re.sub(r"//[^/@]*@", "//", self._source.url)

    def read(self, windows: Windows, spans: Sequence[Window]) -> Iterator[pa.Table]:
        """Yield the rows of the spans, about a hundred thousand at a time.

        Raises:
            InputError: There is no table, no such column, or the table has features that can't be read.
            DataError: There was no such version, its files are gone, or event times have no zone.
            StoreError: The store refuses.
            TransientError: It can't be reached.
        """
        table = self._load(windows.as_of)
        for span in spans:
            with reading(self.name, table.version):
                yield from table.batches(self._columns(table), span)

    def token(self, span: Window, as_of: datetime) -> str | None:
        """Return a digest of the files that can hold rows of the span; `None` where files alone don't tell.

        The as-of is in it where rows may have become known after it.

        Raises:
            InputError, DataError, StoreError, TransientError: As in `read`.
        """
        loaded = self._loaded
        table = loaded[1] if loaded and loaded[0] == as_of else self._load(as_of)
        if table.needs_engine:
            return None
        kinds = [(column, str(table.schema.field(column).type)) for column in self._columns(table)]
        lines: list[object] = [table.identity, *kinds, *table.paths(span)]
        if self._source.known_at is not None and not table.is_known(span, as_of):
            lines.append(as_of)
        return hashlib.sha256("\n".join(map(repr, lines)).encode()).hexdigest()

    def look(self, span: Window, as_of: datetime) -> Sighting:
        """Count rows by the log's statistics where they say enough, else by event time and known-at alone.

        Raises:
            InputError, DataError, StoreError, TransientError: As in `read`.
        """
        table = self._load(as_of)
        with reading(self.name, table.version):
            told = table.told(span) if self._source.known_at is None else None
            if told is None:
                return self._seen(table, span, as_of)
            if told.newest is None:
                return told
            late = Window(start=max(span.start, told.newest), end=span.end)
            return replace(told, newest=self._seen(table, late, as_of).newest)

    def _seen(self, table: TableVersion, span: Window, as_of: datetime) -> Sighting:
        batches = table.batches(self._times(), span)
        return sighted(batches, self._source.event_time, self._source.known_at, span, as_of)

    def _load(self, as_of: datetime) -> TableVersion:
        with reading(self.name):
            table = DeltaTable(self._path, storage_options=self._options)
            if self._source.time_travel:
                version = version_at(commits_in(self._folder(), table.version()), as_of, name=self.name)
                if version != table.version():
                    with reading(self.name, version):
                        table = DeltaTable(self._path, version=version, storage_options=self._options)
        loaded = TableVersion(table, self._source.event_time, self._source.known_at)
        self._check(loaded.schema)
        self._loaded = (as_of, loaded)
        return loaded

    def _folder(self) -> FileSystem:
        return PyFileSystem(DeltaStorageHandler(self._path, self._options))

    def _times(self) -> list[str]:
        return [self._source.event_time, *filter(None, [self._source.known_at])]

    def _columns(self, table: TableVersion) -> list[str]:
        wanted = self._source.columns or table.schema.names
        return list(dict.fromkeys((*wanted, *self._times())))

    def _check(self, schema: pa.Schema) -> None:
        for column in (*(self._source.columns or ()), *self._times()):
            if column not in schema.names:
                close = difflib.get_close_matches(column, schema.names, n=1)
                hint = f" Did you mean {close[0]}?" if close else ""
                msg = f"column {column} must be in source {self.name}. Got {', '.join(schema.names)} instead.{hint}"
                raise InputError(msg)
        for column in self._times():
            require_zoned(schema.field(column).type, column, f"source {self.name}", "Write it as instants in UTC.")
