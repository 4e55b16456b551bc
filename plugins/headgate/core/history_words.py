"""A simulated history in words."""

from __future__ import annotations

from headgate.core.headline import counted
from headgate.core.history import Gain, History, HistoryRow
from headgate.core.metrics import Direction, Metric

_UNITS = {"label": "the label's unit", "label squared": "the label's unit squared", "share": "a share of 1"}


def headline(history: History) -> str:
    """Return one sentence: how many runs, how many promotions, and who would serve."""
    runs = counted(len(history.rows), "run", "runs")
    promotions = counted(len(history.promotions), "promotion", "promotions")
    champion = history.champion
    now = f"the candidate of {champion.day} would serve now" if champion else "nobody would serve: no candidate passed"
    return f"{history.model}, {history.title}: {runs}, {promotions}; {now}"


def worth_lines(history: History) -> tuple[str, ...]:
    """Return what retraining has been worth: the three means, then both differences."""
    worth, metric = history.worth, history.metric
    if not worth.as_ofs:
        why = "no model that served before an as-of could be scored on its holdout"
        return (f"what retraining has been worth can't be said yet: {why}",)
    means = (("gated", worth.means.gated), ("never retrain", worth.means.never), ("always promote", worth.means.always))
    told = ", ".join(f"{name} {_number(mean)}" for name, mean in means)
    over = counted(worth.as_ofs, "as-of", "as-ofs")
    return (
        f"mean {metric.name} of what served, on the holdouts of {over} ({better_is(metric)}): {told}",
        f"gated against never retraining: {gain_text(worth.over_never, worth.as_ofs)}",
        f"gated against promoting always: {gain_text(worth.over_always, worth.as_ofs)}",
    )


def notes(history: History) -> tuple[str, ...]:
    """Return what a reader should know of the numbers."""
    found = []
    if history.has_overlaps:
        found.append(
            "holdouts overlap: neighbouring values share rows, and the gated policy chose with rows that it is scored "
            "on again, which flatters it"
        )
    if history.unfinished:
        runs = counted(len(history.unfinished), "run has", "runs have")
        days = ", ".join(run.day for run in history.unfinished[:5])
        more = f" and {len(history.unfinished) - 5:,} more" if history.unfinished[5:] else ""
        found.append(f"{runs} no verdict yet and no place here: {days}{more}")
    return tuple(found)


def gain_text(gain: Gain, as_ofs: int) -> str:
    """Return a gain in words.

    >>> gain_text(Gain(difference=-0.25, better=1, worse=3), 5)
    '0.25 worse (better at 1, worse at 3, the same at 1 of 5)'
    """
    if gain.difference is None:
        return "nothing to compare"
    size = "the same" if gain.difference == 0 else f"{_number(abs(gain.difference))} {_word(gain.difference)}"
    same = as_ofs - gain.better - gain.worse
    return f"{size} (better at {gain.better:,}, worse at {gain.worse:,}, the same at {same:,} of {as_ofs:,})"


def better_is(metric: Metric) -> str:
    """Return which way a metric is better, and its unit."""
    way = "higher" if metric.direction is Direction.HIGHER else "lower"
    return f"{way} is better, in {_UNITS.get(metric.unit, metric.unit)}"


def has_answers(history: History) -> bool:
    """Return whether anybody was asked about the promotion of one of its candidates."""
    return any(row.run.answer is not None for row in history.rows)


def answered(row: HistoryRow) -> str:
    """Return what people answered about a row's candidate, in short; nothing where nobody was asked."""
    return "" if row.run.answer is None else str(row.run.answer)


def why(row: HistoryRow) -> str:
    """Return why a row's candidate didn't become the champion; nothing where it did."""
    return "" if row.is_promotion else row.judged.judgement.reason


def _word(difference: float) -> str:
    return "better" if difference > 0 else "worse"


def _number(value: float | None) -> str:
    return "none" if value is None else f"{value:.4g}"
