"""Models that answer what they are told, and holdouts to score them on."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
import pandas as pd
import pyarrow as pa

from headgate.adapters.sklearn_scorer import SklearnScorer
from headgate.core.evaluation import OVERALL, Measure
from headgate.core.metrics import require_metric
from headgate.ports import LoadedModel, Question, Scored

REGRESSION = ("mae", "rmse", "mse", "median_ae", "max_error", "mape", "r2")
OF_VALUES = ("accuracy", "balanced_accuracy", "precision", "recall", "f1")
OF_PROBABILITIES = ("auc", "average_precision", "log_loss")


class Says:
    """A model that answers what it was made with."""

    def __init__(self, answer: Any, classes: Any = None, probabilities: Any = None) -> None:
        self.answer = answer
        if classes is not None:
            self.classes_ = np.asarray(classes)
            self.predict_proba = lambda frame: np.asarray(probabilities, dtype=float)

    def predict(self, frame: pd.DataFrame) -> Any:
        if isinstance(self.answer, Exception):
            raise self.answer
        return np.asarray(self.answer)


def says(answer: Any, classes: Any = None, probabilities: Any = None) -> LoadedModel:
    return LoadedModel(model=Says(answer, classes, probabilities), features=("x",))


def holdout(labels: Any, **more: Any) -> pa.Table:
    size = len(labels)
    when = pa.array(range(size), pa.timestamp("us", "UTC"))
    return pa.table({"when": when, "x": np.arange(size, dtype=float), "y": labels, **more})


def asked(*metrics: str, slices: tuple[str, ...] = ()) -> Question:
    return Question(metrics=tuple(map(require_metric, metrics)), slices=slices, label="y", event_time="when")


def predictions_of(scored: Scored) -> pa.Table:
    return cast("pa.Table", scored.predictions)


def value(scored: Scored, metric: str, name: str = OVERALL) -> Measure:
    return next(m for m in scored.measures if (m.metric, m.slice) == (metric, name))


def measured(metric: str, labels: Any, model: LoadedModel) -> float | None:
    return value(SklearnScorer().score(model, None, holdout(labels), asked(metric)), metric).candidate
