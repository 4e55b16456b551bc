"""Expectations about a column's type, in the names that people write for pandas' and numpy's types."""

from __future__ import annotations

from collections.abc import Iterable

from headgate.adapters.duckdb_suites.kinds import Column
from headgate.adapters.duckdb_suites.plan import Plan
from headgate.adapters.duckdb_suites.request import Request
from headgate.adapters.duckdb_suites.tables import known
from headgate.core.suite import Measured

_WIDTHS = {
    "TINYINT": "int8",
    "SMALLINT": "int16",
    "INTEGER": "int32",
    "BIGINT": "int64",
    "UTINYINT": "uint8",
    "USMALLINT": "uint16",
    "UINTEGER": "uint32",
    "UBIGINT": "uint64",
    "FLOAT": "float32",
    "DOUBLE": "float64",
}
_ALIASES = {
    "int64": ("int", "int_", "long", "Int64Dtype"),
    "int32": ("intc", "Int32Dtype"),
    "int16": ("short", "Int16Dtype"),
    "int8": ("byte", "Int8Dtype"),
    "uint64": ("uint", "UInt64Dtype"),
    "uint32": ("uintc", "UInt32Dtype"),
    "uint16": ("ushort", "UInt16Dtype"),
    "uint8": ("ubyte", "UInt8Dtype"),
    "float64": ("float", "double", "float_"),
    "float32": ("single",),
    "bool": ("bool_", "boolean", "BooleanDtype"),
    "str": ("str_", "string", "string_types", "unicode", "object", "StringDtype"),
    "datetime64": ("datetime64[us]", "datetime64[ns]", "datetime64[ms]", "datetime64[s]", "Timestamp", "datetime"),
    "Timestamp": ("datetime64", "datetime64[ns, UTC]", "datetime64[us, UTC]", "DatetimeTZDtype", "datetime"),
    "date": ("object",),
    "time": ("object",),
    "Decimal": ("object", "decimal"),
    "bytes": ("bytes_", "object"),
    "list": ("object",),
    "dict": ("object",),
}
_NAMES = {
    "BOOLEAN": "bool",
    "VARCHAR": "str",
    **dict.fromkeys(("TIMESTAMP WITH TIME ZONE", "TIMESTAMPTZ_NS"), "Timestamp"),
    **dict.fromkeys(("TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS"), "datetime64"),
    "DATE": "date",
    "TIME": "time",
    "DECIMAL": "Decimal",
    "BLOB": "bytes",
    "STRUCT": "dict",
    "MAP": "dict",
}
KNOWN = frozenset(_ALIASES) | frozenset(alias for aliases in _ALIASES.values() for alias in aliases)
"""Every name that is understood."""


def of_type(request: Request) -> Plan:
    """Plan `expect_column_values_to_be_of_type`: the column's own type, whatever pandas would make of its nulls."""
    wanted = request.kwargs.get("type_")
    return _one_of(request.column(), None if wanted is None else [wanted])


def in_type_list(request: Request) -> Plan:
    """Plan `expect_column_values_to_be_in_type_list`."""
    return _one_of(request.column(), request.kwargs.get("type_list"))


def type_name(column: Column) -> str:
    """Return what a column's type is called: numpy's name, or Python's.

    >>> type_name(Column(name="n", type="BIGINT")), type_name(Column(name="t", type="VARCHAR"))
    ('int64', 'str')
    """
    if column.type.endswith("]"):
        return "list"
    plain = column.type.partition("(")[0]
    return _WIDTHS.get(plain) or _NAMES.get(plain, column.type)


def _one_of(column: Column, wanted: Iterable[str] | None) -> Plan:
    name = type_name(column)
    return known(
        Measured(success=wanted is None or not {name, *_ALIASES.get(name, ())}.isdisjoint(wanted), observed=name)
    )
