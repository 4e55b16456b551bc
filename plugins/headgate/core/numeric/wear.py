"""How many windows each row of a holdout lies in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from headgate.core.windows import Window

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def times_used(event_time: np.ndarray[Any, Any], windows: Sequence[Window]) -> tuple[int, float]:
    """Return in how many windows the most used row lies, and in how many a row lies on average.

    The steps of a window's ends are added up along the sorted rows: O((rows + windows) log rows).

    Args:
        event_time: Microseconds since 1970 (UTC), of one row at least, in any order.
        windows: Half-open; one that is there twice counts twice.
    """
    rows = np.sort(event_time)
    steps = np.zeros(len(rows) + 1, dtype=np.int64)
    for window in windows:
        first, end = np.searchsorted(rows, [_ticks(window.start), _ticks(window.end)])
        steps[first] += 1
        steps[end] -= 1
    used = np.cumsum(steps[:-1])
    return int(used.max()), float(used.mean())


def _ticks(instant: datetime) -> int:
    return (instant - _EPOCH) // _MICROSECOND
