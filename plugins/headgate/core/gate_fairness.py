"""Gates on gaps between groups, by fairlearn's definitions: selection, odds, errors.

They hold the measured gap against its ceiling. Chance widens a gap, the more groups there are and the smaller they are,
which is what `min_rows` is for: with 100 rows, the standard error of a rate is at most 0.05.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from headgate.core.evaluation import Evaluation
from headgate.core.gate_answers import at_most
from headgate.core.gate_arguments import require_count, require_ratio, require_within
from headgate.core.needs import Column, Need
from headgate.core.predictions import Predictions
from headgate.core.slices import require_column
from headgate.core.verdict import Verdict

if TYPE_CHECKING:
    from headgate.core.numeric.fairness import GroupRates, Rate

_MIN_ROWS = 100
_DIGITS = 12
"""Gaps are rounded to so many digits, so that 0.8 - 0.7 is at most 0.1."""

_TOLD = 5


@dataclass(frozen=True, slots=True)
class DemographicParity:
    """The share of rows predicted positive may differ between groups by at most so much.

    fairlearn's `demographic_parity_difference`: greatest less least selection rate (Agarwal et al. 2018, *A Reductions
    Approach to Fair Classification*, definition 1). Of two classes, the greater is the positive.

    Args:
        column: The column of the groups; rows where it is null are a group.
        at_most: Ceiling on the difference, in [0, 1], inclusive.
        min_rows: Groups of fewer rows are left out, which is said.

    Raises:
        InputError: `column` is no name, `at_most` isn't in [0, 1], or `min_rows` no whole number >= 1.
    """

    column: str
    at_most: float = 0.1
    min_rows: int = _MIN_ROWS
    needs_baseline = False

    def __post_init__(self) -> None:
        require_column("column of DemographicParity", self.column)
        require_within("at_most", self.name, self.at_most, 0, 1)
        require_count("min_rows", self.name, self.min_rows, least=1)

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
        from headgate.core.numeric.fairness import demographic_parity_difference
        from headgate.core.numeric.group_counts import binary_groups

        if why := _why_not(predictions, self.column, two_classes=True):
            return Verdict.undecided(self.name, why)
        kept, left_out = _split(binary_groups(predictions, self.column), lambda group: group.rows, self.min_rows)
        told = _left_out(left_out, f"below {self.min_rows:,} rows")
        if len(kept) < 2:  # noqa: PLR2004 - a gap takes two
            return _too_few(self.name, kept, told)
        gap = round(demographic_parity_difference(kept), _DIGITS)
        return at_most(self.name, f"selection rates, {_ends(kept, 'selection_rate')}{told}: gap", gap, self.at_most)


@dataclass(frozen=True, slots=True)
class EqualisedOdds:
    """True and false positive rates may differ between groups by at most so much.

    fairlearn's `equalized_odds_difference`: the greater of both differences (Hardt, Price and Srebro 2016, *Equality of
    Opportunity in Supervised Learning*). Of two classes, the greater is the positive.

    Args:
        column: The column of the groups; rows where it is null are a group.
        at_most: Ceiling on the greater difference, in [0, 1], inclusive.
        min_rows: Groups with fewer rows of either class are left out, which is said.

    Raises:
        InputError: `column` is no name, `at_most` isn't in [0, 1], or `min_rows` no whole number >= 1.
    """

    column: str
    at_most: float = 0.1
    min_rows: int = _MIN_ROWS
    needs_baseline = False

    def __post_init__(self) -> None:
        require_column("column of EqualisedOdds", self.column)
        require_within("at_most", self.name, self.at_most, 0, 1)
        require_count("min_rows", self.name, self.min_rows, least=1)

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
        from headgate.core.numeric.fairness import equalized_odds_difference
        from headgate.core.numeric.group_counts import binary_groups

        if why := _why_not(predictions, self.column, two_classes=True):
            return Verdict.undecided(self.name, why)
        groups = binary_groups(predictions, self.column)
        kept, left_out = _split(groups, lambda group: min(group.positives, group.negatives), self.min_rows)
        told = _left_out(left_out, f"below {self.min_rows:,} rows of either class")
        if len(kept) < 2:  # noqa: PLR2004 - a gap takes two
            return _too_few(self.name, kept, told)
        ends = f"true positive rates, {_ends(kept, 'true_positive_rate')}; "
        ends += f"false positive rates, {_ends(kept, 'false_positive_rate')}"
        gap = round(equalized_odds_difference(kept), _DIGITS)
        return at_most(self.name, f"{ends}{told}: greater gap", gap, self.at_most)


@dataclass(frozen=True, slots=True)
class ErrorRateRatio:
    """The group with most errors may have at most so many times the error rate of the group with fewest.

    The inverse of fairlearn's `MetricFrame.ratio` of error rates (there least over greatest), of any number of classes.

    Args:
        column: The column of the groups; rows where it is null are a group.
        at_most: Ceiling on greatest over least, >= 1, inclusive.
        min_rows: Groups of fewer rows are left out, which is said.

    Raises:
        InputError: `column` is no name, `at_most` isn't a finite number >= 1, or `min_rows` no whole number >= 1.
    """

    column: str
    at_most: float = 1.25
    min_rows: int = _MIN_ROWS
    needs_baseline = False

    def __post_init__(self) -> None:
        require_column("column of ErrorRateRatio", self.column)
        require_ratio("at_most", self.name, self.at_most)
        require_count("min_rows", self.name, self.min_rows, least=1)

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
        from headgate.core.numeric.group_counts import error_groups

        if why := _why_not(predictions, self.column, two_classes=False):
            return Verdict.undecided(self.name, why)
        kept, left_out = _split(error_groups(predictions, self.column), lambda group: group.rows, self.min_rows)
        told = _left_out(left_out, f"below {self.min_rows:,} rows")
        if len(kept) < 2:  # noqa: PLR2004 - a gap takes two
            return _too_few(self.name, kept, told)
        what = f"error rates, {_ends(kept, 'error_rate')}{told}"
        rates = [group.error_rate for group in kept]
        if min(rates) == 0 < max(rates):
            return Verdict.undecided(self.name, f"{what}: to a group without errors there is no ratio")
        ratio = round(max(rates) / min(rates), _DIGITS) if max(rates) else 1.0
        return at_most(self.name, f"{what}: ratio", ratio, self.at_most)


def _why_not(predictions: Predictions, column: str, *, two_classes: bool) -> str | None:
    from headgate.core.numeric.usable import why_unusable

    if why := why_unusable(predictions, column):
        return why
    if predictions.classes is None:
        return "only a classifier's rates can be compared: this one predicts numbers"
    if two_classes and len(predictions.classes) != 2:  # noqa: PLR2004 - a positive and a negative
        return f"selection rates and odds are of two classes: there are {len(predictions.classes)}"
    return None


def _split(
    groups: Sequence[GroupRates], counted: Callable[[GroupRates], int], min_rows: int
) -> tuple[list[GroupRates], list[GroupRates]]:
    kept = [group for group in groups if counted(group) >= min_rows]
    return kept, [group for group in groups if counted(group) < min_rows]


def _left_out(groups: Sequence[GroupRates], why: str) -> str:
    if not groups:
        return ""
    named = [f"{group.group} ({group.rows:,})" for group in groups[:_TOLD]]
    more = [f"{len(groups) - _TOLD:,} more"] if len(groups) > _TOLD else []
    return f" (left out, {why}: {', '.join(named + more)})"


def _ends(groups: Sequence[GroupRates], rate: Rate) -> str:
    """Write the greatest and the least rate, with their groups.

    >>> from headgate.core.numeric.fairness import GroupRates
    >>> counts = {"positives": 5, "true_positives": 5}
    >>> old = GroupRates(group="old", rows=10, false_positives=0, **counts)
    >>> _ends((old, GroupRates(group="young", rows=20, false_positives=3, **counts)), "selection_rate")
    'old 0.5 to young 0.4'
    """
    least, *_, greatest = sorted(groups, key=lambda group: getattr(group, rate))
    return f"{greatest.group} {getattr(greatest, rate):.4g} to {least.group} {getattr(least, rate):.4g}"


def _too_few(gate: str, kept: Sequence[GroupRates], told: str) -> Verdict:
    there = f"only {kept[0].group} is" if kept else "none is"
    return Verdict.undecided(gate, f"a gap takes two groups that are large enough: {there}{told}")
