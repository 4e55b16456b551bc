"""Whether a version can be made again: a refit against what is registered and what was recorded, row by row."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from headgate.core.headline import counted
from headgate.core.surroundings import Difference

REFIT = "the refit"
REGISTERED = "the registered model"
RECORDED = "what was recorded"

SHOWN = 5
"""Rows that are shown of those that differ: the furthest apart."""


class Answer(StrEnum):
    """What became of a reproduction."""

    REPRODUCED = "reproduced"
    DIFFERS = "differs"
    UNTRIED = "untried"


@dataclass(frozen=True, slots=True, kw_only=True)
class OddRow:
    """A row that two differ in.

    Args:
        row: Its number in the holdout, from 0.
        at: Its event time.
        ours: What the first says.
        theirs: What the second says.
    """

    row: int
    at: str
    ours: str
    theirs: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """What two say of the same rows.

    Args:
        ours: Who the first is.
        theirs: Who the second is.
        what: What is compared: `prediction`, or `probability of ...`.
        rows: How many rows there are; the more of two, where they differ in that.
        differ: How many rows differ by more than the tolerance.
        greatest: The greatest absolute difference of numbers; `None` where there are none to subtract.
        mean: The mean of all rows' absolute differences; `None` as above.
        shown: A few of the rows that differ.
    """

    ours: str
    theirs: str
    what: str
    rows: int
    differ: int
    greatest: float | None
    mean: float | None
    shown: tuple[OddRow, ...] = ()

    @property
    def is_same(self) -> bool:
        """Whether no row differs."""
        return self.differ == 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Reproduction:
    """What became of making a version again.

    Args:
        model: The registered model.
        version: Its version.
        key: `dag|as-of|model` of the run that fitted it.
        mlflow_run: The run that holds the evidence.
        model_id: The logged model.
        snapshot: Id of the snapshot.
        recipe: How it is built, in words.
        training_rows: How many rows it is fitted on.
        seconds: Of the refit; `None` where there was none.
        tolerance: By how much a number may differ and still be the same.
        compared: Who says what, row by row.
        differences: What is another way here than it was at the fit.
        flaws: What doesn't hold together in the record: somebody changed it, or it is damaged.
        obstacles: What stood in the way of a refit.
        notes: What a person should know besides.
    """

    model: str
    version: str
    key: str
    mlflow_run: str
    model_id: str
    snapshot: str
    recipe: str
    training_rows: int
    seconds: float | None = None
    tolerance: float = 0.0
    compared: tuple[Compared, ...] = ()
    differences: tuple[Difference, ...] = ()
    flaws: tuple[str, ...] = ()
    obstacles: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def answer(self) -> Answer:
        """Whether it was reproduced. A record that doesn't hold together isn't, whatever the rows say."""
        if not any(one.ours == REFIT for one in self.compared):
            return Answer.UNTRIED
        is_same = not self.flaws and all(one.is_same for one in self.compared)
        return Answer.REPRODUCED if is_same else Answer.DIFFERS

    @property
    def said(self) -> str:
        """The answer in a sentence."""
        if self.answer is Answer.UNTRIED:
            return f"can't be tried: {'; '.join(self.obstacles) or 'there is nothing to compare a refit with'}"
        if self.answer is Answer.REPRODUCED:
            within = f" to within {self.tolerance:g}" if self.tolerance else ""
            rows = max(one.rows for one in self.compared)
            return f"reproduced: {counted(rows, 'row is', 'rows are')} predicted as before{within}"
        odd = [one for one in self.compared if not one.is_same]
        if not odd:
            return f"differs: every row is predicted as before, but {'; '.join(self.flaws)}"
        worst = max(odd, key=lambda one: one.differ)
        of = f"{worst.differ:,} of {counted(worst.rows, 'row', 'rows')}"
        return f"differs: {of}, {worst.ours} against {worst.theirs}"

    @property
    def causes(self) -> tuple[str, ...]:
        """What may be behind rows that differ."""
        odd = {(one.ours, one.theirs) for one in self.compared if not one.is_same}
        found = []
        if (REGISTERED, RECORDED) in odd:
            found.append(
                f"{REGISTERED} itself answers otherwise than at its evaluation: it is asked by other libraries, or its "
                "files or the recorded predictions were changed"
            )
        if any(ours == REFIT for ours, _ in odd) and not (self.differences or self.flaws):
            found.append(
                "nothing that was recorded differs here: the estimator draws from a source of randomness that has no "
                "seed, or its code reads something else: a file, the clock, the environment"
            )
        return tuple(found)


def compare_rows(
    ours: Sequence[Any],
    theirs: Sequence[Any],
    *,
    names: tuple[str, str],
    what: str = "prediction",
    times: Sequence[str] = (),
    tolerance: float = 0.0,
) -> Compared:
    """Compare what two say of the same rows.

    Args:
        ours: What the first says, a value a row.
        theirs: What the second says.
        names: Who they are.
        what: What is compared.
        times: The rows' event times, as text.
        tolerance: By how much numbers may differ and still be the same, >= 0.

    >>> compare_rows([1.0, 2.5], [1.0, 2.0], names=("a", "b")).greatest
    0.5
    >>> compare_rows(["yes", "no"], ["yes", "yes"], names=("a", "b")).differ
    1
    """
    gaps = [_gap(one, other) for one, other in zip(ours, theirs, strict=False)]
    odd = sorted((row for row, gap in enumerate(gaps) if gap > tolerance), key=lambda row: (-gaps[row], row))
    numbers = [gap for gap in gaps if math.isfinite(gap)]
    is_countable = bool(numbers) and (any(numbers) or len(numbers) == len(gaps))
    return Compared(
        ours=names[0],
        theirs=names[1],
        what=what,
        rows=max(len(ours), len(theirs)),
        differ=len(odd) + abs(len(ours) - len(theirs)),
        greatest=max(numbers) if is_countable else None,
        mean=math.fsum(numbers) / len(numbers) if is_countable else None,
        shown=tuple(
            OddRow(row=row, at=times[row] if row < len(times) else "", ours=str(ours[row]), theirs=str(theirs[row]))
            for row in odd[:SHOWN]
        ),
    )


def _gap(one: Any, other: Any) -> float:  # noqa: ANN401 - what models answer: numbers, classes, nothing
    """Return how far two answers are apart; infinitely, where they can't be subtracted."""
    if one == other or (one != one and other != other):  # noqa: PLR0124 - not-a-number is like itself here
        return 0.0
    if not isinstance(one, int | float) or not isinstance(other, int | float):
        return math.inf
    gap = abs(one - other)
    return gap if math.isfinite(gap) else math.inf
