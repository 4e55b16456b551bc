"""The estimator: a straight line through level and season."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sklearn.compose import make_column_transformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import Ridge
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import SplineTransformer, StandardScaler

LEVELS = ["latest_ppm", "above_4_weeks", "above_13_weeks", "above_52_weeks"]


def build(params: Mapping[str, Any]) -> Pipeline:
    """Return an unfitted ridge regression on the levels and a smooth, periodic curve of the year.

    Linear, because the record rises: trees can't predict a ppm that they have never seen.
    """
    levels = make_pipeline(SimpleImputer(strategy="median"), StandardScaler())
    season = SplineTransformer(n_knots=params["season_knots"], extrapolation="periodic")
    return make_pipeline(
        make_column_transformer((levels, LEVELS), (season, ["day_of_year"])),
        Ridge(alpha=params["alpha"]),
    )
