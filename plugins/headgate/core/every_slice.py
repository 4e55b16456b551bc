"""The same gates on every slice."""

from __future__ import annotations

from dataclasses import dataclass, replace

from headgate.core.combining import ask_all, folded, require_gates
from headgate.core.evaluation import OVERALL, Evaluation
from headgate.core.gates import AtLeast, AtMost
from headgate.core.needs import Need, Sliced
from headgate.core.paired import BetterBy, NoWorseThan
from headgate.core.predictions import Predictions
from headgate.core.slices import Slicing, require_slicing
from headgate.core.verdict import Verdict
from headgate.errors import InputError

OfASlice = AtLeast | AtMost | BetterBy | NoWorseThan


@dataclass(frozen=True, slots=True)
class EverySlice:
    """Each gate must pass on every slice.

    Args:
        by: A column, each of whose values is a slice; `Bins`; or `Where`.
        gates: Limits and paired gates, asked of every slice.
        skip_below: Slices with fewer rows than this are passed over, and named; a slice that isn't, and has fewer than
            a gate's `min_rows`, is UNDECIDED.

    Raises:
        InputError: `by` makes no slices, a gate is no limit and no paired gate or names a slice itself, or
            `skip_below` isn't a whole number >= 0.
    """

    by: Slicing
    gates: tuple[OfASlice, ...]
    skip_below: int = 0

    def __post_init__(self) -> None:
        require_slicing("by of EverySlice", self.by)
        given = (self.gates,) if isinstance(self.gates, OfASlice) else self.gates
        gates = require_gates(f"gates of EverySlice({self.by})", given)
        for gate in gates:
            if not isinstance(gate, OfASlice) or gate.slice != OVERALL:
                wanted = "limits or paired gates without a slice"
                msg = f"gates of EverySlice({self.by}) must be {wanted}. Got {gate!r} instead."
                raise InputError(msg)
        if (
            not gates
            or not isinstance(self.skip_below, int)
            or isinstance(self.skip_below, bool)
            or self.skip_below < 0
        ):
            got = f"{self.gates!r}, {self.skip_below!r}"
            msg = f"EverySlice({self.by}) must have gates, and skip_below >= 0. Got {got} instead."
            raise InputError(msg)
        object.__setattr__(self, "gates", gates)

    @property
    def name(self) -> str:
        """`EverySlice(season: AtMost(mae))`."""
        return f"EverySlice({self.by}: {', '.join(gate.name for gate in self.gates)})"

    @property
    def needs(self) -> tuple[Need, ...]:
        """The slices, and what the gates need."""
        return tuple(dict.fromkeys((Sliced(by=self.by), *(need for gate in self.gates for need in gate.needs))))

    @property
    def needs_baseline(self) -> bool:
        """Whether each of its gates does."""
        return all(gate.needs_baseline for gate in self.gates)

    def judge(self, evaluation: Evaluation, predictions: Predictions) -> Verdict:
        """PASS when every gate passes on every slice; UNDECIDED where a slice has no rows."""
        names = slices_of(self.by, predictions)
        if not names:
            return Verdict.undecided(self.name, f"there are no slices of {self.by}: their rows aren't there")
        skipped = [name for name in names if len(predictions.slices[name]) < self.skip_below]
        asked = [name for name in names if name not in skipped]
        parts = tuple(
            part
            for name in asked
            for part in ask_all((replace(gate, slice=name) for gate in self.gates), evaluation, predictions)
        )
        if not parts:
            return Verdict.undecided(self.name, f"every slice of {self.by} has fewer than {self.skip_below:,} rows")
        verdict = folded(self.name, parts)
        if not skipped:
            return verdict
        told = f"passed over, with fewer than {self.skip_below:,} rows: {', '.join(skipped)}"
        return replace(verdict, reason=f"{verdict.reason}; {told}")


def slices_of(by: Slicing, predictions: Predictions) -> tuple[str, ...]:
    """Return the names of a slicing's slices that were asked for; none when nobody did."""
    if isinstance(by, str):
        return tuple(name for name in predictions.slices if name.startswith(f"{by}="))
    return tuple(name for name in by.names if name in predictions.slices)
