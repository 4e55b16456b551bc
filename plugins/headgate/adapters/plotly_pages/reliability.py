"""Whether probabilities mean what they say, as a curve."""

from __future__ import annotations

import numpy as np

from headgate.adapters.plotly_pages.marks import Scale, line, picture, words
from headgate.core.numeric.calibration import (
    ReliabilityPoint,
    expected_calibration_error,
    reliability,
    top_label,
)
from headgate.core.predictions import Predicted, Predictions

_SIDE, _LEFT, _TOP = 300, 52, 12
_TWO = 2


def reliability_picture(predictions: Predictions) -> str:
    """Return the picture of a classifier's probabilities; nothing where there are none."""
    points = {
        name: points_of(side, predictions)
        for name, side in (("candidate", predictions.candidate), ("baseline", predictions.baseline))
        if side is not None
    }
    return _drawn({name: found for name, found in points.items() if found}, predictions) if points["candidate"] else ""


def points_of(side: Predicted, predictions: Predictions) -> tuple[ReliabilityPoint, ...]:
    """Return the curve of one model: of the positive class of two, of the likeliest class of more."""
    classes, probabilities = predictions.classes, side.probabilities
    if classes is None or probabilities is None or len(classes) < _TWO or not np.isfinite(probabilities).all():
        return ()
    if len(classes) == _TWO:
        return reliability(predictions.labels == classes[-1], probabilities[:, -1])
    place = {name: index for index, name in enumerate(classes)}
    happened, said = top_label(np.array([place[label] for label in predictions.labels.tolist()]), probabilities)
    return reliability(happened, said)


def said_of(points: tuple[ReliabilityPoint, ...]) -> str:
    """Return the bin that is furthest off, weighed by its rows, in words."""
    worst = max(points, key=lambda point: point.rows * abs(point.observed - point.predicted))
    said = f"when it says {100 * worst.predicted:.0f} %, it happens in {100 * worst.observed:.0f} % of cases"
    off = 100 * expected_calibration_error(points)
    return f"it is off by {off:.2g} percentage points on average; where that matters most, {said}"


def _drawn(curves: dict[str, tuple[ReliabilityPoint, ...]], predictions: Predictions) -> str:
    across = Scale(low=0, high=1, left=_LEFT, right=_LEFT + _SIDE)
    up = Scale(low=0, high=1, left=_TOP + _SIDE, right=_TOP)
    corner = (_LEFT, _TOP + _SIDE)
    marks = [line("axis", (_LEFT, _TOP), corner), line("axis", corner, (_LEFT + _SIDE, _TOP + _SIDE))]
    marks.append(line("limit", (across.at(0), up.at(0)), (across.at(1), up.at(1))))
    for share in (0.0, 0.5, 1.0):
        marks.append(words("tick", across.at(share), up.left + 18, f"{100 * share:.0f} %", anchor="middle"))
        marks.append(words("tick", _LEFT - 6, up.at(share) + 4, f"{100 * share:.0f} %", anchor="end"))
    most = max(point.rows for points in curves.values() for point in points)
    for name, points in reversed(curves.items()):
        at = [(across.at(point.predicted), up.at(point.observed)) for point in points]
        marks.append(line("current" if name == "candidate" else "reference", *at))
        for (x, y), point in zip(at, points, strict=True):
            size = 2.5 + 4 * (point.rows / most) ** 0.5
            marks.append(f'<circle class="{name}" cx="{x:g}" cy="{y:g}" r="{size:.2g}"/>')
    classes = predictions.classes or ()
    what = f"that it is {classes[-1]}" if len(classes) == _TWO else "of the likeliest class"
    marks.append(words("tick", _LEFT + _SIDE / 2, up.left + 36, f"probability {what}, as predicted", anchor="middle"))
    marks += _key(curves)
    whom = [f"The {'champion' if name == 'baseline' else name}: {said_of(points)}." for name, points in curves.items()]
    described = "The nearer to the dashed line, the better do probabilities mean what they say. " + " ".join(whom)
    return picture("reliability", "Probabilities and what happened", described, *marks, height=_TOP + _SIDE + 46)


def _key(curves: dict[str, tuple[ReliabilityPoint, ...]]) -> list[str]:
    drawn = []
    for place, name in enumerate(curves):
        y, class_ = _TOP + 10 + 18 * place, "current" if name == "candidate" else "reference"
        drawn.append(line(class_, (_LEFT + 12, y), (_LEFT + 40, y)))
        drawn.append(words("tick", _LEFT + 46, y + 4, "champion" if name == "baseline" else name))
    return drawn
