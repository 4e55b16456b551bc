"""False alarms over 20 slices, or gaps between groups: that a correction holds them, and what it costs."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy.stats import norm

from headgate.core.correction import Correction
from headgate.core.every_slice import EverySlice
from headgate.core.gate_fairness import DemographicParity, EqualisedOdds, ErrorRateRatio
from headgate.core.methods import DieboldMariano
from headgate.core.metrics import mae
from headgate.core.multiplicity import benjamini_hochberg, holm
from headgate.core.paired import NoWorseThan
from headgate.core.policy import Policy
from headgate.core.predictions import Predicted, Predictions
from headgate.core.verdict import Outcome
from tools.truth import worlds
from tools.truth.rates import Rate, told

SLICES = 20
WORSE = 5
ALPHA = 0.05
ROWS = 50
GROUPED = 1000
ADJUST = {"Holm": holm, "Benjamini-Hochberg": benjamini_hochberg}


def run(quick: bool) -> list[str]:  # noqa: FBT001 - few or many
    """Print false alarms over slices, with and without correction; return what lies outside its band."""
    outside = told(f"False alarms over {SLICES} slices that are all equal", _all_equal(1000 if quick else 20_000))
    outside += told(f"The same of a policy, {ROWS} rows a slice", _policies(20 if quick else 1000))
    outside += told(f"The same of {SLICES} gates on gaps that are none, {GROUPED} rows", _gaps(10 if quick else 500))
    outside += told(f"{WORSE} of {SLICES} slices are worse", _some_worse(1000 if quick else 20_000))
    return outside


def _all_equal(trials: int) -> Iterator[Rate]:
    p_values = np.random.default_rng(1).random((trials, SLICES))
    any_raw = int((p_values <= ALPHA).any(axis=1).sum())
    by_chance = 1 - (1 - ALPHA) ** SLICES
    yield Rate(claim="uncorrected: any slice fails", hits=any_raw, trials=trials, level=by_chance)
    for name, adjust in ADJUST.items():
        hits = sum(min(adjust(row.tolist())) <= ALPHA for row in p_values)
        yield Rate(claim=f"{name}: any slice fails", hits=hits, trials=trials, level=ALPHA, at_most=True)


def _some_worse(trials: int) -> Iterator[Rate]:
    """Yield false alarms among the equal slices, and how many of the worse are found."""
    random = np.random.default_rng(2)
    z = random.normal(size=(trials, SLICES))
    z[:, :WORSE] += 3
    p_values = norm.sf(z)
    for name, adjust in ADJUST.items():
        fails = np.array([adjust(row.tolist()) for row in p_values]) <= ALPHA
        false = fails[:, WORSE:].sum(axis=1)
        share = false / np.maximum(fails.sum(axis=1), 1)
        found = fails[:, :WORSE].mean()
        if name == "Holm":
            claim, hits = "Holm: any equal slice fails", float((false > 0).sum())
        else:
            claim, hits = f"{name}: share of equal ones among those that fail", float(share.sum())
        yield Rate(claim=f"{claim} ({100 * found:.0f} % found)", hits=hits, trials=trials, level=ALPHA, at_most=True)


def _policies(trials: int) -> Iterator[Rate]:
    gate = EverySlice("region", (NoWorseThan(mae, method=DieboldMariano()),))
    for correction in Correction:
        random = np.random.default_rng(3)
        policy = Policy(gates=(gate,), correction=correction)
        judged = (policy.judge(worlds.EVALUATION, _regions(random)).outcome for _ in range(trials))
        hits = sum(outcome is Outcome.FAIL for outcome in judged)
        yield Rate(claim=f"{correction.said}: FAIL", hits=hits, trials=trials, level=ALPHA, at_most=True, slack=0.01)


def _gaps(trials: int) -> Iterator[Rate]:
    """Yield how often any of many gates on gaps fails where the groups are drawn without looking at the rows."""
    for kind, none in ((DemographicParity, 0.0), (EqualisedOdds, 0.0), (ErrorRateRatio, 1.0)):
        random = np.random.default_rng(4)
        policy = Policy(gates=tuple(kind(f"group {place}", none, confidence=1 - ALPHA) for place in range(SLICES)))
        alone = among = 0
        for _ in range(trials):
            verdicts = policy.judge(worlds.EVALUATION, _grouped(random)).verdicts
            alone += any(one.bounded is not None and one.bounded.low > none for one in verdicts)
            among += any(one.outcome is Outcome.FAIL for one in verdicts)
        by_chance = 1 - (1 - ALPHA) ** SLICES
        yield Rate(claim=f"{kind.__name__}: uncorrected", hits=alone, trials=trials, level=by_chance, at_most=True)
        yield Rate(claim=f"{kind.__name__}: Holm", hits=among, trials=trials, level=ALPHA, at_most=True)


def _grouped(random: np.random.Generator) -> Predictions:
    labels = random.integers(0, 2, GROUPED)
    return Predictions(
        labels=labels,
        candidate=Predicted(values=np.where(random.random(GROUPED) < 0.8, labels, 1 - labels)),  # noqa: PLR2004 - right
        baseline=None,
        event_time=np.arange(GROUPED),
        classes=(0, 1),
        columns={f"group {place}": random.integers(0, 2, GROUPED) for place in range(SLICES)},
    )


def _regions(random: np.random.Generator) -> Predictions:
    predictions = worlds.forecasts(worlds.errors(random, SLICES * ROWS))
    slices = {f"region={index}": np.arange(index * ROWS, (index + 1) * ROWS) for index in range(SLICES)}
    return Predictions(
        labels=predictions.labels,
        candidate=predictions.candidate,
        baseline=predictions.baseline,
        event_time=predictions.event_time,
        slices=slices,
    )
