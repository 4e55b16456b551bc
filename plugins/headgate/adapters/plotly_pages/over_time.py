"""By how much the candidate errs less than the baseline, from the holdout's beginning to its end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from headgate.adapters.plotly_pages.marks import Scale, line, picture, rect, words
from headgate.core.headline import counted
from headgate.core.predictions import Predicted, Predictions
from headgate.core.verdict_words import number_text, signed_text

Array = np.ndarray[Any, Any]

_WIDTH, _TOP, _BOTTOM, _LEFT = 560, 14, 176, 64
_MOST_SPANS, _FEWEST_ROWS = 24, 8
_SURE = 2.0
"""Standard errors on either side of a span's mean: a rough range, for the eye."""

_SQUARED = {"rmse", "mse", "r2"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Rows that follow each other in time.

    Args:
        start: Of its first row, seconds since 1970.
        end: Of its last row.
        improvement: Mean of the baseline's loss minus the candidate's.
        error: Standard error of that mean, if rows were independent.
        rows: How many.
    """

    start: float
    end: float
    improvement: float
    error: float
    rows: int


def loss_picture(predictions: Predictions, metrics: Sequence[str]) -> str:
    """Return the picture; nothing without a baseline, or with too few rows to see anything.

    Args:
        predictions: Of both.
        metrics: Names of the metrics that were compared, the most important first: which loss is drawn.
    """
    found = losses_of(predictions, metrics)
    if found is None:
        return ""
    said, candidate, baseline = found
    spans = spans_of(predictions.event_time, baseline - candidate)
    return _drawn(said, spans) if len(spans) > 1 else ""


def losses_of(predictions: Predictions, metrics: Sequence[str]) -> tuple[str, Array, Array] | None:
    """Return what the loss of a row is called, and each row's, of candidate and baseline."""
    if predictions.baseline is None:
        return None
    first = next(iter(metrics), "")
    if predictions.classes is None:
        said = "squared error" if first in _SQUARED else "absolute error"
        loss = np.square if first in _SQUARED else np.abs
        sides = [loss(side.values - predictions.labels) for side in (predictions.candidate, predictions.baseline)]
        return said, sides[0], sides[1]
    if first == "log_loss":
        logs = [_log_losses(side, predictions) for side in (predictions.candidate, predictions.baseline)]
        if logs[0] is not None and logs[1] is not None:
            return "log loss", logs[0], logs[1]
    wrong = [
        (side.values != predictions.labels).astype(float) for side in (predictions.candidate, predictions.baseline)
    ]
    return "share of wrong answers", wrong[0], wrong[1]


def spans_of(event_time: Array, improvement: Array) -> tuple[Span, ...]:
    """Return at most 24 spans of about equally many rows each, in the order of time; rows without a number are left."""
    known = np.flatnonzero(np.isfinite(improvement))
    order = known[np.argsort(event_time[known], kind="stable")]
    count = min(_MOST_SPANS, len(order) // _FEWEST_ROWS)
    return (
        tuple(_span(event_time[rows] / 1e6, improvement[rows]) for rows in np.array_split(order, count))
        if count
        else ()
    )


def _span(seconds: Array, improvement: Array) -> Span:
    rows = len(improvement)
    error = float(improvement.std(ddof=1) / np.sqrt(rows)) if rows > 1 else 0.0
    start, end = float(seconds[0]), float(seconds[-1])
    return Span(start=start, end=end, improvement=float(improvement.mean()), error=error, rows=rows)


def _log_losses(side: Predicted, predictions: Predictions) -> Array | None:
    if side.probabilities is None or predictions.classes is None:
        return None
    place = {name: index for index, name in enumerate(predictions.classes)}
    index = np.array([place[label] for label in predictions.labels.tolist()])
    tiny = float(np.finfo(np.float64).eps)
    loss: Array = -np.log(np.clip(side.probabilities[np.arange(len(index)), index], tiny, 1.0))
    return loss


def _drawn(said: str, spans: tuple[Span, ...]) -> str:
    reach = max(*(abs(span.improvement) + _SURE * span.error for span in spans), 1e-12)
    high = Scale(low=-reach, high=reach, left=_BOTTOM, right=_TOP)
    times = Scale(
        low=spans[0].start, high=max(spans[-1].end, spans[0].start + 1), left=_LEFT, right=_WIDTH - 8, is_time=True
    )
    zero, width = high.at(0.0), (times.right - times.left) / len(spans)
    marks = []
    for place, span in enumerate(spans):
        x, y = times.left + place * width, high.at(span.improvement)
        class_ = "up" if span.improvement >= 0 else "out"
        marks.append(rect(class_, x + 0.1 * width, min(y, zero), 0.8 * width, max(abs(y - zero), 0.8)))
        ends = [high.at(span.improvement + step * span.error) for step in (-_SURE, _SURE)]
        marks.append(line("whisker", (x + width / 2, ends[0]), (x + width / 2, ends[1])))
    marks.append(line("axis", (times.left, zero), (times.right, zero)))
    marks += [words("tick", _LEFT - 6, high.at(value) + 4, signed_text(value), anchor="end") for value in high.ticks()]
    for time, x, anchor in ((spans[0].start, times.left, "start"), (spans[-1].end, times.right, "end")):
        marks.append(words("tick", x, _BOTTOM + 18, times.text(time), anchor=anchor))
    better = sum(span.improvement > 0 for span in spans)
    described = (
        f"Mean {said} of the champion minus the candidate's, in {counted(len(spans), 'span', 'spans')} of about "
        f"{number_text(spans[0].rows)} rows. Bars above the line: the candidate erred less, which it did in {better} "
        f"of {len(spans)}. The thin lines are rough ranges: where one crosses the zero line, its bar says nothing."
    )
    return picture("time", "Candidate against champion over time", described, *marks, height=_BOTTOM + 26, width=_WIDTH)
