"""One schema for many files, or a sentence that says which two differ."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Mapping, Sequence

import pyarrow as pa

from headgate.adapters.arrow_spans import INSTANT
from headgate.errors import DataError, InputError


def require_columns(source: str, wanted: Sequence[str], there: Sequence[str]) -> None:
    """Require columns to be there.

    Raises:
        InputError: One isn't.
    """
    for column in wanted:
        if column not in there:
            close = difflib.get_close_matches(column, there, n=1)
            hint = f" Did you mean {close[0]}?" if close else ""
            msg = f"column {column} must be in source {source}. Got {', '.join(there)} instead.{hint}"
            raise InputError(msg)


def require_once(source: str, path: str, names: Sequence[str]) -> None:
    """Require names that differ.

    Raises:
        DataError: One is there twice.
    """
    twins = [name for name, count in Counter(names).items() if count > 1]
    if twins:
        msg = (
            f"file {path} of source {source} must hold each column once. Got {', '.join(twins)} more than once instead."
        )
        raise DataError(msg)


def unified(
    source: str, schemas: Mapping[str, pa.Schema], wanted: Sequence[str] | None, *, times: Sequence[str], advice: str
) -> pa.Schema:
    """Return the one schema that the rows of all files fit into, losing nothing.

    Args:
        source: The source's name.
        schemas: What each file holds, by its path; at least one.
        wanted: The columns to read; all when `None`.
        times: Columns that must be there in any case.
        advice: What to do when two types don't go together: `{column}` is filled in.

    Raises:
        InputError: A wanted column isn't in any of them.
        DataError: One lacks a column that another has, or has it of another type.
    """
    there = list(dict.fromkeys(name for schema in schemas.values() for name in schema.names))
    require_columns(source, [*times, *(wanted or ())], there)
    fields = [pa.field(name, _kind(source, name, schemas, advice)) for name in wanted or there]
    return pa.schema(fields)


def _kind(source: str, column: str, schemas: Mapping[str, pa.Schema], advice: str) -> pa.DataType:
    kind, since = None, ""
    for path, schema in schemas.items():
        if column not in schema.names:
            raise DataError(_lacking(source, column, path, schemas))
        found = _plain(schema.field(column).type)
        if kind is None or kind == found:
            kind, since = found, since or path
            continue
        common = _common(kind, found)
        if common is None:
            msg = f"files of source {source} must have one schema. Got column {column} as {kind} in {since} and as "
            msg += f"{found} in {path} instead. {advice.format(column=column)}"
            raise DataError(msg)
        kind, since = common, path if common == found else since
    return kind


def _lacking(source: str, column: str, path: str, schemas: Mapping[str, pa.Schema]) -> str:
    other, schema = next((other, schema) for other, schema in schemas.items() if column in schema.names)
    kind = schema.field(column).type
    msg = f"files of source {source} must have one schema. Got column {column} as {kind} in {other} and no such column "
    return f"{msg}in {path} instead. Name the columns to read: columns=(...)."


def _plain(kind: pa.DataType) -> pa.DataType:
    return _plain(kind.value_type) if pa.types.is_dictionary(kind) else kind


def _common(first: pa.DataType, second: pa.DataType) -> pa.DataType | None:
    """Return the type that holds every value of both, if there is one.

    >>> _common(pa.int32(), pa.int64()), _common(pa.int64(), pa.float64())
    (DataType(int64), None)
    """
    if pa.types.is_null(first) or pa.types.is_null(second):
        return second if pa.types.is_null(first) else first
    if pa.types.is_timestamp(first) and pa.types.is_timestamp(second):
        return _common_instants(first, second)
    if _is_text(first) and _is_text(second):
        return pa.large_string()
    if _is_bytes(first) and _is_bytes(second):
        return pa.large_binary()
    return _common_numbers(first, second)


def _common_numbers(first: pa.DataType, second: pa.DataType) -> pa.DataType | None:
    family = _number_family(first)
    if family is None or family != _number_family(second):
        return None
    schemas = [pa.schema([pa.field("x", kind)]) for kind in (first, second)]
    return pa.unify_schemas(schemas, promote_options="permissive").field("x").type


def _common_instants(first: pa.DataType, second: pa.DataType) -> pa.DataType | None:
    if (first.tz is None) != (second.tz is None):
        return None
    zone = first.tz if first.tz == second.tz else INSTANT.tz
    finer = max(first.unit, second.unit, key=("s", "ms", "us", "ns").index)
    return pa.timestamp(finer, zone)


def _is_text(kind: pa.DataType) -> bool:
    return pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)


def _is_bytes(kind: pa.DataType) -> bool:
    return pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_binary_view(kind)


def _number_family(kind: pa.DataType) -> str | None:
    """Return which numbers go together; a uint64 goes with none but itself, since no signed integer holds it."""
    if pa.types.is_integer(kind):
        return "unsigned" if kind == pa.uint64() else "integer"
    if pa.types.is_floating(kind):
        return "floating"
    return "decimal" if pa.types.is_decimal(kind) else None
