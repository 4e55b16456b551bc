"""The metrics of a model card: values with the ranges that gates computed, overall and by slice."""

from __future__ import annotations

from headgate.core.evaluation import OVERALL, Measure
from headgate.core.metrics import METRICS, Direction
from headgate.core.verdict import Comparison
from headgate.core.verdict_record import VerdictRecord
from headgate.core.verdict_words import answer_text, number_text, signed_text


def metric_rows(record: VerdictRecord) -> tuple[tuple[str, ...], ...]:
    """Return a row for each metric on the whole holdout, with the range that a gate computed, if one did."""
    compared = _compared(record)
    return tuple(
        (measure.metric, _better(measure.metric), *_numbers(measure, compared.get((measure.metric, OVERALL))))
        for measure in record.measures
        if measure.slice == OVERALL
    )


def slice_rows(record: VerdictRecord) -> tuple[tuple[str, ...], ...]:
    """Return a row for each metric on each slice; those that a gate compared come first."""
    compared = _compared(record)
    measured = {(one.metric, one.slice): one for one in record.measures}
    keys = [key for key in dict.fromkeys((*compared, *measured)) if key[1] != OVERALL]
    return tuple(_slice_row(*key, measured.get(key), compared.get(key)) for key in keys)


def _slice_row(metric: str, of: str, measure: Measure | None, found: Comparison | None) -> tuple[str, ...]:
    answer = answer_text(found) if found else ""
    if measure is not None:
        return (of, metric, *_numbers(measure, found), answer)
    gain, rows = (signed_text(found.improvement), f"{found.rows:,}") if found else ("", "")
    return (of, metric, "", "", gain, _bounds(found), rows, answer)


def _compared(record: VerdictRecord) -> dict[tuple[str, str], Comparison]:
    """Return the first comparison of each metric on each slice."""
    found: dict[tuple[str, str], Comparison] = {}
    for verdict in record.judgement.verdicts:
        for comparison in verdict.comparisons:
            found.setdefault((comparison.metric, comparison.slice), comparison)
    return found


def _numbers(measure: Measure, found: Comparison | None) -> tuple[str, ...]:
    metric, ours, theirs = METRICS.get(measure.metric), measure.candidate, measure.baseline
    gain = ""
    if metric is not None and ours is not None and theirs is not None:
        gain = signed_text(metric.improvement(candidate=ours, baseline=theirs))
    values = ("" if value is None else number_text(value) for value in (ours, theirs))
    return (*values, gain, _bounds(found), f"{measure.rows:,}")


def _bounds(found: Comparison | None) -> str:
    return f"{signed_text(found.low)} to {signed_text(found.high)}" if found else ""


def _better(name: str) -> str:
    metric = METRICS.get(name)
    return "" if metric is None else "higher" if metric.direction is Direction.HIGHER else "lower"
