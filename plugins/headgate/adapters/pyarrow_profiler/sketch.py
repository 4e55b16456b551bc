"""A column's sketch: what is kept of one part to add parts up later."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from headgate.adapters.pyarrow_profiler.categories import counted_texts
from headgate.adapters.pyarrow_profiler.columns import Floats, is_countable, kind_of, numbers_of, present
from headgate.adapters.pyarrow_profiler.hashes import Distinct, hashes_of
from headgate.core.profile import QUANTILES, TOP_CATEGORIES, Kind

MOST_ROWS = 131_072
"""Quantiles are of at most so many rows of a part."""

_GREATEST = float(np.finfo(np.float64).max)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moments:
    """Mean and sum of squared deviations from it; `None` where a value is infinite."""

    mean: float | None
    m2: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sketch:
    """What is kept of a column of one part.

    Args:
        name: The column.
        type: Its Arrow type, as text.
        kind: What its values are.
        rows: Rows of the part.
        nulls: Of them, null or NaN.
        moments: Of numbers and times that have values.
        points: All values, sorted, where there are no more than `QUANTILES`; that many quantiles otherwise.
        distinct: Hashes of the values; `None` for nested types.
        categories: Values and their rows; `None` for what has none, and for whole numbers that have too many.
    """

    name: str
    type: str
    kind: Kind
    rows: int
    nulls: int
    moments: Moments | None = None
    points: Floats | None = None
    distinct: Distinct | None = None
    categories: Mapping[str, int] | None = None

    @property
    def values(self) -> int:
        """How many rows have a value."""
        return self.rows - self.nulls


def sketch_of(name: str, column: pa.ChunkedArray) -> Sketch:
    """Return the sketch of a column."""
    kind, values = kind_of(column.type), present(column)
    distinct, categories = _counted(kind, values)
    with np.errstate(over="ignore", invalid="ignore"):
        numbers = numbers_of(values) if kind in {Kind.NUMBER, Kind.TIME} and len(values) else None
        return Sketch(
            name=name,
            type=str(column.type),
            kind=kind,
            rows=len(column),
            nulls=len(column) - len(values),
            moments=None if numbers is None else _moments(numbers),
            points=None if numbers is None else _points(numbers),
            distinct=distinct,
            categories=categories,
        )


def plain(sketch: Sketch) -> dict[str, Any]:
    """Return a sketch as JSON takes it; numbers in bulk are little-endian bytes in base64."""
    data: dict[str, Any] = {name: getattr(sketch, name) for name in ("name", "type", "kind", "rows", "nulls")}
    if sketch.moments is not None and sketch.points is not None:
        data |= {"mean": sketch.moments.mean, "m2": sketch.moments.m2, "points": _packed(sketch.points)}
    if sketch.distinct is not None:
        data |= {"hashes": _packed(sketch.distinct.least), "more": sketch.distinct.more}
    if sketch.categories is not None:
        data["categories"] = dict(sketch.categories)
    return data


def read(data: Mapping[str, Any]) -> Sketch:
    """Return the sketch that `plain` made the data from."""
    hashes, points = data.get("hashes"), data.get("points")
    return Sketch(
        name=data["name"],
        type=data["type"],
        kind=Kind(data["kind"]),
        rows=data["rows"],
        nulls=data["nulls"],
        moments=None if points is None else Moments(mean=data["mean"], m2=data["m2"]),
        points=None if points is None else _unpacked(points, "<f8"),
        distinct=None if hashes is None else Distinct(_unpacked(hashes, "<u8"), data["more"]),
        categories=data.get("categories"),
    )


def quantiles_of(values: Floats) -> Floats:
    """Return the quantiles of values, linear between neighbours: numpy's, which takes eight times as long."""
    ordered = np.clip(np.sort(values), -_GREATEST, _GREATEST)
    below, above, part = _places(len(ordered))
    low, high = ordered[below], ordered[above]
    return np.where(low == high, low, low * (1 - part) + high * part)  # high - low may be more than a double holds


@lru_cache(maxsize=8)
def _places(rows: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], Floats]:
    """Return the rows below and above each quantile, and how far it is from the one to the other."""
    places = np.linspace(0, rows - 1, QUANTILES)
    below = np.floor(places)
    return below.astype(np.int64), np.ceil(places).astype(np.int64), places - below


def _counted(kind: Kind, values: pa.Array) -> tuple[Distinct | None, Mapping[str, int] | None]:
    if kind in {Kind.TEXT, Kind.BOOL}:
        return counted_texts(values)
    if not is_countable(values.type):
        return None, None
    distinct = Distinct.of(hashes_of(values))
    if pa.types.is_integer(values.type) and len(distinct.least) <= TOP_CATEGORIES:
        return distinct, counted_texts(values)[1]
    return distinct, None


def _moments(values: Floats) -> Moments:
    mean = float(values.mean())
    m2 = float(np.square(values - mean).sum())
    return Moments(mean=mean, m2=m2) if np.isfinite(m2) else Moments(mean=None, m2=None)


def _points(values: Floats) -> Floats:
    if len(values) <= QUANTILES:
        return np.clip(np.sort(values), -_GREATEST, _GREATEST)
    if len(values) <= MOST_ROWS:
        return quantiles_of(values)
    points = quantiles_of(values[_spread(len(values))])
    points[0], points[-1] = np.clip([values.min(), values.max()], -_GREATEST, _GREATEST)
    return points


@lru_cache(maxsize=2)
def _spread(rows: int) -> npt.NDArray[np.int64]:
    """Return `MOST_ROWS` places, one at random in each of as many equal stretches; the same ones each time.

    Places at equal distances would see one hour of the day only in rows of every minute.
    """
    within = np.random.Generator(np.random.PCG64(rows)).random(MOST_ROWS)
    return ((np.arange(MOST_ROWS) + within) * (rows / MOST_ROWS)).astype(np.int64)


def _packed(values: npt.NDArray[Any]) -> str:
    return base64.b64encode(values.astype(values.dtype.newbyteorder("<"), copy=False).tobytes()).decode()


def _unpacked(text: str, kind: str) -> npt.NDArray[Any]:
    return np.frombuffer(base64.b64decode(text), kind)
