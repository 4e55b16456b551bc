"""Rows from Parquet files, with windows and columns pushed down to the reader."""

from __future__ import annotations

import difflib
import re
from typing import Any

import pyarrow as pa
import pyarrow.dataset as ds

from headgate.core.windows import Windows
from headgate.errors import DataError, InputError, StoreError, TransientError
from headgate.spec import ParquetSource

_REFUSALS = (PermissionError, IsADirectoryError, NotADirectoryError)


class ParquetRows:
    """Rows of a Parquet file, or of all Parquet files in a folder.

    Folders of the form `year=2020/` become columns.

    Args:
        source: What the specification says.
        filesystem: An fsspec filesystem, with its credentials.
        path: Path of the file or folder in that filesystem.
    """

    def __init__(self, source: ParquetSource, filesystem: Any, path: str) -> None:  # noqa: ANN401 - fsspec has no types
        self._source = source
        self._filesystem = filesystem
        self._path = path

    @property
    def name(self) -> str:
        """The URL, without credentials."""
        return re.sub(r"//[^/@]*@", "//", self._source.url)

    def read(self, windows: Windows) -> pa.Table:
        """Return the rows within the windows.

        Raises:
            InputError: There is no such path, or no such column.
            DataError: It isn't Parquet.
            StoreError: The store refuses.
            TransientError: The store can't be reached.
        """
        try:
            dataset = ds.dataset(self._path, filesystem=self._filesystem, format="parquet", partitioning="hive")
            return self._rows(dataset, windows)
        except FileNotFoundError as error:
            msg = f"source {self.name} must be a Parquet file or a folder of them. Got a path where nothing is instead."
            raise InputError(msg) from error
        except pa.ArrowException as error:
            msg = f"source {self.name} must hold readable Parquet of one schema. Got {error} instead."
            raise DataError(msg) from error
        except OSError as error:
            refused = isinstance(error, _REFUSALS)
            msg = f"source {self.name} can't be read: {type(error).__name__}: {error}"
            raise (StoreError if refused else TransientError)(msg) from error

    def _rows(self, dataset: ds.Dataset, windows: Windows) -> pa.Table:
        if not dataset.schema.names:
            msg = f"source {self.name} must be a Parquet file or a folder of them. Got a folder without any instead."
            raise InputError(msg)
        event_time = self._source.event_time
        columns = list(dict.fromkeys((*self._source.columns, event_time))) if self._source.columns else None
        for column in columns or [event_time]:
            self._require(column, dataset.schema.names)
        kind = dataset.schema.field(event_time).type
        if not pa.types.is_timestamp(kind) or kind.tz is None:
            return dataset.head(1, columns=columns)  # whoever cuts refuses the type: a row is enough for that
        start, end = (pa.scalar(t, pa.timestamp("us", kind.tz)) for t in (windows.training.start, windows.holdout.end))
        return dataset.to_table(columns=columns, filter=(ds.field(event_time) >= start) & (ds.field(event_time) < end))

    def _require(self, column: str, names: list[str]) -> None:
        if column not in names:
            close = difflib.get_close_matches(column, names, n=1)
            hint = f" Did you mean {close[0]}?" if close else ""
            msg = f"column {column} must be in source {self.name}. Got {', '.join(names)} instead.{hint}"
            raise InputError(msg)
