"""Evidence to try gates with: sound, and odd in every way that happens."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

import numpy as np  # noqa: TID253 - no Dag imports it

from headgate.core.evaluation import OVERALL, Evaluation, Fact, Measure
from headgate.core.evidence import fact_needs, facts_of
from headgate.core.metrics import Direction, Metric
from headgate.core.needs import Column, Costs, Need, Sliced
from headgate.core.numeric.slicing import rows_of_slices
from headgate.core.predictions import Predicted, Predictions
from headgate.core.slices import Bins, Slicing, column_of

Array = np.ndarray[Any, Any]

NOTE = "the disk of the model server was full"
"""The note of facts that could not be measured."""

_VALUES = {"ms": 2.0, "bytes": 1e6, "rows": 10_000.0, "days": 1.0, "PSI": 0.05, "decisions": 3.0}
_HOUR = 3_600_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class GateEvidence:
    """What a gate is asked about.

    Args:
        title: What is odd about it.
        evaluation: Measures and facts.
        predictions: Row by row; nobody can write into them.
    """

    title: str
    evaluation: Evaluation
    predictions: Predictions


def sound_evidence(needs: Iterable[Need], *, rows: int = 1600) -> GateEvidence:
    """Return evidence with all that is needed: a classifier of two classes that is plainly better than its baseline.

    Labels are 0 and 1, so that metrics of numbers can be asked, too. The candidate is right on nine rows of ten, the
    baseline on seven; both say so in their probabilities. Each column has eight values, on as many rows each.

    Args:
        needs: What the gate needs.
        rows: How many rows the holdout has.
    """
    needs = tuple(needs)
    random = np.random.default_rng(5)
    labels = random.permutation(np.arange(rows) % 2)
    candidate, baseline = (_classified(labels, random, right=share) for share in (0.9, 0.7))
    slicings = [need.by for need in needs if isinstance(need, Sliced)]
    columns = {need.name: _text(random, rows) for need in needs if isinstance(need, Column)}
    columns |= {column_of(by): _sliced(by, random, rows) for by in slicings}
    slices = rows_of_slices(columns, slicings)
    sizes = {OVERALL: rows} | {name: len(found) for name, found in slices.items()}
    metrics = [need for need in needs if isinstance(need, Metric)]
    evaluation = Evaluation(
        candidate="m-1",
        baseline="7",
        baseline_error=None,
        measures=tuple(_measure(metric, name, count) for metric in metrics for name, count in sizes.items()),
        facts=tuple(_facts(needs)),
    )
    predictions = Predictions(
        labels=labels,
        candidate=candidate,
        baseline=baseline,
        event_time=np.arange(rows, dtype=np.int64) * _HOUR,
        classes=(0, 1),
        columns=columns,
        slices=slices,
    )
    return GateEvidence(title="sound", evaluation=evaluation, predictions=_closed(predictions))


def no_evidence(sound: GateEvidence) -> Iterator[GateEvidence]:
    """Yield evidence that says nothing: a gate that knows better made it up."""
    evaluation = replace(sound.evaluation, measures=(), facts=())
    yield _odd("nothing at all", evaluation, _cut(sound.predictions, 0))
    for value in (None, math.nan, math.inf):
        measures = tuple(replace(each, candidate=value, baseline=value) for each in sound.evaluation.measures)
        facts = tuple(replace(each, candidate=value, baseline=value) for each in sound.evaluation.facts)
        evaluation = replace(sound.evaluation, measures=measures, facts=facts)
        yield _odd(f"everything is {value}", evaluation, _nowhere(sound.predictions, math.nan))


def without_facts(sound: GateEvidence) -> Iterator[GateEvidence]:
    """Yield evidence whose facts weren't gathered, have no value and a note, or are no numbers."""
    yield _odd("no facts", replace(sound.evaluation, facts=()), sound.predictions)
    for value in (None, math.nan, math.inf, -math.inf):
        facts = tuple(replace(fact, candidate=value, baseline=None, note=NOTE) for fact in sound.evaluation.facts)
        yield _odd(f"facts are {value}", replace(sound.evaluation, facts=facts), sound.predictions)


def without_columns(sound: GateEvidence) -> Iterator[GateEvidence]:
    """Yield evidence that lacks the columns and slices."""
    predictions = replace(sound.predictions, columns={}, slices={})
    measures = tuple(each for each in sound.evaluation.measures if each.slice == OVERALL)
    yield _odd("no columns", replace(sound.evaluation, measures=measures), predictions)


def without_baseline(sound: GateEvidence) -> GateEvidence:
    """Return evidence about a first model: nothing was promoted yet."""
    evaluation = replace(_one_sided(sound.evaluation), baseline=None)
    return _odd("no baseline", evaluation, replace(sound.predictions, baseline=None))


def with_unscored_baseline(sound: GateEvidence) -> GateEvidence:
    """Return evidence whose baseline could not be scored."""
    evaluation = replace(_one_sided(sound.evaluation), baseline_error="the model no longer loads")
    return _odd("a baseline that can't be scored", evaluation, replace(sound.predictions, baseline=None))


def odd_evidence(sound: GateEvidence) -> Iterator[GateEvidence]:
    """Yield evidence that is odd: a gate may answer what it likes, and has to answer."""
    yield from (*no_evidence(sound), *without_facts(sound), *without_columns(sound))
    yield from (without_baseline(sound), with_unscored_baseline(sound))
    evaluation, predictions = sound.evaluation, sound.predictions
    for count in (1, 2):
        yield _odd(f"rows: {count}", evaluation, _cut(predictions, count))
    yield _odd("a holdout of one class", evaluation, replace(predictions, labels=np.zeros_like(predictions.labels)))
    strange = np.where(np.arange(predictions.rows) % 3, predictions.labels, 2)
    yield _odd("labels that nobody saw in training", evaluation, replace(predictions, labels=strange))
    yield _odd("infinite predictions", evaluation, _nowhere(predictions, math.inf))
    yield _odd("no probabilities", evaluation, _each(predictions, probabilities=None))
    yield _odd("numbers instead of classes", evaluation, replace(_each(predictions, probabilities=None), classes=None))
    yield _odd("texts", evaluation, _texts(predictions))
    for shape in ((predictions.rows, 1), (predictions.rows - 1,), ()):
        yield _odd(f"predictions of shape {shape}", evaluation, _each(predictions, values=np.zeros(shape)))
    nulls = {name: np.full(predictions.rows, None) for name in predictions.columns}
    yield _odd("columns of nulls", evaluation, replace(predictions, columns=nulls))
    slices = {name: np.array([], dtype=np.intp) for name in predictions.slices}
    yield _odd("empty slices", evaluation, replace(predictions, slices=slices))
    facts = tuple(replace(fact, candidate=-1.0, baseline=0.0) for fact in evaluation.facts)
    yield _odd("facts below zero", replace(evaluation, facts=facts), predictions)


def _odd(title: str, evaluation: Evaluation, predictions: Predictions) -> GateEvidence:
    return GateEvidence(title=title, evaluation=evaluation, predictions=_closed(predictions))


def _classified(labels: Array, random: np.random.Generator, *, right: float) -> Predicted:
    values = np.where(random.random(len(labels)) < right, labels, 1 - labels)
    positive = np.where(values == 1, right, 1 - right)
    return Predicted(values=values, probabilities=np.column_stack([1 - positive, positive]))


def _text(random: np.random.Generator, rows: int) -> Array:
    texts: Array = np.array(list("abcdefgh"), dtype=object)[random.permutation(np.arange(rows) % 8)]
    return texts


def _sliced(by: Slicing, random: np.random.Generator, rows: int) -> Array:
    """Return a column of which at least half of the rows are in a slice."""
    if isinstance(by, str):
        return _text(random, rows)
    if isinstance(by, Bins):
        values = (by.edges[0] - 1, by.edges[0])
    elif by.one_of:
        return np.full(rows, by.one_of[0], dtype=object)
    else:
        values = (by.at_least, by.at_least) if by.at_least is not None else ((by.below or 0.0) - 1, by.below or 0.0)
    numbers: Array = np.array(values, dtype=float)[random.permutation(np.arange(rows) % 2)]
    return numbers


def _measure(metric: Metric, slice_name: str, rows: int) -> Measure:
    candidate, baseline = (0.8, 0.7) if metric.direction is Direction.HIGHER else (0.2, 0.3)
    return Measure(metric=metric.name, slice=slice_name, rows=rows, candidate=candidate, baseline=baseline)


def _facts(needs: Iterable[Need]) -> Iterator[Fact]:
    for need in fact_needs(needs):
        for name, unit in facts_of(need):
            value = _VALUES.get(unit, 0.5)
            yield Fact(name=name, unit=unit, candidate=value, baseline=value if isinstance(need, Costs) else None)


def _one_sided(evaluation: Evaluation) -> Evaluation:
    measures = tuple(replace(each, baseline=None) for each in evaluation.measures)
    return replace(
        evaluation, measures=measures, facts=tuple(replace(each, baseline=None) for each in evaluation.facts)
    )


def _each(predictions: Predictions, **changes: Any) -> Predictions:  # noqa: ANN401 - fields of Predicted
    baseline = predictions.baseline and replace(predictions.baseline, **changes)
    return replace(predictions, candidate=replace(predictions.candidate, **changes), baseline=baseline)


def _nowhere(predictions: Predictions, value: float) -> Predictions:
    probabilities = np.full((predictions.rows, 2), value)
    return _each(predictions, values=np.full(predictions.rows, value), probabilities=probabilities)


def _texts(predictions: Predictions) -> Predictions:
    names = np.array(["no", "yes"])
    changed = _each(predictions, values=names[predictions.candidate.values])
    return replace(changed, labels=names[predictions.labels], classes=("no", "yes"))


def _cut(predictions: Predictions, rows: int) -> Predictions:
    def first(found: Predicted | None) -> Predicted | None:
        if found is None or found.probabilities is None:
            return found
        return replace(found, values=found.values[:rows], probabilities=found.probabilities[:rows])

    candidate = first(predictions.candidate)
    return replace(
        predictions,
        labels=predictions.labels[:rows],
        candidate=candidate or predictions.candidate,
        baseline=first(predictions.baseline),
        event_time=predictions.event_time[:rows],
        columns={name: values[:rows] for name, values in predictions.columns.items()},
        slices={name: found[found < rows] for name, found in predictions.slices.items()},
    )


def _closed(predictions: Predictions) -> Predictions:
    """Return predictions that nobody can write into."""

    def closed(values: Array) -> Array:
        view = values.view()
        view.flags.writeable = False
        return view

    def both(found: Predicted) -> Predicted:
        shares = None if found.probabilities is None else closed(found.probabilities)
        return Predicted(values=closed(found.values), probabilities=shares)

    def each(found: Mapping[str, Array]) -> Mapping[str, Array]:
        return MappingProxyType({name: closed(values) for name, values in found.items()})

    return replace(
        predictions,
        labels=closed(predictions.labels),
        candidate=both(predictions.candidate),
        baseline=None if predictions.baseline is None else both(predictions.baseline),
        event_time=closed(predictions.event_time),
        columns=each(predictions.columns),
        slices=each(predictions.slices),
    )
