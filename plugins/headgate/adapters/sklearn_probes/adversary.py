"""A classifier that tells rows of two samples apart."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold

from headgate.errors import DataError
from headgate.ports import ToldApart

MIN_ROWS = 50
"""Least rows of either sample."""

FOLDS = 3
_TREES = 50
_GREATEST = 1e300
"""Infinite values count as this: midpoints between two such values stay finite."""

Array = np.ndarray[Any, Any]


def told_apart(before: pa.Table, after: pa.Table, features: Sequence[str], *, seed: int) -> ToldApart:
    """Return how well gradient-boosted trees tell two samples apart by these features.

    Stratified folds of shuffled rows; the mean of the folds' areas. Text counts by its place in the alphabet. Times are
    left out, since they tell windows apart by what they are.

    Raises:
        DataError: There are too few rows, or no feature is left.
    """
    if min(before.num_rows, after.num_rows) < MIN_ROWS:
        msg = f"rows of training window and holdout must be {MIN_ROWS} at least, each, to be told apart. "
        msg += f"Got {before.num_rows:,} and {after.num_rows:,} instead."
        raise DataError(msg)
    names, matrix = _encoded(pa.concat_tables([table.select(list(features)) for table in (before, after)]))
    if not names:
        msg = f"features must tell something but the time for windows to be told apart. Got {', '.join(features)}."
        raise DataError(msg)
    side = np.repeat([0, 1], [before.num_rows, after.num_rows])
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=seed).split(matrix, side)
    fitted = [(_fitted(matrix[fit], side[fit], seed), held) for fit, held in folds]
    areas = [_area(model, matrix[held], side[held]) for model, held in fitted]
    model, held = fitted[0]
    return ToldApart(
        auc=float(np.mean(areas)), column=names[_most_telling(model, matrix[held], side[held], areas[0], seed)]
    )


def _fitted(matrix: Array, side: Array, seed: int) -> HistGradientBoostingClassifier:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = HistGradientBoostingClassifier(max_iter=_TREES, early_stopping=False, random_state=seed)
        return model.fit(matrix, side)


def _area(model: HistGradientBoostingClassifier, matrix: Array, side: Array) -> float:
    return float(roc_auc_score(side, model.predict_proba(matrix)[:, 1]))


def _most_telling(model: HistGradientBoostingClassifier, matrix: Array, side: Array, area: float, seed: int) -> int:
    """Return the column without which the model tells the sides apart least: its values are dealt out anew."""
    dealt = np.random.default_rng(seed).permutation(len(matrix))
    losses = []
    for number in range(matrix.shape[1]):
        without = matrix.copy()
        without[:, number] = matrix[dealt, number]
        losses.append(area - _area(model, without, side))
    return int(np.argmax(losses))


def _encoded(table: pa.Table) -> tuple[list[str], Array]:
    columns = {name: _numbers(table.column(name).combine_chunks()) for name in table.column_names}
    kept = {name: numbers for name, numbers in columns.items() if numbers is not None}
    return list(kept), np.column_stack(list(kept.values())) if kept else np.empty((table.num_rows, 0))


def _numbers(values: pa.Array) -> Array | None:
    """Return a column as floats, NaN for nulls; `None` of a type that tells nothing but the time, or of parts."""
    kind = values.type.value_type if pa.types.is_dictionary(values.type) else values.type
    if pa.types.is_temporal(kind) or pa.types.is_nested(kind):
        return None
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind) or pa.types.is_null(kind):
        numbers = values.cast(kind).cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False)
        return np.clip(numbers, -_GREATEST, _GREATEST)
    coded = values if pa.types.is_dictionary(values.type) else values.dictionary_encode()
    names = np.asarray([str(name) for name in coded.dictionary.to_pylist()])
    ranks = np.argsort(np.argsort(names, kind="stable"), kind="stable").astype(float)
    codes = coded.indices.to_numpy(zero_copy_only=False)
    known = ~np.asarray(coded.is_null())
    numbers = np.full(len(values), np.nan)
    numbers[known] = ranks[codes[known].astype(int)]
    return numbers
