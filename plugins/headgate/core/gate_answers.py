"""How gates answer: a number against its limit, a fact that is missing, a baseline that isn't there."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from headgate.core.evaluation import OVERALL, Evaluation, Fact
from headgate.core.metrics import Metric
from headgate.core.prune_text import size_text
from headgate.core.verdict import Answer, Bounded, Outcome, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A number that a gate looked for.

    Args:
        value: The number, finite; `None` where there is none.
        note: Why there is none; of one that there is, what a person should know besides.
    """

    value: float | None
    note: str = ""


def find_fact(evaluation: Evaluation, name: str, *, least: float = 0.0) -> Found:
    """Return the candidate's (or the data's) side of a fact.

    Args:
        evaluation: Where to look.
        name: The fact's.
        least: The least that it can be; what is below was measured wrongly.
    """
    fact = evaluation.fact_of(name)
    return _found(fact, fact.candidate if fact else None, name, least)


def find_baselines_fact(evaluation: Evaluation, name: str, *, least: float = 0.0) -> Found:
    """Return the baseline's side of a fact, likewise."""
    fact = evaluation.fact_of(name)
    return _found(fact, fact.baseline if fact else None, f"{name} of the baseline", least)


def find_metric(evaluation: Evaluation, metric: Metric) -> Found:
    """Return the candidate's metric on the whole holdout."""
    measure = evaluation.measure_of(metric.name, OVERALL)
    return _found(None, measure.candidate if measure else None, metric.name, -math.inf)


def why_no_baseline(evaluation: Evaluation) -> str | None:
    """Return why there is no baseline to compare with; `None` where there is one."""
    if evaluation.baseline is None:
        return "no baseline: nothing was promoted yet"
    if evaluation.baseline_error:
        return f"the baseline could not be scored: {evaluation.baseline_error}"
    return None


def at_most(gate: str, what: str, value: float, ceiling: float, *, unit: str = "", note: str = "") -> Verdict:
    """PASS at or below the ceiling, FAIL above, UNDECIDED where the value is not a number.

    >>> at_most("Calibrated", "ECE", 0.0712, 0.05).reason
    'ECE 0.0712 is above the ceiling 0.05'
    """
    if math.isnan(value):
        return Verdict.undecided(gate, f"{what} is not a number")
    shown, limit = _told_apart(value, ceiling, unit)
    if value <= ceiling:
        return Verdict.passed(gate, f"{what} {shown} is at most {limit}{_told(note)}", value=value, limit=ceiling)
    reason = f"{what} {shown} is above the ceiling {limit}{_told(note)}"
    return Verdict.failed(gate, reason, value=value, limit=ceiling)


def at_least(gate: str, what: str, value: float, floor: float, *, unit: str = "", note: str = "") -> Verdict:
    """PASS at or above the floor, FAIL below, UNDECIDED where the value is not a number."""
    if math.isnan(value):
        return Verdict.undecided(gate, f"{what} is not a number")
    shown, limit = _told_apart(value, floor, unit)
    if value >= floor:
        return Verdict.passed(gate, f"{what} {shown} is at least {limit}{_told(note)}", value=value, limit=floor)
    reason = f"{what} {shown} is below the floor {limit}{_told(note)}"
    return Verdict.failed(gate, reason, value=value, limit=floor)


def at_most_surely(gate: str, found: Bounded) -> Verdict:
    """PASS where the upper bound is at or below the ceiling, FAIL where the lower is above, else UNDECIDED.

    What a corrected p-value takes back is UNDECIDED.
    """
    outcome, ending = _surely(found)
    bounds = f"{found.low:.4g} to {found.high:.4g}, each bound with {100 * found.confidence:g} %"
    reason = f"{found.what} {found.value:.4g} ({bounds}){ending}"
    return Verdict(gate=gate, outcome=outcome, reason=reason, value=found.value, limit=found.ceiling, bounded=found)


def _surely(found: Bounded) -> tuple[Outcome, str]:
    match found.answer:
        case Answer.BETTER:
            return Outcome.PASS, f" is at most {found.ceiling:g}"
        case Answer.WORSE:
            return Outcome.FAIL, f" is above the ceiling {found.ceiling:g}"
    plain = replace(found, corrected_pass=None, corrected_fail=None)
    among = "" if plain.answer is Answer.CANT_TELL else ", corrected for how many comparisons there are,"
    return Outcome.UNDECIDED, f"{among} can't tell on which side of the ceiling {found.ceiling:g} it is"


def _found(fact: Fact | None, value: float | None, what: str, least: float) -> Found:
    note = fact.note if fact else ""
    if value is None or not math.isfinite(value):
        return Found(value=None, note=f"{what} was not measured{f': {note}' if note else ''}")
    if value < least:
        return Found(value=None, note=f"{what} was measured as {value:g}, which can't be{f': {note}' if note else ''}")
    return Found(value=value, note=note)


def _told(note: str) -> str:
    return f" ({note})" if note else ""


def _told_apart(value: float, limit: float, unit: str) -> tuple[str, str]:
    """Write both, with as many digits as it takes to see which is greater."""
    pairs = (tuple(_text(number, digits, unit) for number in (value, limit)) for digits in (4, 8, 17))
    return next((shown, held) for shown, held in pairs if value == limit or shown != held)


def _text(value: float, digits: int, unit: str) -> str:
    if unit == "bytes" and digits == 4:  # noqa: PLR2004 - the fewest that are tried
        return size_text(round(value))
    whole = float(value).is_integer() and abs(value) < 1e15  # noqa: PLR2004 - beyond, a float is no count
    number = f"{value:,.0f}" if whole else f"{value:.{digits}g}"
    return f"{number} {unit}".rstrip()
