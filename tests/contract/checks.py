"""A user's checks, right and wrong, for the tests of check runners."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pandera.pandas as pandera

THREE = 3.0
SIZES: list[int] = []


def positive(batch: pd.DataFrame) -> Any:
    return batch["load"] >= 0


def not_negative(batch: pd.DataFrame) -> Any:
    return ~(batch["load"] < 0)


def only_load(batch: pd.DataFrame) -> Any:
    return pd.Series(list(batch.columns) == ["load"], index=batch.index)


def sized(batch: pd.DataFrame) -> Any:
    SIZES.append(len(batch))
    return batch["load"].isna()


def fails(batch: pd.DataFrame) -> Any:
    return batch["price"] > 0


def one_bool(batch: pd.DataFrame) -> Any:
    return True


def too_few(batch: pd.DataFrame) -> Any:
    return (batch["load"] > 0)[:-1]


def numbers(batch: pd.DataFrame) -> Any:
    return batch["load"]


def nullable(batch: pd.DataFrame) -> Any:
    return pd.Series([True, False, None], dtype="boolean")


def by_size(batch: pd.DataFrame) -> Any:
    return batch.sort_values("load", ascending=False)["load"] != -2


def masked(batch: pd.DataFrame) -> Any:
    return np.ma.MaskedArray([True, True, True], mask=[False, True, False])


def a_frame(batch: pd.DataFrame) -> Any:
    return batch[["load"]] > 0


class Schema(pandera.DataFrameModel):
    load: float = pandera.Field(ge=0)


STRICT = pandera.DataFrameSchema({"load": pandera.Column(float, pandera.Check.ge(0), nullable=False)})
UNIQUE = pandera.DataFrameSchema({}, unique=["station", "load"])
FAULTY = pandera.DataFrameSchema({"load": pandera.Column(float, pandera.Check(lambda values: values.nothing))})
UNIQUE_SIZES = pandera.DataFrameSchema({"size": pandera.Column(float, unique=True)})
DROPPING = pandera.DataFrameSchema(
    {"load": pandera.Column(float, pandera.Check.ge(0), nullable=True)}, drop_invalid_rows=True
)
WARNING = pandera.DataFrameSchema(
    {"load": pandera.Column(float, pandera.Check.ge(0, raise_warning=True), nullable=True)}
)
