"""Checks by a function of the user's over batches of a snapshot."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

import numpy as np
import pandas as pd
import pyarrow as pa

from headgate.adapters.dotted_paths import load_object, place_of
from headgate.core.checks import SHOWN, broken, checked
from headgate.core.validation import ExpectationResult
from headgate.errors import InputError
from headgate.ports import RowsScan
from headgate.spec import FunctionCheck

_BATCH = 262_144
"""Rows that the function is given at a time, at most."""


class _FaultyCheckError(Exception):
    """The function fails, or what it returned can't be used."""


class FunctionRunner:
    """`CheckRunner` of a function `check(batch: DataFrame) -> Series of bool`, true for rows that are right."""

    def __init__(self, check: FunctionCheck) -> None:
        self._check = check

    def run(self, rows: RowsScan) -> ExpectationResult:
        """Return unmet when fewer rows than `mostly` are right.

        Raises:
            InputError: There is no such function.
            SnapshotDamagedError: A part isn't what was written.
        """
        check = self._check
        function = load_object(check.path)
        if not callable(function):
            msg = f"path of FunctionCheck must name a function. Got {check.path}, a {type(function).__name__}, instead."
            raise InputError(msg)
        if missing := [column for column in check.columns or () if column not in rows.column_names]:
            why = f"column {missing[0]!r} isn't there; there are: {', '.join(rows.column_names)}"
            return broken(check.path, check.severity, why)
        try:
            return self._count(function, rows)
        except _FaultyCheckError as error:
            return broken(check.path, check.severity, str(error))

    def _count(self, function: Any, rows: RowsScan) -> ExpectationResult:  # noqa: ANN401 - the user's
        wrong = seen = 0
        shown: list[dict[str, Any]] = []
        for batch in _batches(rows, self._check.columns):
            frame: pd.DataFrame = batch.to_pandas(ignore_metadata=True)
            is_right = _answers(function, frame)
            wrong += len(frame) - int(is_right.sum())
            seen += len(frame)
            if len(shown) < SHOWN:
                shown += batch.filter(pa.array(~is_right)).slice(0, SHOWN - len(shown)).to_pylist()
        check = self._check
        return checked(check.path, check.severity, wrong=wrong, rows=seen, mostly=check.mostly, shown=shown)


def _batches(rows: RowsScan, columns: tuple[str, ...] | None) -> Iterator[pa.Table]:
    for part in rows.parts(columns):
        table = cast("pa.Table", part)
        for start in range(0, table.num_rows, _BATCH):
            yield table.slice(start, _BATCH)


def _answers(function: Any, frame: pd.DataFrame) -> np.ndarray[Any, np.dtype[np.bool_]]:  # noqa: ANN401 - the user's
    rows = len(frame)
    try:
        found = function(frame)
    except Exception as error:
        why = f"it fails{place_of(function, error)}: {type(error).__name__}: {error}"
        raise _FaultyCheckError(why) from error
    if got := _unusable(found, rows):
        why = f"it must return a Series of bool, one for each of the batch's {rows:,} rows. Got {got} instead"
        raise _FaultyCheckError(why + place_of(function))
    return np.asarray(_in_order(found, frame), dtype=np.bool_)


def _in_order(found: Any, frame: pd.DataFrame) -> Any:  # noqa: ANN401 - a Series or an array
    """Return the answers in the rows' order: a Series keeps its labels when the function sorts."""
    is_sorted = isinstance(found, pd.Series) and not found.index.equals(frame.index)
    if is_sorted and found.index.is_unique and found.index.isin(frame.index).all():
        return found.reindex(frame.index)
    return found


def _unusable(found: object, rows: int) -> str:
    """Return what is wrong with what the function returned; nothing when it can be used."""
    if not isinstance(found, pd.Series | np.ndarray) or isinstance(found, np.ma.MaskedArray):
        return type(found).__name__
    if found.shape != (rows,):
        return f"{len(found):,} values"
    has_nulls = bool(pd.isna(found).any())
    if not pd.api.types.is_bool_dtype(found.dtype) or has_nulls:
        return f"{found.dtype}{' with nulls' if has_nulls else ''}"
    return ""
