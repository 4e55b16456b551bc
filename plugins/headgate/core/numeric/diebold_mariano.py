"""Mean loss of two forecasts whose errors are correlated in time: Diebold and Mariano's test, corrected."""

from __future__ import annotations

from typing import Any

import numpy as np

from headgate.core.numeric.paired_test import PairedTest, location_test, no_evidence

Array = np.ndarray[Any, Any]


def compare_losses(differences: Array, *, horizon: int, limit: float, confidence: float) -> PairedTest:
    """Return the test of a mean loss difference of forecasts `horizon` steps ahead.

    Diebold & Mariano (1995), Comparing predictive accuracy, Journal of Business & Economic Statistics 13, with the
    small-sample correction and Student's t of Harvey, Leybourne & Newbold (1997), Testing the equality of prediction
    mean squared errors, International Journal of Forecasting 13, equation (9).

    Errors of forecasts h steps ahead are correlated up to h - 1 steps, so the variance sums the autocovariances up to
    there. That sum may not be positive; then Bartlett's weights are used (Newey & West 1987), and the method says so.

    Args:
        differences: The baseline's loss less the candidate's, one a step, in order of time, of shape `(rows,)`.
        horizon: Steps from a forecast to what it forecasts, >= 1.
        limit: What the mean difference is held against, in the loss's unit.
        confidence: In (0, 1), one-sided.
    """
    n = len(differences)
    method = f"Diebold-Mariano with Harvey-Leybourne-Newbold's correction, horizon {horizon}"
    if not 1 <= horizon < n:
        return no_evidence(method)
    covariances = autocovariances(differences, horizon)
    variance = (covariances[0] + 2 * covariances[1:].sum()) / n
    if horizon > 1 and variance <= 0:
        method += ", Bartlett's weights"
        variance = max(0.0, (covariances[0] + 2 * (1 - np.arange(1, horizon) / horizon) @ covariances[1:]) / n)
    correction = (n + 1 - 2 * horizon + horizon * (horizon - 1) / n) / n
    return location_test(
        estimate=float(np.mean(differences)),
        variance=float(variance / correction),
        limit=limit,
        confidence=confidence,
        method=method,
        freedom=n - 1,
    )


def autocovariances(values: Array, count: int) -> Array:
    """Return the first `count` sample autocovariances, from distance 0 on, each divided by the number of values."""
    n = len(values)
    centred = values - np.mean(values)
    return np.array([centred[: n - step] @ centred[step:] / n for step in range(count)])
