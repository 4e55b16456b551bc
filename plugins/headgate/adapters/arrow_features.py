"""Features as an estimator takes them: one way for training, scoring and serving."""

from __future__ import annotations

import warnings
from typing import Any, assert_never

import numpy as np
import pandas as pd
import pyarrow as pa
from pandas.errors import Pandas4Warning

from headgate.errors import DataError
from headgate.ports import Takes


def features_of(rows: pa.Table, takes: Takes) -> Any:  # noqa: ANN401 - a frame, a matrix or a table
    """Return the rows of a table of features as the estimator takes them.

    A null is `NaN` in a matrix, and what pandas makes of it in a frame.

    Raises:
        DataError: It takes a matrix, and a feature isn't numeric.
    """
    match takes:
        case "pandas":
            return rows.to_pandas(split_blocks=True)
        case "numpy":
            return _matrix(rows)
        case "arrow":
            return rows
        case unknown:
            assert_never(unknown)


def features_of_frame(frame: pd.DataFrame, takes: Takes) -> Any:  # noqa: ANN401 - as above
    """Return the rows of a frame of features as the estimator takes them.

    Raises:
        DataError: It takes a matrix, and a feature isn't numeric.
    """
    if takes == "pandas":
        return frame
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Pandas4Warning)  # how pyarrow reads zoned timestamps
        return features_of(pa.Table.from_pandas(frame, preserve_index=False), takes)


def frame_of(rows: pa.Table, count: int) -> pd.DataFrame:
    """Return the first rows as a frame; whole numbers that have holes further on are floats there already."""
    head = rows.slice(0, count)
    for number, field in enumerate(rows.schema):
        if pa.types.is_integer(field.type) and rows.column(number).null_count:
            head = head.set_column(number, field.name, head.column(number).cast(pa.float64(), safe=False))
    return head.to_pandas()


def _matrix(rows: pa.Table) -> np.ndarray[Any, Any]:
    matrix = np.empty((rows.num_rows, rows.num_columns), dtype=np.float64, order="F")
    for number, field in enumerate(rows.schema):
        if not _is_numeric(field.type):
            msg = f"feature {field.name} must be numeric for an estimator that takes numpy. Got {field.type} instead. "
            msg += 'Leave it out, Estimator(..., features=(...)), or take a frame, takes="pandas".'
            raise DataError(msg)
        column = rows.column(number)
        numbers = column.cast(pa.int8()) if pa.types.is_boolean(field.type) else column
        matrix[:, number] = numbers.cast(pa.float64(), safe=False).to_numpy()
    return matrix


def _is_numeric(kind: pa.DataType) -> bool:
    return any(
        check(kind)
        for check in (
            pa.types.is_integer,
            pa.types.is_floating,
            pa.types.is_boolean,
            pa.types.is_decimal,
            pa.types.is_null,
        )
    )
