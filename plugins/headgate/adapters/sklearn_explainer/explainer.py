"""How much a model needs each of its features: permutation importance, and SHAP values where SHAP is installed.

Permutation importance is Breiman's (2001, Random Forests, Machine Learning 45, section 10), as scikit-learn has it, on
the holdout. The loop is our own, since scikit-learn's can't stop when its time is over.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import pyarrow as pa

from headgate.adapters.sklearn_explainer.shap_values import shap_values
from headgate.core.evaluation import OVERALL
from headgate.core.explanations import Explain
from headgate.core.importance import FeatureImportance, Importance, importance_of, ranked
from headgate.core.metrics import Metric
from headgate.errors import DataError
from headgate.ports import LoadedModel, Question, Rows, Scorer

NO_SHAP = (
    "SHAP values were asked for, and SHAP isn't installed here: install headgate[explain] where the task evaluate runs"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Subject:
    """A model, the rows that it is asked about, and what it is measured by."""

    model: LoadedModel
    table: pa.Table
    metric: Metric
    question: Question


class SklearnExplainer:
    """`Explainer` that shuffles features.

    Args:
        scorer: Measures.
        clock: Seconds that only grow.
    """

    def __init__(self, scorer: Scorer, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._scorer = scorer
        self._clock = clock

    def explain(self, model: LoadedModel, rows: Rows, question: Question, asked: Explain, *, of: int) -> Importance:
        """Return how much the model needs each of its features, the most important first.

        Raises:
            DataError: The model can't score the rows as they are.
        """
        begun = self._clock()
        metric = question.metrics[0]
        subject = _Subject(model=model, table=cast("pa.Table", rows), metric=metric, question=question)
        value = self._value(subject, subject.table)
        share = asked.seconds / 2 if asked.shap else asked.seconds
        measured = [] if value is None else list(self._shuffled(subject, value, asked, until=begun + share))
        shap, shap_rows, notes = self._shap_values(subject, asked, until=begun + asked.seconds)
        known = {one.feature for one in measured}
        unmeasured = f"{metric} can't be measured on these rows"
        return Importance(
            metric=metric.name,
            value=value,
            rows=rows.num_rows,
            of=of,
            features=ranked(measured, shap),
            left_out=tuple(name for name in model.features if name not in known),
            seed=asked.seed,
            seconds=asked.seconds,
            shap_rows=shap_rows,
            notes=(*((unmeasured,) if value is None else ()), *notes),
        )

    def _shuffled(
        self, subject: _Subject, value: float, asked: Explain, *, until: float
    ) -> Iterator[FeatureImportance]:
        """Yield the features that there is time for, each with as many repeats as there is time for."""
        for number, feature in enumerate(subject.model.features):
            losses = []
            for repeat in range(asked.repeats):
                if self._clock() >= until:
                    break
                order = np.random.default_rng([asked.seed, number, repeat]).permutation(subject.table.num_rows)
                shuffled = self._value(subject, _with_column(subject.table, feature, order))
                if shuffled is not None:
                    losses.append(subject.metric.improvement(candidate=value, baseline=shuffled))
            if losses:
                yield importance_of(feature, losses)

    def _value(self, subject: _Subject, table: pa.Table) -> float | None:
        asked = subject.question
        question = Question(metrics=(subject.metric,), slices=(), label=asked.label, event_time=asked.event_time)
        scored = self._scorer.score(subject.model, None, table, question)
        return next((one.candidate for one in scored.measures if one.slice == OVERALL), None)

    def _shap_values(
        self, subject: _Subject, asked: Explain, *, until: float
    ) -> tuple[dict[str, float], int, tuple[str, ...]]:
        if not asked.shap:
            return {}, 0, ()
        try:
            values, rows = shap_values(
                subject.model, subject.table, seed=asked.seed, is_over=lambda: self._clock() >= until
            )
        except ImportError:
            return {}, 0, (NO_SHAP,)
        except DataError as error:
            return {}, 0, (str(error),)
        notes = () if rows else ("there was no time for SHAP values",)
        return values, rows, notes


def _with_column(table: pa.Table, name: str, order: np.ndarray[Any, Any]) -> pa.Table:
    place = table.column_names.index(name)
    return table.set_column(place, table.schema.field(place), table.column(place).take(order))
