"""Gates: pure questions about an evaluation. Missing evidence is UNDECIDED, never a pass."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from headgate.core.evaluation import OVERALL, Evaluation
from headgate.core.methods import Bootstrap
from headgate.core.metrics import Metric, require_metric
from headgate.core.naming import gate_name, metric_of_slice, needs_of, require_confidence, require_count, require_limit
from headgate.core.needs import Need
from headgate.core.predictions import Predictions
from headgate.core.settling import number
from headgate.core.slices import require_column
from headgate.core.verdict import Outcome, Verdict
from headgate.errors import InputError


@runtime_checkable
class Gate(Protocol):
    """A pure question with a name; the same evaluation always gets the same answer."""

    @property
    def name(self) -> str:
        """What the gate is called in logs, records and reports."""

    @property
    def needs(self) -> tuple[Need, ...]:
        """What the evaluation must bring: metrics, columns, and whatever else `core/needs.py` knows."""

    @property
    def needs_baseline(self) -> bool:
        """Whether it compares with the baseline."""

    def judge(self, evaluation: Evaluation, predictions: Predictions) -> Verdict:
        """Answer; never raises on missing or odd evidence."""


@dataclass(frozen=True, slots=True)
class AtLeast:
    """The candidate's metric must be `floor` or more (inclusive).

    With a confidence the question is asked of a bound: PASS when the lower bound is at or above the floor, FAIL when
    the upper bound is below it, UNDECIDED where nobody can tell.

    Args:
        metric: The metric, or its name.
        floor: In the metric's unit and within its bounds.
        confidence: Of the bound, in (0.5, 1); the point alone is asked when `None`.
        slice: Name of the slice, `overall` by default.
        min_rows: With fewer rows it is UNDECIDED whatever they say.
        method: How to resample for the bound.

    Raises:
        InputError: There is no such metric, `floor` isn't a number that it can take, or another argument is out of
            bounds.
    """

    metric: Metric
    floor: float
    confidence: float | None = None
    slice: str = OVERALL
    min_rows: int = 1
    method: Bootstrap | None = None
    needs_baseline = False

    def __post_init__(self) -> None:
        _check(self, "floor", self.floor)

    @property
    def name(self) -> str:
        """`AtLeast(r2)`, with the slice where it isn't the whole holdout."""
        return gate_name("AtLeast", self.metric, self.slice)

    @property
    def needs(self) -> tuple[Need, ...]:
        """The metric, and the column of groups that are resampled whole."""
        return needs_of(self.metric, self.method)

    def judge(self, evaluation: Evaluation, predictions: Predictions) -> Verdict:
        """PASS at or above the floor, FAIL below, UNDECIDED when the metric wasn't measured."""
        found = _measured(self, evaluation, predictions)
        if isinstance(found, Verdict):
            return found
        value, low, high, said = found
        limit = f"the floor {self.floor}"
        return _answered(self, value, said, passes=low >= self.floor, fails=high < self.floor, limit=limit)


@dataclass(frozen=True, slots=True)
class AtMost:
    """The candidate's metric must be `ceiling` or less (inclusive).

    With a confidence the question is asked of a bound: PASS when the upper bound is at or below the ceiling, FAIL when
    the lower bound is above it, UNDECIDED where nobody can tell.

    Args:
        metric: The metric, or its name.
        ceiling: In the metric's unit and within its bounds.
        confidence: Of the bound, in (0.5, 1); the point alone is asked when `None`.
        slice: Name of the slice, `overall` by default.
        min_rows: With fewer rows it is UNDECIDED whatever they say.
        method: How to resample for the bound.

    Raises:
        InputError: There is no such metric, `ceiling` isn't a number that it can take, or another argument is out of
            bounds.
    """

    metric: Metric
    ceiling: float
    confidence: float | None = None
    slice: str = OVERALL
    min_rows: int = 1
    method: Bootstrap | None = None
    needs_baseline = False

    def __post_init__(self) -> None:
        _check(self, "ceiling", self.ceiling)

    @property
    def name(self) -> str:
        """`AtMost(mae)`, with the slice where it isn't the whole holdout."""
        return gate_name("AtMost", self.metric, self.slice)

    @property
    def needs(self) -> tuple[Need, ...]:
        """The metric, and the column of groups that are resampled whole."""
        return needs_of(self.metric, self.method)

    def judge(self, evaluation: Evaluation, predictions: Predictions) -> Verdict:
        """PASS at or below the ceiling, FAIL above, UNDECIDED when the metric wasn't measured."""
        found = _measured(self, evaluation, predictions)
        if isinstance(found, Verdict):
            return found
        value, low, high, said = found
        limit = f"the ceiling {self.ceiling}"
        return _answered(self, value, said, passes=high <= self.ceiling, fails=low > self.ceiling, limit=limit)


Limit = AtLeast | AtMost


def _measured(
    gate: Limit, evaluation: Evaluation, predictions: Predictions
) -> Verdict | tuple[float, float, float, str]:
    """Return the candidate's value with its bounds, and a sentence; a verdict where there is none."""
    what = metric_of_slice(gate.metric, gate.slice)
    measure = evaluation.measure_of(gate.metric.name, gate.slice)
    if measure is None or measure.candidate is None or not math.isfinite(measure.candidate):
        return Verdict.undecided(gate.name, f"{what} was not measured")
    if measure.rows < gate.min_rows:
        return Verdict.undecided(gate.name, f"{what} must have {gate.min_rows:,} rows. Got {measure.rows:,}")
    value = measure.candidate
    sentence = f"{what} {number(value)}"
    if gate.confidence is None:
        return value, value, value, sentence
    rows = predictions.rows_of(gate.slice)
    if rows is None or len(rows) < gate.min_rows:
        count = 0 if rows is None else len(rows)
        return Verdict.undecided(gate.name, f"{what} must have {gate.min_rows:,} rows for a bound. Got {count:,}")
    from headgate.core.numeric.bounding import bounds_of

    found = bounds_of(predictions, rows, metric=gate.metric, confidence=gate.confidence, method=gate.method)
    if isinstance(found, str):
        return Verdict.undecided(gate.name, f"{sentence} has no bounds: {found}")
    low, high = found
    share = f"{100 * gate.confidence:g} %"
    return value, low, high, f"{sentence} ({number(low)} to {number(high)}, {share} bounds)"


def _answered(gate: Limit, value: float, said: str, *, passes: bool, fails: bool, limit: str) -> Verdict:
    asked, missed = ("is at least", "is below") if isinstance(gate, AtLeast) else ("is at most", "is above")
    number_of = gate.floor if isinstance(gate, AtLeast) else gate.ceiling
    if passes:
        return Verdict.passed(gate.name, f"{said} {asked} {number_of}", value=value, limit=number_of)
    if fails:
        return Verdict.failed(gate.name, f"{said} {missed} {limit}", value=value, limit=number_of)
    reason = f"{said} can't tell on which side of {limit} it is"
    return Verdict(gate=gate.name, outcome=Outcome.UNDECIDED, reason=reason, value=value, limit=number_of)


def _check(gate: Limit, what: str, limit: float) -> None:
    object.__setattr__(gate, "metric", require_metric(gate.metric))
    require_limit(what, limit, gate.metric, gate.name)
    if gate.confidence is not None:
        require_confidence(gate.name, gate.confidence)
    require_count(f"min_rows of {gate.name}", gate.min_rows)
    require_column(f"slice of {gate.name}", gate.slice)
    if gate.method is not None and not isinstance(gate.method, Bootstrap):
        msg = f"method of {gate.name} must be Bootstrap(...). Got {gate.method!r} instead."
        raise InputError(msg)
    if gate.method is not None and gate.confidence is None:
        msg = f"method of {gate.name} must come with a confidence. Got none: a point isn't resampled."
        raise InputError(msg)
