"""The row groups of Parquet files, a batch at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from headgate.adapters.arrow_spans import within
from headgate.adapters.pyarrow_files.catalogue import Pick
from headgate.adapters.pyarrow_files.footers import Group, in_microseconds
from headgate.adapters.pyarrow_files.keys import Keys
from headgate.adapters.pyarrow_files.listing import Place
from headgate.adapters.pyarrow_files.refusals import asked, damaged, is_damage
from headgate.core.windows import Window

MOST_ROWS = 1_000_000
"""Rows of one batch."""

MOST_BYTES = 64 * 2**20
"""Bytes of one batch, about."""

_LEAST_ROWS = 1000
_TEXT = 32
"""Bytes that a text takes at least, however well its file packs it."""

_PIECE = 2**20
"""Bytes of a column that are fetched at a time from a disk."""

_REMOTE_PIECE = 8 * 2**20
"""Bytes of a column that are fetched at a time from an object store, where row groups are large."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupReader:
    """Reads row groups of Parquet files.

    Args:
        place: Where the files are.
        keys: What their folders say.
        schema: What the rows are to look like.
        event_time: Column of the event's time.
        spans: Rows that lie in none of them are left out; those without an event time aren't.
    """

    place: Place
    keys: Keys
    schema: pa.Schema
    event_time: str
    spans: Sequence[Window]

    def batches(self, pick: Pick) -> Iterator[pa.Table]:
        """Yield the rows of a file's row groups.

        Raises:
            DataError: It can't be read.
            TransientError: It vanished or changed while it was read, or can't be reached.
        """
        source, file = self.place.source, pick.file
        with asked(source, file.path):
            try:
                yield from self._batches(pick)
            except Exception as error:
                if not is_damage(error):
                    raise
                self.place.require_unchanged(file)
                raise damaged(source, file.path, file.size, "Parquet", error) from error
        self.place.require_unchanged(file)

    def _batches(self, pick: Pick) -> Iterator[pa.Table]:
        own = [name for name in self.schema.names if name in pick.footer.schema.names]
        packed, size = _sizes(pick, own)
        rows = max(_LEAST_ROWS, min(MOST_ROWS, MOST_BYTES // max(1, size)))
        options = self._options(packed)
        with (
            self.place.open(pick.file) as handle,
            pq.ParquetFile(handle, metadata=pick.footer.metadata, **options) as file,
        ):
            for bite in _bites(pick.groups, rows):
                numbers = [group.number for group in bite]
                for batch in file.iter_batches(rows, row_groups=numbers, columns=own):
                    kept = self._kept(self._shaped(pa.Table.from_batches([batch]).select(own), pick), bite)
                    if kept.num_rows:
                        yield kept

    def _options(self, packed: int) -> dict[str, int]:
        """Return how to fetch: a row group's columns at once from an object store, else piece by piece."""
        if self.place.is_local:
            return {"buffer_size": _PIECE, "pre_buffer": False}
        return {"buffer_size": _REMOTE_PIECE, "pre_buffer": False} if packed > MOST_BYTES else {"pre_buffer": True}

    def _shaped(self, rows: pa.Table, pick: Pick) -> pa.Table:
        rows = self.keys.added(rows, pick.file, self.schema.names).select(self.schema.names)
        return rows.replace_schema_metadata() if rows.schema.equals(self.schema) else rows.cast(self.schema)

    def _kept(self, rows: pa.Table, bite: Sequence[Group]) -> pa.Table:
        spans = in_microseconds(self.spans)
        if all(group.event_time and group.event_time.lies_in(spans) for group in bite):
            return rows
        # One without an event time stays: whoever cuts refuses it, and it isn't lost.
        inside = within(rows.column(self.event_time), self.spans)
        return rows.filter(pc.or_kleene(inside, pc.is_null(inside)))


def _bites(groups: Sequence[Group], rows: int) -> Iterator[list[Group]]:
    """Yield runs of row groups that together have about as many rows as a batch; a large one is a run by itself."""
    bite: list[Group] = []
    for group in groups:
        if bite and sum(one.rows for one in bite) + group.rows > rows:
            yield bite
            bite = []
        bite.append(group)
    if bite:
        yield bite


def _sizes(pick: Pick, columns: Sequence[str]) -> tuple[int, int]:
    """Return the bytes of the largest row group as the file packs them, and the bytes of a row in memory, about."""
    packed, row = 0, 0
    for group in pick.groups:
        found = pick.footer.metadata.row_group(group.number)
        chunks = [found.column(number) for number in range(found.num_columns)]
        chunks = [chunk for chunk in chunks if chunk.path_in_schema.partition(".")[0] in columns]
        packed = max(packed, sum(chunk.total_compressed_size for chunk in chunks))
        plain = sum(chunk.total_uncompressed_size for chunk in chunks) // group.rows
        row = max(row, plain, sum(map(_width, (pick.footer.schema.field(name).type for name in columns))))
    return packed, row


def _width(kind: pa.DataType) -> int:
    try:
        return max(1, kind.bit_width // 8)
    except ValueError:  # it has no fixed width
        return _TEXT
