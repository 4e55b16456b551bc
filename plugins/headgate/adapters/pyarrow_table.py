"""Small operations on Arrow tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, cast

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from headgate.adapters.arrow_buffers import ticks
from headgate.adapters.arrow_spans import instants, nearest_instant, require_zoned
from headgate.core.snapshots import Extent
from headgate.errors import DataError
from headgate.ports import Rows


class ArrowTable:
    """`RowsTable` on Arrow."""

    def join(self, parts: Sequence[Rows]) -> Rows:
        """Return the rows of all, in that order; at least one is given."""
        return pa.concat_tables([_table(part) for part in parts])

    def first(self, rows: Rows, count: int) -> Rows:
        """Return the first rows; all of them when there are no more."""
        return _table(rows).slice(0, count)

    def pick(self, rows: Rows, count: int) -> Rows:
        """Return `count` rows spread evenly over all, in their order."""
        total = rows.num_rows
        if total <= count:
            return rows
        return _table(rows).take([index * total // count for index in range(count)])

    def without(self, rows: Rows, *columns: str) -> Rows:
        """Return the rows without those columns."""
        return _table(rows).drop_columns([column for column in columns if column in rows.column_names])

    def values(self, rows: Rows, column: str) -> list[Any]:
        """Return a column as plain values."""
        return cast("list[Any]", _table(rows).column(column).to_pylist())

    def counts(self, rows: Rows, column: str) -> dict[str, int]:
        """Return how many rows have each value of a column, or each item of a column of lists."""
        values = _table(rows).column(column)
        if pa.types.is_list(values.type):
            values = pc.list_flatten(values)
        found: Counter[str] = Counter()
        for pair in pc.value_counts(values).to_pylist():  # values of one text are one slice
            found["null" if pair["values"] is None else str(pair["values"])] += pair["counts"]
        return dict(found)

    def extents(self, rows: Rows, columns: Sequence[str]) -> tuple[Extent, ...]:
        """Return from when to when the times of each of these columns are; beyond the years 1 to 9999, their edges.

        Raises:
            DataError: One isn't a column of timestamps with a time zone.
        """
        return tuple(_extent(_table(rows), name) for name in columns)

    def to_parquet(self, rows: Rows) -> bytes:
        """Return the rows as one Parquet file."""
        sink = pa.BufferOutputStream()
        pq.write_table(_table(rows), sink, compression="zstd")
        return cast("bytes", sink.getvalue().to_pybytes())

    def from_parquet(self, data: bytes) -> Rows:
        """Return the rows of one Parquet file."""
        return pq.read_table(pa.BufferReader(data))


def _extent(table: pa.Table, name: str) -> Extent:
    if name not in table.column_names:
        msg = f"column {name} must be a column of the rows. Got the columns {', '.join(table.column_names)} instead."
        raise DataError(msg)
    column = table.column(name)
    if column.null_count == len(column):  # a source may have forgotten the type of what it has none of
        return Extent(column=name, first=None, last=None, nulls=len(column))
    require_zoned(column.type, name, "the rows", f'Make them so: pd.to_datetime(df["{name}"], utc=True).')
    found = ticks(instants(column.drop_null()))
    first, last = (nearest_instant(int(tick)) for tick in (found.min(), found.max()))
    return Extent(column=name, first=first, last=last, nulls=column.null_count)


def _table(rows: Rows) -> pa.Table:
    return cast("pa.Table", rows)
