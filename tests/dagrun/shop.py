"""A user's project for the tests of bad input: a source of daily sales, and what people get wrong with one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline

from headgate.core.windows import Windows

THREE = 3.0


def daily(windows: Windows) -> pd.DataFrame:
    """One row a day, whose label is three times its feature."""
    first = windows.training.start
    count = (windows.holdout.end - first).days
    size = np.arange(count) % 7.0
    return pd.DataFrame(
        {"day": [first + timedelta(days=n) for n in range(count)], "size": size, "sold": THREE * size + 1.0}
    )


def a_list(windows: Windows) -> list[int]:
    return [1, 2, 3]


def nothing(windows: Windows) -> pd.DataFrame:
    return daily(windows).head(0)


def long_ago(windows: Windows) -> pd.DataFrame:
    frame = daily(windows)
    return frame.assign(day=frame["day"] - timedelta(days=3650))


def without_holdout(windows: Windows) -> pd.DataFrame:
    frame = daily(windows)
    return frame[frame["day"] < windows.holdout.start]


def half_labelled(windows: Windows) -> pd.DataFrame:
    frame = daily(windows)
    return frame.assign(sold=frame["sold"].where(frame["day"] < windows.holdout.start))


def holes(windows: Windows) -> pd.DataFrame:
    frame = daily(windows)
    return frame.assign(size=frame["size"].where(frame["size"] > 1))


def holes_in_holdout(windows: Windows) -> pd.DataFrame:
    frame = daily(windows)
    return frame.assign(size=frame["size"].where(frame["day"] < windows.holdout.start))


def twins(windows: Windows) -> pd.DataFrame:
    frame = daily(windows)
    return pd.concat([frame, frame[["size"]]], axis=1)


def fails(windows: Windows) -> pd.DataFrame:
    return daily(windows)[["price"]]


def no_suite() -> str:
    return "expect the best"


class Scale(TransformerMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn ships no types
    """A transformer of the user's own, which nobody trusts unless told to."""

    def fit(self, rows: Any, labels: Any = None) -> Scale:
        self.scale_ = 2.0
        return self

    def transform(self, rows: Any) -> Any:
        return rows * self.scale_


def build(params: Mapping[str, Any]) -> Ridge:
    return Ridge(alpha=params.get("alpha", 1.0))


def build_own(params: Mapping[str, Any]) -> Any:
    return make_pipeline(Scale(), Ridge())


def build_none(params: Mapping[str, Any]) -> None:
    return None
