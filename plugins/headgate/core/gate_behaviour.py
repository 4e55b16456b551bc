"""Gates on behaviour: what a change of one feature must not do to the predictions, and what it must.

Invariance and directional expectation tests (Ribeiro et al. 2020, *Beyond Accuracy: Behavioral Testing of NLP Models
with CheckList*, section 2.2).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from headgate.core.evaluation import Evaluation
from headgate.core.gate_answers import at_least, at_most, find_fact
from headgate.core.gate_arguments import require_within
from headgate.core.gate_changes import change_of, require_change
from headgate.core.needs import Need
from headgate.core.predictions import Predictions
from headgate.core.verdict import Verdict
from headgate.errors import InputError

Way = Literal["up", "down"]
"""Where predictions move: of classifiers, where the positive class's probability does."""

_MOVED = {"up": "rose", "down": "fell"}
_AGAINST = {"up": "fell", "down": "rose"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Invariant:
    """A change of a feature may change the prediction of at most such a share of rows.

    Args:
        column: The feature.
        replace: What its values are replaced with, pairs of old and new (or a mapping): `(("f", "m"), ("m", "f"))`.
        add: What is added to it instead.
        scale: What it is multiplied by before.
        at_most: Ceiling on the share of rows whose prediction changes, in [0, 1], inclusive.
        tolerance: Change of a number that still counts as none, >= 0, in its unit.

    Raises:
        InputError: Nothing is changed, in contradictory ways, or an argument is out of its bounds.
    """

    column: str
    replace: tuple[tuple[str, str], ...] = ()
    add: float = 0.0
    scale: float = 1.0
    at_most: float = 0.01
    tolerance: float = 0.0
    needs_baseline = False

    def __post_init__(self) -> None:
        require_change("Invariant", self)
        require_within("at_most", self.name, self.at_most, 0, 1)

    @property
    def name(self) -> str:
        """`Invariant(gender f to m, m to f)`."""
        return f"Invariant({change_of(self).who})"

    @property
    def needs(self) -> tuple[Need, ...]:
        """The change."""
        return (change_of(self),)

    def judge(self, evaluation: Evaluation, predictions: Predictions) -> Verdict:  # noqa: ARG002 - the fact tells it all
        """PASS at or below the ceiling, FAIL above, UNDECIDED when nobody tried."""
        who = change_of(self).who
        found = find_fact(evaluation, f"changed_{who}")
        if found.value is None:
            return Verdict.undecided(self.name, found.note)
        return at_most(
            self.name, f"{who}: share of rows whose prediction changes", found.value, self.at_most, note=found.note
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Directional:
    """A change of a feature must move the prediction of at least such a share of rows one way.

    Args:
        column: The feature.
        direction: `up` or `down`; of a classifier, where the positive class's probability has to go.
        add: What is added to it.
        scale: What it is multiplied by before.
        replace: What its values are replaced with instead, pairs of old and new.
        at_least: Floor on the share of rows that move, in [0, 1], inclusive.
        tolerance: Change of the prediction that still counts as none, >= 0, in its unit.

    Raises:
        InputError: Nothing is changed, in contradictory ways, or an argument is out of its bounds.
    """

    column: str
    direction: Way
    add: float = 0.0
    scale: float = 1.0
    replace: tuple[tuple[str, str], ...] = ()
    at_least: float = 0.95
    tolerance: float = 0.0
    needs_baseline = False

    def __post_init__(self) -> None:
        require_change("Directional", self)
        _require_way("Directional", self.direction)
        require_within("at_least", self.name, self.at_least, 0, 1)

    @property
    def name(self) -> str:
        """`Directional(rooms plus 1, up)`."""
        return f"Directional({change_of(self).who}, {self.direction})"

    @property
    def needs(self) -> tuple[Need, ...]:
        """The change."""
        return (change_of(self),)

    def judge(self, evaluation: Evaluation, predictions: Predictions) -> Verdict:  # noqa: ARG002 - the fact tells it all
        """PASS at or above the floor, FAIL below, UNDECIDED when nobody tried."""
        who = change_of(self).who
        found = find_fact(evaluation, f"{_MOVED[self.direction]}_{who}")
        if found.value is None:
            return Verdict.undecided(self.name, found.note)
        what = f"{who}: share of rows whose prediction goes {self.direction}"
        return at_least(self.name, what, found.value, self.at_least, note=found.note)


@dataclass(frozen=True, slots=True, kw_only=True)
class Monotone:
    """A change of a feature may move the prediction of at most such a share of rows the wrong way; it may stay.

    Args:
        column: The feature.
        direction: `up` or `down`: where a prediction may go; of a classifier, the positive class's probability.
        add: What is added to it.
        scale: What it is multiplied by before.
        replace: What its values are replaced with instead, pairs of old and new.
        at_most: Ceiling on the share of rows that go the other way, in [0, 1], inclusive.
        tolerance: Change of the prediction that still counts as none, >= 0, in its unit.

    Raises:
        InputError: Nothing is changed, in contradictory ways, or an argument is out of its bounds.
    """

    column: str
    direction: Way
    add: float = 0.0
    scale: float = 1.0
    replace: tuple[tuple[str, str], ...] = ()
    at_most: float = 0.01
    tolerance: float = 0.0
    needs_baseline = False

    def __post_init__(self) -> None:
        require_change("Monotone", self)
        _require_way("Monotone", self.direction)
        require_within("at_most", self.name, self.at_most, 0, 1)

    @property
    def name(self) -> str:
        """`Monotone(rooms plus 1, up)`."""
        return f"Monotone({change_of(self).who}, {self.direction})"

    @property
    def needs(self) -> tuple[Need, ...]:
        """The change."""
        return (change_of(self),)

    def judge(self, evaluation: Evaluation, predictions: Predictions) -> Verdict:  # noqa: ARG002 - the fact tells it all
        """PASS at or below the ceiling, FAIL above, UNDECIDED when nobody tried."""
        who = change_of(self).who
        found = find_fact(evaluation, f"{_AGAINST[self.direction]}_{who}")
        if found.value is None:
            return Verdict.undecided(self.name, found.note)
        wrong = "down, not up" if self.direction == "up" else "up, not down"
        what = f"{who}: share of rows whose prediction goes {wrong}:"
        return at_most(self.name, what, found.value, self.at_most, note=found.note)


def _require_way(gate: str, way: object) -> None:
    if way not in _MOVED:
        msg = f"direction of {gate} must be up or down. Got {way!r} instead."
        raise InputError(msg)
