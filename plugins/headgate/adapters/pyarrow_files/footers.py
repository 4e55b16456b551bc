"""What a Parquet file's footer says: its schema, and what each row group can hold."""

from __future__ import annotations

import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.parquet as pq

from headgate.adapters.arrow_spans import microseconds_of
from headgate.adapters.pyarrow_files.listing import File, Place
from headgate.adapters.pyarrow_files.refusals import asked, damaged, is_damage
from headgate.core.windows import Window

_AT_ONCE = 16
"""Footers of an object store are asked for in parallel: each costs a round trip."""

_TICKS_PER_MICROSECOND = {"milliseconds": (1000, 1), "microseconds": (1, 1), "nanoseconds": (1, 1000)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """Least and greatest instant of a column in a row group: whole microseconds since 1970, inclusive."""

    low: int
    high: int
    has_nulls: bool

    def meets(self, spans: Sequence[tuple[int, int]]) -> bool:
        """Tell whether a span may hold one of them; nulls are everywhere."""
        return self.has_nulls or any(self.low < end and self.high >= start for start, end in spans)

    def lies_in(self, spans: Sequence[tuple[int, int]]) -> bool:
        """Tell whether one span holds all of them."""
        return not self.has_nulls and any(start <= self.low and self.high < end for start, end in spans)


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A row group: its number in the file, its rows, and its bounds where the footer says any."""

    number: int
    rows: int
    event_time: Bounds | None
    known_at: Bounds | None

    def may_hold(self, spans: Sequence[tuple[int, int]], as_of: int) -> bool:
        """Tell whether it may hold rows of the spans that were known at the as-of."""
        in_span = self.event_time is None or self.event_time.meets(spans)
        return in_span and (self.known_at is None or self.known_at.has_nulls or self.known_at.low <= as_of)

    def is_known(self, as_of: int) -> bool:
        """Tell whether all its rows were surely known at the as-of."""
        return self.known_at is not None and not self.known_at.has_nulls and self.known_at.high <= as_of


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Footer:
    """A file's footer."""

    metadata: pq.FileMetaData
    schema: pa.Schema
    groups: tuple[Group, ...]


class Footers:
    """The footers of a source's files; each is read once, as long as its file doesn't change.

    Args:
        place: Where the files are.
        event_time: Column of the event's time.
        known_at: Column that says when a row became known, if there is one.
    """

    def __init__(self, place: Place, event_time: str, known_at: str | None) -> None:
        self._place = place
        self._event_time = event_time
        self._known_at = known_at
        self._read: dict[File, Footer] = {}

    def of(self, files: Sequence[File]) -> dict[File, Footer]:
        """Return the footers of files.

        Raises:
            DataError: A file isn't Parquet, or was cut short.
            TransientError: A file vanished, or can't be reached.
        """
        missing = [file for file in files if file not in self._read]
        if len(missing) > 1 and not self._place.is_local:
            with ThreadPoolExecutor(_AT_ONCE) as pool:
                self._read.update(zip(missing, pool.map(self._footer, missing), strict=True))
        else:
            self._read.update((file, self._footer(file)) for file in missing)
        return {file: self._read[file] for file in files}

    def _footer(self, file: File) -> Footer:
        with asked(self._place.source, file.path):
            try:
                with self._place.open(file) as handle:
                    metadata = pq.read_metadata(handle)
                    schema = metadata.schema.to_arrow_schema().remove_metadata()
            except Exception as error:
                if not is_damage(error):
                    raise
                raise damaged(self._place.source, file.path, file.size, "Parquet", error) from error
        return Footer(metadata=metadata, schema=schema, groups=self._groups(metadata))

    def _groups(self, metadata: pq.FileMetaData) -> tuple[Group, ...]:
        paths = [metadata.schema.column(number).path for number in range(metadata.num_columns)]
        at = {name: paths.index(name) for name in (self._event_time, self._known_at) if name in paths}
        groups = (metadata.row_group(number) for number in range(metadata.num_row_groups))
        return tuple(
            Group(
                number=number,
                rows=group.num_rows,
                event_time=_bounds(metadata, group, at.get(self._event_time)),
                known_at=_bounds(metadata, group, at.get(self._known_at or "")),
            )
            for number, group in enumerate(groups)
            if group.num_rows
        )


def in_microseconds(spans: Sequence[Window]) -> list[tuple[int, int]]:
    """Return spans as half-open pairs of whole microseconds since 1970."""
    return [(microseconds_of(span.start), microseconds_of(span.end)) for span in spans]


def _bounds(metadata: pq.FileMetaData, group: pq.RowGroupMetaData, column: int | None) -> Bounds | None:
    if column is None:
        return None
    statistics = group.column(column).statistics
    kind = json.loads(metadata.schema.column(column).logical_type.to_json())
    ticks = _TICKS_PER_MICROSECOND.get(kind.get("timeUnit"))
    if statistics is None or not statistics.has_min_max or ticks is None or not kind["isAdjustedToUTC"]:
        return None
    times, over = ticks
    return Bounds(
        low=statistics.min_raw * times // over,
        high=statistics.max_raw * times // over,
        has_nulls=not statistics.has_null_count or statistics.null_count > 0,
    )
