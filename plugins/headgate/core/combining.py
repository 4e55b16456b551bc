"""Gates made of gates: all, any, k of n, and those that only warn."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from headgate.core.asking import asked
from headgate.core.evaluation import Evaluation
from headgate.core.gates import Gate
from headgate.core.needs import Need
from headgate.core.predictions import Predictions
from headgate.core.verdict import Outcome, Verdict
from headgate.errors import InputError


@dataclass(frozen=True, slots=True)
class AtLeastOf:
    """At least `enough` of the gates must pass. A first candidate is asked those that need no baseline.

    Args:
        enough: How many, from 1 to all.
        gates: The gates, two or more.
        title: What it is called; made of `enough` and the gates' names by default.

    Raises:
        InputError: One isn't a gate, or `enough` is out of bounds.
    """

    enough: int
    gates: tuple[Gate, ...]
    title: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "gates", require_gates("gates of AtLeastOf", self.gates))
        count = len(self.gates)
        whole = isinstance(self.enough, int) and not isinstance(self.enough, bool)
        if count < 2 or not whole or not 1 <= self.enough <= count:  # noqa: PLR2004 - one needs no combination
            msg = (
                f"AtLeastOf must have two gates or more, and ask for 1 to all of them. Got {self.enough!r} of {count}."
            )
            raise InputError(msg)

    @property
    def name(self) -> str:
        """Its title, or `2 of (AtMost(mae), BetterBy(mae), BetterBy(rmse))`."""
        return self.title or f"{self.enough} of ({_names(self.gates)})"

    @property
    def needs(self) -> tuple[Need, ...]:
        """What its gates need."""
        return needs_of_all(self.gates)

    @property
    def needs_baseline(self) -> bool:
        """Whether each of its gates does."""
        return all(gate.needs_baseline for gate in self.gates)

    def judge(self, evaluation: Evaluation, predictions: Predictions) -> Verdict:
        """PASS when enough pass, FAIL when enough can't any more, else UNDECIDED."""
        return folded(self.name, ask_all(self.gates, evaluation, predictions), enough=self.enough)


def all_of(*gates: Gate, title: str = "") -> AtLeastOf:
    """Return a gate that passes when all of the gates do."""
    return AtLeastOf(len(gates), gates, title or f"all of ({_names(gates)})")


def any_of(*gates: Gate, title: str = "") -> AtLeastOf:
    """Return a gate that passes when one of the gates does; their p-values are corrected for that."""
    return AtLeastOf(1, gates, title or f"any of ({_names(gates)})")


@dataclass(frozen=True, slots=True)
class WarnOnly:
    """A gate that is asked and told, and decides nothing.

    Args:
        gate: The gate.

    Raises:
        InputError: It isn't one.
    """

    gate: Gate

    def __post_init__(self) -> None:
        require_gates("gate of WarnOnly", (self.gate,))

    @property
    def name(self) -> str:
        """`WarnOnly(AtMost(mae))`."""
        return f"WarnOnly({self.gate.name})"

    @property
    def needs(self) -> tuple[Need, ...]:
        """What its gate needs."""
        return self.gate.needs

    @property
    def needs_baseline(self) -> bool:
        """Whether its gate does."""
        return self.gate.needs_baseline

    def judge(self, evaluation: Evaluation, predictions: Predictions) -> Verdict:
        """Answer what the gate does, marked as a warning only."""
        return replace(asked(self.gate, evaluation, predictions), gate=self.name, warn_only=True)


def ask_all(gates: Iterable[Gate], evaluation: Evaluation, predictions: Predictions) -> tuple[Verdict, ...]:
    """Return each gate's verdict; one that needs a baseline counts for nothing where there is none yet."""
    first = evaluation.baseline is None
    return tuple(
        replace(verdict, warn_only=True) if first and gate.needs_baseline else verdict
        for gate in gates
        for verdict in (asked(gate, evaluation, predictions),)
    )


def folded(name: str, parts: tuple[Verdict, ...], *, enough: int | None = None) -> Verdict:
    """Return the verdict that parts come to: PASS when enough pass (all when `None`), FAIL when enough can't any more.

    Parts that only warn don't count; without any that counts it is UNDECIDED.
    """
    counted = [part for part in parts if not part.warn_only]
    wanted = len(counted) if enough is None else min(enough, len(counted))
    passed = [part for part in counted if part.outcome is Outcome.PASS]
    undecided = [part for part in counted if part.outcome is Outcome.UNDECIDED]
    if not counted:
        outcome, reason = Outcome.UNDECIDED, "; ".join(["there was nothing to ask", *(part.reason for part in parts)])
    elif len(passed) >= wanted:
        outcome, reason = Outcome.PASS, f"{len(passed)} of {len(counted)} passed"
    else:
        outcome = Outcome.FAIL if len(passed) + len(undecided) < wanted else Outcome.UNDECIDED
        told = [part for part in counted if part.outcome is (outcome if enough is None else part.outcome)]
        shut = "; ".join(part.reason for part in told if part.outcome is not Outcome.PASS)
        reason = f"{len(passed)} of {len(counted)} passed, {wanted} must: {shut}"
    return Verdict(gate=name, outcome=outcome, reason=reason, parts=parts, enough=enough)


def needs_of_all(gates: Iterable[Gate]) -> tuple[Need, ...]:
    """Return what gates need, each once, in their order."""
    return tuple(dict.fromkeys(need for gate in gates for need in gate.needs))


def require_gates(what: str, gates: Iterable[object]) -> tuple[Gate, ...]:
    """Return gates.

    Raises:
        InputError: One isn't a gate, two bear one name, or there is but one where several belong.
    """
    if not isinstance(gates, Iterable) or isinstance(gates, str):
        msg = f"{what} must be a tuple such as (AtMost(mae, 0.6),). Got {gates!r} instead."
        raise InputError(msg)
    found: list[Gate] = []
    for index, gate in enumerate(tuple(gates)):
        if isinstance(gate, type) or not isinstance(gate, Gate):
            msg = f"{what}.{index} must be a gate such as AtMost(mae, 0.6). Got {gate!r} instead."
            raise InputError(msg)
        found.append(gate)
    names = [gate.name for gate in found]
    for name in names:
        if names.count(name) > 1:
            msg = f"{what} must differ by name. Got {name} twice instead."
            raise InputError(msg)
    return tuple(found)


def _names(gates: tuple[Gate, ...]) -> str:
    return ", ".join(gate.name for gate in require_gates("gates of AtLeastOf", gates))
