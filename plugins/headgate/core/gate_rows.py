"""Gates on how many rows there are, and how fresh they are."""

from __future__ import annotations

from dataclasses import dataclass

from headgate.core.evaluation import Evaluation
from headgate.core.gate_answers import Found, at_least, at_most, find_fact
from headgate.core.gate_arguments import require_count, require_not_negative
from headgate.core.needs import DataFacts, Need
from headgate.core.predictions import Predictions
from headgate.core.verdict import Outcome, Verdict
from headgate.errors import InputError

_AGE = "days from the last row to the as-of:"


@dataclass(frozen=True, slots=True, kw_only=True)
class RowsAtLeast:
    """Training window and holdout must have so many rows (inclusive).

    Args:
        training: Floor on the training window's rows, >= 1; not asked when `None`.
        holdout: Floor on the holdout's rows, >= 1; not asked when `None`.

    Raises:
        InputError: Neither is asked, or one isn't a whole number >= 1.
    """

    training: int | None = None
    holdout: int | None = None
    needs_baseline = False

    def __post_init__(self) -> None:
        for what, floor in self._asked:
            require_count(what, self.name, floor, least=1)
        if not self._asked:
            msg = "RowsAtLeast must ask for rows of the training window or of the holdout. Got neither: "
            msg += "RowsAtLeast(training=1000) asks for the former."
            raise InputError(msg)

    @property
    def name(self) -> str:
        """`RowsAtLeast`: one asks for both."""
        return "RowsAtLeast"

    @property
    def needs(self) -> tuple[Need, ...]:
        """How many rows there are."""
        return (DataFacts(),)

    def judge(self, evaluation: Evaluation, predictions: Predictions) -> Verdict:  # noqa: ARG002 - facts tell it all
        """PASS at or above both floors, FAIL below one, UNDECIDED when one wasn't counted and none is missed."""
        found = [(what, floor, find_fact(evaluation, f"{what}_rows")) for what, floor in self._asked]
        verdicts = [self._judge(what, floor, rows) for what, floor, rows in found]
        for outcome in (Outcome.FAIL, Outcome.UNDECIDED):
            if hits := [verdict for verdict in verdicts if verdict.outcome is outcome]:
                return hits[0]
        reason = "; ".join(verdict.reason for verdict in verdicts)
        return Verdict(
            gate=self.name,
            outcome=Outcome.PASS,
            reason=reason,
            value=verdicts[0].value,
            limit=verdicts[0].limit,
        )

    @property
    def _asked(self) -> list[tuple[str, int]]:
        both = (("training", self.training), ("holdout", self.holdout))
        return [(what, floor) for what, floor in both if floor is not None]

    def _judge(self, what: str, floor: int, rows: Found) -> Verdict:
        if rows.value is None:
            return Verdict.undecided(self.name, rows.note)
        return at_least(self.name, f"{what} rows:", rows.value, floor, note=rows.note)


@dataclass(frozen=True, slots=True)
class DataFreshWithin:
    """The last row must be at most so many days older than the as-of (inclusive).

    Args:
        days: Ceiling on the days from the last row to the as-of, >= 0.

    Raises:
        InputError: `days` isn't a finite number >= 0.
    """

    days: float
    needs_baseline = False

    def __post_init__(self) -> None:
        require_not_negative("days", self.name, self.days)

    @property
    def name(self) -> str:
        """`DataFreshWithin`."""
        return "DataFreshWithin"

    @property
    def needs(self) -> tuple[Need, ...]:
        """When the last row is of."""
        return (DataFacts(),)

    def judge(self, evaluation: Evaluation, predictions: Predictions) -> Verdict:  # noqa: ARG002 - facts tell it all
        """PASS within the days, FAIL beyond, UNDECIDED when nobody knows when the last row is of."""
        found = find_fact(evaluation, "freshness")
        if found.value is None:
            return Verdict.undecided(self.name, found.note)
        return at_most(self.name, _AGE, found.value, self.days, note=found.note)
