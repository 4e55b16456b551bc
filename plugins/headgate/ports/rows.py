"""Rows: where they come from, where they are kept, and what checks them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from headgate.core.profile import Profile
from headgate.core.snapshots import Extent, PartRef
from headgate.core.stored_file import StoredFile
from headgate.core.suite import Expectation, Measured
from headgate.core.validation import ExpectationResult
from headgate.core.windows import Window, Windows


class Rows(Protocol):
    """A table of rows that fits into memory: a `pyarrow.Table`."""

    @property
    def num_rows(self) -> int:
        """How many rows it has."""

    @property
    def column_names(self) -> list[str]:
        """Its columns, in order."""


class RowsScan(Protocol):
    """Rows that can be read again and again, part by part: more than memory holds."""

    @property
    def num_rows(self) -> int:
        """How many rows all parts have together."""

    @property
    def column_names(self) -> list[str]:
        """The columns, in order."""

    def parts(self, columns: Sequence[str] | None = None) -> Iterator[Rows]:
        """Yield the parts in order, each of one schema; one part without rows when there are no rows.

        Args:
            columns: Read only these; all when `None`.

        Raises:
            SnapshotDamagedError: A part isn't what was written.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """What a source holds of a span, without reading it all: its rows and the newest event (`None` without rows)."""

    rows: int
    newest: datetime | None


class RowsSource(Protocol):
    """Where rows come from."""

    @property
    def name(self) -> str:
        """What it is called in records and errors: a dotted path, or a URL without credentials."""

    def read(self, windows: Windows, spans: Sequence[Window]) -> Iterator[Rows]:
        """Yield rows of the spans, batch by batch, in any order, in batches of any size that fit into memory.

        Rows outside the spans, and rows that weren't known at `windows.as_of`, may be among them: they are dropped
        later. Nothing is yielded when there are no rows.

        Args:
            windows: The run's as-of and windows: what a user's function is asked for.
            spans: What is to be read, each within a window, in order, not overlapping.

        Raises:
            InputError: The source isn't what the specification says.
            DataError: What it gave isn't a table, or differs from batch to batch.
            TransientError: It can't be reached.
        """

    def token(self, span: Window, as_of: datetime) -> str | None:
        """Return what the rows of that span are made of now: equal tokens mean equal rows.

        `None` when only reading can tell. It is much cheaper than reading.
        """

    def look(self, span: Window, as_of: datetime) -> Sighting:
        """Return what there is of a span, as cheaply as the source can tell.

        Raises:
            InputError, DataError, TransientError: As in `read`.
        """


class RowsTable(Protocol):
    """The little that steps do with rows themselves."""

    def join(self, parts: Sequence[Rows]) -> Rows:
        """Return the rows of all, in that order; at least one is given."""

    def first(self, rows: Rows, count: int) -> Rows:
        """Return the first `count` rows; all of them when there are no more."""

    def pick(self, rows: Rows, count: int) -> Rows:
        """Return `count` rows spread evenly over all, in their order; all of them when there are no more."""

    def without(self, rows: Rows, *columns: str) -> Rows:
        """Return the rows without those columns; one that isn't there is no error."""

    def values(self, rows: Rows, column: str) -> list[Any]:
        """Return a column as plain values."""

    def counts(self, rows: Rows, column: str) -> dict[str, int]:
        """Return how many rows have each value of a column, as text (`null` without one), in any order.

        Of a column of lists: how many rows have each item.
        """

    def extents(self, rows: Rows, columns: Sequence[str]) -> tuple[Extent, ...]:
        """Return from when to when the times of each of these columns are, in that order.

        Raises:
            DataError: One isn't a column of timestamps with a time zone.
        """

    def to_parquet(self, rows: Rows) -> bytes:
        """Return the rows as one Parquet file."""

    def from_parquet(self, data: bytes) -> Rows:
        """Return the rows of one Parquet file."""


class SnapshotStore(Protocol):
    """Immutable, content-addressed parts, and documents beside them."""

    def put(self, rows: Rows) -> PartRef:
        """Write a part whole, or find it there. The second time writes nothing.

        Raises:
            StoreError: The store refuses (read-only, no space).
            TransientError: It can't be reached.
        """

    def has(self, part: PartRef) -> bool:
        """Return whether a part of that digest is there, without reading it."""

    def get(self, part: PartRef, columns: Sequence[str] | None = None) -> Rows:
        """Return the rows of a part, what is read of it checked against its digest.

        Args:
            part: Which part.
            columns: Read only these, in this order; all when `None`.

        Raises:
            SnapshotDamagedError: The part is missing, or its content isn't what was written.
            DataError: It has no such column.
        """

    def put_document(self, path: str, text: str) -> None:
        """Write a small document, atomically; the second time replaces it."""

    def get_document(self, path: str) -> str:
        """Return a document.

        Raises:
            SnapshotDamagedError: It isn't there.
        """

    def documents(self, folder: str) -> tuple[str, ...]:
        """Return the paths of the documents below a folder, sorted; none when there is no such folder."""

    def files(self, folder: str) -> tuple[StoredFile, ...]:
        """Return every file below a folder, by its path, with size and age: documents, parts below `parts`, and drafts.

        A draft, whose name begins with a dot, is what a writer is at, or left when it was killed.
        """

    def delete(self, path: str) -> None:
        """Delete a file. The second time changes nothing."""


class Profiler(Protocol):
    """Computes statistics of rows, part by part, and adds them up."""

    def profile(self, rows: Rows) -> str:
        """Return a part's statistics as a small JSON text that `merge` understands: a sketch."""

    def merge(self, sketches: Sequence[str]) -> Profile:
        """Return the statistics of all parts together. Their order doesn't matter."""


class SuiteRunner(Protocol):
    """Evaluates expectations over rows."""

    @property
    def name(self) -> str:
        """What results say who evaluated them: `headgate` or `gx`."""

    def takes(self, expectation: Expectation) -> bool:
        """Return whether it can evaluate an expectation of that type and with those arguments."""

    def run(self, expectations: Sequence[Expectation], rows: RowsScan) -> tuple[Measured, ...]:
        """Return what was found about each, in their order. One that can't be evaluated broke; it raises nothing.

        One that another engine may evaluate, since only these columns' types or this engine stand in the way, broke and
        says that it was `declined`; what can't be evaluated by anybody (a column that isn't there) isn't.

        Raises:
            SnapshotDamagedError: A part isn't what was written.
        """


class RowsSplitter(Protocol):
    """Sets aside the rows that fail row-level expectations."""

    def is_row_level(self, expectation: Expectation) -> bool:
        """Return whether each row meets or fails it by itself or by its group (uniqueness)."""

    def split(self, expectations: Sequence[Expectation], rows: RowsScan) -> Iterator[tuple[Rows, Rows]]:
        """Yield for each part the rows to keep and the rows to set aside, both in their order.

        Those set aside have one more column, `headgate_reasons`: a list of texts such as
        `expect_column_values_to_not_be_null(load)`, in the expectations' order.

        Args:
            expectations: Row-level ones, whose columns are there. `mostly` plays no part.
            rows: What to split.

        Raises:
            DataError: An expectation can't be asked row by row of these columns.
            SnapshotDamagedError: A part isn't what was written.
        """


class CheckRunner(Protocol):
    """Runs one of the user's own checks, which aren't expectations."""

    def run(self, rows: RowsScan) -> ExpectationResult:
        """Return what became of it: met, unmet, or broken. It raises nothing for bad data or a faulty check.

        Raises:
            InputError: The specification names a check that isn't there, or an extra isn't installed.
            SnapshotDamagedError: A part isn't what was written.
        """
