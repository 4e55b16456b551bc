"""Made-up holdouts of which the true difference is known."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import signal, special

from headgate.core.evaluation import Evaluation
from headgate.core.predictions import Predicted, Predictions

Array = np.ndarray[Any, Any]
Random = np.random.Generator

EVALUATION = Evaluation(candidate="m-1", baseline="1", baseline_error=None, measures=())


def errors(random: Random, rows: int, *, improvement: float = 0.0, alike: float = 0.8) -> Array:
    """Return loss differences (baseline less candidate) of two models whose errors correlate.

    Losses are chi-squared with one degree of freedom, so differences have heavy tails.
    """
    both = random.multivariate_normal([0, 0], [[1, alike], [alike, 1]], size=rows) ** 2
    return both[:, 1] - both[:, 0] + improvement


def in_time(differences: Array, phi: float) -> Array:
    """Return an autoregressive series of order 1 with these innovations, in its stationary state."""
    padded = np.concatenate((differences[:200], differences))
    return np.asarray(signal.lfilter([1], [1, -phi], padded))[200:]


def moving_average(innovations: Array, order: int) -> Array:
    """Return a series that is correlated over `order` steps, as errors of forecasts `order` + 1 steps ahead are."""
    return np.convolve(innovations, np.ones(order + 1), mode="valid")


def forecasts(differences: Array, **columns: Array) -> Predictions:
    """Return predictions whose absolute losses differ by just that much, row by row."""
    rows = len(differences)
    level = 1 + np.abs(differences).max()
    return Predictions(
        labels=np.zeros(rows),
        candidate=Predicted(values=level - differences / 2),
        baseline=Predicted(values=level + differences / 2),
        event_time=np.arange(rows) * 3_600_000_000,
        columns=columns,
    )


def discordant(random: Random, rows: int, won: float, lost: float) -> tuple[int, int]:
    """Return how many rows just one of two classifiers has right, of these shares."""
    counts = random.multinomial(rows, [won, lost, 1 - won - lost])
    return int(counts[0]), int(counts[1])


def classified(random: Random, rows: int, *, won: float, lost: float) -> Predictions:
    """Return two classifiers: each alone is right in a share of the rows, both in four fifths of the rest."""
    labels = random.integers(0, 2, rows)
    drawn = random.random(rows)
    both = drawn < won + lost + 0.8 * (1 - won - lost)
    candidate = (drawn < won) | (both & (drawn >= won + lost))
    baseline = ((drawn >= won) & (drawn < won + lost)) | (both & (drawn >= won + lost))
    return Predictions(
        labels=labels,
        candidate=Predicted(values=np.where(candidate, labels, 1 - labels)),
        baseline=Predicted(values=np.where(baseline, labels, 1 - labels)),
        event_time=np.arange(rows),
        classes=(0, 1),
    )


def area_of_shift(shift: float) -> float:
    """Return the AUC of two normal distributions of variance 1 that lie so far apart."""
    return float(special.ndtr(shift / np.sqrt(2)))


def shift_of(area: float) -> float:
    """Return how far apart they lie for an AUC."""
    return float(special.ndtri(area) * np.sqrt(2))


def scored(random: Random, rows: int, *, candidate: float, baseline: float, alike: float = 0.6) -> tuple[Array, ...]:
    """Return which rows are positive (two fifths), and two models' scores: normal, shifted up for these."""
    positive = random.random(rows) < 0.4  # noqa: PLR2004 - the share
    noise = random.multivariate_normal([0, 0], [[1, alike], [alike, 1]], size=rows)
    return positive, noise[:, 0] + candidate * positive, noise[:, 1] + baseline * positive


def ranked(random: Random, rows: int, *, candidate: float, baseline: float) -> Predictions:
    """Return the same as classifiers' predictions."""
    positive, *scores = scored(random, rows, candidate=candidate, baseline=baseline)
    models = []
    for score in scores:
        probability = 1 / (1 + np.exp(-score))
        models.append(
            Predicted(values=(score > 0).astype(int), probabilities=np.column_stack((1 - probability, probability)))
        )
    return Predictions(
        labels=positive.astype(int),
        candidate=models[0],
        baseline=models[1],
        event_time=np.arange(rows),
        classes=(0, 1),
    )
