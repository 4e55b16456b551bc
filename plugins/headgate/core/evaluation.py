"""What was measured of a candidate and of its baseline on one holdout."""

from __future__ import annotations

from dataclasses import dataclass

OVERALL = "overall"


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One metric on one slice, for the candidate and for the baseline.

    A value is `None` where it could not be measured (one class only, no baseline, NaN predictions).
    """

    metric: str
    slice: str
    rows: int
    candidate: float | None
    baseline: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """Something that was measured of candidate or baseline besides their predictions: a cost, an age, a count.

    Args:
        name: What it is, unique in an evaluation, such as `latency_p99`.
        unit: Such as `ms`, `bytes`, `rows`, `days`, `share`.
        candidate: Of the candidate (or of the data); `None` where it could not be measured.
        baseline: Of the baseline, where it is measured of both; `None` where it isn't.
        note: Why it could not be measured; of one that was, what a person should know besides.
    """

    name: str
    unit: str
    candidate: float | None
    baseline: float | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """Every measure of one evaluation.

    Args:
        candidate: Logged model id of the candidate.
        baseline: Version of the champion that scored the same holdout; `None` when nothing was promoted yet.
        baseline_error: Why the baseline could not be scored, if it could not.
        measures: One for each metric and slice.
        facts: What gates asked for besides (`core/needs.py`).
    """

    candidate: str
    baseline: str | None
    baseline_error: str | None
    measures: tuple[Measure, ...]
    facts: tuple[Fact, ...] = ()

    def measure_of(self, metric: str, slice_name: str) -> Measure | None:
        """Return the measure of a metric on a slice, or `None` when nobody measured it."""
        return next((m for m in self.measures if (m.metric, m.slice) == (metric, slice_name)), None)

    def fact_of(self, name: str) -> Fact | None:
        """Return the fact of that name, or `None` when nobody asked for it."""
        return next((fact for fact in self.facts if fact.name == name), None)

    @property
    def said(self) -> str:
        """The candidate's metrics on the whole holdout, with the baseline's in parentheses: `mae 0.31 (0.33)`."""
        overall = [m for m in self.measures if m.slice == OVERALL and m.candidate is not None]
        return ", ".join(
            f"{m.metric} {m.candidate:.4g}{'' if m.baseline is None else f' ({m.baseline:.4g})'}" for m in overall
        )
