"""Change a column of rows, and say which rows that alters."""

from __future__ import annotations

import difflib
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from headgate.core.needs import Perturbed
from headgate.errors import DataError

Altered = np.ndarray[Any, np.dtype[np.bool_]]


def changed_rows(rows: pa.Table, change: Perturbed) -> tuple[pa.Table, Altered]:
    """Return the rows with the column changed, and which of them that alters.

    The column keeps its type where the new values fit into it; else they are floats. A null stays null.

    Raises:
        DataError: There is no such column, or it can't be changed so.
    """
    place = rows.column_names.index(_require_column(rows, change))
    before = rows.column(place).combine_chunks()
    after, altered = _replaced(before, change) if change.replace else _moved(before, change)
    return rows.set_column(place, change.column, after), altered


def _require_column(rows: pa.Table, change: Perturbed) -> str:
    if change.column in rows.column_names:
        return change.column
    close = difflib.get_close_matches(change.column, rows.column_names, n=1)
    hint = f" Did you mean {close[0]}?" if close else ""
    msg = f"column of the change {change.who} must be a column of the holdout. Got {change.column!r} instead.{hint}"
    raise DataError(msg)


def _moved(before: pa.Array, change: Perturbed) -> tuple[pa.Array, Altered]:
    """Return `scale` times the column plus `add`."""
    kind = before.type
    if not (pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)):
        msg = f"column {change.column} of the change {change.who} must be of numbers to be scaled or added to. "
        msg += f"Got {kind} instead: replace values of it."
        raise DataError(msg)
    numbers = before.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False)
    moved = numbers * change.scale + change.add
    altered = (moved != numbers) & ~np.isnan(numbers)
    return _as_before(pa.array(moved, mask=np.asarray(before.is_null())), kind), altered


def _as_before(values: pa.Array, kind: pa.DataType) -> pa.Array:
    try:
        return values.cast(kind, safe=not pa.types.is_floating(kind))
    except pa.ArrowInvalid:
        return values


def _replaced(before: pa.Array, change: Perturbed) -> tuple[pa.Array, Altered]:
    """Return the column with old values replaced by new ones, all at once: two may be exchanged."""
    is_coded = pa.types.is_dictionary(before.type)
    values = before.cast(before.type.value_type) if is_coded else before
    old, new = (_parsed([pair[side] for pair in change.replace], values.type, change) for side in (0, 1))
    found = pc.index_in(values, value_set=old)
    after = pc.if_else(found.is_valid(), new.take(found), values)
    altered = pc.and_(found.is_valid(), pc.not_equal(after, values)).fill_null(fill_value=False)
    if is_coded:  # a category keeps its place, as an estimator may know it by that
        known = before.dictionary
        more = new.filter(pc.invert(pc.is_in(new, value_set=known))).unique()
        names = pa.concat_arrays([known, more])
        codes = pc.index_in(after, value_set=names)
        after = pa.DictionaryArray.from_arrays(codes, names, ordered=before.type.ordered)
    return after, np.asarray(altered)


def _parsed(texts: list[str], kind: pa.DataType, change: Perturbed) -> pa.Array:
    try:
        return pa.array(texts, pa.string()).cast(kind)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        msg = f"values that the change {change.who} replaces must be of the type of {change.column}, {kind}. "
        msg += f"Got {', '.join(texts)} instead."
        raise DataError(msg) from error
