"""Power: how often a candidate that is better passes, by how much better it is and by how many rows there are."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache

import numpy as np

from headgate.core.numeric.comparing import POWER, enough_rows
from headgate.core.numeric.delong import areas_test, compare_auc
from headgate.core.numeric.diebold_mariano import compare_losses
from headgate.core.numeric.mcnemar import Discordant, discordant_test
from headgate.core.numeric.paired_test import PairedTest
from tools.truth import worlds
from tools.truth.rates import Rate, told

CONFIDENCE = 0.95
ALPHA = 0.05
ROWS = (100, 300, 1000, 3000)
LEVELS = " ▁▂▃▄▅▆▇█"

Draw = Callable[[np.random.Generator, int, float], PairedTest]


def run(quick: bool) -> list[str]:  # noqa: FBT001 - few or many
    """Print power curves; return what lies outside its band, or isn't more with more rows or a greater difference."""
    trials = 50 if quick else 1000
    curves = (
        ("accuracy, exact McNemar (a fifth of the rows discordant)", _accuracy, (0.0, 0.01, 0.02, 0.03, 0.05, 0.08)),
        ("auc, DeLong (0.76 and better)", _auc, (0.0, 0.01, 0.02, 0.03, 0.05, 0.08)),
        ("mae, Diebold-Mariano (in units of the losses' spread)", _mae, (0.0, 0.02, 0.05, 0.1, 0.15, 0.2)),
    )
    outside = []
    for title, draw, effects in curves:
        outside += _curve(title, draw, effects, trials)
    return outside + told("Power at the rows that a gate says would be enough", _enough(100 if quick else 5000))


def _curve(title: str, draw: Draw, effects: Sequence[float], trials: int) -> list[str]:
    """Print one curve for each number of rows."""
    print(f"\nPower of {title}, confidence {CONFIDENCE:g}")
    print(f"{'rows':>8}  " + "  ".join(f"{f'+{effect:g}':>6}" for effect in effects))
    power = np.array([[_power(draw, rows, effect, trials) for effect in effects] for rows in ROWS])
    for rows, line in zip(ROWS, power, strict=True):
        bar = "".join(LEVELS[round(share * (len(LEVELS) - 1))] for share in line)
        print(f"{rows:>8,}  " + "  ".join(f"{100 * share:5.1f}%" for share in line) + f"  {bar}", flush=True)
    room = 4 * np.sqrt(0.5 / trials)
    grows = (np.diff(power, axis=1) >= -room).all() and (np.diff(power[:, 1:], axis=0) >= -room).all()
    return [] if grows else [f"Power of {title} must grow with rows and difference"]


def _power(draw: Draw, rows: int, effect: float, trials: int) -> float:
    random = np.random.default_rng([rows, round(1000 * effect)])
    return sum(draw(random, rows, effect).p_pass <= ALPHA for _ in range(trials)) / trials


def _enough(trials: int) -> Iterator[Rate]:
    """Yield the power at the number that `enough_rows` names for a difference that is just as it seems."""
    for name, draw, effect, rows in (
        ("accuracy", _accuracy, 0.03, 300),
        ("auc", _auc, 0.03, 300),
        ("mae", _mae, 0.1, 200),
    ):
        random = np.random.default_rng(4)
        typical = [draw(random, 20_000, effect) for _ in range(5)]
        error = float(np.mean([(test.high - test.low) for test in typical])) * (20_000 / rows) ** 0.5 / 2
        seen = PairedTest(
            improvement=effect, low=effect - error, high=effect + error, p_pass=0.5, p_fail=0.5, method=""
        )
        wanted = enough_rows(seen, limit=0.0, confidence=CONFIDENCE, rows=rows) or rows
        hits = sum(draw(random, wanted, effect).p_pass <= ALPHA for _ in range(trials))
        claim = f"{name}, {effect:g} better: {wanted:,} rows"
        yield Rate(claim=claim, hits=hits, trials=trials, level=POWER, slack=0.03)


@cache
def _counted(won: int, lost: int, rows: int) -> PairedTest:
    return discordant_test(Discordant(won=won, lost=lost, rows=rows), limit=0.0, confidence=CONFIDENCE)


def _accuracy(random: np.random.Generator, rows: int, effect: float) -> PairedTest:
    return _counted(*worlds.discordant(random, rows, 0.1 + effect / 2, 0.1 - effect / 2), rows)


def _auc(random: np.random.Generator, rows: int, effect: float) -> PairedTest:
    candidate = worlds.shift_of(worlds.area_of_shift(1.0) + effect)
    areas = compare_auc(*worlds.scored(random, rows, candidate=candidate, baseline=1.0))
    return areas_test(areas, limit=0.0, confidence=CONFIDENCE)


def _mae(random: np.random.Generator, rows: int, effect: float) -> PairedTest:
    spread = 2 * np.sqrt(1 - 0.8**2)  # of the difference of two squared normals that correlate by 0.8
    differences = worlds.errors(random, rows) / spread + effect
    return compare_losses(differences, horizon=1, limit=0.0, confidence=CONFIDENCE)
