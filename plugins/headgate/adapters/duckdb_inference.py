"""What a suite can be inferred from, as DuckDB sees it in data files: one scan, then a group where it counts."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import _duckdb as duckdb  # the package around it takes 60 ms more to import, for relations that nothing here uses

from headgate.core.profile import Kind
from headgate.core.suite_inference import MOST_VALUES, Seen
from headgate.errors import DataError

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_INTEGERS = {
    "TINYINT": "int8",
    "SMALLINT": "int16",
    "INTEGER": "int32",
    "BIGINT": "int64",
    "UTINYINT": "uint8",
    "USMALLINT": "uint16",
    "UINTEGER": "uint32",
    "UBIGINT": "uint64",
}
_FLOATS = {"FLOAT": "float32", "DOUBLE": "float64"}
_MOMENTS = {"DATE", "TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS", "TIMESTAMP WITH TIME ZONE"}
_ZONED = "TIMESTAMP WITH TIME ZONE"
_SETTINGS: dict[str, Any] = {"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}
_ROUGHLY = 0.8
"""The estimate of distinct values is some percent off: columns that may be unique are looked at again, exactly."""


def look(rows: str, *, memory: str | None = None) -> tuple[int, tuple[Seen, ...]]:
    """Return how many rows there are, and what was seen of each column.

    Args:
        rows: What to read `FROM`, as SQL, such as `read_parquet(['trips.parquet'])`.
        memory: How much memory DuckDB may take, such as `512MB`; its own default when `None`.

    Raises:
        DataError: The files can't be read.
    """
    try:
        with duckdb.connect(config=_SETTINGS | ({"memory_limit": memory} if memory else {})) as connection:
            # Parquet's statistics leave NaN out, and this optimizer (DuckDB 2.0) then takes isnan() for always false.
            connection.execute("SET TimeZone = 'UTC'; SET disabled_optimizers = 'statistics_propagation'")
            columns = connection.execute(f"DESCRIBE SELECT * FROM {rows}").fetchall()  # noqa: S608 - names are quoted
            types = {name: kind for name, kind, *_ in columns}
            figures = [figure for name, kind in types.items() for figure in _figures(name, kind)]
            answer = connection.execute(f"SELECT count(*), {', '.join(figures)} FROM {rows}").fetchone() or ()  # noqa: S608 - names are quoted
            return answer[0], tuple(_all_seen(connection, rows, types, answer))
    except duckdb.Error as error:
        msg = f"data must be files that DuckDB reads. Got {str(error).splitlines()[0]} instead."
        raise DataError(msg) from error


def _figures(name: str, kind: str) -> Sequence[str]:
    """Return seven figures of a column: values, estimate of distinct ones, least, greatest, mean, std, infinities."""
    column, there = _quoted(name), f"NOT ({_is_null(name, kind)})"
    values = f"FILTER (WHERE {there})"
    counts = (f"count(*) {values}", f"approx_count_distinct({column}) {values}" if _kind_of(kind) else "0")
    match _kind_of(kind):
        case Kind.NUMBER:
            odd = f"count(*) FILTER (WHERE isinf({column}))" if kind in _FLOATS else "0"
            finite = f"isfinite({column})" if kind in _FLOATS else there
            of = (f"{figure}({column}) FILTER (WHERE {finite})" for figure in ("min", "max"))
            moments = (f"avg(CAST({column} AS DOUBLE)) FILTER (WHERE {finite})", _std(column, finite))
            return (*counts, *of, *moments, odd)
        case Kind.TIME:
            finite = f"FILTER (WHERE isfinite({column}))"
            of = (f"epoch_us({figure}({column}) {finite})" for figure in ("min", "max"))
            return (*counts, *of, "NULL", "NULL", f"count(*) FILTER (WHERE NOT isfinite({column}))")
        case Kind.TEXT:
            return (*counts, f"min(length({column}))", f"max(length({column}))", "NULL", "NULL", "0")
    return (*counts, "NULL", "NULL", "NULL", "NULL", "0")


def _std(column: str, condition: str) -> str:
    """Return the deviation of numbers that aren't too far apart to have one: DuckDB raises at an overflow."""
    return f"stddev_samp(CAST({column} AS DOUBLE)) FILTER (WHERE {condition} AND abs(CAST({column} AS DOUBLE)) < 1e150)"


def _all_seen(connection: Any, rows: str, types: dict[str, str], answer: Sequence[Any]) -> Iterator[Seen]:  # noqa: ANN401
    for place, (name, kind) in enumerate(types.items()):
        count, distinct, least, greatest, mean, std, odd = answer[1 + 7 * place : 8 + 7 * place]
        source = f"(SELECT {_quoted(name)} AS v FROM {rows} WHERE NOT ({_is_null(name, kind)}))"  # noqa: S608 - names are quoted
        is_few = 0 < distinct <= 2 * MOST_VALUES and _is_plain(kind) and not odd
        values, rarest = _values(connection, source) if is_few else ((), 0)
        may_name = _kind_of(kind) is Kind.TEXT or kind in _INTEGERS
        yield Seen(
            name=name,
            types=_names_of(kind, has_nulls=count < answer[0]),
            kind=_kind_of(kind) or Kind.OTHER,
            rows=answer[0],
            nulls=answer[0] - count,
            is_unique=may_name and distinct >= _ROUGHLY * count and _is_unique(connection, source),
            is_whole=kind in _INTEGERS or kind == "HUGEINT",
            values=values,
            rarest=rarest,
            **_extent(kind, least, greatest, mean, std, is_odd=bool(odd)),
        )


def _extent(kind: str, least: Any, greatest: Any, mean: Any, std: Any, *, is_odd: bool) -> dict[str, Any]:  # noqa: ANN401
    if least is None or greatest is None or is_odd:
        return {}
    match _kind_of(kind):
        case Kind.TEXT:
            return {"lengths": (least, greatest)}
        case Kind.TIME:
            return {"least": _instant(least, kind), "greatest": _instant(greatest, kind)}
    return {"least": _number(least), "greatest": _number(greatest), "mean": _finite(mean), "std": _finite(std)}


def _values(connection: Any, source: str) -> tuple[tuple[Any, ...], int]:  # noqa: ANN401
    """Return every value, and how many rows have the rarest; none when they are too many."""
    query = f"SELECT v, count(*) FROM {source} GROUP BY v ORDER BY v LIMIT {MOST_VALUES + 1}"  # noqa: S608 - names are quoted
    found = connection.execute(query).fetchall()
    if not found or len(found) > MOST_VALUES:
        return (), 0
    return tuple(_number(value) for value, _ in found), min(count for _, count in found)


def _is_unique(connection: Any, source: str) -> bool:  # noqa: ANN401
    twice = f"SELECT 1 FROM {source} GROUP BY v HAVING count(*) > 1 LIMIT 1"  # noqa: S608 - names are quoted
    return connection.execute(twice).fetchone() is None


def _is_plain(kind: str) -> bool:
    return _kind_of(kind) in {Kind.TEXT, Kind.BOOL, Kind.NUMBER}


def _kind_of(kind: str) -> Kind | None:
    if kind in _INTEGERS or kind in _FLOATS or kind == "HUGEINT" or kind.startswith("DECIMAL("):
        return Kind.NUMBER if not kind.endswith("]") else None
    return {"VARCHAR": Kind.TEXT, "BOOLEAN": Kind.BOOL, **dict.fromkeys(_MOMENTS, Kind.TIME)}.get(kind)


def _names_of(kind: str, *, has_nulls: bool) -> tuple[str, ...]:
    """Return the names of a type in Great Expectations' words; pandas has others for columns with nulls."""
    if name := _INTEGERS.get(kind):
        return (name, "float64") if has_nulls else (name,)
    if name := _FLOATS.get(kind):
        return (name,)
    if kind == "BOOLEAN":
        return () if has_nulls else ("bool",)  # pandas makes objects of them, and so of much else
    if kind == _ZONED:
        return ("Timestamp",)
    return {"VARCHAR": ("str",), **dict.fromkeys(_MOMENTS - {"DATE", _ZONED}, ("datetime64",))}.get(kind, ())


def _instant(microseconds: int, kind: str) -> datetime | None:
    try:
        found = _EPOCH + timedelta(microseconds=microseconds)
    except OverflowError:
        return None
    return found if kind == _ZONED else found.replace(tzinfo=None)


def _number(value: Any) -> Any:  # noqa: ANN401 - whatever a column holds
    return float(value) if isinstance(value, Decimal) else value


def _finite(value: Any) -> float | None:  # noqa: ANN401
    return float(value) if value is not None and math.isfinite(value) else None


def _is_null(name: str, kind: str) -> str:
    column = _quoted(name)
    return f"{column} IS NULL OR isnan({column})" if kind in _FLOATS else f"{column} IS NULL"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
