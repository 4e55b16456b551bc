"""Predictions by hand, for the tests of gates."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from headgate.core.evaluation import OVERALL, Evaluation, Measure
from headgate.core.metrics import METRICS, Metric, mae
from headgate.core.needs import Column, Need
from headgate.core.numeric.scoring import measured
from headgate.core.numeric.slicing import rows_of_slices
from headgate.core.predictions import Predicted, Predictions
from headgate.core.slices import Slicing
from headgate.core.verdict import Comparison, Outcome, Verdict

Array = np.ndarray[Any, Any]


def predictions(
    labels: Any,
    candidate: Any,
    baseline: Any = None,
    *,
    slices: tuple[Slicing, ...] = (),
    classes: tuple[Any, ...] | None = None,
    **columns: Any,
) -> Predictions:
    """Return predictions; a model is its values, or a pair of values and probabilities."""
    arrays = {name: np.asarray(values) for name, values in columns.items()}
    return Predictions(
        labels=np.asarray(labels),
        candidate=_model(candidate),
        baseline=None if baseline is None else _model(baseline),
        event_time=np.arange(len(labels), dtype=np.int64) * 3_600_000_000,
        classes=classes,
        columns=arrays,
        slices=rows_of_slices(arrays, slices),
    )


def _model(answers: Any) -> Predicted:
    if isinstance(answers, tuple):
        return Predicted(values=np.asarray(answers[0]), probabilities=np.asarray(answers[1], dtype=float))
    return Predicted(values=np.asarray(answers))


def errors(candidate: Any, baseline: Any = None, *, slices: tuple[Slicing, ...] = (), **columns: Any) -> Predictions:
    """Return predictions whose absolute errors are given: every label is 0."""
    return predictions(np.zeros(len(candidate)), candidate, baseline, slices=slices, **columns)


def noise(rows: int, scale: float = 1.0, *, seed: int = 1) -> Array:
    return np.random.default_rng(seed).normal(0, scale, rows)


def pair(rows: int = 200, *, better: float = 0.0, spread: float = 0.3, seed: int = 1, **more: Any) -> Predictions:
    """Return a regression whose candidate's error is smaller by `better` on the mean, give or take `spread`."""
    random = np.random.default_rng(seed)
    of_baseline = 5 + random.random(rows)
    change = random.normal(0, spread, rows)
    return errors(of_baseline - better - (change - change.mean()), of_baseline, **more)


def classified(rows: int, *, candidate: float, baseline: float | None, seed: int = 1, **more: Any) -> Predictions:
    """Return a classification of two classes, each model right with its probability, as its own probabilities say."""
    random = np.random.default_rng(seed)
    labels = random.permutation(np.arange(rows) % 2)
    models = [None if share is None else _classifier(labels, share, random) for share in (candidate, baseline)]
    return predictions(labels, *models, classes=(0, 1), **more)


def _classifier(labels: Array, share: float, random: np.random.Generator) -> tuple[Array, Array]:
    values = np.where(random.random(len(labels)) < share, labels, 1 - labels)
    positive = np.clip(np.where(values == 1, share, 1 - share) + random.normal(0, 0.05, len(labels)), 0, 1)
    return values, np.column_stack([1 - positive, positive])


def evaluation(
    found: Predictions, *metrics: Metric, baseline: str | None = "7", error: str | None = None
) -> Evaluation:
    """Return what a scorer would measure."""
    slices = {OVERALL: np.arange(found.rows), **found.slices}
    return Evaluation(
        candidate="m-1",
        baseline=baseline,
        baseline_error=error,
        measures=tuple(
            Measure(
                metric=metric.name,
                slice=name,
                rows=len(rows),
                candidate=_measured(metric, found, found.candidate, rows),
                baseline=_measured(metric, found, found.baseline, rows),
            )
            for metric in metrics or (mae,)
            for name, rows in slices.items()
        ),
    )


def _measured(metric: Metric, found: Predictions, model: Predicted | None, rows: Array) -> float | None:
    if model is None:
        return None
    picked = replace(
        model,
        values=model.values[rows],
        probabilities=None if model.probabilities is None else model.probabilities[rows],
    )
    value = measured(metric, found.labels[rows], picked, found.classes)
    return value if np.isfinite(value) else None


def asked(gate: Any, found: Predictions, **about: Any) -> Verdict:
    """Return a gate's verdict on predictions, measured by what it needs."""
    metrics = tuple(need for need in gate.needs if isinstance(need, Metric))
    verdict = gate.judge(evaluation(found, *metrics, **about), found)
    assert isinstance(verdict, Verdict)
    assert verdict.gate == gate.name
    assert verdict.reason.strip()
    return verdict


def first(found: Predictions) -> Predictions:
    """Return the predictions of a first model: there is no baseline."""
    return replace(found, baseline=None)


def comparison_of(verdict: Verdict) -> Comparison:
    assert verdict.comparison is not None, verdict.reason
    return verdict.comparison


def compared(p_pass: float = 0.5, p_fail: float = 0.5, **change: Any) -> Comparison:
    """Return a comparison with those p-values."""
    given: dict[str, Any] = {
        "metric": "mae",
        "slice": OVERALL,
        "rows": 100,
        "improvement": 0.1,
        "low": -0.1,
        "high": 0.3,
        "limit": 0.0,
        "confidence": 0.95,
        "p_pass": p_pass,
        "p_fail": p_fail,
        "said": "mae 1 against 1.1 of version 7",
        "asked": "more than the margin 0",
        "method": "by hand",
    }
    return Comparison(**{**given, **change})


@dataclass(frozen=True, slots=True)
class Says:
    """A gate that answers what it is told."""

    answer: Any
    title: str = "Says"
    needs: tuple[Need, ...] = (mae,)
    needs_baseline: bool = False
    asked_of: list[Predictions] = field(default_factory=list, hash=False, compare=False)

    @property
    def name(self) -> str:
        return self.title

    def judge(self, evaluation: Evaluation, predictions: Predictions) -> Verdict:
        self.asked_of.append(predictions)
        if isinstance(self.answer, BaseException):
            raise self.answer
        return self.answer  # type: ignore[no-any-return]


def says(outcome: Outcome, title: str = "Says", **more: Any) -> Says:
    return Says(Verdict(gate=title, outcome=outcome, reason=f"{title} says {outcome}"), title, **more)


COLUMN: tuple[Need, ...] = (Column(name="region"),)
NOTHING = Evaluation(candidate="m-1", baseline="7", baseline_error=None, measures=())
NO_ROWS = predictions(np.zeros(0), np.zeros(0), np.zeros(0))
ALL = tuple(METRICS.values())
