"""The gate on how often a holdout's rows have already decided something."""

from __future__ import annotations

from dataclasses import dataclass

from headgate.core.evaluation import Evaluation
from headgate.core.gate_answers import find_fact
from headgate.core.gate_arguments import require_count
from headgate.core.needs import Need, Wear
from headgate.core.predictions import Predictions
from headgate.core.verdict import Outcome, Verdict


@dataclass(frozen=True, slots=True)
class HoldoutWear:
    """The holdout's rows may have decided at most so often before.

    Whoever asks the same rows again and again chooses by their noise in the end: Dwork et al. (2015), *The Reusable
    Holdout*, Science 349. A worn holdout says nothing against the candidate, so over the budget is UNDECIDED, not FAIL.

    Args:
        at_most: Budget of earlier decisions of the most used row, >= 0, inclusive.

    Raises:
        InputError: `at_most` isn't a whole number >= 0.
    """

    at_most: int = 12
    needs_baseline = False

    def __post_init__(self) -> None:
        require_count("at_most", self.name, self.at_most, least=0)

    @property
    def name(self) -> str:
        """`HoldoutWear`."""
        return "HoldoutWear"

    @property
    def needs(self) -> tuple[Need, ...]:
        """How often the rows have decided."""
        return (Wear(),)

    def judge(self, evaluation: Evaluation, predictions: Predictions) -> Verdict:  # noqa: ARG002 - facts tell it all
        """PASS within the budget, UNDECIDED over it, or when nobody counted."""
        found = find_fact(evaluation, "wear")
        if found.value is None:
            return Verdict.undecided(self.name, found.note)
        times = "once" if found.value == 1 else f"{found.value:g} times"
        reason = f"rows of this holdout have decided {times} before, the budget is {self.at_most}"
        if found.value <= self.at_most:
            return Verdict.passed(self.name, reason, value=found.value, limit=self.at_most)
        reason += ": move the holdout on, or compare on fresh rows"
        return Verdict(gate=self.name, outcome=Outcome.UNDECIDED, reason=reason, value=found.value, limit=self.at_most)
