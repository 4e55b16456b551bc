"""The weekly CO2 record of Mauna Loa, 1958 to 2001, as rows to learn from.

Keeling and Whorf, "Atmospheric CO2 concentrations derived from flask air samples at sites in the SIO network", 2004;
public domain. It ships with statsmodels (`pip install headgate[examples]`).
"""

from __future__ import annotations

from importlib.resources import files

import pandas as pd

from headgate import Windows

AHEAD = 4
SEASONS = ("winter", "spring", "summer", "autumn")


def weekly(windows: Windows) -> pd.DataFrame:
    """Return one row a week of both windows, made of what was known at the as-of."""
    return rows_of(record(), windows)


def record() -> pd.Series[float]:
    """Return the mean ppm of each week by the Saturday that dates it, in UTC; null where nothing was measured."""
    # The file itself: importing statsmodels.datasets brings scipy along, and costs 150 times as much.
    with (files("statsmodels") / "datasets" / "co2" / "co2.csv").open() as file:
        table = pd.read_csv(file, index_col="date", parse_dates=True)
    return table["co2"].tz_localize("UTC").asfreq("W-SAT").rename_axis("week").rename("ppm")


def rows_of(ppm: pd.Series[float], windows: Windows) -> pd.DataFrame:
    """Return features and label for each week of both windows whose label was known at the as-of."""
    known = ppm[ppm.index < windows.as_of]
    rows = features_of(known).assign(ppm_in_4_weeks=known.shift(-AHEAD))
    rows = rows.dropna(subset="ppm_in_4_weeks").reset_index()
    return rows[[week in windows.training or week in windows.holdout for week in rows["week"]]]


def features_of(ppm: pd.Series[float]) -> pd.DataFrame:
    """Return what is known in each week: its measurement, how far it stands above the past, and the time of year."""
    latest = ppm.ffill()
    weeks = pd.DatetimeIndex(ppm.index)
    return pd.DataFrame(
        {
            "ppm": ppm,
            "latest_ppm": latest,
            "above_4_weeks": latest - _mean(ppm, 4),
            "above_13_weeks": latest - _mean(ppm, 13),
            "above_52_weeks": latest - _mean(ppm, 52),
            "day_of_year": weeks.day_of_year,
            "season": [SEASONS[month % 12 // 3] for month in weeks.month],
        }
    )


def _mean(ppm: pd.Series[float], weeks: int) -> pd.Series[float]:
    """Return the mean of the last weeks, this one included; null where fewer than half of them were measured."""
    return ppm.rolling(weeks, min_periods=weeks // 2).mean()
