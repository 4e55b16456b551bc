"""The groups that gates on gaps compare: which are large enough, and what is said of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from headgate.core.gate_answers import at_most, at_most_surely
from headgate.core.predictions import Predictions
from headgate.core.verdict import Bounded, Verdict

if TYPE_CHECKING:
    from headgate.core.numeric.fairness import GroupRates, Rate

MIN_ROWS = 100
"""Least rows of a group: then the standard error of a rate is at most 0.05."""

DIGITS = 12
"""Gaps are rounded to so many digits, so that 0.8 - 0.7 is at most 0.1."""

_TOLD = 5

BoundsWith = Callable[[float], tuple[float, float]]
"""Returns a gap's bounds with a confidence."""


class GapGate(Protocol):
    """A gate on a gap."""

    @property
    def name(self) -> str:
        """The gate's name."""

    @property
    def at_most(self) -> float:
        """The ceiling."""

    @property
    def confidence(self) -> float | None:
        """Of the bounds, where they are asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """Two groups or more that are large enough.

    Args:
        groups: Their counts.
        left_out: What is said of those that aren't.
    """

    groups: tuple[GroupRates, ...]
    left_out: str

    @property
    def rows(self) -> tuple[int, ...]:
        """All rows."""
        return tuple(group.rows for group in self.groups)

    @property
    def positives(self) -> tuple[int, ...]:
        """Rows whose label is positive."""
        return tuple(group.positives for group in self.groups)

    @property
    def negatives(self) -> tuple[int, ...]:
        """The others."""
        return tuple(group.negatives for group in self.groups)

    @property
    def true_positives(self) -> tuple[int, ...]:
        """Positives that are found."""
        return tuple(group.true_positives for group in self.groups)

    @property
    def false_positives(self) -> tuple[int, ...]:
        """Negatives that are predicted positive."""
        return tuple(group.false_positives for group in self.groups)

    @property
    def selected(self) -> tuple[int, ...]:
        """Rows that are predicted positive."""
        return tuple(group.true_positives + group.false_positives for group in self.groups)

    @property
    def errors(self) -> tuple[int, ...]:
        """Rows that are predicted wrongly."""
        return tuple(group.positives - group.true_positives + group.false_positives for group in self.groups)


def groups_to_compare(
    predictions: Predictions,
    column: str,
    min_rows: int,
    *,
    of_either_class: bool = False,
    any_classes: bool = False,
) -> Compared | str:
    """Return the groups that are large enough; why there is nothing to compare, where there isn't.

    Args:
        predictions: Row by row.
        column: The column of the groups.
        min_rows: Least rows of a group.
        of_either_class: Whether it must have so many positives, and so many negatives.
        any_classes: Whether there may be more than two classes; then each row counts as positive, and as found where
            its class is right.
    """
    if why := _why_not(predictions, column, any_classes=any_classes):
        return why
    from headgate.core.numeric.gaps import MOST_GROUPS
    from headgate.core.numeric.group_counts import binary_groups, error_groups

    every = error_groups(predictions, column) if any_classes else binary_groups(predictions, column)
    fewest = [(group, min(group.positives, group.negatives) if of_either_class else group.rows) for group in every]
    kept = tuple(group for group, rows in fewest if rows >= min_rows)
    said = f"below {min_rows:,} rows" + (" of either class" if of_either_class else "")
    told = _left_out([group for group, rows in fewest if rows < min_rows], said)
    if len(kept) < 2:  # noqa: PLR2004 - a gap takes two
        there = f"only {kept[0].group} is" if kept else "none is"
        return f"a gap takes two groups that are large enough: {there}{told}"
    if len(kept) > MOST_GROUPS:
        return f"{column} has {len(kept):,} groups, and at most {MOST_GROUPS:,} are compared"
    return Compared(groups=kept, left_out=told)


def ends(groups: Sequence[GroupRates], rate: Rate) -> str:
    """Write the greatest and the least rate, with their groups.

    >>> from headgate.core.numeric.fairness import GroupRates
    >>> counts = {"positives": 5, "true_positives": 5}
    >>> old = GroupRates(group="old", rows=10, false_positives=0, **counts)
    >>> ends((old, GroupRates(group="young", rows=20, false_positives=3, **counts)), "selection_rate")
    'old 0.5 to young 0.4'
    """
    least, *_, greatest = sorted(groups, key=lambda group: getattr(group, rate))
    return f"{greatest.group} {getattr(greatest, rate):.4g} to {least.group} {getattr(least, rate):.4g}"


def held(gate: GapGate, what: str, gap: float, bounds_with: BoundsWith, *, rows: int, method: str) -> Verdict:
    """Return what a gate answers: by the gap alone, or by its bounds where a confidence asks for them.

    Args:
        gate: The gate.
        what: What the gap is of, for a person.
        gap: As it was measured.
        bounds_with: Its bounds with a confidence.
        rows: How many rows were compared.
        method: How the bounds are computed, for a person.
    """
    sure = gate.confidence
    if sure is None:
        return at_most(gate.name, what, gap, gate.at_most)
    from headgate.core.numeric.gaps import p_values_of

    (low, high), (p_pass, p_fail) = bounds_with(sure), p_values_of(bounds_with, gate.at_most)
    found = Bounded(
        what=what,
        rows=rows,
        value=gap,
        low=low,
        high=high,
        ceiling=gate.at_most,
        confidence=sure,
        p_pass=p_pass,
        p_fail=p_fail,
        method=method,
    )
    return at_most_surely(gate.name, found)


def _why_not(predictions: Predictions, column: str, *, any_classes: bool) -> str | None:
    from headgate.core.numeric.usable import why_unusable

    if why := why_unusable(predictions, column):
        return why
    if predictions.classes is None:
        return "only a classifier's rates can be compared: this one predicts numbers"
    if not any_classes and len(predictions.classes) != 2:  # noqa: PLR2004 - a positive and a negative
        return f"selection rates and odds are of two classes: there are {len(predictions.classes)}"
    return None


def _left_out(groups: Sequence[GroupRates], why: str) -> str:
    if not groups:
        return ""
    named = [f"{group.group} ({group.rows:,})" for group in groups[:_TOLD]]
    more = [f"{len(groups) - _TOLD:,} more"] if len(groups) > _TOLD else []
    return f" (left out, {why}: {', '.join(named + more)})"
