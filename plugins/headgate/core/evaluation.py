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
class Evaluation:
    """Every measure of one evaluation.

    Args:
        candidate: Logged model id of the candidate.
        baseline: Version of the champion that scored the same holdout; `None` when nothing was promoted yet.
        baseline_error: Why the baseline could not be scored, if it could not.
        measures: One for each metric and slice.
    """

    candidate: str
    baseline: str | None
    baseline_error: str | None
    measures: tuple[Measure, ...]

    def measure_of(self, metric: str, slice_name: str) -> Measure | None:
        """Return the measure of a metric on a slice, or `None` when nobody measured it."""
        return next((m for m in self.measures if (m.metric, m.slice) == (metric, slice_name)), None)

    @property
    def said(self) -> str:
        """The candidate's metrics on the whole holdout, with the baseline's in parentheses: `mae 0.31 (0.33)`."""
        overall = [m for m in self.measures if m.slice == OVERALL and m.candidate is not None]
        return ", ".join(
            f"{m.metric} {m.candidate:.4g}{'' if m.baseline is None else f' ({m.baseline:.4g})'}" for m in overall
        )
