"""Gates on what a candidate costs to serve: latency, size on disk, memory to load."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from headgate.core.evaluation import Evaluation
from headgate.core.gate_answers import at_most, find_baselines_fact, find_fact, why_no_baseline
from headgate.core.gate_arguments import require_positive
from headgate.core.needs import Costs, Need
from headgate.core.predictions import Predictions
from headgate.core.verdict import Verdict
from headgate.errors import InputError

Cost = Literal["latency_row_p50", "latency_row_p99", "latency_batch_p50", "latency_batch_p99", "size", "memory"]
"""What is measured in a fresh process: milliseconds for one row and for a batch of 1,000, and bytes."""

COSTS: tuple[str, ...] = get_args(Cost)
_UNITS = dict.fromkeys(COSTS, "ms") | {"size": "bytes", "memory": "bytes"}


@dataclass(frozen=True, slots=True)
class CostAtMost:
    """A cost of the candidate must be `ceiling` or less (inclusive).

    Args:
        cost: Which one: `latency_row_p50`, `latency_row_p99`, `latency_batch_p50`, `latency_batch_p99` (milliseconds
            for one row, or for a batch of 1,000), `size` (bytes on disk) or `memory` (bytes that loading adds).
        ceiling: In milliseconds or bytes, > 0.

    Raises:
        InputError: There is no such cost, or `ceiling` isn't a finite number > 0.
    """

    cost: Cost
    ceiling: float
    needs_baseline = False

    def __post_init__(self) -> None:
        _require_cost("CostAtMost", self.cost)
        require_positive("ceiling", self.name, self.ceiling)

    @property
    def name(self) -> str:
        """`CostAtMost(latency_row_p99)`."""
        return f"CostAtMost({self.cost})"

    @property
    def needs(self) -> tuple[Need, ...]:
        """The costs."""
        return (Costs(),)

    def judge(self, evaluation: Evaluation, predictions: Predictions) -> Verdict:  # noqa: ARG002 - costs aren't in them
        """PASS at or below the ceiling, FAIL above, UNDECIDED when the cost wasn't measured."""
        found = find_fact(evaluation, self.cost)
        if found.value is None:
            return Verdict.undecided(self.name, found.note)
        return at_most(self.name, self.cost, found.value, self.ceiling, unit=_UNITS[self.cost], note=found.note)


@dataclass(frozen=True, slots=True)
class CostRatio:
    """A cost of the candidate must be at most so many times the baseline's, measured in the same run.

    Args:
        cost: Which one, as in `CostAtMost`.
        at_most: Ceiling on candidate over baseline, > 0, inclusive; 1.5 allows half as much again.

    Raises:
        InputError: There is no such cost, or `at_most` isn't a finite number > 0.
    """

    cost: Cost
    at_most: float = 1.5
    needs_baseline = True

    def __post_init__(self) -> None:
        _require_cost("CostRatio", self.cost)
        require_positive("at_most", self.name, self.at_most)

    @property
    def name(self) -> str:
        """`CostRatio(size)`."""
        return f"CostRatio({self.cost})"

    @property
    def needs(self) -> tuple[Need, ...]:
        """The costs."""
        return (Costs(),)

    def judge(self, evaluation: Evaluation, predictions: Predictions) -> Verdict:  # noqa: ARG002 - costs aren't in them
        """PASS at or below the ratio, FAIL above, UNDECIDED without both costs, or where the baseline's is 0."""
        if why := why_no_baseline(evaluation):
            return Verdict.undecided(self.name, why)
        candidate, baseline = find_fact(evaluation, self.cost), find_baselines_fact(evaluation, self.cost)
        if candidate.value is None or baseline.value is None:
            return Verdict.undecided(self.name, baseline.note if candidate.value is not None else candidate.note)
        if baseline.value == 0:
            return Verdict.undecided(self.name, f"{self.cost} of the baseline is 0, so there is no ratio")
        what = f"{self.cost} of the candidate over that of version {evaluation.baseline}:"
        return at_most(self.name, what, candidate.value / baseline.value, self.at_most, note=candidate.note)


def _require_cost(gate: str, cost: object) -> None:
    if cost not in COSTS:
        msg = f"cost of {gate} must be one of {', '.join(COSTS)}. Got {cost!r} instead."
        raise InputError(msg)
