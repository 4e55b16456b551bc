"""Coverage of the bootstrap's bounds: how often the truth lies beyond one, which is also a test's type-I error."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from headgate.core.metrics import Metric, accuracy, auc, f1, mae, r2, rmse
from headgate.core.numeric.block_length import block_length
from headgate.core.numeric.bootstrap import Resampled, resample_improvement, resample_value
from headgate.core.numeric.intervals import Kind, bounds
from headgate.core.numeric.plans import BCA_FROM
from headgate.core.numeric.sampling import Resampling
from headgate.core.numeric.scoring import loss_differences, measured
from headgate.core.predictions import Predicted, Predictions
from tools.truth import worlds
from tools.truth.rates import Rate, told

Array = np.ndarray[Any, Any]
Random = np.random.Generator

CONFIDENCES = (0.9, 0.95)
RESAMPLES = 999
SLACK = 0.02
"""Coverage is held within two points of its nominal level."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A kind of holdout of which the truth is known.

    Args:
        name: What it is.
        metric: What is compared.
        truth: The candidate's true improvement, or its metric's true value.
        draw: A holdout, and how it is resampled; seeds are set for each.
        kinds: The intervals that are tried.
        paired: Whether the improvement is asked, else the candidate's own value.
    """

    name: str
    metric: Metric
    truth: float
    draw: Callable[[Random], tuple[Predictions, Resampling]]
    kinds: tuple[Kind, ...] = ("percentile", "bca")
    paired: bool = True

    def resampled(self, random: Random) -> Resampled:
        """Return the resamples of one holdout."""
        predictions, plan = self.draw(random)
        plan = replace(plan, resamples=RESAMPLES, seed=int(random.integers(2**32)))
        resample = resample_improvement if self.paired else resample_value
        return resample(self.metric, predictions, None, plan)


def run(quick: bool) -> list[str]:  # noqa: FBT001 - few or many
    """Print how often the truth lies beyond the bounds; return what is more than two points off its level."""
    title = "Coverage of bootstrap bounds: how often the truth lies below the lower or above the upper one"
    return told(title, (rate for case in cases() for rate in rates(case, 25 if quick else 2000)))


def rates(case: Case, trials: int) -> Iterator[Rate]:
    """Yield how often each bound was wrong."""
    random = np.random.default_rng(20_261_128)
    drawn = [case.resampled(random) for _ in range(trials)]
    for kind in case.kinds:
        for confidence in CONFIDENCES:
            found = [bounds(resampled, confidence, kind) for resampled in drawn]
            for word, wrong in (
                ("below", sum(low > case.truth for low, _ in found)),
                ("above", sum(high < case.truth for _, high in found)),
            ):
                claim = f"{case.name}, {kind} at {confidence:.0%}: {word}"
                yield Rate(claim=claim, hits=wrong, trials=trials, level=1 - confidence, slack=SLACK)


def cases() -> Iterator[Case]:
    """Yield every case: independent rows, strata, groups, and series in time."""
    yield from _independent()
    yield Case(name="AUC, 200 rows by class", metric=auc, truth=_area(1.2) - _area(1.0), draw=_by_class(200))
    yield Case(name="accuracy, 300 rows in 3 strata", metric=accuracy, truth=0.04, draw=_in_strata(300))
    for groups in (20, 50, 100, 200):
        kinds: tuple[Kind, ...] = ("percentile", "bca") if groups >= BCA_FROM else ("percentile",)
        name = f"MAE, {groups} groups of 2 to 30 rows"
        yield Case(name=name, metric=mae, truth=0.1, draw=_in_groups(groups), kinds=kinds)
    for rows, phi in ((200, 0.3), (200, 0.5), (500, 0.5), (1000, 0.7)):
        yield Case(name=f"MAE, {rows} rows in time, phi {phi}", metric=mae, truth=0.0, draw=_in_time(rows, phi))


def _independent() -> Iterator[Case]:
    for rows in (50, 200, 1000):
        yield Case(name=f"MAE, {rows} rows", metric=mae, truth=0.1, draw=_losses(rows))
    yield Case(name="RMSE, 200 rows", metric=rmse, truth=0.1, draw=_normal(200))
    yield Case(name="R2 of one model, 200 rows", metric=r2, truth=1 - 0.81 / 4, draw=_normal(200), paired=False)
    yield Case(name="MAE of one model, 200 rows", metric=mae, truth=1.0, draw=_exponential(200), paired=False)
    yield Case(name="accuracy, 300 rows", metric=accuracy, truth=0.04, draw=_classified(300))
    yield Case(name="AUC, 200 rows", metric=auc, truth=_area(1.2) - _area(1.0), draw=_ranked(200))
    yield Case(name="AUC of one model, 500 rows", metric=auc, truth=_area(1.2), draw=_ranked(500), paired=False)
    yield Case(name="F1 of one model, 300 rows", metric=f1, truth=_true_f1(), draw=_ranked(300), paired=False)


def _losses(rows: int) -> Callable[[Random], tuple[Predictions, Resampling]]:
    return lambda random: (worlds.forecasts(worlds.errors(random, rows, improvement=0.1)), Resampling())


def _normal(rows: int) -> Callable[[Random], tuple[Predictions, Resampling]]:
    def draw(random: Random) -> tuple[Predictions, Resampling]:
        labels = random.normal(scale=2.0, size=rows)
        answers = [Predicted(values=labels + scale * random.normal(size=rows)) for scale in (0.9, 1.0)]
        return _numbers(labels, *answers), Resampling()

    return draw


def _exponential(rows: int) -> Callable[[Random], tuple[Predictions, Resampling]]:
    def draw(random: Random) -> tuple[Predictions, Resampling]:
        answers = Predicted(values=random.exponential(size=rows))
        return _numbers(np.zeros(rows), answers, answers), Resampling()

    return draw


def _numbers(labels: Array, candidate: Predicted, baseline: Predicted) -> Predictions:
    return Predictions(labels=labels, candidate=candidate, baseline=baseline, event_time=np.arange(len(labels)))


def _classified(rows: int) -> Callable[[Random], tuple[Predictions, Resampling]]:
    return lambda random: (worlds.classified(random, rows, won=0.1, lost=0.06), Resampling())


def _ranked(rows: int) -> Callable[[Random], tuple[Predictions, Resampling]]:
    return lambda random: (worlds.ranked(random, rows, candidate=1.2, baseline=1.0), Resampling())


def _area(shift: float) -> float:
    return worlds.area_of_shift(shift)


def _true_f1() -> float:
    many = worlds.ranked(np.random.default_rng(0), 2_000_000, candidate=1.2, baseline=1.0)
    return measured(f1, many.labels, many.candidate, many.classes)


def _by_class(rows: int) -> Callable[[Random], tuple[Predictions, Resampling]]:
    def draw(random: Random) -> tuple[Predictions, Resampling]:
        found = worlds.ranked(random, rows, candidate=1.2, baseline=1.0)
        return found, Resampling(strata=found.labels)

    return draw


def _in_strata(rows: int) -> Callable[[Random], tuple[Predictions, Resampling]]:
    """Draw three strata of fixed sizes whose candidates win by different shares: 0.04 on the whole."""

    def draw(random: Random) -> tuple[Predictions, Resampling]:
        parts = [worlds.classified(random, rows // 3, won=won, lost=0.06) for won in (0.02, 0.1, 0.18)]
        joined = [np.concatenate([values(part) for part in parts]) for values in _ARRAYS]
        found = Predictions(
            labels=joined[0],
            candidate=Predicted(values=joined[1]),
            baseline=Predicted(values=joined[2]),
            event_time=np.arange(rows),
            classes=(0, 1),
        )
        return found, Resampling(strata=np.repeat(np.arange(3), rows // 3))

    return draw


_ARRAYS: tuple[Callable[[Predictions], Array], ...] = (
    lambda part: part.labels,
    lambda part: part.candidate.values,
    lambda part: (part.baseline or part.candidate).values,
)


def _in_groups(groups: int) -> Callable[[Random], tuple[Predictions, Resampling]]:
    """Draw groups whose rows share an effect as large as a row's own."""

    def draw(random: Random) -> tuple[Predictions, Resampling]:
        codes = np.repeat(np.arange(groups), random.integers(2, 31, groups))
        shared = worlds.errors(random, groups)[codes]
        differences = shared + worlds.errors(random, len(codes), improvement=0.1)
        return worlds.forecasts(differences), Resampling(groups=codes)

    return draw


def _in_time(rows: int, phi: float) -> Callable[[Random], tuple[Predictions, Resampling]]:
    """Draw a series, and choose the length of its blocks as the gates do."""

    def draw(random: Random) -> tuple[Predictions, Resampling]:
        found = worlds.forecasts(worlds.in_time(random.normal(size=rows), phi))
        differences = loss_differences(mae, found)
        return found, Resampling(block=1 if differences is None else block_length(differences))

    return draw
