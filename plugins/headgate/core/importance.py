"""How much a model needs each of its features."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureImportance:
    """How much a model needs one of its features.

    Args:
        feature: Its name.
        importance: By how much the metric is worse, on average, when the feature's values are shuffled among the rows:
            in the metric's unit, and positive where the feature helps, whatever the metric's direction. `None` where it
            wasn't measured.
        std: Standard deviation of that over the repeats.
        repeats: How often it was shuffled.
        shap: Mean absolute SHAP value, in the unit of the prediction, of classifiers of the probability; `None` where
            it wasn't computed.
    """

    feature: str
    importance: float | None
    std: float | None
    repeats: int
    shap: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Importance:
    """How much a candidate needs each of its features, on rows that it didn't learn from.

    Args:
        metric: What it is measured by.
        value: The metric on these rows as they are; `None` where it can't be measured.
        rows: How many rows.
        of: How many rows the holdout has.
        features: Those that were measured, the most important first.
        left_out: Features that weren't measured by the metric, in their order: there was no time, or the metric
            has no value.
        seed: Of what was drawn.
        seconds: Time that it was allowed.
        shap_rows: How many rows SHAP values were computed for; 0 where none were.
        notes: What a person should know besides.
        format: Version of this form.
    """

    metric: str
    value: float | None
    rows: int
    of: int
    features: tuple[FeatureImportance, ...]
    left_out: tuple[str, ...]
    seed: int
    seconds: float
    shap_rows: int = 0
    notes: tuple[str, ...] = ()
    format: int = 1

    @property
    def said(self) -> str:
        """The most important features in a line; nothing where none was measured."""
        told = [one for one in self.features if one.importance is not None and one.importance > 0]
        return ", ".join(f"{one.feature} {one.importance:.4g}" for one in told[:3])


def importance_of(feature: str, losses: Sequence[float]) -> FeatureImportance:
    """Return a feature's importance from what each shuffle of it cost.

    The mean and the population's standard deviation, as scikit-learn's `permutation_importance` has them.

    Args:
        feature: Its name.
        losses: By how much the metric was worse, a number a repeat.

    >>> importance_of("size", [1.0, 3.0])
    FeatureImportance(feature='size', importance=2.0, std=1.0, repeats=2, shap=None)
    """
    mean = math.fsum(losses) / len(losses)
    spread = math.sqrt(math.fsum((loss - mean) ** 2 for loss in losses) / len(losses))
    return FeatureImportance(feature=feature, importance=mean, std=spread, repeats=len(losses))


def ranked(features: Sequence[FeatureImportance], shap: Mapping[str, float]) -> tuple[FeatureImportance, ...]:
    """Return features with their SHAP values, the most important first.

    Where only SHAP was computed for a feature, it comes after those that were shuffled, by its SHAP value.

    >>> [one.feature for one in ranked([importance_of("a", [0.0]), importance_of("b", [1.0])], {"c": 2.0})]
    ['b', 'a', 'c']
    """
    known = {one.feature for one in features}
    alone = [
        FeatureImportance(feature=name, importance=None, std=None, repeats=0) for name in shap if name not in known
    ]
    told = [replace(one, shap=shap.get(one.feature)) for one in (*features, *alone)]
    return tuple(sorted(told, key=_place))


def _place(one: FeatureImportance) -> tuple[bool, float, float]:
    importance = -math.inf if one.importance is None else one.importance
    return one.importance is None, -importance, -(one.shap or 0.0)
