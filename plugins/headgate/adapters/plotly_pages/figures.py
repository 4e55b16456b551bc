"""Plotly figures as plain data."""

from __future__ import annotations

from html import escape
from typing import Any

import numpy as np

from headgate.adapters.plotly_pages.markup import element, embedded

Array = np.ndarray[Any, Any]
Trace = dict[str, Any]

MOST_POINTS = 2000


def thinned(rows: int, most: int = MOST_POINTS) -> Array:
    """Return which of so many rows to draw: all, or evenly chosen ones with the first and the last."""
    return np.arange(rows) if rows <= most else np.linspace(0, rows - 1, most).round().astype(np.int64)


def trace(colour: str, name: str, x: Array, y: Array, **more: Any) -> Trace:  # noqa: ANN401 - plotly's own options
    """Return a scatter trace; `colour` names one of the page's colours."""
    return {"type": "scatter", "meta": colour, "name": escape(name), "x": plain(x), "y": plain(y), **more}


def plain(values: Array) -> list[Any]:
    """Return values as JSON takes them: six digits are more than a screen can show, and NaN is no number."""
    if values.dtype.kind == "M":
        return list(np.datetime_as_string(values, unit="s").tolist())
    return [float(f"{value:.6g}") if np.isfinite(value) else None for value in values.tolist()]


def figure(title: str, caption: str, traces: list[Trace], *, x: str, y: str, **layout: Any) -> str:  # noqa: ANN401
    """Return a figure; its caption says in words what to look for."""
    axes = {"xaxis": {"title": {"text": escape(x)}}, "yaxis": {"title": {"text": escape(y)}}}
    for axis, given in axes.items():
        given.update(layout.pop(axis, {}))
    drawn = embedded({"data": traces, "layout": {**axes, **layout}})
    return element(
        "figure",
        element("figcaption", element("strong", escape(title)), ". ", escape(caption)),
        element("div", class_="plot", role="img", aria_label=f"{title}. {caption}"),
        element("script", drawn, type="application/json"),
    )


def drawn_note(rows: int, drawn: int) -> str:
    """Return a sentence about what isn't drawn."""
    return "" if rows == drawn else f" {drawn:,} of {rows:,} rows are drawn, evenly chosen."
