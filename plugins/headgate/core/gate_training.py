"""Gates on how the fit came about: overfitting, and whether there is anything to learn."""

from __future__ import annotations

from dataclasses import dataclass

from headgate.core.evaluation import Evaluation
from headgate.core.gate_answers import at_least, at_most, find_fact, find_metric
from headgate.core.gate_arguments import require_count, require_not_negative, require_positive
from headgate.core.metrics import Metric, require_metric
from headgate.core.needs import Need, ShuffledScore, TrainingScore
from headgate.core.predictions import Predictions
from headgate.core.verdict import Verdict


@dataclass(frozen=True, slots=True)
class TrainingGap:
    """The candidate may be worse on the holdout than on its training window by at most so much.

    The generalisation gap (Hastie, Tibshirani and Friedman 2009, *The Elements of Statistical Learning*, section 7.4):
    a large one says that the model has learnt its rows by heart, or that the world has moved on since.

    Args:
        metric: The metric, or its name.
        at_most: Ceiling on the worsening from training window to holdout, >= 0, in the metric's unit, inclusive.

    Raises:
        InputError: There is no such metric, or `at_most` isn't a finite number >= 0.
    """

    metric: Metric
    at_most: float
    needs_baseline = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "metric", require_metric(self.metric))
        require_not_negative("at_most", self.name, self.at_most)

    @property
    def name(self) -> str:
        """`TrainingGap(mae)`."""
        return f"TrainingGap({self.metric})"

    @property
    def needs(self) -> tuple[Need, ...]:
        """The metric, on the holdout and on the training window."""
        return (self.metric, TrainingScore(metric=self.metric))

    def judge(self, evaluation: Evaluation, predictions: Predictions) -> Verdict:  # noqa: ARG002 - scores tell it all
        """PASS where the gap is at most that, FAIL where it is more, UNDECIDED without both scores."""
        holdout = find_metric(evaluation, self.metric)
        training = find_fact(evaluation, f"training_{self.metric}", least=self.metric.bounds[0])
        if holdout.value is None or training.value is None:
            return Verdict.undecided(self.name, training.note if holdout.value is not None else holdout.note)
        gap = self.metric.improvement(candidate=training.value, baseline=holdout.value)
        what = f"{self.metric} {training.value:.4g} in training, {holdout.value:.4g} on the holdout: the worsening"
        return at_most(self.name, what, gap, self.at_most, note=training.note)


@dataclass(frozen=True, slots=True)
class ShuffledLabels:
    """The candidate must beat the same estimator, fitted on shuffled labels, by a margin.

    One draw of the permutation test of Ojala and Garriga (2010), *Permutation Tests for Studying Classifier
    Performance*, JMLR 11, test 1: a model that does no better without the labels' meaning has learnt nothing from them.

    Args:
        metric: The metric, or its name.
        margin: By how much at least, > 0, in the metric's unit, inclusive.
        seed: Of the shuffle, >= 0.

    Raises:
        InputError: There is no such metric, `margin` isn't a finite number > 0, or `seed` no whole number >= 0.
    """

    metric: Metric
    margin: float
    seed: int = 0
    needs_baseline = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "metric", require_metric(self.metric))
        require_positive("margin", self.name, self.margin)
        require_count("seed", self.name, self.seed, least=0)

    @property
    def name(self) -> str:
        """`ShuffledLabels(auc)`."""
        return f"ShuffledLabels({self.metric})"

    @property
    def needs(self) -> tuple[Need, ...]:
        """The metric on the holdout, of the candidate and of the fit on shuffled labels."""
        return (self.metric, ShuffledScore(metric=self.metric, seed=self.seed))

    def judge(self, evaluation: Evaluation, predictions: Predictions) -> Verdict:  # noqa: ARG002 - scores tell it all
        """PASS where the candidate is better by the margin, FAIL where it isn't, UNDECIDED without both scores."""
        candidate = find_metric(evaluation, self.metric)
        shuffled = find_fact(evaluation, f"shuffled_{self.metric}", least=self.metric.bounds[0])
        if candidate.value is None or shuffled.value is None:
            return Verdict.undecided(self.name, shuffled.note if candidate.value is not None else candidate.note)
        better = self.metric.improvement(candidate=candidate.value, baseline=shuffled.value)
        what = f"{self.metric} {candidate.value:.4g}, fitted on shuffled labels {shuffled.value:.4g}: the improvement"
        return at_least(self.name, what, better, self.margin, note=shuffled.note)
