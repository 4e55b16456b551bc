"""Mean absolute SHAP values of a model of whatever kind of features, row by row while there is time.

Lundberg & Lee (2017), A Unified Approach to Interpreting Model Predictions; by permutations of the features, as SHAP's
own `PermutationExplainer` has it, against a background of rows from the same sample.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, cast

import numpy as np
import pyarrow as pa
from joblib import parallel_config

from headgate.adapters.arrow_features import features_of
from headgate.errors import DataError
from headgate.ports import LoadedModel, Rows

BACKGROUND = 50
"""Rows that a feature's absence is played by."""

Array = np.ndarray[Any, Any]


def shap_values(
    model: LoadedModel, rows: Rows, *, seed: int, is_over: Callable[[], bool]
) -> tuple[dict[str, float], int]:
    """Return each feature's mean absolute SHAP value, and for how many rows they were computed.

    SHAP knows matrices of numbers only. So it is given the numbers of rows instead of values, and the model gets the
    values of those rows: features of every type are played with.

    Args:
        model: The model.
        rows: Rows of its features.
        seed: Of what is drawn.
        is_over: Whether the time is over; it is asked before each row.

    Raises:
        ImportError: SHAP isn't installed.
        DataError: The model gives no numbers, or refuses rows that are mixed from others.
    """
    import shap

    table = cast("pa.Table", rows).select(list(model.features))
    order = np.random.default_rng(seed).permutation(table.num_rows)
    background = np.repeat(order[:BACKGROUND, None], table.num_columns, axis=1)
    total, done = np.zeros(table.num_columns), 0
    with _drawn_from_its_own(seed), parallel_config(backend="sequential"):
        explainer = shap.explainers.Permutation(
            lambda codes: _answers(model, _mixed(table, codes)),
            shap.maskers.Independent(background, max_samples=BACKGROUND),
            seed=seed,
        )
        for row in order:
            if is_over():
                break
            found = explainer(np.full((1, table.num_columns), row), max_evals=2 * table.num_columns + 1, silent=True)
            total += _size(np.asarray(found.values)[0])
            done += 1
    values = total / done if done else total
    return ({name: float(value) for name, value in zip(model.features, values, strict=True)} if done else {}), done


def _mixed(table: pa.Table, codes: Array) -> pa.Table:
    """Return rows whose values are those that the numbers in each column name."""
    columns = [table.column(place).take(codes[:, place].astype(np.int64)) for place in range(table.num_columns)]
    return pa.table(columns, schema=table.schema)


def _answers(model: LoadedModel, table: pa.Table) -> Array:
    """Return what the model says of each row as numbers; of a classifier, probabilities."""
    given = features_of(table, model.takes)
    ask = getattr(model.model, "predict_proba", None) or model.model.predict
    try:
        found = np.asarray(ask(given), dtype=np.float64)
    except Exception as error:
        said = " ".join(str(error).split())
        msg = "SHAP values take a model that answers mixed rows with numbers. "
        raise DataError(msg + f"Got {type(error).__name__}: {said} instead.") from error
    is_of_two = found.ndim == 2 and found.shape[1] == 2  # noqa: PLR2004 - a row and a class; of two classes
    return found[:, 1] if is_of_two else found


def _size(values: Array) -> Array:
    """Return the absolute value of each feature; of several classes, their mean."""
    sizes = np.abs(values)
    return sizes if sizes.ndim == 1 else sizes.mean(axis=tuple(range(1, sizes.ndim)))


@contextmanager
def _drawn_from_its_own(seed: int) -> Iterator[None]:
    before = np.random.get_state()  # noqa: NPY002 - what SHAP draws from
    np.random.seed(seed % 2**32)  # noqa: NPY002 - as above
    try:
        yield
    finally:
        np.random.set_state(before)  # noqa: NPY002 - as above
