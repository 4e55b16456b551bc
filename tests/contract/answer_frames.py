"""Frames that suites are tried on: small, and full of what engines disagree about."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa
from hypothesis import strategies as st

MOST_ROWS = 9
TEXTS = [
    "",
    "a",
    "A",
    "ab",
    "abc",
    "b",
    "z",
    "a b",
    " a",
    "a\n",
    "\n",
    "é",
    "e\u0301",
    "ß",
    "İ",
    "\u0661",
    "7",
    "-7",
    "7.5",
    "😀",
    "a😀b",
]
TEXTS += [
    "2000-01-01",
    "01/02/2000",
    "2000-02-30",
    '{"a": 1}',
    "[1, 2]",
    "null",
    "NaN",
    "%",
    "_",
    "\\",
    "'",
    '"',
    "\t",
    "x" * 40,
]
FLOATS = [0.0, -0.0, 1.0, 1.5, -1.5, 2.0, 3.0, 0.1, 0.2, 0.1 + 0.2, 1e-300, 1e300, -1e9, 5e-324, 2.0**53, 2.0**53 + 2]
HOSTILE_FLOATS = [*FLOATS, math.nan, math.inf, -math.inf]
TIMES = [datetime(2000, 1, 1), datetime(2000, 1, 2), datetime(2000, 3, 26, 1, 30), datetime(1969, 12, 31, 23, 59, 59)]  # noqa: DTZ001
TIMES += [datetime(2000, 10, 29, 0, 30), datetime(2000, 1, 1, 12, 0, 0, 123456), datetime(2038, 1, 19, 3, 14, 8)]  # noqa: DTZ001


@dataclass(frozen=True, kw_only=True)
class Kind:
    """What a column holds.

    Args:
        type: Its Arrow type.
        values: Values of it; whole numbers are drawn around them.
        is_nullable: Whether nulls are among them.
    """

    type: pa.DataType
    values: tuple[Any, ...]
    is_nullable: bool = True

    @property
    def is_time(self) -> bool:
        """Whether a suite writes its values as texts that name times."""
        return bool(pa.types.is_temporal(self.type))


def _whole(kind: pa.DataType, least: int, most: int, *, is_nullable: bool) -> Kind:
    near = {v for edge in (0, 5, least, most) for v in range(edge - 2, edge + 3) if least <= v <= most}
    return Kind(type=kind, values=tuple(sorted(near)), is_nullable=is_nullable)


_IN_2_53 = 2**53
KINDS: dict[str, Kind] = {
    "float64": Kind(type=pa.float64(), values=tuple(HOSTILE_FLOATS)),
    "finite": Kind(type=pa.float64(), values=(0.5, 1.5, 1.5, 2.0, 2.0, 3.0, 10.0, -4.0, 0.1, 7.25)),
    "float32": Kind(type=pa.float32(), values=(0.0, -0.0, 0.5, 1.5, 0.1, math.nan, math.inf, 16777216.0)),
    "int64": _whole(pa.int64(), -(2**63), 2**63 - 1, is_nullable=False),
    "int53": _whole(pa.int64(), -_IN_2_53, _IN_2_53, is_nullable=True),
    "small": Kind(type=pa.int64(), values=tuple(range(-2, 6)), is_nullable=False),
    "int8": _whole(pa.int8(), -128, 127, is_nullable=True),
    "uint8": _whole(pa.uint8(), 0, 255, is_nullable=False),
    "uint64": _whole(pa.uint64(), 0, 2**64 - 1, is_nullable=False),
    "bool": Kind(type=pa.bool_(), values=(True, False), is_nullable=False),
    "maybe": Kind(type=pa.bool_(), values=(True, False)),
    "text": Kind(type=pa.string(), values=tuple(TEXTS)),
    "letters": Kind(type=pa.string(), values=("a", "b", "ab", "abc", "B")),
    "date": Kind(type=pa.date32(), values=tuple(date(2000, 1, 1) + timedelta(days=d) for d in range(5))),
    "time": Kind(type=pa.timestamp("us"), values=tuple(TIMES)),
    "utc": Kind(type=pa.timestamp("us", tz="UTC"), values=tuple(t.replace(tzinfo=UTC) for t in TIMES)),
    "zoned": Kind(
        type=pa.timestamp("ms", tz="America/New_York"),
        values=tuple(t.replace(tzinfo=UTC, microsecond=0) for t in TIMES),
    ),
    "nanos": Kind(type=pa.timestamp("ns", tz="UTC"), values=tuple(t.replace(tzinfo=UTC) for t in TIMES)),
    "binary": Kind(type=pa.binary(), values=(b"", b"a", b"b", b"\xff")),
    "list": Kind(type=pa.list_(pa.int64()), values=([], [1], [1, 2])),
    "wide_decimal": Kind(
        type=pa.decimal128(38, 4), values=tuple(map(Decimal, ("0.1", "1.5", "2", "12345678901234567.1")))
    ),
    "decimal": Kind(
        type=pa.decimal128(12, 2), values=tuple(Decimal(v) / 100 for v in (-150, 0, 10, 20, 30, 150, 10**9))
    ),
}


@dataclass(frozen=True, kw_only=True)
class Frame:
    """Rows with the columns `x` and `y` of one kind, `g` (0 to 2) and `s` (letters) for conditions."""

    kind: str
    rows: pa.Table

    @property
    def values(self) -> list[Any]:
        """What `x` and `y` hold, without nulls."""
        return [v for name in ("x", "y") for v in self.rows[name].to_pylist() if v is not None]


@st.composite
def frames(draw: Callable[..., Any], kinds: tuple[str, ...] = tuple(KINDS)) -> Frame:
    """Draw a frame."""
    name = draw(st.sampled_from(kinds))
    kind, count = KINDS[name], draw(st.integers(0, MOST_ROWS))
    value = st.sampled_from(kind.values)
    cells = st.one_of(st.none(), value, value, value) if kind.is_nullable else value
    column = st.lists(cells, min_size=count, max_size=count)
    groups, letters = st.integers(0, 2), st.sampled_from(("a", "b", "ab"))
    return Frame(
        kind=name,
        rows=pa.table(
            {
                "x": pa.array(draw(column), kind.type),
                "y": pa.array(draw(column), kind.type),
                "g": pa.array(draw(st.lists(groups, min_size=count, max_size=count)), pa.int64()),
                "s": pa.array(draw(st.lists(letters, min_size=count, max_size=count)), pa.string()),
            }
        ),
    )
