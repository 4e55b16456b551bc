"""Candidate against baseline on some rows: which paired test, and what it says."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
from scipy import special

from headgate.core.methods import Bootstrap, DeLong, DieboldMariano, McNemar, Method
from headgate.core.metrics import Metric
from headgate.core.numeric.bootstrap import Resampled, resample_improvement
from headgate.core.numeric.delong import areas_test, compare_auc
from headgate.core.numeric.diebold_mariano import compare_losses
from headgate.core.numeric.intervals import Kind, p_above, p_below
from headgate.core.numeric.mcnemar import compare_accuracy
from headgate.core.numeric.paired_test import PairedTest
from headgate.core.numeric.plans import (
    block_of,
    bounds_or_why,
    has_two_classes,
    is_positive,
    kind_of,
    plan_of,
    refusal_of,
    why_no_groups,
    why_unknown,
)
from headgate.core.numeric.scoring import loss_differences, measured
from headgate.core.predictions import Predicted, Predictions
from headgate.core.verdict import Comparison

Array = np.ndarray[Any, Any]

POWER = 0.8
"""Chance that `enough_rows` give an answer, if the improvement is what it seems."""


def compare(
    predictions: Predictions,
    rows: Array,
    *,
    metric: Metric,
    slice_name: str,
    limit: float,
    inclusive: bool,
    confidence: float,
    method: Method | None,
    words: tuple[str, str, str],
) -> Comparison | str:
    """Return the paired test on some rows, or why there is none.

    Args:
        predictions: With a baseline.
        rows: Their indices.
        metric: What is compared.
        slice_name: What the rows are called.
        limit: What the improvement is held against.
        inclusive: Whether an improvement of just the limit is enough.
        confidence: Of each bound, in (0, 1).
        method: How to test; chosen here when `None`.
        words: What is compared, whom with, and what is asked, for a person.
    """
    what, whom, asked = words
    baseline = predictions.baseline
    assert baseline is not None  # noqa: S101 - the gate looked
    for who, predicted in (("the candidate", predictions.candidate), (whom, baseline)):
        if refusal := refusal_of(predictions, predicted, rows, f"of {who}"):
            return refusal
    if refusal := why_unknown(metric) or why_no_groups(predictions, method):
        return refusal
    rows = rows[np.argsort(predictions.event_time[rows], kind="stable")]
    values = [
        measured(metric, predictions.labels[rows], _picked(predicted, rows), predictions.classes)
        for predicted in (predictions.candidate, baseline)
    ]
    if not all(map(math.isfinite, values)):
        which = "the candidate" if not math.isfinite(values[0]) else whom
        return f"{what} of {which} is not defined on these {len(rows):,} rows"
    test = _tested(predictions, rows, metric, method, limit=limit, inclusive=inclusive, confidence=confidence)
    test = _just_enough(test, limit, confidence) if inclusive and isinstance(test, PairedTest) else test
    if isinstance(test, str):
        return f"{what} can't be compared: {test}"
    return Comparison(
        metric=metric.name,
        slice=slice_name,
        rows=len(rows),
        improvement=test.improvement,
        low=test.low,
        high=test.high,
        limit=limit,
        confidence=confidence,
        p_pass=test.p_pass,
        p_fail=test.p_fail,
        said=f"{what} {values[0]:.4g} against {values[1]:.4g} of {whom}",
        asked=asked,
        method=test.method,
        enough_rows=enough_rows(test, limit=limit, confidence=confidence, rows=len(rows)),
    )


def enough_rows(test: PairedTest, *, limit: float, confidence: float, rows: int) -> int | None:
    """Return how many rows would tell on which side of the limit the improvement is, if it is what it seems.

    n (z_c + z_power)^2 s^2 / d^2, the sample size of a one-sided test of a mean (Lachin 1981, Controlled Clinical
    Trials 2:93), where d is the distance from the limit and s the standard error, taken from the bounds.

    Returns:
        `None` where these rows are enough, or none would be.
    """
    distance = abs(test.improvement - limit)
    z = float(special.ndtri(confidence))
    if not distance or not z:
        return None
    error = (test.high - test.low) / (2 * z)
    wanted = rows * ((z + float(special.ndtri(POWER))) * error / distance) ** 2
    return math.ceil(wanted) if rows < wanted < 1e12 else None  # noqa: PLR2004 - nobody has that many


def _tested(
    predictions: Predictions,
    rows: Array,
    metric: Metric,
    method: Method | None,
    *,
    limit: float,
    inclusive: bool,
    confidence: float,
) -> PairedTest | str:
    if _are_same(predictions, rows):
        return _same(limit, inclusive=inclusive)
    if isinstance(method, DieboldMariano):
        least = math.nextafter(limit, -math.inf) if inclusive else limit
        return _by_diebold_mariano(loss_differences(metric, predictions, rows), method.horizon, least, confidence)
    length = block_of(lambda: loss_differences(metric, predictions, rows), method)
    if isinstance(method, McNemar) or (method is None and length == 1 and metric.name == "accuracy"):
        return _by_mcnemar(predictions, rows, limit, confidence)
    two = has_two_classes(metric, predictions)
    if isinstance(method, DeLong) or (method is None and length == 1 and two):
        return (
            _by_delong(predictions, rows, limit, confidence)
            if two
            else "DeLong's test needs two classes' probabilities"
        )
    plan = method if isinstance(method, Bootstrap) else Bootstrap()
    resampled = resample_improvement(metric, predictions, rows, plan_of(plan, predictions, length))
    return _by_bootstrap(
        resampled, plan, length, rows=len(rows), limit=limit, inclusive=inclusive, confidence=confidence
    )


def _by_bootstrap(
    resampled: Resampled, plan: Bootstrap, length: int, *, rows: int, limit: float, inclusive: bool, confidence: float
) -> PairedTest | str:
    kind = kind_of(plan, rows, resampled.units)
    found = bounds_or_why(resampled, confidence, kind)
    if isinstance(found, str):
        return found
    low, high = found
    just_below = math.nextafter(limit, -math.inf) if inclusive else limit
    return PairedTest(
        improvement=resampled.estimate,
        low=low,
        high=high,
        p_pass=p_above(resampled, just_below, kind),
        p_fail=p_below(resampled, limit, kind),
        method=_method_said(plan, kind, length, resampled.units),
    )


def _method_said(plan: Bootstrap, kind: Kind, length: int, units: float) -> str:
    if plan.groups:
        how = f"{units:,.0f} groups of {plan.groups} resampled whole"
    elif plan.stratified:
        how = "rows resampled within each class"
    elif length > 1:
        who = "" if plan.block else ", a length chosen as twice Politis and White's"
        how = f"circular blocks of {length:,} rows{who}"
    else:
        how = "rows resampled one by one"
    name = "BCa" if kind == "bca" else "percentile"
    return f"paired bootstrap, {plan.resamples:,} resamples, {name} interval, {how}"


def _by_diebold_mariano(differences: Array | None, horizon: int, limit: float, confidence: float) -> PairedTest | str:
    if differences is None or horizon >= len(differences):
        return f"Diebold and Mariano's test needs more rows than its horizon {horizon}"
    return compare_losses(differences, horizon=horizon, limit=limit, confidence=confidence)


def _by_mcnemar(predictions: Predictions, rows: Array, limit: float, confidence: float) -> PairedTest:
    assert predictions.baseline is not None  # noqa: S101 - the gate looked
    labels = predictions.labels[rows]
    right = (model.values[rows] == labels for model in (predictions.candidate, predictions.baseline))
    candidate, baseline = (np.asarray(each, dtype=bool) for each in right)
    return compare_accuracy(candidate, baseline, limit=limit, confidence=confidence)


def _by_delong(predictions: Predictions, rows: Array, limit: float, confidence: float) -> PairedTest | str:
    assert predictions.baseline is not None  # noqa: S101 - the gate looked
    candidate, baseline = predictions.candidate.probabilities, predictions.baseline.probabilities
    assert candidate is not None  # noqa: S101 - `has_two_classes`
    assert baseline is not None  # noqa: S101 - as above
    areas = compare_auc(is_positive(predictions, rows), candidate[rows, -1], baseline[rows, -1])
    if not math.isfinite(areas.variance):
        return "one class has too few rows"
    return areas_test(areas, limit=limit, confidence=confidence)


def _are_same(predictions: Predictions, rows: Array) -> bool:
    ours, theirs = predictions.candidate, predictions.baseline
    if theirs is None or not np.array_equal(ours.values[rows], theirs.values[rows]):
        return False
    if ours.probabilities is None or theirs.probabilities is None:
        return ours.probabilities is theirs.probabilities
    return np.array_equal(ours.probabilities[rows], theirs.probabilities[rows])


def _same(limit: float, *, inclusive: bool) -> PairedTest:
    """Return the test of two models that predict the same for each row: there is nothing to be unsure of."""
    passes = limit < 0 or (inclusive and limit == 0)
    test = PairedTest(improvement=0.0, low=0.0, high=0.0, p_pass=0.0, p_fail=1.0, method="both predict the same")
    return test if passes else replace(test, p_pass=1.0, p_fail=0.0)


def _just_enough(test: PairedTest, limit: float, confidence: float) -> PairedTest:
    """Return the test with a lower bound below the limit where it doesn't pass: at the limit it would."""
    if test.p_pass <= 1 - confidence or test.low < limit:
        return test
    return replace(test, low=math.nextafter(limit, -math.inf))


def _picked(model: Predicted, rows: Array) -> Predicted:
    probabilities = None if model.probabilities is None else np.take(model.probabilities, rows, axis=0)
    return Predicted(values=model.values[rows], probabilities=probabilities)
