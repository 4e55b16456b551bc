"""Rows from Parquet files: only the partitions, row groups and columns that spans need, a batch at a time."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import pyarrow as pa

from headgate.adapters.arrow_spans import added, instant_of, microseconds_of, require_zoned, sighted
from headgate.adapters.pyarrow_files.catalogue import Catalogue, Pick
from headgate.adapters.pyarrow_files.footers import Bounds, Footer, Footers, Group, in_microseconds
from headgate.adapters.pyarrow_files.keys import Keys
from headgate.adapters.pyarrow_files.listing import File, place_of
from headgate.adapters.pyarrow_files.row_groups import GroupReader
from headgate.adapters.pyarrow_files.schemas import unified
from headgate.core.windows import Window, Windows
from headgate.ports import Sighting
from headgate.spec import ParquetSource

_ADVICE = "Write the files anew with one type, or name columns to read without {column}: columns=(...)."
_ZONED = "Write it as instants in UTC: which zone it is in can't be guessed."


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Listed:
    """The files that were there at one moment."""

    files: tuple[File, ...]
    keys: Keys
    catalogue: Catalogue
    schemas: dict[str, pa.Schema]


class ParquetRows:
    """Rows of a Parquet file, of all Parquet files in a folder, or of those that a pattern names.

    Folders of the form `year=2020` become columns: whole numbers where all values are, else text. One that bears the
    event time's name is the event time of its rows: an ISO 8601 instant with a zone, or a date, which begins in UTC.

    `read` and `look` list the files anew. `token` goes by the last list, so that no token is younger than the rows.

    Args:
        source: What the specification says.
        filesystem: An fsspec filesystem, with its credentials.
        path: Path or pattern in that filesystem.
    """

    def __init__(self, source: ParquetSource, filesystem: Any, path: str) -> None:  # noqa: ANN401 - fsspec has no types
        self._source = source
        self._place = place_of(source.url, "Parquet", filesystem, path)
        self._footers = Footers(self._place, source.event_time, source.known_at)
        self._last: _Listed | None = None

    @property
    def name(self) -> str:
        """The URL, without credentials."""
        return self._place.source

    def read(self, windows: Windows, spans: Sequence[Window]) -> Iterator[pa.Table]:
        """Yield the rows of the spans, about a million or 64 MB at a time.

        Raises:
            InputError: There is no such path, or no such column.
            DataError: A file isn't whole Parquet, files differ in their schema, or event times have no zone.
            StoreError: The filesystem refuses.
            TransientError: It can't be reached, or a file vanished or changed while it was read.
        """
        listed = self._last = self._list()
        picks = listed.catalogue.picks(in_microseconds(spans), microseconds_of(windows.as_of))
        yield from self._rows(listed, picks, self._wanted(), spans)

    def token(self, span: Window, as_of: datetime) -> str | None:
        """Return a digest of the files and row groups that can hold rows of the span, as they were listed last.

        The as-of is in it where rows may have become known after it.

        Raises:
            InputError, DataError, StoreError, TransientError: As in `read`.
        """
        self._last = listed = self._last or self._list()
        limit = microseconds_of(as_of)
        picks = listed.catalogue.picks(in_microseconds([span]), limit)
        if any(pick.file.stamp is None for pick in picks):
            return None
        keys = sorted((key, str(kind)) for key, kind in listed.keys.kinds.items())
        lines: list[object] = [(self._wanted(), self._source.event_time, self._source.known_at, keys)]
        lines += [(p.file.path, p.file.size, p.file.stamp, [group.number for group in p.groups]) for p in picks]
        if self._source.known_at and not all(group.is_known(limit) for pick in picks for group in pick.groups):
            lines.append(limit)
        return hashlib.sha256("\n".join(map(repr, lines)).encode()).hexdigest()

    def look(self, span: Window, as_of: datetime) -> Sighting:
        """Count rows by the footers where they say enough, else by event time and known-at alone.

        Raises:
            InputError, DataError, StoreError, TransientError: As in `read`.
        """
        listed = self._last = self._list()
        picks = listed.catalogue.picks(in_microseconds([span]), microseconds_of(as_of))
        told = [self._told(group, span, as_of) for pick in picks for group in pick.groups]
        rest = [
            replace(pick, groups=tuple(group for group in pick.groups if self._told(group, span, as_of) is None))
            for pick in picks
        ]
        batches = self._rows(listed, [pick for pick in rest if pick.groups], self._times(), [span])
        seen = sighted(batches, self._source.event_time, self._source.known_at, span, as_of)
        for group in filter(None, told):
            seen = added(seen, group)
        return seen

    def _told(self, group: Group, span: Window, as_of: datetime) -> Sighting | None:
        """Return what a footer alone says, if it says all."""
        times = group.event_time
        is_known = self._source.known_at is None or group.is_known(microseconds_of(as_of))
        if times is None or not is_known or not times.lies_in(in_microseconds([span])):
            return None
        return Sighting(rows=group.rows, newest=instant_of(times.high))

    def _times(self) -> list[str]:
        return [self._source.event_time, *filter(None, [self._source.known_at])]

    def _wanted(self) -> list[str] | None:
        if self._source.columns is None:
            return None
        return list(dict.fromkeys((*self._source.columns, *self._times())))

    def _list(self) -> _Listed:
        files = self._place.files()
        keys = Keys.of(self.name, self._source.event_time, files)
        footers = [self._timed(file, footer, keys) for file, footer in self._footers.of(files).items()]
        schemas = {file.path: keys.and_own(footer.schema) for file, footer in footers}
        return _Listed(files=files, keys=keys, catalogue=Catalogue(footers), schemas=schemas)

    def _timed(self, file: File, footer: Footer, keys: Keys) -> tuple[File, Footer]:
        """Give a file whose folder says its event time the bounds that this makes."""
        if self._source.event_time in footer.schema.names or self._source.event_time not in keys.kinds:
            return file, footer
        instant = keys.instant(file)
        bounds = None if instant is None else Bounds(low=instant, high=instant, has_nulls=False)
        return file, replace(footer, groups=tuple(replace(group, event_time=bounds) for group in footer.groups))

    def _rows(
        self, listed: _Listed, picks: Sequence[Pick], wanted: Sequence[str] | None, spans: Sequence[Window]
    ) -> Iterator[pa.Table]:
        if not picks:
            return
        schemas = {pick.file.path: listed.schemas[pick.file.path] for pick in picks}
        for path, found in schemas.items():
            for column in set(self._times()) & set(found.names):
                require_zoned(found.field(column).type, column, f"file {path} of source {self.name}", _ZONED)
        schema = unified(self.name, schemas, wanted, times=self._times(), advice=_ADVICE)
        reader = GroupReader(
            place=self._place, keys=listed.keys, schema=schema, event_time=self._source.event_time, spans=spans
        )
        for pick in picks:
            yield from reader.batches(pick)
