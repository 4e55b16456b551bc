"""Comparing: which rows two snapshots don't share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from headgate.core.snapshot_diff import RowsDiff
from headgate.core.windows import Window
from headgate.ports.rows import RowsScan


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What is compared, and how rows are known again.

    Args:
        columns: The columns that are compared; both sides have them, in types that can be compared.
        event_time: One of them: the event time's.
        key: Further ones that make a row known again; none when the event time alone must do.
        span: Event time that the counts over time are told in.
    """

    columns: tuple[str, ...]
    event_time: str
    key: tuple[str, ...]
    span: Window


class RowsDiffer(Protocol):
    """Finds rows that were added, removed or restated."""

    def compare(self, before: RowsScan, after: RowsScan, comparison: Comparison) -> RowsDiff:
        """Return how the rows differ as multisets: a row that is there twice must be there twice. Nulls are equal.

        A row that went and one that came are one that was *restated* when event time and key are equal; without a
        key, when both sides have that event time exactly once.

        Raises:
            SnapshotDamagedError: A part isn't what was written.
        """
