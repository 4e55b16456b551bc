"""The estimator: a classifier that looks at strokes, not at pixels."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sklearn.compose import make_column_transformer
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import PolynomialFeatures

from include.digits import PIXELS

STROKES = 30


def build(params: Mapping[str, Any]) -> Pipeline:
    """Return an unfitted logistic regression on strokes, and on pairs of them: which ones come together tells most."""
    strokes = PCA(STROKES, whiten=True)
    return make_pipeline(
        make_column_transformer((strokes, list(PIXELS))),
        PolynomialFeatures(degree=2),
        LogisticRegression(C=params["C"], max_iter=1000),
    )
