"""One version of a Delta Lake table: its files, and its rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from functools import cached_property

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
from deltalake import DeltaTable

from headgate.adapters.arrow_spans import INSTANT
from headgate.core.windows import Window
from headgate.ports import Sighting

_BATCH = 131_072
_ENGINE_ONLY = {"columnMapping", "deletionVectors"}
"""Features of tables that only the library's own engine reads."""
_ROUNDED = timedelta(milliseconds=1)
"""Statistics hold times in milliseconds, rounded either way by whoever wrote them."""


class TableVersion:
    """A table as it was at one version.

    Args:
        table: It, with that version loaded.
        event_time: Column of the event's time.
        known_at: Column that says when a row became known, if there is one.
    """

    def __init__(self, table: DeltaTable, event_time: str, known_at: str | None) -> None:
        self._table = table
        self._event_time = event_time
        self._known_at = known_at

    @property
    def version(self) -> int:
        """Its number."""
        return int(self._table.version())

    @cached_property
    def identity(self) -> str:
        """The table's own id, which its writers keep."""
        return str(self._table.metadata().id)

    @cached_property
    def schema(self) -> pa.Schema:
        """Its columns."""
        return pa.schema(self._table.schema().to_arrow())

    @cached_property
    def needs_engine(self) -> bool:
        """Whether its files alone don't say which rows it has."""
        return bool(_ENGINE_ONLY & set(self._table.protocol().reader_features or ()))

    def paths(self, span: Window) -> list[tuple[str, int]]:
        """Return path and size of the files that can hold rows of a span, sorted."""
        files = self._of(span)
        return sorted(zip(files["path"].to_pylist(), files["size"].to_pylist(), strict=True))

    def is_known(self, span: Window, as_of: datetime) -> bool:
        """Return whether all rows of those files were known by the as-of, as far as the log says."""
        known = self._of(span)["known"]
        return known.null_count == 0 and (not len(known) or pc.max(known).as_py() + _ROUNDED <= as_of)

    def told(self, span: Window) -> Sighting | None:
        """Return how many rows a span has, where the log says it, and an instant that its newest event isn't before.

        `None` where a file may hold rows outside the span, too, or says too little.
        """
        files = self._of(span)
        if self.needs_engine or any(files[column].null_count for column in ("rows", "nulls", "low", "high")):
            return None
        if not len(files):
            return Sighting(rows=0, newest=None)
        low, high = pc.min(files["low"]).as_py(), pc.max(files["high"]).as_py()
        if low < span.start or high + _ROUNDED > span.end or pc.max(files["nulls"]).as_py():
            return None
        return Sighting(rows=pc.sum(files["rows"]).as_py(), newest=high - _ROUNDED)

    def batches(self, columns: Sequence[str], span: Window) -> Iterator[pa.Table]:
        """Yield the rows of a span, about a hundred thousand at a time."""
        schema = pa.schema([self.schema.field(column) for column in columns])
        for batch in self._by_engine(columns, span) if self.needs_engine else self._by_files(columns, span):
            if batch.num_rows:
                yield pa.Table.from_batches([batch]).cast(schema)

    def _by_files(self, columns: Sequence[str], span: Window) -> Iterator[pa.RecordBatch]:
        column, kind = ds.field(self._event_time), self.schema.field(self._event_time).type
        start, end = (pa.scalar(instant, INSTANT).cast(kind) for instant in (span.start, span.end))
        dataset = self._table.to_pyarrow_dataset()
        yield from dataset.to_batches(
            columns=list(columns),
            filter=(column >= start) & (column < end),
            batch_size=_BATCH,
            batch_readahead=2,
            fragment_readahead=1,
        )

    def _by_engine(self, columns: Sequence[str], span: Window) -> Iterator[pa.RecordBatch]:
        name = self._event_time.replace('"', '""')
        predicate = f'"{name}" >= {_sql(span.start)} AND "{name}" < {_sql(span.end)}'
        try:
            yield from pa.RecordBatchReader.from_stream(self._table.scan(columns=list(columns), predicate=predicate))
        except pa.ArrowException as error:
            raise OSError(str(error)) from error  # the engine tells an outage by words alone: another try costs little

    def _of(self, span: Window) -> pa.Table:
        """Return the files that can hold rows of a span: those that don't say otherwise."""
        start, end = (pa.scalar(instant, INSTANT) for instant in (span.start - _ROUNDED, span.end))
        outside = pc.or_kleene(pc.less_equal(self._files["high"], start), pc.greater_equal(self._files["low"], end))
        return self._files.filter(pc.invert(pc.fill_null(outside, fill_value=False)))

    @cached_property
    def _files(self) -> pa.Table:
        """Every file, with what the log says of it; null where it says nothing."""
        added = pa.table(self._table.get_add_actions(flatten=True))
        told = {
            "rows": ("num_records", pa.int64()),
            "nulls": (f"null_count.{self._event_time}", pa.int64()),
            "low": (f"min.{self._event_time}", INSTANT),
            "high": (f"max.{self._event_time}", INSTANT),
            "known": (f"max.{self._known_at}", INSTANT),
        }
        arrays = {"path": added["path"], "size": added["size_bytes"]}
        for name, (column, kind) in told.items():
            there = column in added.column_names
            arrays[name] = added[column].cast(kind) if there else pa.nulls(len(added), kind)
        return pa.table(arrays)


def _sql(instant: datetime) -> str:
    return f"TIMESTAMP '{instant.isoformat()}'"
