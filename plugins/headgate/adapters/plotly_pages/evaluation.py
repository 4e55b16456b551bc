"""The page of an evaluation."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from itertools import groupby, islice

from headgate.adapters.plotly_pages.bundle import packed_plotly
from headgate.adapters.plotly_pages.classification import class_pictures
from headgate.adapters.plotly_pages.markup import asset, element, facts, page, table
from headgate.adapters.plotly_pages.predicted import Predicted, read_predictions
from headgate.adapters.plotly_pages.regression import number_pictures
from headgate.core.evaluation import OVERALL, Measure
from headgate.core.metrics import Direction, Metric
from headgate.core.refs import RunRef
from headgate.ports import Question, Scored

_MOST_SLICES = 200
_NUMBERS = ("Rows", "Candidate", "Baseline", "Better by")


def evaluation_page(run: RunRef, scored: Scored, question: Question, *, baseline: str | None) -> str:
    """Return the page of an evaluation."""
    predicted = read_predictions(scored.predictions, question)
    title = f"{run.model}, as-of {_day(run.as_of.instant.isoformat())}"
    about = {
        "Training window": str(run.windows.training),
        "Holdout": f"{run.windows.holdout}, {len(predicted.times):,} rows",
        "Label": question.label,
        "Baseline": "none" if baseline is None else f"champion, version {baseline}",
        "Dag run": f"{run.dag_run_id} ({run.run_type})",
    }
    pictures = class_pictures(predicted) if predicted.is_classes else number_pictures(predicted, question.label)
    return page(
        title,
        element("h1", escape(title)),
        element("p", escape(_summary(scored, question, baseline))),
        _notice(scored, baseline, predicted),
        facts(about),
        _measures(scored, question),
        element("h2", "Pictures"),
        pictures,
        element("script", packed_plotly(), type="text/plain", id="plotly"),
        element("script", asset("page.js")),
    )


def _summary(scored: Scored, question: Question, baseline: str | None) -> str:
    overall = {m.metric: m for m in scored.measures if m.slice == OVERALL}
    said = [_said(metric, overall[metric.name]) for metric in question.metrics if metric.name in overall]
    whom = "" if baseline is None else f" against version {baseline}"
    return f"On the whole holdout{whom}: {'; '.join(said) or 'nothing was measured'}."


def _said(metric: Metric, measure: Measure) -> str:
    gain = _gain(metric, measure)
    if gain is None:
        return f"{metric.name} {_number(measure.candidate)}"
    word = "the same" if gain == 0 else f"{'better' if gain > 0 else 'worse'} by {_number(abs(gain))}"
    return f"{metric.name} {_number(measure.candidate)}, {word}"


def _notice(scored: Scored, baseline: str | None, predicted: Predicted) -> str:
    if baseline is None:
        return element("p", "Nothing was promoted yet, so there is no baseline to compare with.", class_="notice")
    if predicted.baseline is None:
        why = f": {scored.baseline_error}" if scored.baseline_error else "."
        return element("p", escape(f"Version {baseline} could not be scored on this holdout{why}"), class_="notice")
    return ""


def _measures(scored: Scored, question: Question) -> str:
    metrics = {metric.name: metric for metric in question.metrics}
    known = [measure for measure in scored.measures if measure.metric in metrics]
    groups = [list(group) for _, group in groupby(known, key=lambda measure: measure.slice)]
    head = ("Slice", "Rows", "Metric", "Better is", "Candidate", "Baseline", "Better by", "Candidate is")
    caption = "Metrics overall and by slice, in each metric's unit"
    if len(groups) > _MOST_SLICES:
        caption += f"; the first {_MOST_SLICES} of {len(groups):,} slices, all are in evaluation.json"
    rows = (row for group in islice(groups, _MOST_SLICES) for row in _slice_rows(group, metrics))
    return element("h2", "Metrics") + table(caption, head, rows, numbers=_NUMBERS)


def _slice_rows(group: list[Measure], metrics: dict[str, Metric]) -> Iterator[str]:
    for place, measure in enumerate(group):
        metric = metrics[measure.metric]
        gain = _gain(metric, measure)
        named = (
            element("th", escape(measure.slice), scope="rowgroup", rowspan=str(len(group)))
            + element("td", f"{measure.rows:,}", class_="number", rowspan=str(len(group)))
            if place == 0
            else ""
        )
        yield element(
            "tr",
            named,
            element("td", escape(metric.name)),
            element("td", escape(f"{_arrow(metric)} ({metric.unit})")),
            *(element("td", text, class_="number") for text in (_number(measure.candidate), _number(measure.baseline))),
            element("td", f"{gain:+.4g}" if gain else "", class_="number"),
            _mark(gain),
            **({"class_": "first"} if place == 0 else {}),
        )


def _mark(gain: float | None) -> str:
    if gain is None:
        return element("td", "not compared", class_="faint")
    if gain == 0:
        return element("td", "the same", class_="mark")
    return element("td", "▲ better", class_="mark good") if gain > 0 else element("td", "▼ worse", class_="mark bad")


def _gain(metric: Metric, measure: Measure) -> float | None:
    if measure.candidate is None or measure.baseline is None:
        return None
    return metric.improvement(candidate=measure.candidate, baseline=measure.baseline)


def _arrow(metric: Metric) -> str:
    return "higher" if metric.direction is Direction.HIGHER else "lower"


def _number(value: float | None) -> str:
    return "not measured" if value is None else f"{value:.4g}"


def _day(instant: str) -> str:
    return instant.replace("+00:00", "Z").removesuffix("T00:00:00Z")
