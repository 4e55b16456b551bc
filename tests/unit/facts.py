"""Evidence for gates that ask facts, measures, or predictions by hand."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from headgate.core.evaluation import OVERALL, Evaluation, Fact, Measure
from headgate.core.gates import Gate
from headgate.core.predictions import Predicted, Predictions
from headgate.core.verdict import Outcome, Verdict

PASS, FAIL, UNDECIDED = Outcome.PASS, Outcome.FAIL, Outcome.UNDECIDED
NOT_MEASURED = [None, math.nan, math.inf, -math.inf]

BADLY_LIMITED = [math.nan, math.inf, -math.inf, "80%", None, True]
"""What no limit may be."""


def just_above(value: float) -> float:
    return math.nextafter(value, math.inf)


def just_below(value: float) -> float:
    return math.nextafter(value, -math.inf)


def predicted(
    labels: Sequence[Any],
    values: Sequence[Any],
    *,
    positive: Sequence[float] | None = None,
    classes: tuple[Any, ...] | None = (0, 1),
    columns: dict[str, Any] | None = None,
) -> Predictions:
    """Return predictions of a candidate; `positive` is the probability of the last of two classes."""
    shares = None if positive is None else np.column_stack([1 - np.array(positive), np.array(positive)])
    return Predictions(
        labels=np.array(labels),
        candidate=Predicted(values=np.array(values), probabilities=shares),
        baseline=None,
        event_time=np.arange(len(labels)),
        classes=classes,
        columns={name: np.array(column, dtype=object) for name, column in (columns or {}).items()},
    )


def groups(**counts: tuple[int, int, int, int]) -> Predictions:
    """Return predictions by group: true positives, false negatives, false positives, true negatives."""
    cells = [(1, 1), (1, 0), (0, 1), (0, 0)]
    rows = [
        (*cell, name) for name, many in counts.items() for cell, n in zip(cells, many, strict=True) for _ in range(n)
    ]
    labels, values, column = zip(*rows, strict=True)
    return predicted(labels, values, columns={"region": column})


NOBODY = predicted([], [])


def measured(
    *facts: Fact,
    baseline: str | None = "7",
    error: str | None = None,
    **metrics: float | None,
) -> Evaluation:
    """Return an evaluation of facts and of the candidate's metrics."""
    measures = tuple(
        Measure(metric=name, slice=OVERALL, rows=9, candidate=value, baseline=None) for name, value in metrics.items()
    )
    return Evaluation(candidate="m-1", baseline=baseline, baseline_error=error, measures=measures, facts=facts)


def fact(name: str, candidate: float | None, baseline: float | None = None, note: str = "") -> Fact:
    return Fact(name=name, unit="", candidate=candidate, baseline=baseline, note=note)


def answer(gate: Gate, evaluation: Evaluation, predictions: Predictions = NOBODY) -> Verdict:
    verdict = gate.judge(evaluation, predictions)
    assert verdict.gate == gate.name
    assert isinstance(verdict.reason, str)
    if verdict.outcome is not UNDECIDED:
        assert verdict.value is not None
        assert verdict.limit is not None
    return verdict


def outcome(gate: Gate, evaluation: Evaluation, predictions: Predictions = NOBODY) -> Outcome:
    return answer(gate, evaluation, predictions).outcome
