"""Rows from a function of the user's: a pandas DataFrame or an Arrow table."""

from __future__ import annotations

import traceback
import warnings
from collections import Counter
from typing import Any

import pandas as pd
import pyarrow as pa
from pandas.errors import Pandas4Warning

from headgate.adapters.dotted_paths import load_object
from headgate.core.windows import Windows
from headgate.errors import DataError, HeadgateError, InputError, TransientError
from headgate.spec import FunctionSource

_NO_OUTAGE = (FileNotFoundError, FileExistsError, PermissionError, IsADirectoryError, NotADirectoryError)


class FunctionRows:
    """Rows from `read(windows)`, named by a dotted path.

    An index without a name is dropped; a named one becomes a column. An `OSError` that the function raises counts as an
    outage, unless it is about a file that isn't there or mustn't be read; every other exception is final.
    """

    def __init__(self, source: FunctionSource) -> None:
        self._path = source.path

    @property
    def name(self) -> str:
        """The function's dotted path."""
        return self._path

    def read(self, windows: Windows) -> pa.Table:
        """Return what the function returns, as an Arrow table.

        Raises:
            InputError: There is no such function.
            DataError: It fails, returns no table, or a table with one name twice.
            TransientError: It met an outage.
        """
        function = load_object(self._path)
        if not callable(function):
            msg = f"source {self._path} must be a function read(windows). Got {type(function).__name__} instead."
            raise InputError(msg)
        result = self._call(function, windows)
        if not isinstance(result, pd.DataFrame | pa.Table):
            msg = f"source {self._path} must return a DataFrame or an Arrow table. Got {type(result).__name__} instead."
            raise DataError(msg)
        return self._table(result) if isinstance(result, pd.DataFrame) else self._without_twins(result)

    def _call(self, function: Any, windows: Windows) -> object:  # noqa: ANN401 - the user's
        try:
            return function(windows)
        except HeadgateError:
            raise
        except Exception as error:
            outage = isinstance(error, OSError) and not isinstance(error, _NO_OUTAGE)
            msg = f"source {self._path} fails{_place_of(error, function)}: {type(error).__name__}: {_one_line(error)}"
            raise (TransientError if outage else DataError)(msg) from error

    def _table(self, frame: pd.DataFrame) -> pa.Table:
        named = [name for name in frame.index.names if name is not None]
        self._require_once([*named, *frame.columns])
        if named:
            frame = frame.reset_index(level=named)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", Pandas4Warning)  # how pyarrow reads zoned timestamps
                return pa.Table.from_pandas(frame, preserve_index=False)
        except (pa.ArrowException, TypeError, ValueError) as error:
            msg = f"source {self._path} must return columns of one type each. Got {_first(error)} instead."
            raise DataError(msg) from error

    def _without_twins(self, table: pa.Table) -> pa.Table:
        self._require_once(table.column_names)
        return table

    def _require_once(self, names: list[Any]) -> None:
        twins = [name for name, count in Counter(map(str, names)).items() if count > 1]
        if twins:
            msg = f"source {self._path} must return each column once. Got {', '.join(twins)} more than once instead."
            raise DataError(msg)


def _place_of(error: Exception, function: Any) -> str:  # noqa: ANN401 - the user's
    """Return the last line of the function's own file on the way to an error."""
    file = getattr(getattr(function, "__code__", None), "co_filename", None)
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == file]
    return f" in {file}, line {lines[-1]}" if lines else ""


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())


def _first(error: Exception) -> str:
    return "; ".join(str(arg) for arg in error.args) or type(error).__name__
