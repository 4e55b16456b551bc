"""Builds profiles of plain values for tests: by numpy and Counter, and by the profiler itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from headgate.adapters.pyarrow_profiler import ArrowProfiler
from headgate.core.profile import QUANTILES, TOP_CATEGORIES, ColumnProfile, Kind, Profile

PROFILER = ArrowProfiler()


def numbers(values: Any, *, nulls: int = 0, name: str = "load", kind: Kind = Kind.NUMBER) -> ColumnProfile:
    data = np.asarray(values, dtype=float)
    return ColumnProfile(
        name=name,
        type="double",
        kind=kind,
        rows=len(data) + nulls,
        nulls=nulls,
        mean=float(data.mean()) if len(data) else None,
        std=float(data.std(ddof=1)) if len(data) > 1 else None,
        quantiles=tuple(np.quantile(data, np.linspace(0, 1, QUANTILES)).tolist()) if len(data) else (),
    )


def texts(
    values: Sequence[str | None], *, name: str = "kind", kind: Kind = Kind.TEXT, most: int = TOP_CATEGORIES
) -> ColumnProfile:
    counts = Counter(value for value in values if value is not None)
    top = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:most]
    return ColumnProfile(
        name=name,
        type="string",
        kind=kind,
        rows=len(values),
        nulls=sum(value is None for value in values),
        distinct=len(counts),
        categories=tuple(top),
        other=sum(counts.values()) - sum(rows for _, rows in top),
    )


def profile(*columns: ColumnProfile) -> Profile:
    return Profile(rows=columns[0].rows, columns=columns)


def profiled(*parts: Any, kind: pa.DataType | None = None) -> ColumnProfile:
    """Return the profiler's profile of one column given in parts, each a list or a numpy array."""
    sketches = [PROFILER.profile(pa.table({"x": pa.array(part, kind)})) for part in parts]
    (column,) = PROFILER.merge(sketches).columns
    return column
