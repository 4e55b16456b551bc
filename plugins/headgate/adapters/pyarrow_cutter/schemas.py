"""One schema for all batches, or a sentence that says why there is none."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from headgate.errors import DataError


def unified(known: pa.Schema | None, new: pa.Schema) -> pa.Schema:
    """Return the schema that holds the rows of both.

    A column that is all null in one batch takes the other's type, and timestamps of one zone the finer unit. Nothing
    else is mended: whether a column is whole numbers or floats must not depend on which batches there were.

    Raises:
        DataError: Their columns differ.
    """
    if known is None or known.equals(new):
        return new
    if known.names != new.names:
        raise DataError(_other_columns(known.names, new.names))
    kinds = [_common(field.name, field.type, other.type) for field, other in zip(known, new, strict=True)]
    return pa.schema([pa.field(name, kind) for name, kind in zip(known.names, kinds, strict=True)])


def joined(tables: Sequence[pa.Table], schema: pa.Schema) -> pa.Table:
    """Return the rows of all tables, in that schema.

    Raises:
        DataError: A timestamp lies outside of what the finer unit can say.
    """
    try:
        return pa.concat_tables([table if table.schema.equals(schema) else table.cast(schema) for table in tables])
    except pa.ArrowInvalid as error:
        msg = f"timestamps of a column must fit one unit in all batches of the source. Got {error} instead."
        raise DataError(msg) from error


def _common(name: str, one: pa.DataType, other: pa.DataType) -> pa.DataType:
    if one.equals(other) or pa.types.is_null(other):
        return one
    if pa.types.is_null(one):
        return other
    if pa.types.is_timestamp(one) and pa.types.is_timestamp(other) and one.tz == other.tz:
        return one if one.unit == "ns" else other
    msg = f"column {name} must have one type in all batches of the source. Got {one} and {other} instead. "
    if {_is_number(one), _is_number(other)} == {True}:
        msg += "pandas makes floats of whole numbers with holes. "
    msg += f'Give it one type before it is handed on, such as df["{name}"].astype("{_suggested(one, other)}").'
    raise DataError(msg)


def _is_number(kind: pa.DataType) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind))


def _suggested(one: pa.DataType, other: pa.DataType) -> str:
    if _is_number(one) and _is_number(other):
        return "Int64" if pa.types.is_integer(one) and pa.types.is_integer(other) else "float64"
    return "str"


def _other_columns(known: list[str], new: list[str]) -> str:
    lacking = [name for name in known if name not in new]
    further = [name for name in new if name not in known]
    found = [f"no {', '.join(lacking)}"] if lacking else []
    found += [f"also {', '.join(further)}"] if further else []
    how = " and ".join(found) or f"another order, {', '.join(new)},"
    return f"columns must be the same in all batches of the source: {', '.join(known)}. Got {how} in one instead."
