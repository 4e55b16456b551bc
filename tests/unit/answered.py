"""Predictions to resample: numbers and classes, with ties, and scikit-learn's value of any metric on them."""

from __future__ import annotations

from typing import Any

import numpy as np

from headgate.adapters.sklearn_scorer import _Predicted, _value
from headgate.core.metrics import Metric
from headgate.core.predictions import Predicted, Predictions

Array = np.ndarray[Any, Any]


def of_numbers(rows: int, *, seed: int = 0, better: float = 0.1, digits: int | None = None) -> Predictions:
    """Return predictions of numbers; the candidate's errors are smaller by the share `better`."""
    random = np.random.default_rng(seed)
    labels = random.normal(size=rows)
    errors = random.normal(size=(2, rows))
    answers = [labels + errors[0] * (1 - better), labels + errors[1]]
    if digits is not None:
        labels, *answers = (np.round(values, digits) for values in (labels, *answers))
    return predictions(labels, Predicted(values=answers[0]), Predicted(values=answers[1]))


def of_classes(
    rows: int, *, classes: int = 2, seed: int = 0, digits: int | None = None, names: str = "", better: float = 0.0
) -> Predictions:
    """Return predictions of classes; scores of few digits are tied; the candidate knows more by `better`."""
    random = np.random.default_rng(seed)
    known: tuple[Any, ...] = tuple(f"{names}{code}" for code in range(classes)) if names else tuple(range(classes))
    spelled = np.array(known, dtype=object if names else None)
    codes = random.integers(0, classes, rows)

    def answers(knowledge: float) -> Predicted:
        scores = random.dirichlet(np.ones(classes), rows)
        scores[np.arange(rows), codes] += knowledge
        scores /= scores.sum(axis=1, keepdims=True)
        if digits is not None:
            scores = np.round(scores, digits)
            scores[:, -1] = 1 - scores[:, :-1].sum(axis=1)
            scores = np.clip(scores, 0, 1)
        return Predicted(values=spelled[scores.argmax(axis=1)], probabilities=scores)

    return predictions(spelled[codes], answers(0.3 + better), answers(0.3), classes=known)


def predictions(
    labels: Array, candidate: Predicted, baseline: Predicted | None, classes: tuple[Any, ...] | None = None
) -> Predictions:
    return Predictions(
        labels=labels, candidate=candidate, baseline=baseline, event_time=np.arange(len(labels)), classes=classes
    )


def sklearns(metric: Metric, labels: Array, predicted: Predicted, classes: tuple[Any, ...] | None) -> float:
    """Return what the scorer measures with scikit-learn; not-a-number where it measures nothing."""
    known = None if classes is None else np.array(classes)
    answers = _Predicted(values=predicted.values, classes=known, probabilities=predicted.probabilities)
    value = _value(metric, labels, answers, known, None)
    return float("nan") if value is None else value


def sklearns_on(metric: Metric, given: Predictions, rows: Array, *, paired: bool) -> float:
    """Return scikit-learn's value (or improvement) on some rows, each as often as it is named."""
    models = (given.candidate, given.baseline) if paired else (given.candidate,)
    values = [sklearns(metric, given.labels[rows], _repeated(model, rows), given.classes) for model in models if model]
    return values[0] if len(values) == 1 else metric.improvement(candidate=values[0], baseline=values[1])


def _repeated(model: Predicted, rows: Array) -> Predicted:
    probabilities = None if model.probabilities is None else model.probabilities[rows]
    return Predicted(values=model.values[rows], probabilities=probabilities)
