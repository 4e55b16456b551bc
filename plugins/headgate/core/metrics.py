"""The metrics that gates may ask for: name, direction and unit. Measuring them is an adapter's work.

Of two classes, the greater one is the positive. Of more than two, precision, recall and F1 are macro averages; AUC and
average precision are one-versus-rest macro averages over the classes that occur among the labels.
"""

from __future__ import annotations

import difflib
import math
from dataclasses import dataclass
from enum import StrEnum

from headgate.errors import InputError


class Direction(StrEnum):
    """Which way a metric is better."""

    HIGHER = "higher"
    LOWER = "lower"


class Needs(StrEnum):
    """What of a model a metric is computed from."""

    PREDICTION = "prediction"
    PROBABILITY = "probability"


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """A measure of predictions against labels.

    Args:
        name: Unique; scikit-learn's name of the function where there is one.
        direction: Which way is better.
        unit: `label` (the label's own unit), `label squared`, `share` (0 to 1) or `nats`.
        bounds: The least and the greatest value it can take, inclusive.
        needs: What of the model it is computed from.

    Raises:
        InputError: It has no direction: nobody could say what is better.
    """

    name: str
    direction: Direction
    unit: str
    bounds: tuple[float, float]
    needs: Needs = Needs.PREDICTION

    def __post_init__(self) -> None:
        if self.direction not in tuple(Direction):
            msg = f"direction of metric {self.name} must be {' or '.join(Direction)}. Got {self.direction!r} instead."
            raise InputError(msg)
        object.__setattr__(self, "direction", Direction(self.direction))

    def improvement(self, *, candidate: float, baseline: float) -> float:
        """Return by how much the candidate is better, in the metric's unit; negative where it is worse."""
        return candidate - baseline if self.direction is Direction.HIGHER else baseline - candidate

    def __str__(self) -> str:
        return self.name


_ANY = (-math.inf, math.inf)
_POSITIVE = (0.0, math.inf)
_SHARE = (0.0, 1.0)


def _error(name: str, unit: str = "label") -> Metric:
    return Metric(name=name, direction=Direction.LOWER, unit=unit, bounds=_POSITIVE)


def _share(name: str, needs: Needs = Needs.PREDICTION) -> Metric:
    return Metric(name=name, direction=Direction.HIGHER, unit="share", bounds=_SHARE, needs=needs)


mae = _error("mae")
rmse = _error("rmse")
mse = _error("mse", "label squared")
median_ae = _error("median_ae")
max_error = _error("max_error")
mape = _error("mape", "share")
r2 = Metric(name="r2", direction=Direction.HIGHER, unit="share", bounds=(-math.inf, 1.0))
accuracy = _share("accuracy")
balanced_accuracy = _share("balanced_accuracy")
precision = _share("precision")
recall = _share("recall")
f1 = _share("f1")
auc = _share("auc", Needs.PROBABILITY)
average_precision = _share("average_precision", Needs.PROBABILITY)
log_loss = Metric(name="log_loss", direction=Direction.LOWER, unit="nats", bounds=_POSITIVE, needs=Needs.PROBABILITY)

METRICS = {
    metric.name: metric
    for metric in (
        mae,
        rmse,
        mse,
        median_ae,
        max_error,
        mape,
        r2,
        accuracy,
        balanced_accuracy,
        precision,
        recall,
        f1,
        auc,
        average_precision,
        log_loss,
    )
}


def require_metric(name: object) -> Metric:
    """Return the metric of that name (or the metric itself).

    Raises:
        InputError: There is none.

    >>> require_metric("mae").direction
    <Direction.LOWER: 'lower'>
    """
    if isinstance(name, Metric):
        return name
    if isinstance(name, str) and name in METRICS:
        return METRICS[name]
    close = difflib.get_close_matches(str(name), METRICS, n=1)
    hint = f" Did you mean {close[0]}?" if close else ""
    msg = f"metric must be one of {', '.join(sorted(METRICS))}. Got {name!r} instead.{hint}"
    raise InputError(msg)
