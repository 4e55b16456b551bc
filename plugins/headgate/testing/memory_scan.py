"""Rows in memory, part by part."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pyarrow as pa  # noqa: TID253 - no Dag imports it

from headgate.errors import SnapshotDamagedError


class MemoryScan:
    """`RowsScan` of tables of one schema.

    Args:
        parts: At least one.
        damaged: Position of a part that can't be read.

    Attributes:
        scans: How often it was read.
    """

    def __init__(self, *parts: pa.Table, damaged: int | None = None) -> None:
        self._parts = parts
        self._damaged = damaged
        self.scans = 0

    @property
    def num_rows(self) -> int:
        """How many rows all parts have together."""
        return sum(part.num_rows for part in self._parts)

    @property
    def column_names(self) -> list[str]:
        """The columns, in order."""
        return list(self._parts[0].column_names)

    def parts(self, columns: Sequence[str] | None = None) -> Iterator[pa.Table]:
        """Yield the parts in order.

        Raises:
            SnapshotDamagedError: It comes to the damaged part.
        """
        self.scans += 1
        for number, part in enumerate(self._parts):
            if number == self._damaged:
                msg = f"part {number} of the snapshot isn't what was written. Run the snapshot task again."
                raise SnapshotDamagedError(msg)
            yield part if columns is None else part.select(columns)
