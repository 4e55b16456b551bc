"""Sales whose ways change with the season, so that a later model isn't always the better one; July is full of holes."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd

from headgate.core.windows import Windows

MAY = datetime(2024, 5, 1, tzinfo=UTC)
JULY = datetime(2024, 7, 1, tzinfo=UTC)


def sales(windows: Windows) -> pd.DataFrame:
    """One row a day, whose label is a multiple of its feature; the multiple swings with the season."""
    first = windows.training.start
    days = [first + timedelta(days=n) for n in range((windows.holdout.end - first).days)]
    size = np.arange(len(days)) % 7.0
    factor = np.array([3 + 0.5 * math.cos(2 * math.pi * (day - MAY).days / 75) for day in days])
    holes = np.where((windows.as_of == JULY) & (size == 3), np.nan, size)
    return pd.DataFrame({"day": days, "size": holes, "sold": factor * size})
