"""Type-I error: how often a candidate that is just at the limit passes, and how often it fails."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache

import numpy as np

from headgate.core.evaluation import Evaluation
from headgate.core.gates import Gate
from headgate.core.methods import Bootstrap, DieboldMariano
from headgate.core.metrics import accuracy, auc, mae
from headgate.core.numeric.delong import area_of, area_test, areas_test, compare_auc
from headgate.core.numeric.diebold_mariano import compare_losses
from headgate.core.numeric.mcnemar import Discordant, discordant_test
from headgate.core.numeric.paired_test import PairedTest
from headgate.core.paired import BetterBy, NoWorseThan
from headgate.core.predictions import Predictions
from headgate.core.verdict import Outcome
from tools.truth import worlds
from tools.truth.rates import Rate, told

CONFIDENCE = 0.95
ALPHA = 0.05
SHIFT = 1.0
AUC = worlds.area_of_shift(SHIFT)

Draw = Callable[[np.random.Generator], PairedTest]
Holdout = Callable[[np.random.Generator], Predictions]


def run(quick: bool) -> list[str]:  # noqa: FBT001 - few or many
    """Print the type-I error of each classical test and of the gates; return what lies outside its band."""
    title = f"Type-I error at confidence {CONFIDENCE:g}: the truth is just at the limit"
    return told(title, _tests(400 if quick else 20_000)) + ([] if quick else told("The same of gates", _gates(2000)))


def _tests(trials: int) -> Iterator[Rate]:
    yield from _both_ways("McNemar, exact, 300 rows", _accuracy(300, limit=0.0), trials, at_most=True)
    yield from _both_ways(
        "McNemar, exact, 10,000 rows", _accuracy(10_000, limit=0.0), trials, at_most=True, slack=0.002
    )
    yield from _both_ways("Tango's score, 1,000 rows, limit -0.05", _accuracy(1000, limit=-0.05), trials, slack=0.003)
    yield from _both_ways("Tango's score, 200 rows, limit -0.05", _accuracy(200, limit=-0.05), trials, slack=0.01)
    yield from _both_ways("DeLong, 500 rows, limit 0", _areas(500), trials, slack=0.003)
    yield from _both_ways("DeLong, 100 rows, limit 0", _areas(100), trials, slack=0.01)
    yield from _both_ways(f"One AUC on the logit scale, 500 rows, limit {AUC:.3f}", _area(500), trials, slack=0.005)
    yield from _both_ways("Diebold-Mariano, 200 rows, horizon 1", _losses(200, 1), trials, slack=0.003)
    yield from _both_ways("Diebold-Mariano, 500 rows, horizon 4", _losses(500, 4), trials, slack=0.01)
    yield from _both_ways("Diebold-Mariano, 60 rows, horizon 4", _losses(60, 4), trials, slack=0.025)


def _both_ways(claim: str, draw: Draw, trials: int, *, at_most: bool = False, slack: float = 0.0) -> Iterator[Rate]:
    random = np.random.default_rng(20_261_128)
    tests = [draw(random) for _ in range(trials)]
    for word, hits in (
        ("passes", sum(test.p_pass <= ALPHA for test in tests)),
        ("fails", sum(test.p_fail <= ALPHA for test in tests)),
    ):
        yield Rate(claim=f"{claim}: {word}", hits=hits, trials=trials, level=ALPHA, at_most=at_most, slack=slack)


def _accuracy(rows: int, *, limit: float) -> Draw:
    @cache
    def test(won: int, lost: int) -> PairedTest:
        return discordant_test(Discordant(won=won, lost=lost, rows=rows), limit=limit, confidence=CONFIDENCE)

    return lambda random: test(*worlds.discordant(random, rows, 0.1 + limit / 2, 0.1 - limit / 2))


def _areas(rows: int) -> Draw:
    def draw(random: np.random.Generator) -> PairedTest:
        areas = compare_auc(*worlds.scored(random, rows, candidate=SHIFT, baseline=SHIFT))
        return areas_test(areas, limit=0.0, confidence=CONFIDENCE)

    return draw


def _area(rows: int) -> Draw:
    def draw(random: np.random.Generator) -> PairedTest:
        positive, scores, _ = worlds.scored(random, rows, candidate=SHIFT, baseline=SHIFT)
        return area_test(area_of(positive, scores), limit=AUC, confidence=CONFIDENCE)

    return draw


def _losses(rows: int, horizon: int) -> Draw:
    def draw(random: np.random.Generator) -> PairedTest:
        series = worlds.moving_average(worlds.errors(random, rows + horizon - 1), horizon - 1)
        return compare_losses(series, horizon=horizon, limit=0.0, confidence=CONFIDENCE)

    return draw


def _gates(trials: int) -> Iterator[Rate]:
    def rate(claim: str, gate: Gate, holdout: Holdout, *, at_most: bool = False, slack: float = 0.0) -> Rate:
        hits = passes(gate, holdout, trials)
        return Rate(claim=claim, hits=hits, trials=trials, level=ALPHA, at_most=at_most, slack=slack)

    grouped = Bootstrap(groups="who", resamples=500)
    yield rate(
        "BetterBy(accuracy), 500 rows",
        BetterBy(accuracy),
        lambda random: worlds.classified(random, 500, won=0.1, lost=0.1),
        at_most=True,
        slack=0.01,
    )
    yield rate(
        "NoWorseThan(accuracy, 0.05), 500 rows",
        NoWorseThan(accuracy, 0.05),
        lambda random: worlds.classified(random, 500, won=0.075, lost=0.125),
        slack=0.01,
    )
    yield rate(
        "BetterBy(auc), 500 rows",
        BetterBy(auc),
        lambda random: worlds.ranked(random, 500, candidate=SHIFT, baseline=SHIFT),
        slack=0.01,
    )
    yield rate(
        "BetterBy(mae), bootstrap, 300 rows",
        BetterBy(mae, method=Bootstrap(block=1, resamples=500)),
        lambda random: worlds.forecasts(worlds.errors(random, 300)),
        slack=0.01,
    )
    yield rate(
        "BetterBy(mae), chosen by itself, 300 rows that are independent",
        BetterBy(mae),
        lambda random: worlds.forecasts(worlds.errors(random, 300)),
        slack=0.02,
    )
    yield rate(
        "BetterBy(mae), chosen by itself, 500 rows, autocorrelation 0.5",
        BetterBy(mae),
        lambda random: worlds.forecasts(worlds.in_time(worlds.errors(random, 500), 0.5)),
        slack=0.02,
    )
    yield rate("BetterBy(mae), 60 groups of 5 rows", BetterBy(mae, method=grouped), _grouped, slack=0.02)
    yield rate(
        "BetterBy(mae), Diebold-Mariano, horizon 4, 300 rows",
        BetterBy(mae, method=DieboldMariano(horizon=4)),
        lambda random: worlds.forecasts(worlds.moving_average(worlds.errors(random, 303), 3)),
        slack=0.01,
    )


def passes(gate: Gate, holdout: Holdout, trials: int, evaluation: Evaluation = worlds.EVALUATION) -> int:
    """Return how many of so many holdouts a gate passes."""
    random = np.random.default_rng(20_261_128)
    return sum(gate.judge(evaluation, holdout(random)).outcome is Outcome.PASS for _ in range(trials))


def _grouped(random: np.random.Generator) -> Predictions:
    own = np.repeat(random.normal(size=60), 5)
    return worlds.forecasts(own + worlds.errors(random, 300), who=np.repeat(np.arange(60), 5))
