"""Pictures of a classification."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

import numpy as np

from headgate.adapters.plotly_pages.figures import Trace, figure, thinned, trace
from headgate.adapters.plotly_pages.markup import element, table
from headgate.adapters.plotly_pages.predicted import Array, Predicted

_MOST_CLASSES = 20
_MOST_SPANS = 40
_FEWEST_ROWS = 50
_REST = "(all others)"


def class_pictures(predicted: Predicted) -> str:
    """Return ROC and precision over recall where there are two classes, confusion matrices, and accuracy over time."""
    return _curves(predicted) + _matrices(predicted) + _over_time(predicted)


def _curves(predicted: Predicted) -> str:
    classes = list(predicted.probabilities["candidate"])
    if len(classes) != 2 or set(predicted.label) != set(classes):  # noqa: PLR2004 - the curves are about two
        return ""
    positive = classes[-1]
    is_positive = predicted.label == positive
    roc: list[Trace] = []
    precise: list[Trace] = []
    for side, probabilities in predicted.probabilities.items():
        if positive in probabilities and np.isfinite(probabilities[positive]).all():
            recall, fall_out, precision = _rates(is_positive, probabilities[positive])
            roc.append(trace(side, side, fall_out, recall, **_line(side)))
            precise.append(trace(side, side, recall[1:], precision[1:], **_line(side)))
    ends, base = np.array([0.0, 1.0]), np.repeat(is_positive.mean(), 2)
    roc.append(trace("label", "chance", ends, ends, mode="lines", line={"dash": "dot"}))
    precise.append(trace("label", "chance", ends, base, mode="lines", line={"dash": "dot"}))
    unit = {"xaxis": {"range": [-0.02, 1.02]}, "yaxis": {"range": [-0.02, 1.04]}}
    caption = f"Positive class: {positive}. Nearer to the upper left corner is better."
    left = figure("ROC", caption, roc, x="false positive rate", y="true positive rate", **unit)
    caption = f"Positive class: {positive}. Nearer to the upper right corner is better."
    right = figure("Precision over recall", caption, precise, x="recall", y="precision", **unit)
    return element("div", left, right, class_="pair")


def _line(side: str) -> dict[str, object]:
    return {"mode": "lines", "line": {"width": 2, "dash": "solid" if side == "candidate" else "dash"}}


def _rates(is_positive: Array, scores: Array) -> tuple[Array, Array, Array]:
    """Return true positive rate, false positive rate and precision at each cut between scores, the highest first."""
    order = np.argsort(-scores, kind="stable")
    cuts = np.append(np.flatnonzero(np.diff(scores[order])), len(scores) - 1)
    hits = np.cumsum(is_positive[order])[cuts]
    found = cuts + 1
    recall = np.append(0.0, hits / is_positive.sum())
    fall_out = np.append(0.0, (found - hits) / (~is_positive).sum())
    precision = np.append(1.0, hits / found)
    kept = thinned(len(recall), most=500)
    return recall[kept], fall_out[kept], precision[kept]


def _matrices(predicted: Predicted) -> str:
    names = _names(predicted)
    shown = [_matrix(side, _counts(predicted.label, said, names), names) for side, said in predicted.sides.items()]
    return element("h3", "Confusion") + element("div", *shown, class_="matrices")


def _names(predicted: Predicted) -> list[str]:
    """Return the classes in their order; the most frequent ones and the rest as one where there are too many."""
    said = [predicted.label, *predicted.sides.values()]
    found, counts = np.unique(np.concatenate(said).astype(str), return_counts=True)
    order = list(predicted.probabilities["candidate"]) or sorted(found.tolist(), key=_natural)
    frequent = set(found[np.argsort(-counts, kind="stable")][:_MOST_CLASSES].tolist())
    names = [name for name in order if name in frequent]
    names += [name for name in found.tolist() if name in frequent and name not in names]
    return names if len(found) <= _MOST_CLASSES else [*names, _REST]


def _natural(name: str) -> tuple[int, float, str]:
    try:
        return 0, float(name), name
    except ValueError:
        return 1, 0.0, name


def _counts(label: Array, said: Array, names: list[str]) -> Array:
    place = {name: index for index, name in enumerate(names)}
    last = len(names) - 1
    pairs = [place.get(a, last) * len(names) + place.get(b, last) for a, b in zip(label, said, strict=True)]
    return np.bincount(pairs, minlength=len(names) ** 2).reshape(len(names), len(names))


def _matrix(side: str, counts: Array, names: list[str]) -> str:
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    rows = [
        element(
            "tr",
            element("th", escape(name), scope="row"),
            *(
                element("td", f"{count:,}", style=f"--share:{share:.2f}", **({} if count else {"class_": "none"}))
                for count, share in zip(counts[index].tolist(), shares[index].tolist(), strict=True)
            ),
        )
        for index, name in enumerate(names)
    ]
    right = int(np.trace(counts)) - (int(counts[-1, -1]) if names[-1] == _REST else 0)
    caption = f"{side}: {right:,} of {int(counts.sum()):,} right. Rows are the label, columns the prediction."
    return element("div", table(caption, ("", *names), rows), class_=f"matrix {side}")


def _over_time(predicted: Predicted) -> str:
    order = np.argsort(predicted.times, kind="stable")
    spans = np.array_split(order, max(1, min(_MOST_SPANS, len(order) // _FEWEST_ROWS)))
    starts = np.array([predicted.times[span[0]] for span in spans])
    right: Mapping[str, Array] = {side: said == predicted.label for side, said in predicted.sides.items()}
    traces = [
        trace(
            side,
            side,
            starts,
            np.array([hits[span].mean() for span in spans]),
            **_line(side) | {"mode": "lines+markers"},
        )
        for side, hits in right.items()
    ]
    caption = f"Share of right answers in {len(spans)} spans of about {len(spans[0]):,} rows each."
    return figure("Accuracy over time", caption, traces, x="event time (UTC)", y="accuracy")
