"""What a model answers, as numbers that can be held against each other."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from joblib import parallel_config

from headgate.adapters.arrow_features import features_of
from headgate.errors import DataError, HeadgateError
from headgate.ports import LoadedModel

Array = np.ndarray[Any, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """A model's answers.

    Args:
        values: What it predicts, of shape `(rows,)`.
        level: What can rise and fall: the value itself, or the positive class's probability; `None` where nothing can.
        classes: Whether the values are classes.
    """

    values: Array
    level: Array | None
    classes: bool


def answers_of(model: LoadedModel, rows: pa.Table) -> Answers:
    """Return what a model answers for rows.

    Raises:
        DataError: It can't predict, a feature is missing, or what it predicts isn't a finite number a row.
    """
    given = given_to(model, rows)
    known = getattr(model.model, "classes_", None)
    with refused("the model must be able to predict the rows"), parallel_config(backend="sequential"):
        values = _flat(np.asarray(model.model.predict(given)))
        has_level = known is not None and len(known) == 2 and hasattr(model.model, "predict_proba")  # noqa: PLR2004
        chances = np.asarray(model.model.predict_proba(given))[:, 1] if has_level else None
    numeric = values.dtype.kind in "biuf"
    level = chances if known is not None else values.astype(float) if numeric else None
    for numbers in (level, values if numeric else None):
        _require_finite(numbers, rows.num_rows)
    return Answers(values=values, level=level, classes=known is not None)


def given_to(model: LoadedModel, rows: pa.Table) -> Any:  # noqa: ANN401 - a frame, a matrix or a table
    """Return the model's features of rows as it takes them.

    Raises:
        DataError: A feature is missing, or can't be taken so.
    """
    missing = [name for name in model.features if name not in rows.column_names]
    if missing:
        msg = f"the model must find its features among the columns. Got no {', '.join(missing)} instead."
        raise DataError(msg)
    return features_of(rows.select(list(model.features)), model.takes)


@contextmanager
def refused(must: str) -> Iterator[None]:
    """Turn whatever a user's estimator raises inside into a `DataError` that says what it must do."""
    try:
        yield
    except HeadgateError:
        raise
    except Exception as error:
        said = " ".join(str(error).split())  # scikit-learn's advice has many lines
        msg = f"{must}. Got {type(error).__name__}: {said} instead."
        raise DataError(msg) from error


def _flat(values: Array) -> Array:
    return values[:, 0] if values.ndim == 2 and values.shape[1] == 1 else values  # noqa: PLR2004 - a column


def _require_finite(numbers: Array | None, rows: int) -> None:
    if numbers is None:
        return
    if numbers.shape != (rows,):
        msg = f"predictions must be of shape {(rows,)}, one for each row. Got {numbers.shape} instead."
        raise DataError(msg)
    odd = int((~np.isfinite(numbers)).sum())
    if odd:
        msg = f"predictions must be finite numbers. Got {odd:,} of {rows:,} that are NaN or infinite instead."
        raise DataError(msg)
