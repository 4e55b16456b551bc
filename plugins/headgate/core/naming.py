"""What gates share: names, bounds of their arguments, and what they need."""

from __future__ import annotations

import math

from headgate.core.evaluation import OVERALL
from headgate.core.methods import Bootstrap, Method
from headgate.core.metrics import Metric
from headgate.core.needs import Column, Need
from headgate.errors import InputError


def gate_name(kind: str, metric: Metric, slice_name: str) -> str:
    """Return a gate's name: `AtMost(mae)`, with the slice where it isn't the whole holdout."""
    return f"{kind}({metric})" if slice_name == OVERALL else f"{kind}({metric}, {slice_name})"


def metric_of_slice(metric: Metric, slice_name: str) -> str:
    """Return what is looked at, for a person."""
    return metric.name if slice_name == OVERALL else f"{metric.name} of {slice_name}"


def needs_of(metric: Metric, method: Method | None = None) -> tuple[Need, ...]:
    """Return what a gate on a metric needs: the metric, and the column of groups that are resampled whole."""
    if isinstance(method, Bootstrap) and method.groups:
        return (metric, Column(name=method.groups))
    return (metric,)


def is_number(value: object) -> bool:
    """Whether it is a number, and no NaN."""
    return isinstance(value, int | float) and not isinstance(value, bool) and not math.isnan(value)


def require_limit(what: str, value: float, metric: Metric, gate: str) -> None:
    """Raise unless a limit is a number that the metric can take.

    Raises:
        InputError: It isn't.
    """
    low, high = metric.bounds
    if not is_number(value) or math.isinf(value) or not low <= value <= high:
        interval = f"{'(' if math.isinf(low) else '['}{low:g}, {high:g}{')' if math.isinf(high) else ']'}"
        msg = f"{what} of {gate} must be a number in {interval}. Got {value!r} instead."
        raise InputError(msg)


def require_confidence(gate: str, value: float) -> None:
    """Raise unless it is a share between 0 and 1, both exclusive, and more than a coin's.

    Raises:
        InputError: It isn't.
    """
    if not is_number(value) or not 0.5 < value < 1:  # noqa: PLR2004 - a coin can say both
        msg = f"confidence of {gate} must be a number in (0.5, 1), such as 0.95. Got {value!r} instead."
        raise InputError(msg)


def require_count(what: str, value: int) -> None:
    """Raise unless it is a whole number >= 1.

    Raises:
        InputError: It isn't.
    """
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        msg = f"{what} must be a whole number, 1 or more. Got {value!r} instead."
        raise InputError(msg)
