"""A pile of rows: batches go in, sorted spans come out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from typing import cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from headgate.adapters.arrow_buffers import flags, places, raw
from headgate.adapters.arrow_spans import microseconds_of, nearest_instant
from headgate.adapters.pyarrow_cutter.columns import canonical, instants, require_columns, without_views
from headgate.adapters.pyarrow_cutter.schemas import joined, unified
from headgate.adapters.pyarrow_cutter.sorting import bounds_of, in_full_order, in_order, ticks_of
from headgate.adapters.pyarrow_cutter.spill import Spill
from headgate.adapters.pyarrow_cutter.versions import latest, stretches
from headgate.core.snapshots import Column
from headgate.core.tally import Tally
from headgate.core.windows import Window
from headgate.ports import Cut, Gathered, Rows

MEMORY = 256 * 2**20
"""How many bytes of rows a pile holds in memory before it goes to disk."""

_SLICE_ROWS = 2**20
"""Most rows that are brought into the canonical form at a time: a user's function may give all in one batch."""

_HOUR = 3_600_000_000


class ArrowCutter:
    """`RowsCutter` on Arrow.

    Args:
        memory: How many bytes of rows are held in memory; what is beyond goes to a temporary file.
        folder: Where that file is made; the system's folder for such by default.
    """

    def __init__(self, *, memory: int = MEMORY, folder: str | None = None) -> None:
        self._memory = memory
        self._folder = folder

    @contextmanager
    def pile(self, cut: Cut) -> Iterator[ArrowPile]:
        """Return an empty pile, whose temporary file is gone when the context ends."""
        with ExitStack() as until_the_end:
            yield ArrowPile(cut, memory=self._memory, folder=self._folder, until_the_end=until_the_end)


class ArrowPile:
    """`RowsPile` on Arrow."""

    def __init__(self, cut: Cut, *, memory: int, folder: str | None, until_the_end: ExitStack) -> None:
        self._cut = cut
        self._most = memory // 2  # sorting what is written holds it twice
        self._folder = folder
        self._until_the_end = until_the_end
        bounds = [bounds_of(span) for span in cut.spans]
        self._starts, self._ends = (np.array([pair[side] for pair in bounds], np.int64) for side in (0, 1))
        self._schema: pa.Schema | None = None
        self._held: list[pa.Table] = []
        self._bytes = 0
        self._spill: Spill | None = None
        self._counts, self._unknown = Counter[int](), Counter[int]()
        self._events: tuple[int, int] | None = None
        self._unlabelled, self._first_unlabelled = 0, 2**63
        self._superseded = 0

    def add(self, batch: Rows) -> None:
        """Bring a batch into the canonical form, and keep those of its rows that count.

        Raises:
            DataError: A column is missing or there twice, or isn't as in the batches before; event times have no zone
                or are null.
            StoreError: There is no room for what memory doesn't hold.
        """
        table = batch if isinstance(batch, pa.Table) else pa.Table.from_batches([batch])
        require_columns(table.column_names, self._cut)
        if table.num_rows or not pa.types.is_null(table.schema.field(self._cut.event_time).type):
            times = instants(table.column(self._cut.event_time), "event time", self._cut.event_time)
            table = table.set_column(table.column_names.index(self._cut.event_time), self._cut.event_time, times)
            table, ticks = without_views(table), ticks_of(times)
            for start in range(0, max(len(ticks), 1), _SLICE_ROWS):
                self._take(table.slice(start, _SLICE_ROWS), ticks[start : start + _SLICE_ROWS])

    def gathered(self) -> Gathered:
        """Return what it holds. Nothing is added afterwards.

        With a key, only the latest version of each row stays. Memory holds at most `_SLICE_ROWS` versions for that, or
        those of an hour.

        Raises:
            DataError: A key isn't of plain values, or nothing says which of two versions came last.
            StoreError: There is no room for what memory doesn't hold.
        """
        self._end()
        if self._cut.key is not None:
            self._keep_latest()
            self._end()
        return Gathered(
            columns=tuple(Column(name=field.name, type=str(field.type)) for field in self._schema or ()),
            counts=Tally(self._counts),
            unknown=Tally(self._unknown),
            events=(nearest_instant(self._events[0]), nearest_instant(self._events[1])) if self._events else None,
            unlabelled=self._unlabelled,
            first_unlabelled=nearest_instant(self._first_unlabelled) if self._unlabelled else None,
            superseded=self._superseded,
        )

    def rows(self, span: Window, more: Sequence[Rows] = ()) -> pa.Table:
        """Return the rows of a span, sorted: the same rows give equal tables, whatever batches they came in.

        Args:
            span: Which rows.
            more: Rows of that span from elsewhere, canonical and of the same columns.
        """
        found = [*self._cut_out(self._held, self._spill, *bounds_of(span)), *cast("Sequence[pa.Table]", more)]
        schema = self._schema or found[0].schema
        return in_full_order(joined(found, schema), self._cut.event_time)

    def _take(self, table: pa.Table, ticks: np.ndarray) -> None:
        self._see(ticks)
        table, ticks = self._that_count(table, ticks)
        if not table.num_rows:
            return
        table = canonical(table)
        self._schema = unified(self._schema, table.schema)
        if self._cut.key is None:
            self._look_for_labels(table, ticks)
        self._hold(table)

    def _hold(self, table: pa.Table) -> None:
        self._held.append(table)
        self._bytes += table.nbytes
        if self._bytes > self._most:
            self._write()

    def _see(self, ticks: np.ndarray) -> None:
        if len(ticks):
            first, last = int(ticks.min()), int(ticks.max())
            earlier = self._events or (first, last)
            self._events = (min(first, earlier[0]), max(last, earlier[1]))

    def _that_count(self, table: pa.Table, ticks: np.ndarray) -> tuple[pa.Table, np.ndarray]:
        """Return the rows that lie in a span and were known at the as-of, and count them by their hours."""
        if not len(self._starts) or not len(ticks):
            return table.slice(0, 0), ticks[:0]
        span = self._spans_of(ticks)
        inside = (span >= 0) & (ticks < self._ends[span])
        table, ticks, span = _where(inside, table, ticks, span)
        hours = self._hours_of(ticks, span)
        if self._cut.known_at is not None and table.num_rows:
            known = instants(table.column(self._cut.known_at), "known at", self._cut.known_at)
            in_time = ticks_of(known) <= microseconds_of(self._cut.as_of)
            self._unknown.update(_counted(hours[~in_time]))
            table, ticks, hours = _where(in_time, table, ticks, hours)
        self._counts.update(_counted(hours))
        return table, ticks

    def _spans_of(self, ticks: np.ndarray) -> np.ndarray:
        """Return the numbers of the last spans that begin by then; -1 before the first."""
        return np.searchsorted(self._starts, ticks, side="right") - 1

    def _hours_of(self, ticks: np.ndarray, span: np.ndarray) -> np.ndarray:
        """Return the first instants of the hours within their spans."""
        return np.maximum(ticks // _HOUR * _HOUR, self._starts[span])

    def _look_for_labels(self, table: pa.Table, ticks: np.ndarray) -> None:
        labels = table.column(self._cut.label)
        if labels.null_count:
            missing = ticks[raw(pc.is_null(labels).cast(pa.uint8()).combine_chunks()).astype(bool)]
            self._unlabelled += len(missing)
            self._first_unlabelled = min(self._first_unlabelled, int(missing.min()))

    def _end(self) -> None:
        """Have every row in sorted pieces."""
        if self._spill is not None:
            self._write()
        self._held = [self._in_order()] if self._held else []

    def _keep_latest(self) -> None:
        """Replace the rows by the latest version of each, a stretch of event time after the other."""
        held, spill, versions = self._held, self._spill, self._counts
        self._held, self._bytes, self._spill, self._counts = [], 0, None, Counter[int]()
        for start, end in stretches(versions, _SLICE_ROWS):
            table = joined(self._cut_out(held, spill, start, end), cast("pa.Schema", self._schema))
            table = latest(table, ticks_of(table.column(self._cut.event_time)), self._cut)
            ticks = ticks_of(table.column(self._cut.event_time))
            self._counts.update(_counted(self._hours_of(ticks, self._spans_of(ticks))))
            self._look_for_labels(table, ticks)
            self._hold(table)
        self._superseded = versions.total() - self._counts.total()
        if spill is not None:
            spill.close()

    def _write(self) -> None:
        if not self._held:
            return
        if self._spill is None:
            self._spill = self._until_the_end.enter_context(Spill(self._folder))
        table = joined(self._held, cast("pa.Schema", self._schema))
        self._held, self._bytes = [], 0
        self._spill.add(table, ticks_of(table.column(self._cut.event_time)))

    def _in_order(self) -> pa.Table:
        table = joined(self._held, cast("pa.Schema", self._schema))
        order = in_order(ticks_of(table.column(self._cut.event_time)))
        return table.combine_chunks() if order is None else table.combine_chunks().take(places(order))

    def _cut_out(self, held: Sequence[pa.Table], spill: Spill | None, start: int, end: int) -> list[pa.Table]:
        """Return the rows within the half-open interval, from sorted pieces."""
        pieces = [*held, *(spill.pieces(start, end) if spill else ())]
        return [self._between(piece, start, end) for piece in pieces]

    def _between(self, piece: pa.Table, start: int, end: int) -> pa.Table:
        """Return the rows of a sorted piece within the half-open interval."""
        ticks = ticks_of(piece.column(self._cut.event_time))
        first, last = (int(position) for position in np.searchsorted(ticks, (start, end)))
        return piece.slice(first, max(last - first, 0))


def _where(mask: np.ndarray, table: pa.Table, *arrays: np.ndarray) -> tuple[pa.Table, np.ndarray, np.ndarray]:
    if not bool(mask.all()):
        table = table.filter(flags(mask))
        arrays = tuple(array[mask] for array in arrays)
    return table, arrays[0], arrays[1]


def _counted(hours: np.ndarray) -> Mapping[int, int]:
    """Count equal numbers; quick where equal ones lie side by side."""
    if not len(hours):
        return {}
    starts = np.flatnonzero(np.diff(hours, prepend=hours[0] - 1))
    sizes = np.diff(starts, append=len(hours))
    values, places = np.unique(hours[starts], return_inverse=True)
    totals = np.bincount(places, weights=sizes).astype(np.int64)
    return dict(zip(values.tolist(), totals.tolist(), strict=True))
