"""Pictures of a regression."""

from __future__ import annotations

import numpy as np

from headgate.adapters.plotly_pages.figures import drawn_note, figure, plain, thinned, trace
from headgate.adapters.plotly_pages.predicted import Array, Predicted

_DOT = {"size": 6, "opacity": 0.75}


def number_pictures(predicted: Predicted, label: str) -> str:
    """Return label and predictions over time, residuals over time, and candidate over baseline."""
    drawn = thinned(len(predicted.times))
    return _over_time(predicted, drawn, label) + _residuals(predicted, drawn, label) + _against(predicted, drawn, label)


def _over_time(predicted: Predicted, drawn: Array, label: str) -> str:
    times = predicted.times[drawn]
    dashes = {"candidate": "solid", "baseline": "dash"}
    traces = [
        trace(
            "label", label, times, predicted.label[drawn], mode="markers", marker={"size": 6, "symbol": "circle-open"}
        )
    ]
    traces += [
        trace(side, side, times, values[drawn], mode="lines", line={"width": 1.8, "dash": dashes[side]})
        for side, values in predicted.sides.items()
    ]
    caption = f"What was predicted, and what happened.{drawn_note(len(predicted.times), len(drawn))}"
    return figure("Label and predictions", caption, traces, x="event time (UTC)", y=label, hovermode="x unified")


def _residuals(predicted: Predicted, drawn: Array, label: str) -> str:
    symbols = {"candidate": "circle", "baseline": "diamond-open"}
    traces = [
        trace(
            side,
            side,
            predicted.times[drawn],
            (values - predicted.label)[drawn],
            mode="markers",
            marker=_DOT | {"symbol": symbols[side]},
        )
        for side, values in predicted.sides.items()
    ]
    caption = "Prediction minus label; a drift away from zero is a model that ages."
    return figure("Residuals over time", caption, traces, x="event time (UTC)", y=f"residual of {label}")


def _against(predicted: Predicted, drawn: Array, label: str) -> str:
    if predicted.baseline is None:
        return ""
    ours, theirs = np.abs(predicted.candidate - predicted.label), np.abs(predicted.baseline - predicted.label)
    furthest = float(np.nanmax(np.concatenate([ours, theirs, [0.0]])))
    ends = np.array([0.0, furthest])
    traces = [
        trace(
            "candidate",
            "a row",
            theirs[drawn],
            ours[drawn],
            mode="markers",
            marker=_DOT,
            text=plain(predicted.times[drawn]),
        ),
        trace("label", "equally far", ends, ends, mode="lines", line={"dash": "dot"}, hoverinfo="skip"),
    ]
    closer = int((ours < theirs).sum())
    caption = f"Below the line the candidate is closer to the label: {closer:,} of {len(ours):,} rows."
    axes = {"x": f"baseline: absolute residual of {label}", "y": "candidate: absolute residual"}
    return figure("Candidate over baseline", caption, traces, **axes)
