"""The port's two questions."""

from __future__ import annotations

import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, cast

import pyarrow as pa

from headgate.adapters.pyarrow_profiler.merging import merged
from headgate.adapters.pyarrow_profiler.sketch import Sketch, plain, read, sketch_of
from headgate.core.profile import Profile
from headgate.errors import DataError
from headgate.ports import Rows

_FORMAT = 1
_DAMAGED = (
    f"statistics of a part must be a sketch of format {_FORMAT}. Got {{got}} instead. Delete the documents "
    "parts/*/*.profile.json in the store, and run the snapshot task again: it makes them anew."
)

_FEW_ROWS = 100_000
"""So few take less time than threads that wait for each other."""


class ArrowProfiler:
    """`Profiler` on Arrow and numpy.

    Exact in every case: rows, nulls, least and greatest value, mean and standard deviation; distinct values up to
    1,024; categories as long as no part has more than 1,000; quantiles of one part of at most 131,072 rows, or of parts
    of at most 101. Beyond: quantiles are of 131,072 rows of a part, and of many parts they lie within about 1 % in
    rank; distinct values are estimated (see `Distinct`); a category that isn't among a part's 1,000 most frequent isn't
    counted there.

    NaN counts as null. Texts of more than 200 characters aren't kept as categories.
    """

    def profile(self, rows: Rows) -> str:
        """Return a part's sketch as JSON. Equal parts have equal sketches, in any process on any machine."""
        table = cast("pa.Table", rows)
        sketches = _sketches(table)
        data = {"format": _FORMAT, "rows": table.num_rows, "columns": [plain(sketch) for sketch in sketches]}
        return json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)

    def merge(self, sketches: Sequence[str]) -> Profile:
        """Return the statistics of all parts together; of none at all without sketches.

        Raises:
            DataError: The parts don't have the same columns, or a sketch isn't what was made.
        """
        parts = [_read(sketch) for sketch in sketches]
        schemas = {tuple((column["name"], column["type"]) for column in part["columns"]) for part in parts}
        if len(schemas) > 1:
            msg = (
                "parts of a snapshot must have the same columns, of the same types. Got statistics of several schemas."
            )
            raise DataError(msg)
        columns = zip(*(part["sketches"] for part in parts), strict=True)
        return Profile(rows=sum(part["rows"] for part in parts), columns=tuple(map(merged, columns)))


def _read(text: str) -> dict[str, Any]:
    try:
        data: dict[str, Any] = json.loads(text)
        found = f"format {data['format']!r}"
        if data["format"] == _FORMAT:
            return {**data, "sketches": [read(column) for column in data["columns"]]}
    except (ValueError, TypeError, KeyError) as error:
        raise DataError(_DAMAGED.format(got=f"{type(error).__name__}: {error}")) from error
    raise DataError(_DAMAGED.format(got=found))


def _sketches(table: pa.Table) -> list[Sketch]:
    if table.num_rows < _FEW_ROWS:
        return list(map(sketch_of, table.column_names, table.columns))
    with ThreadPoolExecutor(max_workers=2) as pool:  # both libraries free the interpreter while they compute
        return list(pool.map(sketch_of, table.column_names, table.columns))
