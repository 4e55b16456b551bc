"""Cutting: from batches in any order to sorted rows in one canonical form."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from headgate.core.snapshots import Column
from headgate.core.tally import Tally
from headgate.core.windows import Window
from headgate.ports.rows import Rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """What is cut out of the rows that a source gives.

    Args:
        spans: The spans of event time that count, in order, not overlapping.
        as_of: Rows that became known later don't count.
        event_time: Name of the event time's column.
        label: Name of the label's column.
        known_at: Name of the column that says when a row became known, if there is one.
        key: Columns that, with the event time, make a row known again: of its versions the one that became known last
            counts. Every row counts when `None`; event times alone are the key when there are none.
        final_at: Name of the column that says when a row's label became final, if there is one.
    """

    spans: tuple[Window, ...]
    as_of: datetime
    event_time: str
    label: str
    known_at: str | None = None
    key: tuple[str, ...] | None = None
    final_at: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """What a pile holds, and what it met on the way.

    Args:
        columns: The columns, in order; none when no row counts.
        counts: Rows that count, by the first instant of their UTC hour within their span.
        unknown: Rows of the spans that weren't known at the as-of, by the same instants.
        events: The first and the last event of all that was given, outside the spans too; `None` without any.
        unlabelled: How many of the rows that count have no label.
        first_unlabelled: The first event without one.
        superseded: How many versions of rows don't count, since a later one was known at the as-of.
    """

    columns: tuple[Column, ...]
    counts: Tally
    unknown: Tally
    events: tuple[datetime, datetime] | None
    unlabelled: int
    first_unlabelled: datetime | None
    superseded: int = 0


class RowsPile(Protocol):
    """Rows that were given batch by batch, and are taken out span by span: more than memory holds."""

    def add(self, batch: Rows) -> None:
        """Bring a batch into the canonical form, and keep those of its rows that count.

        Raises:
            DataError: A column is missing or there twice, or isn't as in the batches before; event times have no zone
                or are null.
            StoreError: There is no room for what memory doesn't hold.
        """

    def gathered(self) -> Gathered:
        """Return what it holds. Nothing is added afterwards.

        Raises:
            DataError: Of two versions of a row nothing says which one came last, or a key isn't of plain values.
            StoreError: There is no room for what memory doesn't hold.
        """

    def rows(self, span: Window, more: Sequence[Rows] = ()) -> Rows:
        """Return the rows of a span, sorted: the same rows give equal tables, whatever batches they came in.

        Args:
            span: Which rows.
            more: Rows of that span from elsewhere, canonical and of the same columns.
        """


class RowsCutter(Protocol):
    """Makes piles."""

    def pile(self, cut: Cut) -> AbstractContextManager[RowsPile]:
        """Return an empty pile. Whatever it wrote beside memory is gone when the context ends."""
