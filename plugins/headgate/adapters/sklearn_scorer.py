"""Score models with scikit-learn's metrics, overall and on slices."""

from __future__ import annotations

import difflib
import math
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import pyarrow as pa
from joblib import parallel_config
from sklearn import metrics as sk

from headgate.adapters.arrow_features import features_of
from headgate.adapters.arrow_predictions import table_of, values_of
from headgate.core.evaluation import OVERALL, Measure
from headgate.core.metrics import METRICS, Metric, Needs
from headgate.core.numeric.slicing import rows_of_slices
from headgate.core.predictions import Predicted
from headgate.core.slices import column_of
from headgate.errors import DataError, InputError
from headgate.ports import LoadedModel, Question, Rows, Scored

Array = np.ndarray[Any, Any]

_NUMBERS = "biuf"

_OF_NUMBERS: dict[str, Callable[[Array, Array], float]] = {
    "mae": sk.mean_absolute_error,
    "rmse": sk.root_mean_squared_error,
    "mse": sk.mean_squared_error,
    "median_ae": sk.median_absolute_error,
    "max_error": sk.max_error,
    "mape": sk.mean_absolute_percentage_error,
    "r2": sk.r2_score,
}
_OF_CLASSES: dict[str, Callable[[Array, Array], float]] = {
    "accuracy": sk.accuracy_score,
    "balanced_accuracy": sk.balanced_accuracy_score,
}
_OF_A_CLASS = {"precision": sk.precision_score, "recall": sk.recall_score, "f1": sk.f1_score}
_OF_SCORES = {"auc": sk.roc_auc_score, "average_precision": sk.average_precision_score}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Predicted:
    """One model's answers: a value a row and, of a classifier, a probability a row and class."""

    values: Array
    classes: Array | None = None
    probabilities: Array | None = None


class SklearnScorer:
    """`Scorer` with scikit-learn's metrics.

    Of two classes, the greater one is the positive. Of more, precision, recall and F1 are macro averages, and AUC and
    average precision are one-versus-rest macro averages over the classes that occur in the slice.
    """

    def score(self, candidate: LoadedModel, baseline: LoadedModel | None, rows: Rows, question: Question) -> Scored:
        """Return the measures and the per-row predictions of both on the same rows.

        Raises:
            InputError: A slice names a column that isn't there, or a metric is of somebody's own making.
            DataError: The candidate can't score the holdout.
        """
        _require_known(question.metrics)
        table = cast("pa.Table", rows)
        slices = _slices(table, question)
        labels = table.column(question.label).to_numpy()
        ours = _predicted(candidate, table, who="the candidate")
        theirs, baseline_error = _of_baseline(baseline, table, question.label)
        ours, theirs, classes = _aligned(_labels_of(table, question.label), ours, theirs)
        measures = tuple(
            Measure(
                metric=metric.name,
                slice=name,
                rows=len(labels) if where is None else len(where),
                candidate=_value(metric, labels, ours, classes, where),
                baseline=_value(metric, labels, theirs, classes, where) if theirs else None,
            )
            for name, where in slices.items()
            for metric in question.metrics
        )
        models = {"candidate": ours} | ({"baseline": theirs} if theirs else {})
        kept = {who: Predicted(values=each.values, probabilities=each.probabilities) for who, each in models.items()}
        predictions = table_of(table, question, kept, ours.classes)
        return Scored(measures=measures, predictions=predictions, baseline_error=baseline_error)


def _require_known(metrics: Sequence[Metric]) -> None:
    for metric in metrics:
        if METRICS.get(metric.name) != metric:
            msg = f"metric must be one of {', '.join(sorted(METRICS))}, as Headgate has it. Got {metric!r} instead."
            raise InputError(msg)


def _predicted(model: LoadedModel, table: pa.Table, *, who: str) -> _Predicted:
    missing = [name for name in model.features if name not in table.column_names]
    if missing:
        msg = f"{who} must find its features in the holdout. Got no {', '.join(missing)} instead."
        raise DataError(msg)
    given = features_of(table.select(list(model.features)), model.takes)
    try:
        with parallel_config(backend="sequential"):  # a forest's threads add their trees up in any order
            values = np.asarray(model.model.predict(given))
            classes = getattr(model.model, "classes_", None)
            has_probabilities = classes is not None and hasattr(model.model, "predict_proba")
            probabilities = np.asarray(model.model.predict_proba(given)) if has_probabilities else None
    except Exception as error:
        said = " ".join(str(error).split())  # scikit-learn's advice has many lines
        msg = f"{who} must be able to score the holdout. Got {type(error).__name__}: {said} instead."
        raise DataError(msg) from error
    values = values[:, 0] if values.ndim == 2 and values.shape[1] == 1 else values  # noqa: PLR2004 - a column
    classes = None if classes is None else np.asarray(classes)
    _require_shape("predictions", who, values, (table.num_rows,))
    if probabilities is not None and classes is not None:
        _require_shape("probabilities", who, probabilities, (table.num_rows, len(classes)))
    return _Predicted(values=values, classes=classes, probabilities=probabilities)


def _require_shape(what: str, who: str, got: Array, shape: tuple[int, ...]) -> None:
    if got.shape != shape:
        msg = f"{what} of {who} must be of shape {shape}, one for each row. Got {got.shape} instead."
        raise DataError(msg)


def _of_baseline(baseline: LoadedModel | None, table: pa.Table, label: str) -> tuple[_Predicted | None, str | None]:
    if baseline is None:
        return None, None
    try:
        predicted = _predicted(baseline, table, who="the baseline")
        _require_one_kind(_labels_of(table, label), predicted, who="the baseline")
    except DataError as error:
        return None, str(error)
    return predicted, None


def _labels_of(table: pa.Table, label: str) -> Array:
    return cast("Array", table.column(label).unique().to_numpy(zero_copy_only=False))


def _require_one_kind(labels: Array, predicted: _Predicted, *, who: str) -> None:
    if predicted.classes is not None and (labels.dtype.kind in _NUMBERS) != (predicted.classes.dtype.kind in _NUMBERS):
        msg = f"classes of {who} must be of the labels' type. "
        msg += f"Got {predicted.classes.dtype}, and labels of {labels.dtype} instead."
        raise DataError(msg)


def _aligned(
    labels: Array, ours: _Predicted, theirs: _Predicted | None
) -> tuple[_Predicted, _Predicted | None, Array | None]:
    """Give both models the same classes, in order: theirs and the labels' together."""
    if ours.classes is None:
        return ours, theirs, None
    _require_one_kind(labels, ours, who="the candidate")
    of_baseline = [theirs.classes] if theirs and theirs.classes is not None else []
    classes = np.unique(np.concatenate([labels, ours.classes, *of_baseline]))
    return _widened(ours, classes), _widened(theirs, classes) if theirs else None, classes


def _widened(predicted: _Predicted, classes: Array) -> _Predicted:
    if predicted.probabilities is None or predicted.classes is None:
        return predicted
    wide = np.zeros((len(predicted.values), len(classes)))
    wide[:, np.searchsorted(classes, predicted.classes)] = predicted.probabilities
    return _Predicted(values=predicted.values, classes=classes, probabilities=wide)


def _slices(table: pa.Table, question: Question) -> dict[str, Array | None]:
    """Return which rows each slice has; `None` means all.

    Raises:
        InputError: A column isn't there.
    """
    columns = {}
    for column in dict.fromkeys((*map(column_of, question.slices), *question.columns)):
        if column not in table.column_names:
            close = difflib.get_close_matches(column, table.column_names, n=1)
            hint = f" Did you mean {close[0]}?" if close else ""
            msg = f"slice {column} must be a column of the holdout. Got {', '.join(table.column_names)} instead.{hint}"
            raise InputError(msg)
        columns[column] = values_of(table.column(column))
    return {OVERALL: None, **rows_of_slices(columns, question.slices)}


def _value(
    metric: Metric, labels: Array, predicted: _Predicted, classes: Array | None, where: Array | None
) -> float | None:
    """Return a metric on a slice; `None` where it isn't defined."""
    pick = slice(None) if where is None else where
    scores = predicted.probabilities
    if metric.needs is Needs.PROBABILITY and scores is None:
        return None
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")  # what they warn of is answered by None
            value = (
                _of_probabilities(metric.name, labels[pick], scores[pick], classes)
                if metric.needs is Needs.PROBABILITY and scores is not None
                else _of_values(metric.name, labels[pick], predicted.values[pick], classes)
            )
    except (ValueError, TypeError):
        return None
    return value if math.isfinite(value) else None


def _of_values(metric: str, labels: Array, values: Array, classes: Array | None) -> float:
    if metric in _OF_NUMBERS:
        return float(_OF_NUMBERS[metric](labels, values))
    if metric in _OF_CLASSES:
        return float(_OF_CLASSES[metric](labels, values))
    if classes is None or len(classes) < 2:  # noqa: PLR2004 - a class is told from another
        return math.nan
    function = _OF_A_CLASS[metric]
    if len(classes) == 2:  # noqa: PLR2004 - two classes: one is the positive
        return float(function(labels == classes[-1], values == classes[-1], zero_division=np.nan))
    return float(function(labels, values, average="macro", zero_division=0))


def _of_probabilities(metric: str, labels: Array, scores: Array, classes: Array | None) -> float:
    if classes is None or not np.isfinite(scores).all():
        return math.nan
    if metric == "log_loss":
        return float(sk.log_loss(labels, scores, labels=classes))
    function = _OF_SCORES[metric]
    present = np.isin(classes, labels)
    if present.sum() < 2:  # noqa: PLR2004 - it tells classes apart
        return math.nan
    wanted = [len(classes) - 1] if len(classes) == 2 else np.flatnonzero(present)  # noqa: PLR2004 - as above
    return float(np.mean([function(labels == classes[index], scores[:, index]) for index in wanted]))
