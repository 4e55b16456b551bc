"""Gates on gaps between groups, by fairlearn's definitions: selection, odds, errors.

Chance widens a measured gap, the more groups there are and the smaller they are. A confidence asks the gap's bounds
instead of the gap: what is unfair in practical and in statistical terms fails (29 CFR 1607.4 D asks for both).
"""

from __future__ import annotations

from dataclasses import dataclass

from headgate.core.evaluation import Evaluation
from headgate.core.gate_arguments import require_count, require_ratio, require_within
from headgate.core.gate_groups import DIGITS, MIN_ROWS, ends, groups_to_compare, held
from headgate.core.naming import require_confidence
from headgate.core.needs import Column, Need
from headgate.core.predictions import Predictions
from headgate.core.slices import require_column
from headgate.core.verdict import Verdict

DIFFERENCES = "Newcombe (1998) for each pair of groups, Bonferroni over pairs"
RATIOS = "Donner and Zou (2012) for each pair of groups, Bonferroni over pairs"
"""How bounds of gaps are computed, for a person."""


@dataclass(frozen=True, slots=True)
class DemographicParity:
    """The share of rows predicted positive may differ between groups by at most so much.

    fairlearn's `demographic_parity_difference`: greatest less least selection rate (Agarwal et al. 2018, *A Reductions
    Approach to Fair Classification*, definition 1). Of two classes, the greater is the positive.

    Args:
        column: The column of the groups; rows where it is null are a group.
        at_most: Ceiling on the difference, in [0, 1], inclusive.
        min_rows: Groups of fewer rows are left out, which is said.
        confidence: Of the bounds that are asked, in (0.5, 1); the measured difference alone is asked when `None`.

    Raises:
        InputError: An argument is out of its bounds.
    """

    column: str
    at_most: float = 0.1
    min_rows: int = MIN_ROWS
    confidence: float | None = None
    needs_baseline = False

    def __post_init__(self) -> None:
        require_column("column of DemographicParity", self.column)
        require_within("at_most", self.name, self.at_most, 0, 1)
        _require_rest(self)

    @property
    def name(self) -> str:
        """`DemographicParity(region)`."""
        return f"DemographicParity({self.column})"

    @property
    def needs(self) -> tuple[Need, ...]:
        """The column."""
        return (Column(name=self.column),)

    def judge(self, evaluation: Evaluation, predictions: Predictions) -> Verdict:  # noqa: ARG002 - labels tell it all
        """PASS at or below the ceiling, FAIL above, UNDECIDED without two groups, or where there aren't two classes."""
        found = groups_to_compare(predictions, self.column, self.min_rows)
        if isinstance(found, str):
            return Verdict.undecided(self.name, found)
        from headgate.core.numeric.fairness import demographic_parity_difference
        from headgate.core.numeric.gaps import difference_bounds

        gap = round(demographic_parity_difference(found.groups), DIGITS)
        what = f"selection rates, {ends(found.groups, 'selection_rate')}{found.left_out}: gap"
        return held(
            self,
            what,
            gap,
            lambda sure: difference_bounds(found.selected, found.rows, sure),
            rows=sum(found.rows),
            method=DIFFERENCES,
        )


@dataclass(frozen=True, slots=True)
class EqualisedOdds:
    """True and false positive rates may differ between groups by at most so much.

    fairlearn's `equalized_odds_difference`: the greater of both differences (Hardt, Price and Srebro 2016, *Equality of
    Opportunity in Supervised Learning*). Of two classes, the greater is the positive.

    Args:
        column: The column of the groups; rows where it is null are a group.
        at_most: Ceiling on the greater difference, in [0, 1], inclusive.
        min_rows: Groups with fewer rows of either class are left out, which is said.
        confidence: Of the bounds that are asked, in (0.5, 1); the measured difference alone is asked when `None`.

    Raises:
        InputError: An argument is out of its bounds.
    """

    column: str
    at_most: float = 0.1
    min_rows: int = MIN_ROWS
    confidence: float | None = None
    needs_baseline = False

    def __post_init__(self) -> None:
        require_column("column of EqualisedOdds", self.column)
        require_within("at_most", self.name, self.at_most, 0, 1)
        _require_rest(self)

    @property
    def name(self) -> str:
        """`EqualisedOdds(region)`."""
        return f"EqualisedOdds({self.column})"

    @property
    def needs(self) -> tuple[Need, ...]:
        """The column."""
        return (Column(name=self.column),)

    def judge(self, evaluation: Evaluation, predictions: Predictions) -> Verdict:  # noqa: ARG002 - labels tell it all
        """PASS at or below the ceiling, FAIL above, UNDECIDED without two groups, or where there aren't two classes."""
        found = groups_to_compare(predictions, self.column, self.min_rows, of_either_class=True)
        if isinstance(found, str):
            return Verdict.undecided(self.name, found)
        from headgate.core.numeric.fairness import equalized_odds_difference
        from headgate.core.numeric.gaps import difference_bounds

        what = f"true positive rates, {ends(found.groups, 'true_positive_rate')}; "
        what += f"false positive rates, {ends(found.groups, 'false_positive_rate')}{found.left_out}: greater gap"
        gap = round(equalized_odds_difference(found.groups), DIGITS)

        def bounds_with(sure: float) -> tuple[float, float]:
            positives = difference_bounds(found.true_positives, found.positives, sure, rates=2)
            negatives = difference_bounds(found.false_positives, found.negatives, sure, rates=2)
            return max(positives[0], negatives[0]), max(positives[1], negatives[1])

        return held(self, what, gap, bounds_with, rows=sum(found.rows), method=DIFFERENCES)


@dataclass(frozen=True, slots=True)
class ErrorRateRatio:
    """The group with most errors may have at most so many times the error rate of the group with fewest.

    The inverse of fairlearn's `MetricFrame.ratio` of error rates (there least over greatest), of any number of classes.

    Args:
        column: The column of the groups; rows where it is null are a group.
        at_most: Ceiling on greatest over least, >= 1, inclusive.
        min_rows: Groups of fewer rows are left out, which is said.
        confidence: Of the bounds that are asked, in (0.5, 1); the measured ratio alone is asked when `None`.

    Raises:
        InputError: An argument is out of its bounds.
    """

    column: str
    at_most: float = 1.25
    min_rows: int = MIN_ROWS
    confidence: float | None = None
    needs_baseline = False

    def __post_init__(self) -> None:
        require_column("column of ErrorRateRatio", self.column)
        require_ratio("at_most", self.name, self.at_most)
        _require_rest(self)

    @property
    def name(self) -> str:
        """`ErrorRateRatio(region)`."""
        return f"ErrorRateRatio({self.column})"

    @property
    def needs(self) -> tuple[Need, ...]:
        """The column."""
        return (Column(name=self.column),)

    def judge(self, evaluation: Evaluation, predictions: Predictions) -> Verdict:  # noqa: ARG002 - labels tell it all
        """PASS at or below the ceiling, FAIL above, UNDECIDED without two groups, or where some make no error."""
        found = groups_to_compare(predictions, self.column, self.min_rows, any_classes=True)
        if isinstance(found, str):
            return Verdict.undecided(self.name, found)
        from headgate.core.numeric.gaps import ratio_bounds

        what = f"error rates, {ends(found.groups, 'error_rate')}{found.left_out}"
        rates = [group.error_rate for group in found.groups]
        if min(rates) == 0 < max(rates):
            return Verdict.undecided(self.name, f"{what}: to a group without errors there is no ratio")
        ratio = round(max(rates) / min(rates), DIGITS) if max(rates) else 1.0
        return held(
            self,
            f"{what}: ratio",
            ratio,
            lambda sure: ratio_bounds(found.errors, found.rows, sure),
            rows=sum(found.rows),
            method=RATIOS,
        )


def _require_rest(gate: DemographicParity | EqualisedOdds | ErrorRateRatio) -> None:
    require_count("min_rows", gate.name, gate.min_rows, least=1)
    if gate.confidence is not None:
        require_confidence(gate.name, gate.confidence)
