"""Rows as Great Expectations needs them: one pandas frame of the columns that are asked about."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import pandas as pd
import pyarrow as pa

from headgate.core.suite import Expectation
from headgate.core.suite_catalogue import CATALOGUE
from headgate.ports import RowsScan

_TYPE_LIST = "expect_column_values_to_be_in_type_list"
_ABOUT_NAMES = frozenset(
    {
        "expect_column_to_exist",
        "expect_table_column_count_to_be_between",
        "expect_table_column_count_to_equal",
        "expect_table_columns_to_match_ordered_list",
        "expect_table_columns_to_match_set",
    }
)


def is_about_names(expectation: Expectation) -> bool:
    """Return whether the columns' names are all that it takes to answer."""
    return expectation.type in _ABOUT_NAMES


def frame_of_names(rows: RowsScan) -> pd.DataFrame:
    """Return a frame that has the columns and no rows; nothing is read."""
    return pd.DataFrame(columns=list(rows.column_names))


def frame_of(rows: RowsScan, expectations: Sequence[Expectation], *, whole: bool = False) -> pd.DataFrame:
    """Return all rows, of the columns that the expectations ask about, or of all columns when it is to be whole.

    Raises:
        SnapshotDamagedError: A part isn't what was written.
    """
    columns = None if whole else _needed(rows.column_names, expectations)
    table = pa.concat_tables(cast("pa.Table", part) for part in rows.parts(columns))
    frame: pd.DataFrame = table.to_pandas(ignore_metadata=True)
    return frame


def is_about_types(expectation: Expectation) -> bool:
    """Return whether it needs a frame `with_texts_as_objects`."""
    return expectation.type == _TYPE_LIST


def with_texts_as_objects(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame whose texts are objects: GX 1.24 looks at each value of these, and knows no pandas 3 `str`."""
    return frame.astype({column: object for column in frame.columns if frame[column].dtype == "str"})


def _needed(present: Sequence[str], expectations: Sequence[Expectation]) -> list[str] | None:
    """Return the columns to read; `None` for all of them, where it can't be told what is looked at."""
    if not all(map(_is_told, expectations)):
        return None
    asked = {column for e in expectations for column in (*e.columns, *e.condition_columns)}
    return [column for column in present if column in asked] or list(present[:1])  # one says how many rows there are


def _is_told(expectation: Expectation) -> bool:
    condition = expectation.kwargs.get("row_condition")
    is_pandas_own = (
        condition.get("type") == "pass_through"
        if isinstance(condition, dict)
        else condition is not None and not expectation.condition_columns
    )
    return expectation.type in CATALOGUE and not is_pandas_own
