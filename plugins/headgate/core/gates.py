"""Gates: pure questions about an evaluation. Missing evidence is UNDECIDED, never a pass."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from headgate.core.evaluation import OVERALL, Evaluation, Measure
from headgate.core.metrics import Metric, require_metric
from headgate.core.verdict import Verdict
from headgate.errors import InputError


@runtime_checkable
class Gate(Protocol):
    """A pure question with a name; the same evaluation always gets the same answer."""

    @property
    def name(self) -> str:
        """What the gate is called in logs, records and reports."""

    @property
    def metric(self) -> Metric:
        """The metric it asks for; the evaluation must measure it."""

    @property
    def needs_baseline(self) -> bool:
        """Whether it compares with the baseline."""

    def judge(self, evaluation: Evaluation) -> Verdict:
        """Answer; never raises on missing or odd evidence."""


@dataclass(frozen=True, slots=True)
class AtLeast:
    """The candidate's metric must be `floor` or more (inclusive).

    Args:
        metric: The metric, or its name.
        floor: In the metric's unit and within its bounds.
        slice: Name of the slice, `overall` by default.

    Raises:
        InputError: There is no such metric, or `floor` isn't a number that it can take.
    """

    metric: Metric
    floor: float
    slice: str = OVERALL
    needs_baseline = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "metric", require_metric(self.metric))
        _require_limit("floor", self.floor, self.metric, self.name)

    @property
    def name(self) -> str:
        """`AtLeast(r2)`, with the slice where it isn't the whole holdout."""
        return _name("AtLeast", self.metric, self.slice)

    def judge(self, evaluation: Evaluation) -> Verdict:
        """PASS at or above the floor, FAIL below, UNDECIDED when the metric wasn't measured."""
        value = _candidate_of(evaluation, self.metric, self.slice)
        if value is None:
            return Verdict.undecided(self.name, f"{_what(self.metric, self.slice)} was not measured")
        sentence = f"{_what(self.metric, self.slice)} {_number(value)}"
        if value >= self.floor:
            return Verdict.passed(self.name, f"{sentence} is at least {self.floor}", value=value, limit=self.floor)
        return Verdict.failed(self.name, f"{sentence} is below the floor {self.floor}", value=value, limit=self.floor)


@dataclass(frozen=True, slots=True)
class AtMost:
    """The candidate's metric must be `ceiling` or less (inclusive).

    Args:
        metric: The metric, or its name.
        ceiling: In the metric's unit and within its bounds.
        slice: Name of the slice, `overall` by default.

    Raises:
        InputError: There is no such metric, or `ceiling` isn't a number that it can take.
    """

    metric: Metric
    ceiling: float
    slice: str = OVERALL
    needs_baseline = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "metric", require_metric(self.metric))
        _require_limit("ceiling", self.ceiling, self.metric, self.name)

    @property
    def name(self) -> str:
        """`AtMost(mae)`, with the slice where it isn't the whole holdout."""
        return _name("AtMost", self.metric, self.slice)

    def judge(self, evaluation: Evaluation) -> Verdict:
        """PASS at or below the ceiling, FAIL above, UNDECIDED when the metric wasn't measured."""
        value = _candidate_of(evaluation, self.metric, self.slice)
        if value is None:
            return Verdict.undecided(self.name, f"{_what(self.metric, self.slice)} was not measured")
        sentence = f"{_what(self.metric, self.slice)} {_number(value)}"
        if value <= self.ceiling:
            return Verdict.passed(self.name, f"{sentence} is at most {self.ceiling}", value=value, limit=self.ceiling)
        reason = f"{sentence} is above the ceiling {self.ceiling}"
        return Verdict.failed(self.name, reason, value=value, limit=self.ceiling)


@dataclass(frozen=True, slots=True)
class NoWorseThan:
    """The candidate may be worse than the baseline by at most `tolerance`, on the same holdout.

    Compares two points; it says nothing of chance.

    Args:
        metric: The metric, or its name.
        tolerance: Worsening allowed, >= 0, in the metric's unit; its direction is the metric's.
        slice: Name of the slice, `overall` by default.

    Raises:
        InputError: There is no such metric, or `tolerance` isn't a finite number >= 0.
    """

    metric: Metric
    tolerance: float = 0.0
    slice: str = OVERALL
    needs_baseline = True

    def __post_init__(self) -> None:
        object.__setattr__(self, "metric", require_metric(self.metric))
        if not _is_number(self.tolerance) or self.tolerance < 0 or math.isinf(self.tolerance):
            msg = f"tolerance of {self.name} must be a finite number >= 0. Got {self.tolerance!r} instead."
            raise InputError(msg)

    @property
    def name(self) -> str:
        """`NoWorseThan(mae)`, with the slice where it isn't the whole holdout."""
        return _name("NoWorseThan", self.metric, self.slice)

    def judge(self, evaluation: Evaluation) -> Verdict:
        """PASS within the tolerance, FAIL beyond it, UNDECIDED without both numbers."""
        what = _what(self.metric, self.slice)
        if evaluation.baseline is None:
            return Verdict.undecided(self.name, "no baseline: nothing was promoted yet")
        if evaluation.baseline_error:
            return Verdict.undecided(self.name, f"the baseline could not be scored: {evaluation.baseline_error}")
        measure = evaluation.measure_of(self.metric.name, self.slice)
        candidate, baseline = _finite_pair(measure)
        if candidate is None:
            return Verdict.undecided(self.name, f"{what} of the candidate was not measured")
        if baseline is None:
            return Verdict.undecided(self.name, f"{what} of the baseline was not measured")
        worsening = -self.metric.improvement(candidate=candidate, baseline=baseline)
        change = f"{_number(abs(worsening))} {'worse' if worsening > 0 else 'better'}"
        reason = f"{what} {_number(candidate)} against {_number(baseline)} of version {evaluation.baseline}: {change}"
        if worsening <= self.tolerance:
            return Verdict.passed(self.name, reason, value=worsening, limit=self.tolerance)
        reason += f", more than the tolerance {self.tolerance}"
        return Verdict.failed(self.name, reason, value=worsening, limit=self.tolerance)


def _finite_pair(measure: Measure | None) -> tuple[float | None, float | None]:
    if measure is None:
        return None, None
    return _finite(measure.candidate), _finite(measure.baseline)


def _candidate_of(evaluation: Evaluation, metric: Metric, slice_name: str) -> float | None:
    return _finite_pair(evaluation.measure_of(metric.name, slice_name))[0]


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and not math.isnan(value)


def _require_limit(what: str, value: float, metric: Metric, gate: str) -> None:
    low, high = metric.bounds
    if not _is_number(value) or math.isinf(value) or not low <= value <= high:
        interval = f"{'(' if math.isinf(low) else '['}{low:g}, {high:g}{')' if math.isinf(high) else ']'}"
        msg = f"{what} of {gate} must be a number in {interval}. Got {value!r} instead."
        raise InputError(msg)


def _name(kind: str, metric: Metric, slice_name: str) -> str:
    return f"{kind}({metric})" if slice_name == OVERALL else f"{kind}({metric}, {slice_name})"


def _what(metric: Metric, slice_name: str) -> str:
    return metric.name if slice_name == OVERALL else f"{metric.name} of {slice_name}"


def _number(value: float) -> str:
    return f"{value:.4g}"
