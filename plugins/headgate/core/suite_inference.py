"""A first suite from what was seen in data: to be read, corrected and kept by a person."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from headgate.core.headline import counted
from headgate.core.profile import Kind
from headgate.core.suite import Expectation, Suite
from headgate.core.validation import Severity

MOST_VALUES = 20
"""How many values a set may have at most; a column of more isn't one of categories."""

MOST_CODES = 12
"""How many whole numbers may be codes, such as a season or a weekday."""

_FEWEST_ROWS = 20
_FEWEST_OF_A_CODE = 20
_RAREST = 0.05
_ROWS_A_VALUE = 5
_LONGEST_VALUE = 80
_LONGEST_ID = 64
_EMPTY_SHARE = 0.5
_NAMES_OF_IDS = ("id", "uuid", "guid", "key")


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What was seen of one column. NaN counts as null; where infinities were seen, there is no range.

    Args:
        name: The column.
        types: Names of its type, any of which is right.
        kind: What its values are.
        rows: How many rows, nulls too.
        nulls: How many are null.
        is_unique: Whether no value occurs twice.
        is_whole: Whether its numbers are whole by their type.
        least: Least number, or first instant.
        greatest: Greatest number, or last instant.
        mean: Of its numbers.
        std: Sample standard deviation of its numbers.
        values: Every value, sorted, when there are at most `MOST_VALUES`.
        rarest: How many rows have the least frequent of `values`.
        lengths: Length of the shortest and of the longest text.
    """

    name: str
    types: tuple[str, ...]
    kind: Kind
    rows: int
    nulls: int
    is_unique: bool = False
    is_whole: bool = False
    least: Any = None
    greatest: Any = None
    mean: float | None = None
    std: float | None = None
    values: tuple[Any, ...] = ()
    rarest: int = 0
    lengths: tuple[int, int] | None = None

    @property
    def count(self) -> int:
        """How many values there are."""
        return self.rows - self.nulls

    @property
    def is_id(self) -> bool:
        """Whether its values name rows: unique in enough rows, without nulls, and named or filled like it."""
        if not self.is_unique or self.nulls or self.rows < _FEWEST_ROWS:
            return False
        if self.kind is Kind.TEXT:
            return self.lengths is not None and self.lengths[1] <= _LONGEST_ID
        is_dense = self.least is not None and self.is_whole and self.greatest - self.least < 2 * self.rows
        is_named = self.name.lower().replace("-", "_").split("_")[-1].endswith(_NAMES_OF_IDS)
        return self.kind is Kind.NUMBER and self.is_whole and (is_dense or is_named)

    @property
    def is_codes(self) -> bool:
        """Whether its whole numbers name kinds: few, each in many rows, and none far rarer than the others.

        What is counted tapers off, and its next value is still to come.
        """
        few = 1 < len(self.values) <= MOST_CODES and self.kind is Kind.NUMBER and self.is_whole
        return few and self.rarest >= max(_FEWEST_OF_A_CODE, _RAREST * self.count / len(self.values))

    @property
    def is_constant(self) -> bool:
        """Whether there is one value in enough rows."""
        return len(self.values) == 1 and self.count >= _FEWEST_ROWS


def infer_suite(name: str, rows: int, columns: Sequence[Seen], *, margin: float) -> Suite:
    """Return expectations that the data meets, with room beside what was seen.

    Structure is critical: that columns are there, their types, no nulls where none were seen, ids that are unique.
    Ranges, sets, lengths and means are warnings, until a person decides.

    Args:
        name: What the suite is called.
        rows: How many rows were seen, >= 1.
        columns: What was seen of each column, in order.
        margin: Room on both sides as a share of the range that was seen, >= 0; few rows get more.
    """
    entries = [*_of_table(rows, columns, margin)]
    for column in columns:
        entries += _of_column(column, margin)
    found = (
        Expectation(type=kind, kwargs=kwargs, severity=severity, place=place, notes=notes)
        for place, (kind, kwargs, severity, notes) in enumerate(entries)
    )
    return Suite(name=name, expectations=tuple(found))


_Entry = tuple[str, dict[str, Any], Severity, str]


def _of_table(rows: int, columns: Sequence[Seen], margin: float) -> Iterator[_Entry]:
    names = [column.name for column in columns]
    seen = f"seen: {counted(len(names), 'column', 'columns')}; others may be there too"
    kwargs: dict[str, Any] = {"column_set": names, "exact_match": False}
    yield "expect_table_columns_to_match_set", kwargs, Severity.CRITICAL, seen
    room = _widened(margin, rows)
    low, high = _range(rows, rows, room, is_whole=True)
    kwargs = {"min_value": max(1, low), "max_value": high}
    yield "expect_table_row_count_to_be_between", kwargs, Severity.WARNING, f"seen: {counted(rows, 'row', 'rows')}"


def _of_column(column: Seen, margin: float) -> Iterator[_Entry]:
    about = {"column": column.name}
    if column.types:
        yield _type(column)
    yield from _of_nulls(column, margin)
    if column.is_id:
        yield "expect_column_values_to_be_unique", about, Severity.CRITICAL, f"seen: unique in {_rows(column)}"
    elif column.is_constant:
        kwargs = {**about, "value_set": list(column.values)}
        notes = f"seen: the same value in {_rows(column)}"
        yield "expect_column_values_to_be_in_set", kwargs, Severity.WARNING, notes
        return
    yield from _of_values(column, margin)


def _type(column: Seen) -> _Entry:
    """Return what the type must be; Great Expectations finds a time's in no list (1.24), and a text's only there."""
    seen = f"seen: {column.types[0]}"
    if column.kind is Kind.TIME:
        kwargs: dict[str, Any] = {"column": column.name, "type_": column.types[0]}
        return "expect_column_values_to_be_of_type", kwargs, Severity.CRITICAL, seen
    kwargs = {"column": column.name, "type_list": list(column.types)}
    return "expect_column_values_to_be_in_type_list", kwargs, Severity.CRITICAL, seen


def _of_nulls(column: Seen, margin: float) -> Iterator[_Entry]:
    if not column.nulls:
        notes = f"seen: none in {_rows(column)}"
        yield "expect_column_values_to_not_be_null", {"column": column.name}, Severity.CRITICAL, notes
        return
    share = column.nulls / column.rows
    room = share * margin + 3 * math.sqrt(share * (1 - share) / column.rows)
    mostly = math.floor(100 * (1 - share - room)) / 100
    if mostly >= 1 - _EMPTY_SHARE:
        kwargs = {"column": column.name, "mostly": mostly}
        notes = f"seen: {column.nulls:,} nulls in {_rows(column)}"
        yield "expect_column_values_to_not_be_null", kwargs, Severity.WARNING, notes


def _of_values(column: Seen, margin: float) -> Iterator[_Entry]:
    if column.kind is Kind.TIME and isinstance(column.least, datetime):
        yield _times(column)
    elif column.kind is Kind.TEXT and column.lengths:
        yield _categories(column) if _is_categories(column) else _lengths(column, margin)
    elif column.is_codes:
        yield _categories(column)
        if column.values == (0, 1):
            yield from _mean(column, margin)
    elif column.kind is Kind.NUMBER and not column.is_id and column.least is not None:
        yield _between(column, margin)
        yield from _mean(column, margin)


def _times(column: Seen) -> _Entry:
    """Return a floor; the last instant is no ceiling, since the next snapshot's is later."""
    first = column.least.replace(hour=0, minute=0, second=0, microsecond=0)
    kwargs = {"column": column.name, "min_value": first.isoformat()}
    notes = f"seen: {column.least.isoformat()} to {column.greatest.isoformat()} in {_values(column)}"
    return "expect_column_values_to_be_between", kwargs, Severity.WARNING, notes


def _is_categories(column: Seen) -> bool:
    values = column.values
    is_repeated = column.count >= max(_FEWEST_ROWS, _ROWS_A_VALUE * len(values))
    return bool(values) and is_repeated and max(len(str(value)) for value in values) <= _LONGEST_VALUE


def _categories(column: Seen) -> _Entry:
    kwargs = {"column": column.name, "value_set": list(column.values)}
    notes = f"seen: {counted(len(column.values), 'value', 'values')} in {_values(column)}"
    return "expect_column_values_to_be_in_set", kwargs, Severity.WARNING, notes


def _lengths(column: Seen, margin: float) -> _Entry:
    shortest, longest = column.lengths or (0, 0)
    room = 0.0 if shortest == longest and column.is_id else _widened(margin, column.count)
    low, high = math.floor(shortest * (1 - min(room, 1))), math.ceil(longest * (1 + room))
    kwargs = {"column": column.name, "min_value": low, "max_value": high}
    notes = f"seen: {shortest:,} to {longest:,} characters in {_values(column)}"
    return "expect_column_value_lengths_to_be_between", kwargs, Severity.WARNING, notes


def _between(column: Seen, margin: float) -> _Entry:
    room = _widened(margin, column.count)
    low, high = _range(column.least, column.greatest, room, is_whole=column.is_whole)
    notes = f"seen: {_number(column.least)} to {_number(column.greatest)} in {_values(column)}"
    kwargs = {"column": column.name, "min_value": low, "max_value": high}
    return "expect_column_values_to_be_between", kwargs, Severity.WARNING, notes


def _mean(column: Seen, margin: float) -> Iterator[_Entry]:
    mean, std = column.mean, column.std
    if mean is None or not std or not math.isfinite(mean) or not math.isfinite(std):
        return
    half = std * (margin + 3 / math.sqrt(column.count))
    low, high = _outward(mean - half, mean + half, half)
    notes = f"seen: {_number(mean)}, standard deviation {_number(std)}, in {_values(column)}"
    kwargs = {"column": column.name, "min_value": low, "max_value": high}
    yield "expect_column_mean_to_be_between", kwargs, Severity.WARNING, notes


def _widened(margin: float, rows: int) -> float:
    """Return the room for that many rows: twice the margin for 100, 1.1 times it for 10,000.

    >>> _widened(0.1, 100), _widened(0.1, 10_000), _widened(0, 5)
    (0.2, 0.11, 0.0)
    """
    return round(margin * (1 + 10 / math.sqrt(rows)), 6)


def _range(least: Any, greatest: Any, room: float, *, is_whole: bool) -> tuple[Any, Any]:  # noqa: ANN401 - int or float
    """Return both bounds with room beside them; a sign that all values have is kept, and so are shares.

    >>> _range(0.2, 97.4, 0.1, is_whole=False), _range(3, 3, 0.1, is_whole=True), _range(0.1, 0.96, 0.1, is_whole=False)
    ((0, 108), (2, 4), (0.01, 1))
    """
    pad = room * ((greatest - least) or abs(greatest) or 1)
    if not pad or not math.isfinite(pad):
        return least, greatest
    if is_whole:
        pad = math.ceil(pad)
    low, high = _outward(least - pad, greatest + pad, pad)
    low, high = min(low, least), max(high, greatest)
    low, high = (max(low, 0) if least >= 0 else low), (min(high, 0) if greatest <= 0 else high)
    is_share = not is_whole and least >= 0 and greatest <= 1
    return low, (min(high, 1) if is_share else high)


def _outward(low: Any, high: Any, room: Any) -> tuple[Any, Any]:  # noqa: ANN401 - int or float
    """Return the next round numbers outside, of as many digits as the room beside the values is worth."""
    digits = -math.floor(math.log10(room))
    if digits > 300 or not (math.isfinite(low) and math.isfinite(high)):  # noqa: PLR2004 - floats end there
        return low, high
    if isinstance(low, int) and isinstance(high, int):
        step = 10 ** max(0, -digits)
        return low // step * step, -(-high // step) * step
    scale = 10.0**digits
    rounded = math.floor(low * scale) / scale, math.ceil(high * scale) / scale
    low, high = min(low, rounded[0]), max(high, rounded[1])
    return (_plain(low), _plain(high)) if digits <= 0 else (low, high)


def _plain(value: float) -> int | float:
    return int(value) if value.is_integer() and abs(value) < 1e15 else value  # noqa: PLR2004 - exact as a float


def _number(value: float) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:.6g}"


def _values(column: Seen) -> str:
    return counted(column.count, "value", "values")


def _rows(column: Seen) -> str:
    return counted(column.rows, "row", "rows")
