"""Gates that compare candidate and baseline row by row, and decide on an interval."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from headgate.core.evaluation import OVERALL, Evaluation
from headgate.core.methods import Bootstrap, DeLong, DieboldMariano, McNemar, Method
from headgate.core.metrics import Metric, require_metric
from headgate.core.naming import gate_name, metric_of_slice, needs_of, require_confidence, require_count
from headgate.core.needs import Need
from headgate.core.predictions import Predictions
from headgate.core.settling import number, settled
from headgate.core.slices import require_column
from headgate.core.verdict import Doubt, Verdict
from headgate.errors import InputError

LEAST_ROWS = 30
"""Fewer rows than that say little about an interval's coverage."""


@dataclass(frozen=True, slots=True)
class BetterBy:
    """The candidate must be better than the baseline by more than `margin`, surely.

    PASS when the lower bound of the improvement is above the margin, FAIL when the upper bound is below it; otherwise
    nobody can tell, and `when_unsure` says what that means.

    Args:
        metric: The metric, or its name.
        margin: Improvement required, >= 0, in the metric's unit; its direction is the metric's.
        confidence: Of each bound, in (0.5, 1): a candidate that isn't better passes with probability `1 - confidence`.
        slice: Name of the slice, `overall` by default.
        method: How to test; `None`: chosen by metric and rows, and said.
        when_unsure: `stay`: UNDECIDED, the champion stays; `go`: the candidate passes.
        min_rows: With fewer rows it is UNDECIDED whatever they say.

    Raises:
        InputError: An argument is out of bounds, or contradicts another.
    """

    metric: Metric
    margin: float = 0.0
    confidence: float = 0.95
    slice: str = OVERALL
    method: Method | None = None
    when_unsure: Doubt | Literal["stay", "go"] = Doubt.STAY
    min_rows: int = LEAST_ROWS
    needs_baseline = True

    def __post_init__(self) -> None:
        _check(self, "margin", self.margin)

    @property
    def name(self) -> str:
        """`BetterBy(mae)`, with the slice where it isn't the whole holdout."""
        return gate_name("BetterBy", self.metric, self.slice)

    @property
    def needs(self) -> tuple[Need, ...]:
        """The metric, and the column of groups that are resampled whole."""
        return needs_of(self.metric, self.method)

    def judge(self, evaluation: Evaluation, predictions: Predictions) -> Verdict:
        """Answer by the paired test; UNDECIDED without both models' predictions."""
        asked = f"more than the margin {number(self.margin)}"
        return _judged(self, evaluation, predictions, limit=self.margin, asked=asked)


@dataclass(frozen=True, slots=True)
class NoWorseThan:
    """The candidate may be worse than the baseline by at most `tolerance`, surely.

    PASS when the lower bound of the improvement isn't below minus the tolerance, FAIL when the upper bound is;
    otherwise nobody can tell, and `when_unsure` says what that means.

    Args:
        metric: The metric, or its name.
        tolerance: Worsening allowed, >= 0, in the metric's unit; its direction is the metric's.
        confidence: Of each bound, in (0.5, 1).
        slice: Name of the slice, `overall` by default.
        method: How to test; `None`: chosen by metric and rows, and said.
        when_unsure: `stay`: UNDECIDED, the champion stays; `go`: the candidate passes unless it is surely worse.
        min_rows: With fewer rows it is UNDECIDED whatever they say.

    Raises:
        InputError: An argument is out of bounds, or contradicts another.
    """

    metric: Metric
    tolerance: float = 0.0
    confidence: float = 0.95
    slice: str = OVERALL
    method: Method | None = None
    when_unsure: Doubt | Literal["stay", "go"] = Doubt.STAY
    min_rows: int = LEAST_ROWS
    needs_baseline = True

    def __post_init__(self) -> None:
        _check(self, "tolerance", self.tolerance)

    @property
    def name(self) -> str:
        """`NoWorseThan(mae)`, with the slice where it isn't the whole holdout."""
        return gate_name("NoWorseThan", self.metric, self.slice)

    @property
    def needs(self) -> tuple[Need, ...]:
        """The metric, and the column of groups that are resampled whole."""
        return needs_of(self.metric, self.method)

    def judge(self, evaluation: Evaluation, predictions: Predictions) -> Verdict:
        """Answer by the paired test; UNDECIDED without both models' predictions."""
        asked = f"within the tolerance {number(self.tolerance)}"
        return _judged(self, evaluation, predictions, limit=-self.tolerance, asked=asked)


Paired = BetterBy | NoWorseThan


def _judged(gate: Paired, evaluation: Evaluation, predictions: Predictions, *, limit: float, asked: str) -> Verdict:
    what = metric_of_slice(gate.metric, gate.slice)
    if evaluation.baseline is None:
        return Verdict.undecided(gate.name, "no baseline: nothing was promoted yet")
    if evaluation.baseline_error or predictions.baseline is None:
        why = evaluation.baseline_error or "its predictions aren't there"
        return Verdict.undecided(gate.name, f"the baseline could not be scored: {why}")
    rows = predictions.rows_of(gate.slice)
    if rows is None or len(rows) < gate.min_rows:
        count = 0 if rows is None else len(rows)
        return Verdict.undecided(gate.name, f"{what} must have {gate.min_rows:,} rows to compare on. Got {count:,}")
    from headgate.core.numeric.comparing import compare

    found = compare(
        predictions,
        rows,
        metric=gate.metric,
        slice_name=gate.slice,
        limit=limit,
        inclusive=isinstance(gate, NoWorseThan),
        confidence=gate.confidence,
        method=gate.method,
        words=(what, f"version {evaluation.baseline}", asked),
    )
    return (
        Verdict.undecided(gate.name, found)
        if isinstance(found, str)
        else settled(gate.name, found, Doubt(gate.when_unsure))
    )


def _check(gate: Paired, what: str, limit: float) -> None:
    object.__setattr__(gate, "metric", require_metric(gate.metric))
    if not isinstance(limit, int | float) or isinstance(limit, bool) or not 0 <= limit < math.inf:
        msg = f"{what} of {gate.name} must be a finite number >= 0. Got {limit!r} instead."
        raise InputError(msg)
    low, high = gate.metric.bounds
    if limit > (span := high - low):
        msg = f"{what} of {gate.name} must be at most {span:g}, the metric's range. Got {limit!r} instead."
        raise InputError(msg)
    require_confidence(gate.name, gate.confidence)
    require_count(f"min_rows of {gate.name}", gate.min_rows)
    require_column(f"slice of {gate.name}", gate.slice)
    object.__setattr__(gate, "when_unsure", _doubt(gate))
    _require_method(gate)


def _doubt(gate: Paired) -> Doubt:
    try:
        return Doubt(gate.when_unsure)
    except ValueError as error:
        msg = f"when_unsure of {gate.name} must be 'stay' or 'go'. Got {gate.when_unsure!r} instead."
        raise InputError(msg) from error


def _require_method(gate: Paired) -> None:
    method, metric = gate.method, gate.metric
    fits = {McNemar: ("accuracy",), DeLong: ("auc",), DieboldMariano: ("mae", "mse", "mape", "log_loss")}
    if method is None or isinstance(method, Bootstrap):
        return
    if isinstance(method, type) or type(method) not in fits:
        known = "Bootstrap(), McNemar(), DeLong() or DieboldMariano()"
        msg = f"method of {gate.name} must be {known}. Got {method!r} instead."
        raise InputError(msg)
    if metric.name not in fits[type(method)]:
        allowed = " or ".join(fits[type(method)])
        suits = f"{type(method).__name__} tests {allowed}"
        msg = f"method of {gate.name} must suit its metric: {suits}. Got {metric} instead."
        raise InputError(msg)
