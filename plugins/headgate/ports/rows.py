"""Rows: where they come from, where they are kept, and what checks them."""

from __future__ import annotations

from typing import Any, Protocol

from headgate.core.refs import PartRef
from headgate.core.validation import ExpectationResult
from headgate.core.windows import Windows


class Rows(Protocol):
    """A table of rows: a `pyarrow.Table`."""

    @property
    def num_rows(self) -> int:
        """How many rows it has."""

    @property
    def column_names(self) -> list[str]:
        """Its columns, in order."""


class RowsSource(Protocol):
    """Where rows come from."""

    @property
    def name(self) -> str:
        """What it is called in records and errors: a dotted path, or a URL without credentials."""

    def read(self, windows: Windows) -> Rows:
        """Return rows of both windows; rows outside them are dropped later.

        Raises:
            InputError: The source isn't what the specification says.
            DataError: What it gave isn't a table.
        """


class RowsCutter(Protocol):
    """Cuts rows into the two windows, in one canonical form."""

    def cut(self, rows: Rows, *, windows: Windows, event_time: str, label: str) -> tuple[Rows, Rows]:
        """Return the training window's rows and the holdout's.

        Sorted (the same rows in any order give equal tables), event time in UTC microseconds.

        Raises:
            DataError: A column is missing or there twice, event times have no zone, a window is empty, or a label is
                null.
        """


class RowsTable(Protocol):
    """The little that steps do with rows themselves."""

    def join(self, first: Rows, second: Rows) -> Rows:
        """Return the rows of both, in that order."""

    def pick(self, rows: Rows, count: int) -> Rows:
        """Return `count` rows spread evenly over all, in their order; all of them when there are no more."""

    def without(self, rows: Rows, *columns: str) -> Rows:
        """Return the rows without those columns; one that isn't there is no error."""

    def values(self, rows: Rows, column: str) -> list[Any]:
        """Return a column as plain values."""

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

    def get(self, part: PartRef) -> Rows:
        """Return the rows of a part, checked against its digest.

        Raises:
            SnapshotDamagedError: The part is missing, or its content isn't what was written.
        """

    def put_document(self, path: str, text: str) -> None:
        """Write a small document, atomically; the second time replaces it."""

    def get_document(self, path: str) -> str:
        """Return a document.

        Raises:
            SnapshotDamagedError: It isn't there.
        """


class SuiteRunner(Protocol):
    """Runs a suite of expectations over rows."""

    def run(self, suite: str, rows: Rows) -> tuple[ExpectationResult, ...]:
        """Return one result for each expectation, in the suite's order.

        Args:
            suite: Path of a suite's JSON file, or a dotted path to a function that builds one.
            rows: Training window and holdout together.

        Raises:
            InputError: The suite can't be read, or holds an unknown expectation.
        """
