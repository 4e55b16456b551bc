"""Rows from a function of the user's: a pandas DataFrame, an Arrow table, or batches of either."""

from __future__ import annotations

import contextlib
import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import pandas as pd
import pyarrow as pa
from pandas.errors import Pandas4Warning

from headgate.adapters.arrow_spans import require_zoned, sighted
from headgate.adapters.dotted_paths import load_object, place_of
from headgate.core.windows import Window, Windows
from headgate.errors import DataError, HeadgateError, InputError, TransientError
from headgate.ports import Sighting
from headgate.spec import FunctionSource

_NO_OUTAGE = (FileNotFoundError, FileExistsError, PermissionError, IsADirectoryError, NotADirectoryError)

_FEW_ROWS = 100_000
"""So few take less time than threads that wait for each other."""

_END = object()


class FunctionRows:
    """Rows from `read(windows)`, named by a dotted path.

    An index without a name is dropped; a named one becomes a column. An `OSError` that the function raises counts as an
    outage, unless it is about a file that isn't there or mustn't be read; every other exception is final.

    Args:
        source: What the specification says.
    """

    def __init__(self, source: FunctionSource) -> None:
        self._source = source

    @property
    def name(self) -> str:
        """The function's dotted path."""
        return self._source.path

    def read(self, windows: Windows, spans: Sequence[Window]) -> Iterator[pa.Table]:  # noqa: ARG002 - the port's
        """Yield what the function returns; of an iterator each batch, when it is its turn.

        Raises:
            InputError: There is no such function.
            DataError: It fails, returns no table, or a table with one name twice.
            TransientError: It met an outage.
        """
        function = load_object(self.name)
        if not callable(function):
            msg = f"source {self.name} must be a function read(windows). Got {type(function).__name__} instead."
            raise InputError(msg)
        with self._translated(function):
            result = function(windows)
        if isinstance(result, pd.DataFrame | pa.Table):
            result = iter([result])
        if not isinstance(result, Iterator):
            raise DataError(self._no_table(result))
        while True:
            with self._translated(function):
                batch = next(result, _END)
            if batch is _END:
                return
            rows = self._rows(batch)
            if rows.num_rows:
                yield rows

    def token(self, span: Window, as_of: datetime) -> str | None:  # noqa: ARG002 - the port's
        """Return `None`: only the function knows."""
        return None

    def look(self, span: Window, as_of: datetime) -> Sighting:
        """Count the rows that the function gives when its training window is that span, and its holdout is empty.

        Raises:
            InputError, DataError, TransientError: As in `read`.
        """
        windows = Windows(as_of=as_of, training=span, holdout=Window(start=span.end, end=span.end))
        times = [self._source.event_time, *filter(None, [self._source.known_at])]
        batches = (self._times_of(batch, times) for batch in self.read(windows, [span]))
        return sighted(batches, self._source.event_time, self._source.known_at, span, as_of)

    def _times_of(self, batch: pa.Table, times: list[str]) -> pa.Table:
        for column in times:
            if column not in batch.column_names:
                msg = f"column {column} must be in what source {self.name} returns. "
                msg += f"Got the columns {', '.join(batch.column_names)} instead."
                raise DataError(msg)
            advice = f'Make them so: pd.to_datetime(df["{column}"], utc=True).'
            require_zoned(batch.schema.field(column).type, column, f"source {self.name}", advice)
        return batch.select(times)

    @contextlib.contextmanager
    def _translated(self, function: Any) -> Iterator[None]:  # noqa: ANN401 - the user's
        try:
            yield
        except HeadgateError:
            raise
        except Exception as error:
            outage = isinstance(error, OSError) and not isinstance(error, _NO_OUTAGE)
            msg = f"source {self.name} fails{place_of(function, error)}: {type(error).__name__}: {_one_line(error)}"
            raise (TransientError if outage else DataError)(msg) from error

    def _rows(self, batch: object) -> pa.Table:
        if isinstance(batch, pd.DataFrame):
            return self._table(batch)
        if isinstance(batch, pa.RecordBatch):
            batch = pa.table(batch)
        if not isinstance(batch, pa.Table):
            raise DataError(self._no_table(batch))
        return self._without_twins(batch)

    def _no_table(self, got: object) -> str:
        return (
            f"source {self.name} must return a DataFrame or an Arrow table. Got {type(got).__name__} instead. "
            "Many of them must come as an iterator: yield each."
        )

    def _table(self, frame: pd.DataFrame) -> pa.Table:
        named = [name for name in frame.index.names if name is not None]
        self._require_once([*named, *frame.columns])
        if named:
            frame = frame.reset_index(level=named)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", Pandas4Warning)  # how pyarrow reads zoned timestamps
                return pa.Table.from_pandas(frame, preserve_index=False, nthreads=1 if len(frame) < _FEW_ROWS else None)
        except (pa.ArrowException, TypeError, ValueError) as error:
            msg = f"source {self.name} must return columns of one type each. Got {_first(error)} instead."
            raise DataError(msg) from error

    def _without_twins(self, table: pa.Table) -> pa.Table:
        self._require_once(table.column_names)
        return table

    def _require_once(self, names: list[Any]) -> None:
        twins = [name for name, count in Counter(map(str, names)).items() if count > 1]
        if twins:
            msg = f"source {self.name} must return each column once. Got {', '.join(twins)} more than once instead."
            raise DataError(msg)


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())


def _first(error: Exception) -> str:
    return "; ".join(str(arg) for arg in error.args) or type(error).__name__
