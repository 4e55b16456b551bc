"""Expectations about a column's type, in the names that Great Expectations knows on pandas."""

from __future__ import annotations

from headgate.adapters.duckdb_suites.kinds import Column, Kind
from headgate.adapters.duckdb_suites.plan import Plan, UnfitError
from headgate.adapters.duckdb_suites.request import Request, is_null, rowwise
from headgate.adapters.duckdb_suites.tables import known
from headgate.core.suite import Measured

_NAMES = {
    "TINYINT": ("int8", "byte"),
    "SMALLINT": ("int16", "short"),
    "INTEGER": ("int32", "intc"),
    "BIGINT": ("int64", "int", "int_", "long"),
    "UTINYINT": ("uint8", "ubyte"),
    "USMALLINT": ("uint16", "ushort"),
    "UINTEGER": ("uint32", "uintc"),
    "UBIGINT": ("uint64", "uint"),
    "FLOAT": ("float32", "single"),
    "DOUBLE": ("float64", "float", "double"),
    "BOOLEAN": ("bool", "bool_"),
    "VARCHAR": ("str", "string_types"),
}
_MOMENTS = ("datetime64", "datetime64[s]", "datetime64[ms]", "datetime64[us]", "datetime64[ns]")
KNOWN = frozenset(name for names in _NAMES.values() for name in names) | {*_MOMENTS, "Timestamp"}
"""Every name that is understood."""


def of_type(request: Request) -> Plan:
    """Plan `expect_column_values_to_be_of_type`: the column's own type, whatever pandas would make of its nulls."""
    column = request.column()
    names = _moments(column) or _names(column)
    return known(Measured(success=request.kwargs["type_"] in names, observed=names[0]))


def in_type_list(request: Request) -> Plan:
    """Plan `expect_column_values_to_be_in_type_list`; of text each value is counted."""
    column = request.column()
    names = _names(column)
    met = not set(names).isdisjoint(request.kwargs["type_list"])
    if column.kind is Kind.TEXT:
        return rowwise(request, [column], fails="false" if met else "true", skips=is_null(column))
    return known(Measured(success=met, observed=names[0]))


def _names(column: Column) -> tuple[str, ...]:
    if column.type not in _NAMES:
        msg = f"column {column.name!r} is {column.kind.value} ({column.type}), which pandas keeps as another type"
        raise UnfitError(msg)
    return _NAMES[column.type]


def _moments(column: Column) -> tuple[str, ...]:
    if column.kind is not Kind.TIMESTAMP:
        return ()
    return ("Timestamp",) if column.is_aware else _MOMENTS
