"""Scikit-learn's 1797 handwritten digits, as if thirty arrived each day from 2024-01-01 to 2024-02-29."""

from __future__ import annotations

import pandas as pd
from sklearn.datasets import load_digits

from headgate import Windows
from include.digits import PIXELS

FIRST = pd.Timestamp("2024-01-01", tz="UTC")
PACE = pd.Timedelta(days=1) / 30
FAINT = 4.9
"""Mean ink of a pixel (0 to 16) below which an image is faint: about half of them are."""


def daily(windows: Windows) -> pd.DataFrame:
    """Return the images that arrived in one of the windows, with the digit that each one shows."""
    rows = images()
    return rows[[time in windows.training or time in windows.holdout for time in rows["event_time"]]]


def images() -> pd.DataFrame:
    """Return every image: when it arrived, its pixels, how much ink there is, and the digit.

    In the order of the file: its last images are the hardest, so that accuracy falls towards the end.
    """
    pixels, digits = load_digits(return_X_y=True)
    rows = pd.DataFrame(pixels, columns=PIXELS)
    rows.insert(0, "event_time", pd.date_range(FIRST, periods=len(rows), freq=PACE))
    return rows.assign(ink=["faint" if mean < FAINT else "bold" for mean in pixels.mean(axis=1)], digit=digits)
